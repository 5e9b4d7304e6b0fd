"""Make what is lent to submissions: the model, what runs beside them, and of the rest no more than an exercise gives.

Each module is cut down to what is wanted of it and what that needs in turn, so that no file in the sandbox holds a
reference, a case or an expected answer: a submission may read every file that is there.
"""

import ast
from collections.abc import Iterable, Iterator
from copy import copy
from functools import cache
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

from memslot_lab.course import lowest_first
from memslot_lab.course.catalog import Exercise, Task
from memslot_lab.course.tasks import cases_of, judged_of

__all__ = ["LentError", "lend", "lent_names"]

_MODEL = {
    "memslot_lab.engine.model": ("Change", "KernelWarning", "MemorySlot", "Memslots"),
    "memslot_lab.engine.errors": ("MemslotError", "FieldWidthError"),
    "memslot_lab.engine.region": (
        "KVM_MEM_LOG_DIRTY_PAGES",
        "KVM_MEM_READONLY",
        "PAGE_SHIFT",
        "PAGE_SIZE",
        "UserspaceMemoryRegion",
    ),
    "memslot_lab.views.array": ("show",),
}
_LABORATORY = "memslot_lab."
_ENGINE = "memslot_lab.engine"
_REFUSE = """

def __getattr__(name: str) -> object:
    if name.startswith("__"):
        raise AttributeError(name)
    from memslot_lab.grading.inside import not_lent

    raise ImportError(not_lent(name))
"""
_COURSE = '''"""In a notebook these speak to the learner; here they do nothing."""


def check(*_: object, **__: object) -> None:
    pass


hint = solved = use_variant = check
'''


_INSIDE = Path(__file__).with_name("inside.py")


class LentError(AssertionError):
    """What an exercise asks for would be lent to its submissions."""


def lent_names(exercise: Exercise, task: Task) -> set[str]:
    """Return what a submission to one task may import beyond the model, as "module:name"."""
    return {name for name in exercise.lends if name not in task.withheld}


def lend(folder: Path, exercise: Exercise, task: Task) -> None:
    """Write what is lent to the submissions of a task into an empty folder.

    Raises
    ------
    LentError
        A function that the exercise asks for would be among it.
    """
    wanted = _closure(_wanted(exercise, task))
    asked = {each.function for each in exercise.tasks}
    given = {name for names in wanted.values() for name in names} & asked
    if given:
        raise LentError(f"{exercise.name}: {', '.join(sorted(given))} would be lent; mend lends in the manifest")
    for package in {package for module in wanted for package in _packages(module)}:
        _write(folder, f"{package}.__init__", "")
    for module, names in wanted.items():
        _write(folder, module, _cut(module, frozenset(names)) + _REFUSE)
    _write(folder, f"{_ENGINE}.__init__", _engine(lent_names(exercise, task)))
    _write(folder, "memslot_lab.course.__init__", _COURSE)
    _write(folder, "memslot_lab.grading.__init__", "")
    _write(folder, "memslot_lab.grading.inside", _INSIDE.read_text(encoding="utf-8"))


def _wanted(exercise: Exercise, task: Task) -> set[tuple[str, str]]:
    wanted = {(module, name) for module, names in _MODEL.items() for name in names}
    wanted |= {(module, name) for module, _, name in (each.partition(":") for each in lent_names(exercise, task))}
    if judged_of(task.function).mirrored:  # some variants see the same turned around
        wanted |= {(lowest_first.__name__, name) for _, name in wanted if name in lowest_first.__all__}
    wanted |= set(_imports(ast.parse(_INSIDE.read_text(encoding="utf-8"))))
    stages = {case.setting.kind.__module__ for case in cases_of(task.function)}
    return wanted | {(stage, name) for stage in stages for name in _exported(stage)}


def _exported(module: str) -> list[str]:
    (exported,) = (
        ast.literal_eval(node.value)
        for node in _parsed(module).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    )
    return exported


# Which names are needed, module by module.


