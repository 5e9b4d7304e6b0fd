"""check_exercise(): the answer cells of a notebook, run alone; a broken notebook is told in words."""

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from memslot_lab.course import NotebookError, UnknownExerciseError, check_exercise
from memslot_lab.course.catalog import find_exercise

ROOT = Path(__file__).parents[2]
SOLVED = ROOT / "solutions" / "03_delete.ipynb"
STUB = ROOT / "exercises" / "03_delete.ipynb"

Notebook = dict[str, Any]
Change = Callable[[Notebook], object]


def answer_cell(notebook: Notebook) -> Notebook:
    """Return the cell that the learner writes in."""
    return next(cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("solution"))


def answer(source: str) -> Change:
    """Return a change that writes a text into the answer cell."""
    return lambda notebook: answer_cell(notebook).update(source=source)


def saved(folder: Path, change: Change) -> Path:
    """Return a copy of the solved notebook, changed."""
    notebook = json.loads(SOLVED.read_text(encoding="utf-8"))
    change(notebook)
    path = folder / "03_delete.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def test_solution_passes_and_stub_fails() -> None:
    """The committed notebooks are what they should be."""
    assert check_exercise(SOLVED).points == 10
    stub = check_exercise(STUB)

    assert not stub.passed
    assert "delete() is not written yet" in stub.text()


def test_exercise_is_found_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In exercises/ of the current folder, or in the folder itself."""
    path = saved(tmp_path, lambda notebook: None)
    monkeypatch.chdir(tmp_path)
    assert check_exercise("03_delete").passed

    (tmp_path / "exercises").mkdir()
    path.rename(tmp_path / "exercises" / path.name)
    assert check_exercise("03_delete").passed


def test_check_writes_nothing(tmp_path: Path) -> None:
    """The learner's file and folder are as before."""
    path = saved(tmp_path, lambda notebook: None)
    before = path.read_bytes()
    check_exercise(path)

    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_other_cells_are_not_run(tmp_path: Path) -> None:
    """Only the answer cell runs: nothing else of the notebook can help it or harm it."""
    path = saved(
        tmp_path,
        lambda notebook: [c.update(source="1/0") for c in notebook["cells"] if "nbgrader" not in c["metadata"]],
    )

    assert check_exercise(path).passed


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (
            "def delete(slots, slot)\n    pass",
            "Python cannot read line 1 of the answer cell, `def delete(slots, slot)`",
        ),
        ("%time delete\n", "Line 1 of the answer cell, `%time delete`, is a command of the notebook"),
        ("def delete(slots, slot):\n    !ls", "Line 2 of the answer cell, `!ls`, is a command of the notebook"),
        ("delete?", "`delete?`, is a command of the notebook"),
        ("", "The answer cell defines no function called delete."),
        ("import json", "The answer cell defines no function called delete."),
        ("def delte(slots, slot): ...", "defines no function called delete; it defines delte: rename it."),
        ("def helper(): ...\ndef delet(slots, slot): ...", "it defines delet: rename it."),
        ("def one(): ...\ndef two(): ...", "The answer cell defines no function called delete."),
        ("delete = 5", "The answer cell defines no function called delete: there, delete is 5."),
        ("delete = 'text'", "defines no function called delete: there, delete is 'text'."),
        ("from memslot_lab.engine import delete", "This delete() is the engine's own"),
        ("1 / 0", "The answer cell itself raised ZeroDivisionError: division by zero"),
        ("raise SystemExit", "The answer cell itself raised SystemExit"),
        ("while True:\n    pass", "of the answer cell does not come to an end"),
        ("x = " + "(" * 5000 + ")" * 5000, "annot"),
        ("x = '\0'", "annot"),
        ("def delete(slots, slot):\n    deque()", "The command line runs the answer cells alone"),
        ("def delete(slots, slot):\n    slots.memslots[99]", "in line 2: `slots.memslots[99]`"),
    ],
)
def test_answer_that_cannot_be_judged_is_told_in_words(tmp_path: Path, source: str, words: str) -> None:
    """A mistake in the cell is part of the report."""
    report = check_exercise(saved(tmp_path, answer(source)))

    assert words in report.text()
    assert "Traceback" not in report.text()
    assert not report.passed


