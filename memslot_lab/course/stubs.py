"""Cut the exercises from the solutions: the same notebooks without answers and without outputs."""

import json
import os
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, cast

from memslot_lab.course.answers import read_cells, released_mark, source_of
from memslot_lab.course.catalog import Exercise, Task, did_you_mean, read_manifest
from memslot_lab.course.errors import NotebookError

__all__ = [
    "BEGIN",
    "END",
    "as_notebook",
    "cut_stub",
    "is_untouched",
    "refuse_edited",
    "release",
    "replace_file",
    "stale_stubs",
]

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"

# Nothing of the machine that ran the solution.
_KERNEL: dict[str, Any] = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def release(solutions: Path, exercises: Path) -> list[Path]:
    """Cut each exercise of the manifest from its solution; write all of them or none.

    A released notebook carries a digest of its cells. Where the cells no longer fit it, somebody has worked in the
    notebook, and it is not overwritten.

    Parameters
    ----------
    solutions, exercises : Path
        Folders; the second holds info.toml.

    Returns
    -------
    list[Path]
        The exercises that were written; those that are the same already are left alone.

    Raises
    ------
    ManifestError
        info.toml cannot be used.
    NotebookError
        A solution is missing, not in the manifest, or marked wrongly; an exercise would be overwritten, or cannot
        be written.
    """
    stale = stale_stubs(solutions, exercises)
    for path in stale:
        refuse_edited(path)
    for path, content in stale.items():
        replace_file(path, content)
    return list(stale)


def stale_stubs(solutions: Path, exercises: Path) -> dict[Path, bytes]:
    """Return the exercises that are not what their solutions give, each with what it should hold.

    Raises
    ------
    ManifestError, NotebookError
        As `release()`.
    """
    manifest = read_manifest(exercises / "info.toml")
    for path in sorted(solutions.glob("*.ipynb")):
        if path.stem not in manifest:
            raise NotebookError(f"{path} is in no manifest: {did_you_mean(path.stem, list(manifest))}")
    cut = {
        exercises / f"{exercise.name}.ipynb": cut_stub(solutions / f"{exercise.name}.ipynb", exercise)
        for exercise in manifest.values()
    }
    return {path: content for path, content in cut.items() if not path.exists() or path.read_bytes() != content}


def replace_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all.

    Raises
    ------
    NotebookError
        It cannot be written.
    """
    new = None
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            new = Path(file.name)
            file.write(content)
        new.chmod(0o666 & ~_umask())
        new.replace(path)
    except OSError as error:
        if new:
            new.unlink(missing_ok=True)
        raise NotebookError(
            f"{path} cannot be written ({error.strerror}); make its folder one that you may write to, and release again"
        ) from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def cut_stub(path: Path, exercise: Exercise) -> bytes:
    """Return the exercise as a notebook, cut from its solution.

    Raises
    ------
    NotebookError
        The solution is missing or marked wrongly.
    """
    tasks = {task.function: task for task in exercise.tasks}
    cells = [_cut_cell(path, number, cell, tasks) for number, cell in enumerate(read_cells(path), start=1)]
    if tasks:
        raise NotebookError(f"{path} has no answer cell for {', '.join(tasks)}; mark one with that grade_id")
    return as_notebook(cells)


def as_notebook(cells: list[dict[str, Any]], **marks: str) -> bytes:
    """Return cells as a notebook that carries their digest, and other marks of this laboratory."""
    document = {
        "cells": cells,
        "metadata": {**_KERNEL, "memslot_lab": {"released": _digest(cells), **marks}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return (json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _cut_cell(path: Path, number: int, cell: dict[str, Any], tasks: dict[str, Task]) -> dict[str, Any]:
    """Return one cell of the exercise; an answer cell takes its task out of `tasks`."""
    place = f"{path}, cell {number}"
    kind, cell_id = cell.get("cell_type"), cell.get("id")
    if not isinstance(kind, str) or not isinstance(cell_id, str):
        raise NotebookError(f"{place}: no cell_type or no id; open and save the notebook in a current JupyterLab")
    mark = _mark(place, cell)
    source = source_of(cell)
    if BEGIN in source or END in source:
        task = tasks.pop(mark["grade_id"], None) if mark and mark["solution"] else None
        if task is None:
            raise NotebookError(f"{place}: a solution, but not in the answer cell of a task; move it there")
        source = _stub(place, source, task)
    new: dict[str, Any] = {"cell_type": kind, "id": cell_id, "source": source.splitlines(keepends=True)}
    new["metadata"] = {"nbgrader": mark} if mark else {}
    return {**new, "execution_count": None, "outputs": []} if kind == "code" else new


def _mark(place: str, cell: dict[str, Any]) -> dict[str, Any] | None:
    """Return nbgrader's metadata of a cell, None where there is none."""
    metadata = _table(cell.get("metadata", {}))
    if metadata is None:
        raise NotebookError(f"{place}: its metadata is no table; open and save the notebook in a current JupyterLab")
    if metadata.get("nbgrader") is None:
        return None
    mark = _table(metadata["nbgrader"])
    if mark is None or type(mark.get("grade_id")) is not str or type(mark.get("solution")) is not bool:
        raise NotebookError(f"{place}: its nbgrader mark needs a grade_id, a text, and solution, true or false")
    return mark


def _table(value: object) -> dict[str, Any] | None:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def _stub(place: str, source: str, task: Task) -> str:
    """Replace what stands between the markers by a line that says what is to be written."""
    kept: list[str] = []
    begun = 0  # line of the BEGIN that is open
    for number, line in enumerate(source.splitlines(), start=1):
        word = line.strip()
        if (word == BEGIN) == bool(begun) and word in (BEGIN, END):
            rule = f"inside the solution begun in line {begun}" if begun else "without a beginning"
            raise NotebookError(f"{place}, line {number}: {word} {rule}; markers come in pairs, one after the other")
        if word == BEGIN:
            indent = line[: len(line) - len(line.lstrip())]
            kept.append(f'{indent}raise NotImplementedError("Task {task.number}: write {task.function}() here")')
            begun = number
        elif word == END:
            begun = 0
        elif not begun:
            kept.append(line)
    if begun:
        raise NotebookError(f"{place}, line {begun}: {BEGIN} without an end; put {END} behind the answer")
    return "\n".join(kept)


def _digest(cells: list[dict[str, Any]]) -> str:
    return sha256(json.dumps([source_of(cell) for cell in cells]).encode()).hexdigest()[:16]


def is_untouched(path: Path) -> bool:
    """Return whether a notebook's cells are as they were released; a Python file never is.

    Raises
    ------
    NotebookError
        It cannot be read.
    """
    if path.suffix != ".ipynb":
        return False
    return released_mark(path, "released") == _digest(read_cells(path))


def refuse_edited(path: Path) -> None:
    """Raise if a notebook is there that is not as it was released."""
    if path.exists() and not is_untouched(path):
        raise NotebookError(f"{path} was worked in since it was released; move it away, then release again")
