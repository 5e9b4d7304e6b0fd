"""A function cut into lines to put in order, and put together again to see what it does."""

import ast
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from types import ModuleType

from memslot_lab.course.quiz.cases import QuizCase, Shape, dress
from memslot_lab.course.quiz.dice import Dice
from memslot_lab.course.quiz.rivals import Rival, right_source
from memslot_lab.watch import record

__all__ = ["Cut", "behaves", "cut", "distractors"]

_NOQA = re.compile(r"  # .*$")
_STEPS = 300

# Few, and enough to see each order of lines and each distractor that goes wrong.
_SHAPES = {
    "delete": [Shape("delete", 3, 0, 3), Shape("delete", 4, 1, 4, stale=True), Shape("delete", 2, 1, 2)],
    "create": [Shape("create", 3, 3, 0), Shape("create", 3, 3, 2, stale=True), Shape("create", 2, 2, 2)],
    "move_backward": [
        Shape("move_backward", 4, 1, 2),
        Shape("move_backward", 4, 0, 3, stale=True),
        Shape("move_backward", 3, 1, 1),
        Shape("move_backward", 3, 2, 2),
    ],
    "move": [Shape("move", 4, 0, 2), Shape("move", 4, 3, 1, stale=True), Shape("create", 3, 3, 1)],
    "search": [Shape("search", 5, 5, target) for target in range(6)],
}


@dataclass(frozen=True, slots=True)
class Cut:
    """A function in pieces.

    Parameters
    ----------
    function : str
        Its name.
    head : str
        What is given: the first line, and the guards.
    blocks : tuple[str, ...]
        The pieces in the kernel's order, with their indentation.
    """

    function: str
    head: str
    blocks: tuple[str, ...]


@cache
def cut(function: str) -> Cut:
    """Cut a function of the engine into pieces: one a statement; a loop is its first line and what is in it."""
    lines = right_source(function).splitlines()
    (node,) = (n for n in ast.parse("\n".join(lines)).body if isinstance(n, ast.FunctionDef) and n.name == function)
    given, body = _split(node)
    first = lines[node.lineno - 1]
    head = "\n".join([first, *(_text(lines, statement) for statement in given)])
    if function == "update_memslots":
        outer = node.body[-1]
        assert isinstance(outer, ast.If)
        head = "\n".join([head, _range(lines, outer.lineno, outer.body[-1].end_lineno), "    else:"])
        body = outer.orelse
    return Cut(function, head, tuple(_blocks(lines, body)))


def _split(node: ast.FunctionDef) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """Return what is given, the names and the guards, and what is to be put in order."""
    body = node.body[1:]
    guards = [isinstance(s, ast.If) or "mslots" in ast.unparse(s).split(" =")[0] for s in body]
    start = guards.index(False)
    if node.name == "update_memslots":
        return body[:1], []
    return body[:start], body[start:]


def _blocks(lines: list[str], body: list[ast.stmt]) -> list[str]:
    found = list[str]()
    for statement in body:
        if isinstance(statement, ast.While):
            found.append(_range(lines, statement.lineno, statement.lineno))
            found += _blocks(lines, statement.body)
        else:
            found.append(_text(lines, statement))
    return found


def _text(lines: list[str], node: ast.stmt) -> str:
    return _range(lines, node.lineno, node.end_lineno)


def _range(lines: list[str], first: int, last: int | None) -> str:
    return "\n".join(_NOQA.sub("", line) for line in lines[first - 1 : last])


@cache
def distractors(function: str, call: str, rivals: tuple[Rival, ...]) -> tuple[tuple[int, str, Rival], ...]:
    """Return pieces that take the place of a right one: which, the text, and the wrong version that has it so.

    Only such as go wrong on the cases that judge an order.
    """
    whole, found = cut(function), list[tuple[int, str, Rival]]()
    for rival in rivals:
        for k, text in enumerate(whole.blocks):
            if rival.function != function or f"{text}\n".count(rival.old.lstrip("\n")) != 1:
                continue
            other = f"{text}\n".replace(rival.old.lstrip("\n"), rival.new.lstrip("\n")).rstrip("\n")
            blocks = (*whole.blocks[:k], other, *whole.blocks[k + 1 :])
            if other.strip() and other != text and not behaves(function, call, blocks):
                found.append((k, other, rival))
    return tuple(found)


@lru_cache(maxsize=1024)
def behaves(function: str, call: str, blocks: tuple[str, ...]) -> bool:
    """Return whether a function put together from pieces does what the kernel's does, on a few calls."""
    right = cut(function)
    wanted, got = _module(right, right.blocks), _module(right, blocks)
    return got is not None and all(_outcome(got, case) == _outcome(wanted, case) for case in _cases(call))


@cache
def _cases(call: str) -> tuple[QuizCase, ...]:
    return tuple(dress(shape, Dice(call, k)) for k, shape in enumerate(_SHAPES[call]))


def _module(whole: Cut, blocks: tuple[str, ...]) -> ModuleType | None:
    source = right_source(whole.function)
    text = "\n".join([whole.head, *blocks, ""])
    module = ModuleType("quiz_order")
    try:
        exec(compile(source, "<quiz>", "exec"), module.__dict__)
        exec(compile(text, "<quiz order>", "exec"), module.__dict__)
    except SyntaxError:
        return None
    return module


def _outcome(module: ModuleType | None, case: QuizCase) -> str:
    tape = record(getattr(module, case.entry), case.array(), *case.arguments, steps=_STEPS)
    after = tape.after
    ended = tape.error or tape.stopped
    return f"{ended} {tape.returned} {after.used_slots} {after.memslots} {after.id_to_index} {after.warnings}"
