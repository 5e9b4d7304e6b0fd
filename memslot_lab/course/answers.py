"""Take a learner's answer cells out of an exercise notebook and run them, and nothing else of it; or a Python file.

Read with `json`: nbformat takes a second to import, and a broken notebook needs other words than its.
"""

import json
import linecache
from collections.abc import Iterable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, NamedTuple, cast

from memslot_lab.course.catalog import Exercise
from memslot_lab.course.errors import NotebookError
from memslot_lab.course.stages.playing import message_of
from memslot_lab.views.array import in_words
from memslot_lab.watch.budget import run_with_budget

__all__ = [
    "BIGGEST",
    "Answer",
    "answer_source",
    "as_table",
    "load_answers",
    "nbgrader_mark",
    "read_cells",
    "released_mark",
    "run_cells",
    "run_file",
    "source_of",
]

_CELL, _FILE = "answer cell", "file"
_STEPS = 1_000_000  # for the top level of a cell: definitions, and what else a learner put there
BIGGEST = 20_000_000  # bytes of a notebook; one with a few pictures has two


class Answer(NamedTuple):
    """What an answer cell left under its function's name, or a sentence on why it left nothing."""

    value: object
    problem: str


def load_answers(path: Path, exercise: Exercise) -> dict[str, Answer]:
    """Run the answer cells of a notebook, each in its turn, in one namespace; return by function name what they left.

    A file that ends in .py is run as a whole, under its own name: what stands under ``if __name__ == "__main__"`` is
    left out. In both the names that the notebook imports at its top are there.

    Raises
    ------
    NotebookError
        It cannot be read, or its answer cells are not there.
    """
    names = [task.function for task in exercise.tasks]
    given = {name.partition(":")[2]: resolve_name(name) for name in exercise.imports}
    if path.suffix == ".py":
        return run_file(names, str(path), _read_text(path), given | {"__name__": path.stem})
    cells = read_cells(path)
    pieces = {name: (f"<{path.name}: {name}>", answer_source(path, cells, name)) for name in names}
    return run_cells(pieces, given | {"__name__": "__main__"})


def run_file(names: Iterable[str], filename: str, source: str, namespace: dict[str, Any]) -> dict[str, Answer]:
    """Run a file in a namespace; return by function name what it left."""
    given = {*namespace, "__builtins__"}
    problems = dict.fromkeys(names, _run(_FILE, filename, source, namespace))
    return _left(_FILE, problems, namespace, given)


def run_cells(pieces: Mapping[str, tuple[str, str]], namespace: dict[str, Any]) -> dict[str, Answer]:
    """Run answer cells, file name and source by function name, one after the other; return what they left."""
    given = {*namespace, "__builtins__"}
    problems = {name: _run(_CELL, filename, source, namespace) for name, (filename, source) in pieces.items()}
    return _left(_CELL, problems, namespace, given)


def _left(place: str, problems: dict[str, str], namespace: dict[str, Any], given: set[str]) -> dict[str, Answer]:
    own = {key: value for key, value in namespace.items() if key not in given}
    return {name: Answer(own.get(name), problem or _undefined(place, name, own)) for name, problem in problems.items()}


def _undefined(place: str, name: str, own: dict[str, Any]) -> str:
    """Say what stands in the place of a function that the answer does not define, an empty string if it does."""
    if callable(own.get(name)):
        return ""
    problem = f"The {place} defines no function called {name}"
    if name in own:
        return f"{problem}: there, {name} is {in_words(own[name])}."
    functions = [other for other, value in own.items() if callable(value)]
    alike = functions if len(functions) == 1 else get_close_matches(name, functions, n=1)
    return f"{problem}; it defines {alike[0]}: rename it." if alike else f"{problem}."


def read_cells(path: Path) -> list[dict[str, Any]]:
    """Return the cells of a notebook in format 4.

    Raises
    ------
    NotebookError
        There is none, or it is no such notebook.
    """
    cells: Any = _document(path).get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cast("list[object]", cells)):
        raise NotebookError(f"{path} is no notebook of format 4: open and save it in a current JupyterLab")
    return cast("list[dict[str, Any]]", cells)


