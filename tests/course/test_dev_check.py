"""The check of the course's makers: silent on what is committed, and each kind of slip is found."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from memslot_lab.course import dev_check as module
from memslot_lab.course.answer_files import trouble_of_right, trouble_of_wrong
from memslot_lab.course.catalog import find_exercise
from memslot_lab.course.dev_check import dev_check
from memslot_lab.course.errors import CourseError, ManifestError

ROOT = Path(__file__).parents[2]
ONE = {"03_delete": find_exercise("03_delete")}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Copy what the checks read of exercise 03, with two known answers."""
    for folder, pattern in (
        ("exercises", "*"),
        ("solutions", "03_*"),
        ("notebooks", "03_*"),
        ("tests/right/03_delete", "slices.py"),
        ("tests/wrong/03_delete", "does_nothing.py"),
        ("memslot_lab/course/misconceptions", "03_*"),
    ):
        (tmp_path / folder).mkdir(parents=True)
        for path in filter(Path.is_file, (ROOT / folder).glob(pattern)):
            shutil.copy(path, tmp_path / folder)
    return tmp_path


def findings(name: str, root: Path) -> list[str]:
    """Run one of the checks on exercise 03."""
    return [finding.replace(f"{root}/", "") for finding in getattr(module, name)(root, ONE)]


def test_folder_that_is_no_checkout_is_refused(tmp_path: Path) -> None:
    """The message says what to name."""
    with pytest.raises(CourseError, match="has no exercises/; name the root of a checkout"):
        list(dev_check(tmp_path))


def test_manifest_with_an_empty_hint_is_refused(checkout: Path) -> None:
    """Names, hints and points are looked at where the manifest is read."""
    path = checkout / "exercises" / "info.toml"
    path.write_text(path.read_text().replace('"After the delete, who', '"", "After the delete, who', 1))

    with pytest.raises(ManifestError, match="hints"):
        list(dev_check(checkout))


def append(path: str, text: str) -> Callable[[Path], object]:
    """Return a change that adds a text to a file."""

    def change(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        with (root / path).open("a") as file:
            file.write(text)

    return change


def edit_cell(path: str, old: str, new: str) -> Callable[[Path], object]:
    """Return a change to the text of a notebook's cells."""

    def change(root: Path) -> None:
        notebook = json.loads((root / path).read_text())
        for cell in notebook["cells"]:
            cell["source"] = "".join(cell["source"]).replace(old, new)
        (root / path).write_text(json.dumps(notebook))

    return change


SOLVED = "solutions/03_delete.ipynb"


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("_lessons", lambda root: (root / "notebooks/03_deleting.ipynb").unlink(), "its lesson 03_deleting is not in"),
        ("_lessons", edit_cell("notebooks/03_deleting.ipynb", "../exercises/", "../"), "does not link to its exercise"),
        ("_solutions", edit_cell(SOLVED, "used_slots -= 1", "used_slots -= 2"), "its solution has"),
        ("_stray_files", append("exercises/notes.txt", "x"), "exercises/notes.txt: belongs to no exercise"),
        ("_stray_files", append("solutions/98_x.py", "x"), "solutions/98_x.py: belongs to no exercise"),
        ("_stray_files", append("tests/wrong/98_x/a.py", "x"), "tests/wrong/98_x: belongs to no exercise"),
        ("_stray_files", append("notebooks/98_x.py", "x"), "notebooks/98_x.py: is the text of no notebook"),
        ("_text_pairs", edit_cell(SOLVED, "Before you write", "Before"), "differs from its text pair 03_delete.py"),
        ("_style", edit_cell(SOLVED, "show(slots)", "show(slots)\n" * 16), "lines, more than 15; split it"),
        ("_known_answers", append("tests/right/03_delete/none.py", "x = 1"), "none.py: defines no function of 03"),
    ],
)
def test_slip_is_found(checkout: Path, name: str, change: Callable[[Path], object], words: str) -> None:
    """Each check is silent before the slip and says what it is after it."""
    assert not [finding for finding in findings(name, checkout) if words in finding]
    change(checkout)

    assert [finding for finding in findings(name, checkout) if words in finding]


def test_stub_that_is_not_cut_from_its_solution_is_found(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A solution that was changed after the release, and a stub that has points."""
    monkeypatch.setattr(module, "stale_stubs", lambda solutions, exercises: [exercises / "03_delete.ipynb"])
    shutil.copy(checkout / SOLVED, checkout / "exercises" / "03_delete.ipynb")

    assert findings("_stubs", checkout) == [
        "exercises/03_delete.ipynb: is not what its solution gives; run memslot-lab release",
        "03_delete: its stub has 10 points, or is not told as unwritten; cut the answer out",
    ]


WRONG = """
from memslot_lab.engine import *
FAILS = {fails}
NAMED = "{named}"
def delete(slots, slot):
    pass
"""
ALL_GROUPS = [group.name for group in ONE["03_delete"].tasks[0].groups]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (WRONG.format(fails=ALL_GROUPS, named="delete-does-nothing"), ""),
        (WRONG.format(fails=["one"], named="delete-does-nothing"), "mend FAILS, or the cases"),
        (WRONG.format(fails=ALL_GROUPS, named="delete-keeps-the-count"), "behaves like delete-does-nothing, and says"),
        ("x = 1", "defines 0 functions of 03_delete; a wrong answer has one"),
        ("from memslot_lab.engine import delete", "defines 0 functions"),
    ],
)
def test_wrong_answer_that_is_judged_otherwise_is_found(tmp_path: Path, text: str, words: str) -> None:
    """Groups and name are those that the file says."""
    path = tmp_path / "answer.py"
    path.write_text(text)
    found = trouble_of_wrong(path, ONE["03_delete"])

    assert words in found
    assert bool(words) == bool(found)


def test_right_answer_that_fails_is_found(tmp_path: Path) -> None:
    """It says which function."""
    path = tmp_path / "answer.py"
    path.write_text("def delete(slots, slot):\n    pass\n")

    assert "delete does not pass; mend the cases" in trouble_of_right(path, ONE["03_delete"])
