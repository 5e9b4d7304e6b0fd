"""What runs beside a submission, in the sandbox: load its text, tell what its functions are, play them.

Nothing here knows an expected answer. The file is copied into what is lent to submissions, and imported there.
"""

import ast
import json
import linecache
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from pkgutil import resolve_name
from typing import Any, cast

from memslot_lab.course.answers import Answer, run_cells, run_file
from memslot_lab.course.stages.arrays import ArrayStage
from memslot_lab.course.stages.base import Setting
from memslot_lab.course.stages.coding import Coded, decode, encode
from memslot_lab.course.stages.playing import Printed, facts_of, play_calls, printing_into
from memslot_lab.engine.model import MemorySlot
from memslot_lab.watch.budget import RoughTracer
from memslot_lab.watch.recorder import record
from memslot_lab.watch.tape_json import encode as encode_tape

__all__ = ["answer"]

_answers: dict[str, Answer] = {}
_tracer = RoughTracer()


def answer(request: Coded) -> bytes:
    """Answer one request of the judge, in JSON: a verb, and what belongs to it."""
    verb, *args = cast("list[Any]", request)
    return _to_json(_VERBS[verb](*args)).encode()


_to_json = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


def _load(functions: list[str], imports: list[str], pieces: list[list[str]]) -> Coded:
    """Run the text of a submission; return for each function why there is none, or an empty string."""
    namespace = {name.partition(":")[2]: _lent(name) for name in imports}
    if len(pieces) == 1 and pieces[0][0] == "file":
        text = _without_withheld(pieces[0][1], {name for name in imports if _is_withheld(name)})
        found = run_file(functions, "<submission>", text, namespace | {"__name__": "submission"})
    else:
        cells = {name: (f"<{name}>", source) for name, source in pieces}
        found = run_cells(cells, namespace | {"__name__": "__main__"})
    _answers.update(found)
    return encode([found[name].problem if name in found else "" for name in functions])


def _facts(function: str, arguments: int) -> Coded:
    return encode(facts_of(_answers[function].value, arguments))


def _play(function: str, setting: Coded, calls: list[Coded], budget: int, exact: bool) -> Coded:
    """Set up a stage and make the calls of one case on it; tell nothing where it takes an exact count of steps."""
    stage = decode(setting, trusted=True).set_up()
    value = cast("Callable[..., object]", _answers[function].value)
    each = [decode(call, trusted=True) for call in calls]
    return encode(play_calls(stage, value, each, budget, tracer=None if exact else _tracer))


def _record(function: str, slots: Coded, args: Coded, steps: int) -> Any:
    """Record one call; return the tape as plain data."""
    value = cast("Callable[..., object]", _answers[function].value)
    with printing_into(Printed()):
        tape = record(value, decode(slots, trusted=True), *decode(args, trusted=True), steps=steps)
    return encode_tape(tape)


_VERBS: dict[str, Callable[..., Coded]] = {"load": _load, "facts": _facts, "play": _play, "record": _record}


# What is not lent.


def _lent(name: str) -> object:
    """Return what an exercise imports at its top; in the place of what is not lent, what says so when it is called."""
    try:
        return resolve_name(name)
    except (ImportError, AttributeError):
        return _refusing(name.partition(":")[2])


def _refusing(name: str) -> Callable[..., object]:
    def refuse(*_: object, **__: object) -> object:
        raise ImportError(not_lent(name))

    return refuse


def _is_withheld(name: str) -> bool:
    try:
        resolve_name(name)
    except (ImportError, AttributeError):
        return True
    return False


def _without_withheld(text: str, withheld: set[str]) -> str:
    """Return a file's text without the names that the notebook imports at its top and that are not lent.

    A file keeps those lines from the notebook; only who calls one of these names is to be refused.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")  # as Python reads it
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text  # running it says what is wrong
    lines = text.split("\n")
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            kept = [each for each in node.names if each.asname or f"{node.module}:{each.name}" not in withheld]
            first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
            if len(kept) < len(node.names) and ";" not in lines[first] + lines[last]:
                node.names = kept
                lines[first : last + 1] = [ast.unparse(node) if kept else ""] + [""] * (last - first)
    return "\n".join(lines)


def not_lent(name: str) -> str:
    """Return the sentence on something that a submission may not use."""
    return f"the grader lends no {name}: an answer stands on its own; take that import or call out"


class _NoSuchModule:
    """Says of every other module why it is not there."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if fullname.startswith("memslot_lab."):
            raise ImportError(not_lent(fullname))
        words = f"the grader has Python's own library alone, and no {fullname}"
        raise ModuleNotFoundError(words, name=fullname)


sys.meta_path.append(cast("Any", _NoSuchModule()))


# What has been done before the first child is forked is faster in each of them: Python has looked at the code already.

_OFTEN = 20
_TEXT = """
def rehearsed(slots, slot):
    for i in range(slots.used_slots):
        slots.memslots[i] = slots.memslots[i]
"""


def _rehearse() -> None:
    """Do what each child will do, and forget it."""
    slots = tuple(MemorySlot(i, 3 - i, 1) for i in range(3))
    case = [encode(Setting(ArrayStage, (8, slots, slots[:1]))), [encode((slots[0],))], 10_000, False]
    requests = (
        ["load", ["rehearsed"], ["memslot_lab.engine.model:MemorySlot"], [["file", _TEXT]]],
        ["facts", "rehearsed", 2],
        ["play", "rehearsed", *case],
    )
    for _ in range(_OFTEN):
        for request in requests:
            answer(json.loads(json.dumps(request)))
    _answers.clear()
    _tracer.forget()
    linecache.clearcache()


_rehearse()
