"""Stubs are cut from the solutions, always alike, and never over a learner's work."""

import json
import os
import shutil
from collections.abc import Callable
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


def spoil(path: Path, damage: Callable[[dict[str, Any]], object]) -> None:
    """Damage a notebook at its answer cell."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    damage(next(cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("solution")))
    path.write_text(json.dumps(notebook), encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda cell: cell.pop("id"), "cell 9: no cell_type or no id; open and save"),
        (lambda cell: cell.pop("cell_type"), "cell 9: no cell_type or no id"),
        (lambda cell: cell.update(id=7), "cell 9: no cell_type or no id"),
        (lambda cell: cell.pop("metadata"), "cell 9: a solution, but not in the answer cell of a task"),
        (lambda cell: cell.update(metadata=None), "cell 9: its metadata is no table"),
        (lambda cell: cell.update(metadata=[]), "cell 9: its metadata is no table"),
        (lambda cell: cell["metadata"]["nbgrader"].pop("grade_id"), "cell 9: its nbgrader mark needs a grade_id"),
        (lambda cell: cell["metadata"]["nbgrader"].pop("solution"), "cell 9: its nbgrader mark needs a grade_id"),
        (lambda cell: cell["metadata"]["nbgrader"].update(grade_id=[]), "cell 9: its nbgrader mark needs"),
        (lambda cell: cell["metadata"].update(nbgrader=[1]), "cell 9: its nbgrader mark needs"),
    ],
)
def test_solution_with_damaged_marks_is_told_by_cell(
    course: Path, damage: Callable[[dict[str, Any]], object], words: str
) -> None:
    """What an editor may drop is named, and nothing is written."""
    spoil(course / "solutions" / "03_delete.ipynb", damage)

    with pytest.raises(NotebookError, match=words):
        cut(course)
    assert not (course / "exercises" / "03_delete.ipynb").exists()


@pytest.mark.parametrize("metadata", [[], None, {"memslot_lab": []}, {"memslot_lab": {"released": []}}])
def test_release_never_writes_over_a_notebook_with_odd_metadata(course: Path, metadata: object) -> None:
    """Without a digest that fits, it counts as work."""
    cut(course)
    mine = course / "exercises" / "03_delete.ipynb"
    mine.write_text(json.dumps({**json.loads(mine.read_text(encoding="utf-8")), "metadata": metadata}))
    before = mine.read_bytes()

    with pytest.raises(NotebookError, match="was worked in since it was released"):
        cut(course)
    assert mine.read_bytes() == before


@pytest.mark.parametrize("step", ["chmod", "replace"])
def test_release_that_fails_midway_leaves_the_folder_as_it_was(
    course: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """No half notebook, no temporary file, and the reason in words."""
    cut(course)
    change(course / "solutions" / "03_delete.ipynb", "# Another\n", place=0)
    folder = course / "exercises"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, step, refuse)
    with pytest.raises(NotebookError, match=r"03_delete.ipynb cannot be written \(Permission denied\)"):
        cut(course)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere; run as a user")
def test_release_into_a_folder_that_may_not_be_written_is_told(course: Path) -> None:
    """A read-only folder is no traceback."""
    folder = course / "exercises"
    folder.chmod(0o555)
    try:
        with pytest.raises(NotebookError, match="cannot be written"):
            cut(course)
    finally:
        folder.chmod(0o755)


def test_released_notebook_may_be_read_by_others(course: Path) -> None:
    """It gets the permissions of any new file, not those of a temporary one."""
    (course / "plain").touch()
    path = cut(course)[0]

    assert path.stat().st_mode == (course / "plain").stat().st_mode


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