def released_mark(path: Path, key: str) -> object:
    """Return what a released notebook says of itself under a key, None if it says nothing.

    Raises
    ------
    NotebookError
        It cannot be read.
    """
    return as_table(as_table(_document(path).get("metadata")).get("memslot_lab")).get(key)


def _document(path: Path) -> dict[str, Any]:
    try:
        return as_table(json.loads(_read_text(path)))
    except (ValueError, RecursionError):  # broken JSON
        raise NotebookError(f"{path} is not a whole notebook: save it again in Jupyter, or take a fresh copy") from None


def _read_text(path: Path) -> str:
    try:
        if path.stat().st_size > BIGGEST:
            raise NotebookError(f"{path} has more than {BIGGEST:,} bytes; clear its outputs and save it again")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise NotebookError(
            f"{path} cannot be read ({error.strerror}); go to the folder that holds exercises/, "
            f"or give the path of the notebook"
        ) from None
    except UnicodeDecodeError:
        kind = "a Python file in UTF-8" if path.suffix == ".py" else "a whole notebook"
        raise NotebookError(f"{path} is not {kind}: save it again, or take a fresh copy") from None


def source_of(cell: dict[str, Any]) -> str:
    """Return the text of a cell."""
    source: object = cell.get("source", "")
    return "".join(map(str, cast("list[object]", source))) if isinstance(source, list) else str(source)


def answer_source(path: Path, cells: list[dict[str, Any]], grade_id: str) -> str:
    """Return the text of the one answer cell with this grade_id.

    Raises
    ------
    NotebookError
        There is none, or more than one.
    """
    found = [(number, cell) for number, cell in enumerate(cells, start=1) if _grade_id(cell) == grade_id]
    if not found:
        raise NotebookError(
            f"{path} has no answer cell for {grade_id}(): the cell that came with the exercise is gone; "
            f"take a fresh copy and put your function into its answer cell"
        )
    if len(found) > 1:
        numbers = " and ".join(str(number) for number, _ in found)
        raise NotebookError(
            f"{path} has {len(found)} answer cells for {grade_id}(), cells {numbers}; delete all but one"
        )
    return source_of(found[0][1])


def _grade_id(cell: dict[str, Any]) -> object:
    mark = nbgrader_mark(cell)
    return mark.get("grade_id") if cell.get("cell_type") == "code" and mark.get("solution") else None


def nbgrader_mark(cell: Mapping[str, Any]) -> dict[str, Any]:
    """Return what nbgrader's metadata say of a cell, nothing where it has none."""
    return as_table(as_table(cell.get("metadata")).get("nbgrader"))


def as_table(value: object) -> dict[str, Any]:
    """Return a JSON object as it is, an empty one in the place of anything else."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _run(place: str, filename: str, source: str, namespace: dict[str, Any]) -> str:
    """Run one cell or file; return a sentence on what went wrong, an empty string if nothing did."""
    # A traceback, a debugger and the report can then show the line.
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    try:
        code = compile(source, filename, "exec")
    except SyntaxError as error:
        return _syntax(place, source, error)
    except (ValueError, RecursionError, MemoryError) as error:  # a NUL byte, or nested too deeply
        return f"The {place} cannot be read by Python: {error}."
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        run = run_with_budget(lambda: exec(code, namespace), _STEPS)
    if run.stopped_at:
        return f"Line {run.stopped_at.line} of the {place} does not come to an end: leave only the function in it."
    if run.error is not None:
        kind, message = type(run.error).__name__, message_of(run.error)
        return f"The {place} itself raised {kind}: {message}; leave only the function in it."
    return ""


def _syntax(place: str, source: str, error: SyntaxError) -> str:
    lines = source.splitlines()
    line = lines[error.lineno - 1].strip() if error.lineno and error.lineno <= len(lines) else ""
    if line.startswith(("%", "!")) or line.endswith("?"):
        return f"Line {error.lineno} of the {place}, `{line}`, is a command of the notebook, no Python: take it out."
    return f"Python cannot read line {error.lineno} of the {place}, `{line}`: {error.msg}."
