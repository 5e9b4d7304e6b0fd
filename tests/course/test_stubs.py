"""Stubs are cut from the solutions, always alike, and never over a learner's work."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from memslot_lab.course.catalog import read_manifest
from memslot_lab.course.errors import ManifestError, NotebookError
from memslot_lab.course.stubs import BEGIN, END, release

ROOT = Path(__file__).parents[2]
NAMES = list(read_manifest())
KEYS = {"schema_version", "grade", "locked", "solution", "grade_id", "points"}


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A copy of solutions/ and of the manifest, without exercises."""
    shutil.copytree(ROOT / "solutions", tmp_path / "solutions")
    (tmp_path / "exercises").mkdir()
    shutil.copy(ROOT / "exercises" / "info.toml", tmp_path / "exercises")
    return tmp_path


def cut(course: Path) -> list[Path]:
    """Release the copy."""
    return release(course / "solutions", course / "exercises")


def change(path: Path, source: str, *, place: int | None = None) -> None:
    """Write a text into the answer cell of a notebook, or into the cell at `place`."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cells = notebook["cells"]
    answer = next(i for i, cell in enumerate(cells) if cell["metadata"].get("nbgrader", {}).get("solution"))
    cells[answer if place is None else place]["source"] = source
    path.write_text(json.dumps(notebook), encoding="utf-8")


def cells_of(name: str) -> list[dict[str, Any]]:
    """Return the cells of a committed exercise."""
    return json.loads((ROOT / "exercises" / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]


def test_committed_stubs_are_what_release_cuts(course: Path) -> None:
    """Byte for byte, on any machine."""
    cut(course)

    for name in NAMES:
        committed = (ROOT / "exercises" / f"{name}.ipynb").read_bytes().replace(b"\r\n", b"\n")
        assert (course / "exercises" / f"{name}.ipynb").read_bytes() == committed


def test_folders_hold_what_the_manifest_names_and_nothing_else() -> None:
    """No stray notebook, none missing."""
    for folder in ("exercises", "solutions"):
        assert sorted(path.stem for path in (ROOT / folder).glob("*.ipynb")) == sorted(NAMES)


def test_second_release_writes_nothing(course: Path) -> None:
    """What is the same is left alone."""
    assert [path.stem for path in cut(course)] == NAMES
    assert cut(course) == []


def test_release_replaces_an_older_stub(course: Path) -> None:
    """A stub that nobody worked in follows its solution."""
    cut(course)
    path = course / "solutions" / "03_delete.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("about half an hour", "an hour"), encoding="utf-8")

    assert [path.stem for path in cut(course)] == ["03_delete"]


@pytest.mark.parametrize("place", [None, 0])
def test_release_never_writes_over_work(course: Path, place: int | None) -> None:
    """A notebook in which anything was written stays, and the message names it."""
    cut(course)
    change(course / "solutions" / "03_delete.ipynb", "# Another\n", place=0)
    mine = course / "exercises" / "03_delete.ipynb"
    change(mine, "def delete(slots, slot):\n    slots.used_slots -= 1\n    raise NotImplementedError", place=place)
    before = mine.read_bytes()

    with pytest.raises(NotebookError, match=r"03_delete.ipynb was worked in since it was released; move it away"):
        cut(course)
    assert mine.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"{}", b'{"cells": []}'])
def test_release_never_writes_over_a_file_it_does_not_know(course: Path, content: bytes) -> None:
    """What is no released notebook is not overwritten either."""
    mine = course / "exercises" / "03_delete.ipynb"
    mine.write_bytes(content)

    with pytest.raises(NotebookError):
        cut(course)
    assert mine.read_bytes() == content


def test_release_after_running_the_stub_goes_through(course: Path) -> None:
    """Outputs are no work: who only ran the stub is not asked to move it away."""
    cut(course)
    path = course / "exercises" / "03_delete.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"][2] = {**notebook["cells"][2], "execution_count": 3}
    path.write_text(json.dumps(notebook), encoding="utf-8")

    assert cut(course) == [path]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (f"{BEGIN}\n{BEGIN}\n{END}", "cell 9, line 2: ### BEGIN SOLUTION inside the solution begun in line 1"),
        (f"x\n{END}", "cell 9, line 2: ### END SOLUTION without a beginning"),
        (f"{BEGIN}\n{END}\n{END}", "cell 9, line 3: ### END SOLUTION without a beginning"),
        (f"x\n{BEGIN}\ny", "cell 9, line 2: ### BEGIN SOLUTION without an end"),
        ("x = 1", "has no answer cell for delete"),
    ],
)
def test_markers_that_do_not_pair_are_told_by_cell_and_line(course: Path, source: str, words: str) -> None:
    """The author reads where to look, and nothing is written."""
    change(course / "solutions" / "03_delete.ipynb", source)

    with pytest.raises(NotebookError, match=words):
        cut(course)
    assert not (course / "exercises" / "03_delete.ipynb").exists()


def test_solution_outside_an_answer_cell_is_refused(course: Path) -> None:
    """A solution that would not be cut out cannot slip into a stub."""
    change(course / "solutions" / "03_delete.ipynb", f"{BEGIN}\nx\n{END}", place=2)

    with pytest.raises(NotebookError, match="cell 3: a solution, but not in the answer cell of a task"):
        cut(course)


def test_solution_that_no_manifest_names_is_refused(course: Path) -> None:
    """A stray notebook is told."""
    shutil.copy(course / "solutions" / "03_delete.ipynb", course / "solutions" / "03_delte.ipynb")

    with pytest.raises(NotebookError, match=r"03_delte.ipynb is in no manifest: did you mean '03_delete'"):
        cut(course)


def test_missing_solution_or_manifest_is_told(course: Path) -> None:
    """Each error names the file."""
    (course / "solutions" / "03_delete.ipynb").unlink()
    with pytest.raises(NotebookError, match=r"03_delete.ipynb cannot be read"):
        cut(course)

    (course / "exercises" / "info.toml").unlink()
    with pytest.raises(ManifestError, match=r"info.toml: not a readable manifest"):
        cut(course)


@pytest.mark.parametrize("name", NAMES)
def test_stub_keeps_signature_and_docstring_and_ends_in_its_task(name: str) -> None:
    """The learner finds the frame, and no line of the solution."""
    for task in read_manifest()[name].tasks:
        cell = next(c for c in cells_of(name) if c["metadata"].get("nbgrader", {}).get("grade_id") == task.function)
        lines = "".join(cell["source"]).splitlines()

        assert lines[0].startswith(f"def {task.function}(")
        assert lines[1].strip().startswith('"""')
        assert lines[-1] == f'    raise NotImplementedError("Task {task.number}: write {task.function}() here")'
        assert len(lines) == 3