def _closure(wanted: set[tuple[str, str]]) -> dict[str, set[str]]:
    """Return for each module the names that are wanted of it, and those that they need in turn."""
    found: dict[str, set[str]] = {}
    rest = list(wanted)
    while rest:
        module, name = rest.pop()
        if name in found.setdefault(module, set()):
            continue
        found[module].add(name)
        rest += _needs(module, name)
    return found


def _needs(module: str, name: str) -> Iterator[tuple[str, str]]:
    node = _defined(module).get(name)
    if node is None:
        raise LentError(f"{module} has no {name}; mend lends in the manifest")
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from _imports(ast.Module([node], []), name)
        return
    changing = [each for each in _parsed(module).body if _about(each, frozenset((name,)))]
    for used in chain.from_iterable(map(ast.walk, [node, *changing])):
        # A constant may be an annotation in quotes.
        word = used.id if isinstance(used, ast.Name) else used.value if isinstance(used, ast.Constant) else ""
        if isinstance(word, str) and word in _defined(module):
            yield module, word


def _imports(tree: ast.Module, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield what a module's top imports of the laboratory, all or under one name."""
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith(_LABORATORY):
            yield from ((str(node.module), each.name) for each in node.names if name in ("", _name(each)))
        elif isinstance(node, ast.Import):
            modules = [each.name for each in node.names if each.name.startswith(_LABORATORY)]
            yield from ((module, each) for module in modules for each in _exported(module))


@cache
def _parsed(module: str) -> ast.Module:
    return ast.parse(_source(module))


@cache
def _source(module: str) -> str:
    spec = find_spec(module)
    assert spec
    assert spec.origin
    return Path(spec.origin).read_text(encoding="utf-8")


@cache
def _defined(module: str) -> dict[str, ast.stmt]:
    """Return the statements at the top of a module by the names that they bind."""
    return {name: node for node in _parsed(module).body for name in _bound(node)}


def _bound(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.FunctionDef() | ast.ClassDef():
            yield node.name
        case ast.Import() | ast.ImportFrom():
            yield from (each.asname or each.name.partition(".")[0] for each in node.names)
        case ast.Assign():
            yield from (name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
        case _:
            return


# The files.


def _cut(module: str, names: frozenset[str]) -> str:
    """Return the text of a module with no more at its top than these names."""
    kept = [text for node in _parsed(module).body if (text := _kept(module, node, names))]
    return "\n\n".join(kept) + "\n"


def _kept(module: str, node: ast.stmt, names: frozenset[str]) -> str:
    bound = [*_bound(node)]
    if not bound:
        return _text(module, node) if _about(node, names) else ""
    if isinstance(node, ast.Import | ast.ImportFrom):
        kept = copy(node)
        kept.names = [each for each in node.names if _name(each) in names]
        return ast.unparse(kept) if kept.names else ""
    return _text(module, node) if names.intersection(bound) else ""


def _name(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _about(node: ast.stmt, names: frozenset[str]) -> bool:
    """Return whether a statement that binds nothing changes one of these: a loop that sets attributes."""
    used = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return not isinstance(node, ast.Expr) and not [*_bound(node)] and bool(used & names)


def _text(module: str, node: ast.stmt) -> str:
    # With its lines, so that a traceback shows them; comments within stay.
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(each.lineno for each in decorators)])
    return "\n".join(_source(module).splitlines()[first - 1 : node.end_lineno])


def _packages(module: str) -> Iterable[str]:
    parts = module.split(".")
    return [".".join(parts[:n]) for n in range(1, len(parts))]


def _engine(lent: set[str]) -> str:
    """Return the text of the engine's package: the model, and what is lent of the functions."""
    lines = [
        "from memslot_lab.engine.errors import MemslotError",
        "from memslot_lab.engine.model import Change, KernelWarning, MemorySlot, Memslots",
        "from memslot_lab.engine.region import UserspaceMemoryRegion",
    ]
    functions = (name.split(":") for name in sorted(lent) if name.startswith(f"{_ENGINE}."))
    return "\n".join([*lines, *(f"from {module} import {name}" for module, name in functions)]) + "\n" + _REFUSE


def _write(folder: Path, module: str, text: str) -> None:
    path = folder.joinpath(*module.split(".")).with_suffix(".py")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
