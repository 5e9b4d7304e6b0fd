"""Marks in a gradebook of nbgrader, read back by nbgrader: its own scores and cells, and all that a teacher wrote."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from memslot_lab import __version__
from memslot_lab.course.catalog import find_exercise
from memslot_lab.grading.formats.gradebook import gradebook_url, scores, without_password
from memslot_lab.grading.formats.items import HIDDEN
from memslot_lab.grading.marks import Mark
from memslot_lab.grading.results import write_results

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DELETE, CREATE = "03_delete", "04_create"

Data = dict[str, Any]
Python = Callable[..., str]


def mark(student: str, exercise: str, *, right: bool = True, status: str = "graded", sentence: str = "") -> Mark:
    """Return a mark with all points, or with those of all groups but each function's first."""
    if status != "graded":
        return Mark(student, exercise, "place", 0, find_exercise(exercise).points, status, sentence)
    tasks: list[Data] = []
    for task in find_exercise(exercise).tasks:
        words = {"sentence": f"no {task.function}", "hint": "", "mistake": "", "got": "", "want": ""}
        groups: list[Data] = [
            {"name": group.name, "points": group.points, "max_points": group.points, "cases": 1, "failure": None}
            for group in task.groups
        ]
        if not right:
            groups[0] |= {"points": 0, "failure": words}
        points, most = (sum(group[key] for group in groups) for key in ("points", "max_points"))
        row = {"function": task.function, "problem": "", "points": points, "max_points": most, "groups": groups}
        tasks.append(row)
    score, most = (sum(task[key] for task in tasks) for key in ("points", "max_points"))
    return Mark(student, exercise, "place", score, most, tasks=tuple(tasks))


CLASS = [
    mark("ada", DELETE),
    mark("ada", CREATE),
    mark("bob", DELETE, right=False),
    mark("cyd", CREATE, status="bad-notebook", sentence="no <b>whole</b> notebook"),
    mark("dan", DELETE, status="grader-error", sentence="the grader failed"),
]


def save(folder: Path, marks: list[Mark]) -> Path:
    """Write results.json as the grader does; return its folder."""
    folder.mkdir(exist_ok=True)
    write_results(folder, marks, {"version": __version__})
    return folder


def test_scores_are_a_row_for_each_function() -> None:
    """Points of the function, none where nothing was judged, and no verdict where the grader failed."""
    found = {(score.student, score.function): (score.points, score.comment) for score in scores(CLASS)}

    assert found == {
        ("ada", "delete"): (10, ""),
        ("ada", "insert_back"): (3, ""),
        ("ada", "move_forward"): (7, ""),
        ("bob", "delete"): (9, "    empty: no delete"),
        ("cyd", "insert_back"): (0, "    no <b>whole</b> notebook"),
        ("cyd", "move_forward"): (0, "    no <b>whole</b> notebook"),
        ("dan", "delete"): (None, "    the grader failed"),
    }


def test_scores_comment_is_code_in_every_line_and_hides_what_is_hidden() -> None:
    """The feedback of nbgrader makes HTML of it: a line at the margin would be Markdown."""
    one = mark("bob", DELETE, right=False)
    failure = one.tasks[0]["groups"][0]["failure"]
    failure["sentence"] = "raised\n\n# <script>\r\n" + "long " * 60
    (shown,) = scores([one])
    failure["hidden"] = True
    (hidden,) = scores([one])

    lines = shown.comment.splitlines()
    assert len(lines) > 4
    assert all(line.startswith("    ") and len(line) <= 100 for line in lines)
    assert hidden.comment == f"    empty: {HIDDEN}"


def test_gradebook_url_of_a_folder_a_file_and_an_address(tmp_path: Path) -> None:
    """As nbgrader's db_url says it."""
    assert gradebook_url(str(tmp_path)) == f"sqlite:///{tmp_path}/gradebook.db"
    assert gradebook_url(str(tmp_path / "x.db")) == f"sqlite:///{tmp_path}/x.db"
    assert gradebook_url("postgresql://me:pw@host/db") == "postgresql://me:pw@host/db"
    assert without_password("postgresql://me:pw@host/db") == "postgresql://...@host/db"
    assert without_password("sqlite:///a@b/gradebook.db") == "sqlite:///a@b/gradebook.db"


# By nbgrader itself.


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course of nbgrader with two exercises as its assignment."""
    source = tmp_path / "course" / "source" / "memslots"
    source.mkdir(parents=True)
    for name in (DELETE, CREATE):
        shutil.copy(ROOT / "solutions" / f"{name}.ipynb", source)
    return source.parents[1]


def export(python: Python, folder: Path, course: Path) -> str:
    """Put the marks of a run into a course's gradebook, by a command called with its full path; return what it said."""
    words = ("export", folder, "--to", "nbgrader", "--gradebook", course)
    code = "import os, sys; os.environ['PATH'] = os.defpath; from memslot_lab.cli import main; sys.exit(main())"
    return python("-c", code, *words, cwd=folder)


def read(python: Python, course: Path, *by_hand: str) -> Data:
    """Return what the gradebook holds, after a teacher has graded something by hand."""
    return json.loads(python(HERE / "nbgrader_gradebook.py", course / "gradebook.db", *by_hand, cwd=course))


