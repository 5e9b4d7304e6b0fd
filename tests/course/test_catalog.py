"""The manifest, and what it says when it is wrong."""

import re
from pathlib import Path

import pytest

from memslot_lab.course.catalog import find_exercise, find_task, read_manifest
from memslot_lab.course.errors import ManifestError, UnknownExerciseError
from memslot_lab.course.tasks import cases_of

INFO = Path(__file__).parents[2] / "exercises" / "info.toml"

GOOD = """
[[exercise]]
name = "03_delete"
topic = "deleting"
lesson = "03_deleting"
objective = "o"
out_of_scope = "s"
imports = ["memslot_lab.engine:Memslots"]
[[exercise.task]]
number = "3.1"
function = "delete"
hints = ["why?", "so."]
explain = "e"
[[exercise.task.group]]
name = "empty"
points = 1
hint = "h"
"""


def test_manifest_of_the_course_is_read() -> None:
    """The exercise about deleting stands in it, with ten points."""
    assert read_manifest()["03_delete"].points == 10


def test_each_group_of_the_manifest_has_cases_and_each_case_a_group() -> None:
    """No points without a case, no case without points."""
    for exercise in read_manifest().values():
        for task in exercise.tasks:
            assert {case.group for case in cases_of(task.function)} == {group.name for group in task.groups}


def test_lesson_of_each_exercise_exists() -> None:
    """An exercise sends its learner to a lesson that is there."""
    for exercise in read_manifest().values():
        assert (INFO.parents[1] / "notebooks" / f"{exercise.lesson}.ipynb").is_file()


@pytest.mark.parametrize(
    ("name", "answer"), [("03_delet", "did you mean '03_delete'?"), ("xyz", "there is: 01_invariants, 02_search")]
)
def test_unknown_exercise_names_the_nearest(name: str, answer: str) -> None:
    """A slip of the keyboard is answered with what was meant."""
    with pytest.raises(UnknownExerciseError, match=re.escape(answer)):
        find_exercise(name)


def test_unknown_function_names_the_nearest() -> None:
    """So is a function that no exercise asks for."""
    with pytest.raises(UnknownExerciseError, match="did you mean 'delete'"):
        find_task("delte")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('topic = "deleting"', "", "exercise 03_delete: topic is None; give it a str"),
        ('topic = "deleting"', 'topic = ""', "exercise 03_delete: topic is ''"),
        ("points = 1", 'points = "1"', "exercise 03_delete, task 3.1, group: points is '1'; give it a int"),
        ("points = 1", "points = true", "points is True"),
        ('["memslot_lab.engine:Memslots"]', "[1]", "imports is [1]; give it strings"),
        ("engine:Memslots", "engine:Memslot", "imports has 'memslot_lab.engine:Memslot', which cannot be imported"),
        ("engine:Memslots", "engin:Memslots", "which cannot be imported; write module:name"),
        ("engine:Memslots", "engine", "imports has 'memslot_lab.engine', which cannot be imported"),
        ('["why?", "so."]', '["why?"]', "two or three hints"),
        ('["why?", "so."]', '["so.", "so."]', "the first is a question"),
        ('hint = "h"', 'hint = "h"\nhnit = "h"', "hnit means nothing here"),
        ("[[exercise]]", "[exercise]", "give it a list"),
        ("[[exercise]]", "[[", "not a readable manifest"),
    ],
)
def test_manifest_that_is_wrong_is_told_where(tmp_path: Path, old: str, new: str, words: str) -> None:
    """Each error names the file, the entry, the value and the rule."""
    path = tmp_path / "info.toml"
    path.write_text(GOOD.replace(old, new, 1))

    with pytest.raises(ManifestError, match=re.escape(words)) as caught:
        read_manifest(path)
    assert str(path) in str(caught.value)


def test_manifest_with_twins_is_refused(tmp_path: Path) -> None:
    """A name stands for one exercise."""
    path = tmp_path / "info.toml"
    path.write_text(GOOD + GOOD)

    with pytest.raises(ManifestError, match="exercise 03_delete stands there twice"):
        read_manifest(path)


def test_manifest_that_is_missing_is_told(tmp_path: Path) -> None:
    """A missing file is no traceback of tomllib."""
    with pytest.raises(ManifestError, match="No such file"):
        read_manifest(tmp_path / "info.toml")