def test_answer_has_the_names_of_the_exercises_import_cell(tmp_path: Path) -> None:
    """What the notebook imports for the learner is there on the command line, but for the course's own three."""
    document = json.loads(SOLVED.read_text(encoding="utf-8"))
    first = next(cell for cell in document["cells"] if cell["cell_type"] == "code")
    tree = ast.parse("".join(first["source"]))
    names = {a.name for node in tree.body if isinstance(node, ast.ImportFrom) for a in node.names}
    own = names - {"check", "hint", "solved"}
    used = ", ".join(sorted(own))
    body = "".join(answer_cell(document)["source"]).replace("    ### BEGIN", f"    {used}\n    ### BEGIN")

    assert {name.partition(":")[2] for name in find_exercise("03_delete").imports} == own >= {"show", "Change"}
    assert check_exercise(saved(tmp_path, answer(f"{used}\n{body}"))).passed


def test_answer_may_import_and_define_helpers(tmp_path: Path) -> None:
    """Everything an answer needs may stand in its cell."""
    source = "from dataclasses import replace\nimport json, statistics\ndef helper(): ...\n" + "".join(
        answer_cell(json.loads(SOLVED.read_text(encoding="utf-8")))["source"]
    )

    assert check_exercise(saved(tmp_path, answer(source))).passed


def duplicate(notebook: Notebook) -> None:
    """Paste the answer cell once more."""
    notebook["cells"].append(answer_cell(notebook))


def cut(notebook: Notebook) -> None:
    """Delete the answer cell."""
    notebook["cells"].remove(answer_cell(notebook))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (duplicate, "has 2 answer cells for delete(), cells 9 and 19; delete all but one"),
        (cut, "has no answer cell for delete(): the cell that came with the exercise is gone"),
        (lambda n: answer_cell(n)["metadata"].pop("nbgrader"), "has no answer cell for delete()"),
        (lambda n: answer_cell(n)["metadata"]["nbgrader"].update(grade_id="x"), "has no answer cell for delete()"),
        (lambda n: answer_cell(n).update(metadata=None), "has no answer cell for delete()"),
        (lambda n: answer_cell(n).update(cell_type="markdown"), "has no answer cell for delete()"),
        (lambda n: n.update(cells={}), "is no notebook of format 4"),
        (lambda n: n.update(cells=[1]), "is no notebook of format 4"),
        (lambda n: n.pop("cells"), "is no notebook of format 4"),
    ],
)
def test_notebook_without_its_answer_cell_is_told(tmp_path: Path, change: Change, words: str) -> None:
    """What is missing or there twice is named, with what to do."""
    with pytest.raises(NotebookError) as caught:
        check_exercise(saved(tmp_path, change))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (SOLVED.read_bytes()[:2000], "is not a whole notebook"),
        (b"", "is not a whole notebook"),
        (b"\xff\xfe\x00", "is not a whole notebook"),
        (b"[" * 100_000, "is not a whole notebook"),
        (b"[]", "is no notebook of format 4"),
        (b"7", "is no notebook of format 4"),
        (b" " * 20_000_001, "has more than 20,000,000 bytes"),
    ],
)
def test_file_that_is_no_notebook_is_told(tmp_path: Path, content: bytes, words: str) -> None:
    """A truncated, empty, binary or giant file is answered in words."""
    path = tmp_path / "03_delete.ipynb"
    path.write_bytes(content)

    with pytest.raises(NotebookError, match=words):
        check_exercise(path)


def test_missing_notebook_says_where_to_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Called in the wrong folder, the check says so."""
    monkeypatch.chdir(tmp_path)

    with pytest.raises(
        NotebookError, match=r"03_delete.ipynb cannot be read \(No such file.*go to the folder that holds"
    ):
        check_exercise("03_delete")


def test_folder_in_place_of_the_notebook_is_told(tmp_path: Path) -> None:
    """A folder of that name is no notebook."""
    (tmp_path / "03_delete.ipynb").mkdir()

    with pytest.raises(NotebookError, match="cannot be read"):
        check_exercise(tmp_path / "03_delete.ipynb")


@pytest.mark.parametrize("name", ["04_delete", "nosuch.ipynb", "nosuch.py", ""])
def test_unknown_exercise_is_told(name: str) -> None:
    """A name that no exercise has is answered with those that are."""
    with pytest.raises(UnknownExerciseError, match="03_delete"):
        check_exercise(name)