@pytest.mark.slow
def test_export_into_a_new_gradebook_is_one_that_nbgrader_goes_on_with(
    nbgrader_python: Python, course: Path, tmp_path: Path
) -> None:
    """The cells are those that nbgrader makes of the same solutions, and it can grade on from there."""
    export(nbgrader_python, save(tmp_path / "out", CLASS), course)
    ours = read(nbgrader_python, course)
    (course / "gradebook.db").rename(course / "ours.db")
    nbgrader_python(HERE / "nbgrader_course.py", cwd=course)
    theirs = read(nbgrader_python, course)
    (course / "ours.db").rename(course / "gradebook.db")
    submitted = course / "submitted" / "ada" / "memslots"
    submitted.mkdir(parents=True)
    shutil.copy(ROOT / "solutions" / f"{DELETE}.ipynb", submitted)
    graded = json.loads(nbgrader_python(HERE / "nbgrader_course.py", cwd=course))

    assert ours["cells"] == theirs["cells"]
    assert ours["cells"][DELETE]["graded"] == {"points_delete": [10, "code"]}
    assert {who: data["score"] for who, data in ours["submissions"].items()} == {
        "ada": 20,
        "bob": 9,
        "cyd": 0,
        "dan": 0,
    }
    assert {who for who, data in ours["submissions"].items() if data["needs"]} == {"dan"}
    assert ours["submissions"]["cyd"]["notebooks"][DELETE]["grades"] == {"points_delete": [0, None, None, False]}
    assert graded["ada"][DELETE] == {"points_delete": 10}


def add_essay(course: Path) -> None:
    """Put a question into the assignment that a person has to grade."""
    path = course / "source" / "memslots" / f"{DELETE}.ipynb"
    notebook = json.loads(path.read_text())
    kind = {"grade": True, "solution": True, "locked": False, "grade_id": "essay", "points": 2, "schema_version": 3}
    cell = {"cell_type": "markdown", "id": "essay", "metadata": {"nbgrader": kind}, "source": "Why?"}
    path.write_text(json.dumps({**notebook, "cells": [*notebook["cells"], cell]}))


@pytest.mark.slow
def test_export_keeps_what_the_teacher_wrote(nbgrader_python: Python, course: Path, tmp_path: Path) -> None:
    """Scores, extra credit, comments, times and penalties stay; a new score asks the teacher to look again, once."""
    add_essay(course)
    nbgrader_python(HERE / "nbgrader_course.py", cwd=course)
    first = save(tmp_path / "first", CLASS)
    export(nbgrader_python, first, course)
    before = read(nbgrader_python, course, "bob", DELETE, "delete")
    export(nbgrader_python, first, course)
    again = read(nbgrader_python, course)
    export(nbgrader_python, save(tmp_path / "second", [mark("bob", DELETE), *CLASS[3:4]]), course)
    after = read(nbgrader_python, course)

    assert again == before
    bob, late, waiting = before["submissions"]["bob"], 24 * 3600 - 3 * 3600, [None, None, None, True]
    assert (bob["score"], bob["penalty"], bob["late"][2]) == (8.5, 2.0, late)
    assert bob["notebooks"][DELETE] == {
        "grades": {"essay": waiting, "points_delete": [9, 7.5, 1.0, False]},
        "comments": {"delete": ["    empty: no delete", "see me"], "essay": [None, None]},
    }
    now = after["submissions"].pop("bob")
    assert now["notebooks"][DELETE] == {
        "grades": {"essay": waiting, "points_delete": [10, 7.5, 1.0, True]},
        "comments": {"delete": [None, "see me"], "essay": [None, None]},
    }
    assert (now["score"], now["penalty"], now["late"]) == (bob["score"], bob["penalty"], bob["late"])
    before["submissions"].pop("bob")
    assert after == before


@pytest.mark.slow
def test_export_adds_a_notebook_to_submissions_that_were_there(
    nbgrader_python: Python, course: Path, tmp_path: Path
) -> None:
    """An exercise that is handed out later comes into the same assignment, and no earlier score is touched."""
    export(nbgrader_python, save(tmp_path / "first", [mark("ada", DELETE, right=False)]), course)
    export(nbgrader_python, save(tmp_path / "second", [mark("ada", CREATE)]), course)
    data = read(nbgrader_python, course)["submissions"]["ada"]

    assert (data["score"], data["max_score"], data["needs"]) == (19, 20, False)
    assert data["notebooks"][CREATE]["grades"] == {
        "points_insert_back": [3, None, None, False],
        "points_move_forward": [7, None, None, False],
    }


@pytest.mark.slow
def test_export_into_an_assignment_with_other_points_is_refused(
    nbgrader_python: Python, course: Path, tmp_path: Path
) -> None:
    """Nothing is written, and the error names the cell; so too where the gradebook is none."""
    path = course / "source" / "memslots" / f"{DELETE}.ipynb"
    path.write_text(path.read_text().replace('"points": 10', '"points": 5'))
    nbgrader_python(HERE / "nbgrader_course.py", cwd=course)
    out = save(tmp_path / "out", CLASS)

    with pytest.raises(AssertionError, match="has 5 points for cell points_delete in 03_delete, and 10 are due"):
        export(nbgrader_python, out, course)
    assert read(nbgrader_python, course)["submissions"] == {}
    (course / "gradebook.db").write_text("no database, but a text that is long enough to be looked at")
    with pytest.raises(AssertionError, match=r"cannot be used \(file is not a database\)"):
        export(nbgrader_python, out, course)