@pytest.mark.parametrize("name", NAMES)
def test_stub_carries_no_output_and_nothing_of_a_machine(name: str) -> None:
    """Outputs, counts, timings and versions are gone."""
    notebook = json.loads((ROOT / "exercises" / f"{name}.ipynb").read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]

    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert {key for cell in notebook["cells"] for key in cell["metadata"]} <= {"nbgrader"}
    assert notebook["metadata"]["language_info"] == {"name": "python"}
    assert BEGIN not in json.dumps(notebook)
    assert END not in json.dumps(notebook)


@pytest.mark.parametrize("name", NAMES)
def test_stub_carries_nbgrader_metadata_of_schema_3(name: str) -> None:
    """Exactly its keys, each id once, and the points of the manifest."""
    marks = [cell["metadata"]["nbgrader"] for cell in cells_of(name) if "nbgrader" in cell["metadata"]]

    for mark in marks:
        assert mark["schema_version"] == 3
        assert {"schema_version", "grade", "locked", "solution", "grade_id"} <= set(mark) <= KEYS
        assert ("points" in mark) == mark["grade"]
        assert mark["solution"] != mark["locked"]
    assert len({mark["grade_id"] for mark in marks}) == len(marks)
    assert sum(mark.get("points", 0) for mark in marks) == read_manifest()[name].points
    assert {mark["grade_id"] for mark in marks if mark["solution"]} == {t.function for t in read_manifest()[name].tasks}


@pytest.mark.parametrize("name", NAMES)
def test_stub_ends_in_the_cell_that_raises_unless_solved(name: str) -> None:
    """The last cell is locked and calls solved() for this exercise."""
    last = cells_of(name)[-1]

    assert last["metadata"]["nbgrader"]["locked"]
    assert "".join(last["source"]).startswith(f'solved("{name}", ')
