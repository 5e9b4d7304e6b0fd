"""The exercises by name, read from exercises/info.toml."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, TypeVar, cast

from memslot_lab.course.errors import ManifestError, UnknownExerciseError

__all__ = ["Exercise", "Group", "Task", "did_you_mean", "find_exercise", "find_task", "read_manifest"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Group:
    """Cases that earn their points together.

    Parameters
    ----------
    name : str
        As a learner reads it.
    points : int
        Given when every case of the group passes.
    hint : str
        A question for who fails here.
    """

    name: str
    points: int
    hint: str


@dataclass(frozen=True, slots=True)
class Task:
    """One function to write.

    Parameters
    ----------
    number : str
        As in the notebook, "3.1".
    function : str
        Its name, which is also the `grade_id` of the answer cell.
    groups : tuple[Group, ...]
        In the order in which a learner should get them right.
    hints : tuple[str, ...]
        Two or three: the first asks, the last nearly tells.
    explain : str
        What is worth knowing after the pass.
    withheld : tuple[str, ...]
        Which of what the exercise lends is not lent here, for it would be the answer.
    """

    number: str
    function: str
    groups: tuple[Group, ...]
    hints: tuple[str, ...]
    explain: str
    withheld: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise notebook.

    Parameters
    ----------
    name, topic, lesson : str
        Stem of its notebook; what it is about; stem of the lesson's notebook.
    objective, out_of_scope : str
        What is learnt, and what is left out.
    imports : tuple[str, ...]
        What the notebook's first code cell imports for the answer cells, as "module:name".
    tasks : tuple[Task, ...]
        In order.
    lends : tuple[str, ...]
        Which functions of the laboratory an answer may use when it is graded, as "module:name".
    """

    name: str
    topic: str
    lesson: str
    objective: str
    out_of_scope: str
    imports: tuple[str, ...]
    tasks: tuple[Task, ...]
    lends: tuple[str, ...] = ()

    @property
    def points(self) -> int:
        """All points of the exercise."""
        return sum(group.points for task in self.tasks for group in task.groups)


def read_manifest(path: Path | None = None) -> dict[str, Exercise]:
    """Return the exercises by name, in the order of the course.

    Parameters
    ----------
    path : Path or None, optional
        An info.toml; None takes the course's own.

    Raises
    ------
    ManifestError
        It cannot be read, or an entry lacks something, has it twice or has the wrong type.
    """
    if path is None:
        from memslot_lab.course.workspace import course_files  # costs more than the manifest itself

        path = course_files() / "exercises" / "info.toml"
    return dict(_read(path, path.stat().st_mtime_ns if path.is_file() else 0))


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> dict[str, Exercise]:
    """Read a manifest once for each time that it `changed`."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ManifestError(f"{path}: not a readable manifest: {error}; install memslot-lab again") from None
    found = [_exercise(_Entry(path, "exercise", item)) for item in _Entry(path, "", document).items("exercise")]
    _no_twins(path, "exercise", [exercise.name for exercise in found])
    _no_twins(path, "function", [task.function for exercise in found for task in exercise.tasks])
    return {exercise.name: exercise for exercise in found}


def find_exercise(name: str) -> Exercise:
    """Return the exercise of this name.

    Raises
    ------
    UnknownExerciseError
        There is none; the message names the nearest.
    """
    exercises = read_manifest()
    if name not in exercises:
        raise UnknownExerciseError(f"no exercise is called {name!r}; {did_you_mean(name, list(exercises))}")
    return exercises[name]


def find_task(function: str) -> tuple[Exercise, Task]:
    """Return the exercise and the task that ask for a function of this name.

    Raises
    ------
    UnknownExerciseError
        No exercise asks for it; the message names the nearest.
    """
    exercises = read_manifest()
    tasks = {task.function: (exercise, task) for exercise in exercises.values() for task in exercise.tasks}
    if function not in tasks:
        known = [*(exercises if function[:1].isdecimal() else tasks)]
        raise UnknownExerciseError(
            f"no exercise asks for a function called {function!r}; {did_you_mean(function, known)}"
        )
    return tasks[function]


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """Return a question with the only known name that begins so, or the nearest one; or a list of all."""
    begun = [each for each in known if each.startswith(name.zfill(2) if name.isdecimal() else name)]
    near = begun if len(begun) == 1 else get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean {near[0]!r}?" if near else f"there is: {', '.join(known)}"


class _Entry:
    """One table of the manifest, with words for what it lacks."""

    def __init__(self, path: Path, kind: str, table: dict[str, Any]) -> None:
        self.path, self.kind, self.table = path, kind, table

    def take(self, key: str, kind: type[_T]) -> _T:
        value = self.table.pop(key, None)
        if type(value) is not kind or not value:
            raise ManifestError(f"{self.path}: {self.kind}: {key} is {value!r}; give it a {kind.__name__} with content")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        items = cast("list[object]", self.take(key, list))
        if not all(type(item) is str and item for item in items):
            raise ManifestError(f"{self.path}: {self.kind}: {key} is {items!r}; give it strings with content")
        return tuple(cast("list[str]", items))

    def items(self, key: str) -> list[dict[str, Any]]:
        items = cast("list[object]", self.take(key, list))
        if not all(type(item) is dict for item in items):
            raise ManifestError(f"{self.path}: {self.kind}: {key} is {items!r}; write it as [[...{key}]] tables")
        return cast("list[dict[str, Any]]", items)

    def finish(self, made: _T) -> _T:
        if self.table:
            raise ManifestError(f"{self.path}: {self.kind}: {', '.join(self.table)} means nothing here; take it out")
        return made


def _exercise(entry: _Entry) -> Exercise:
    name = entry.take("name", str)
    entry.kind = f"exercise {name}"
    tasks = tuple(_task(_Entry(entry.path, f"{entry.kind}, task", item)) for item in entry.items("task"))
    words = [entry.take(key, str) for key in ("topic", "lesson", "objective", "out_of_scope")]
    lends = _imports(entry, "lends") if "lends" in entry.table else ()
    return entry.finish(Exercise(name, *words, imports=_imports(entry, "imports"), tasks=tasks, lends=lends))


def _imports(entry: _Entry, key: str) -> tuple[str, ...]:
    imports = entry.texts(key)
    for name in imports:
        try:
            if ":" not in name:
                raise ValueError
            resolve_name(name)
        except (ValueError, ImportError, AttributeError):
            raise ManifestError(
                f"{entry.path}: {entry.kind}: {key} has {name!r}, which cannot be imported; write module:name"
            ) from None
    return imports


def _task(entry: _Entry) -> Task:
    number, function, explain = (entry.take(key, str) for key in ("number", "function", "explain"))
    entry.kind += f" {number}"
    hints = entry.texts("hints")
    if not 2 <= len(hints) <= 3 or "?" not in hints[0]:
        raise ManifestError(f"{entry.path}: {entry.kind}: give it two or three hints; the first is a question")
    groups = tuple(_group(_Entry(entry.path, f"{entry.kind}, group", item)) for item in entry.items("group"))
    _no_twins(entry.path, f"{entry.kind}, group", [group.name for group in groups])
    withheld = _imports(entry, "withheld") if "withheld" in entry.table else ()
    return entry.finish(Task(number, function, groups, hints, explain, withheld))


def _group(entry: _Entry) -> Group:
    return entry.finish(Group(entry.take("name", str), entry.take("points", int), entry.take("hint", str)))


def _no_twins(path: Path, kind: str, names: list[str]) -> None:
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise ManifestError(f"{path}: {kind} {', '.join(twins)} stands there twice; take one out")
