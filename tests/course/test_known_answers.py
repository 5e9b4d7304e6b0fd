"""Known answers and misconceptions are enough, and each is told from the others.

That each right answer passes, and each wrong one fails in its groups and under its own name, `memslot-lab dev check`
finds, in `make check`; test_feedback.py sees it for one exercise.
"""

from functools import cache
from pathlib import Path

import pytest

from memslot_lab.course.answer_files import AnswerFile, load_answer_file
from memslot_lab.course.cases import Case
from memslot_lab.course.catalog import find_exercise, read_manifest
from memslot_lab.course.misconceptions import Misconception, all_misconceptions, known, smallest_case
from memslot_lab.course.play import Function, Outcome, play, same_outcomes
from memslot_lab.course.tasks import cases_of

ROOT = Path(__file__).parents[1]
EXERCISES = list(read_manifest())
RIGHT = sorted(path for name in EXERCISES for path in (ROOT / "right" / name).glob("*.py"))
WRONG = sorted(path for name in EXERCISES for path in (ROOT / "wrong" / name).glob("*.py"))
MISCONCEPTIONS = all_misconceptions()

each_misconception = pytest.mark.parametrize("one", MISCONCEPTIONS, ids=lambda one: one.name)


@cache
def answers(path: Path) -> AnswerFile:
    """Run a file of answers."""
    return load_answer_file(path, find_exercise(path.parent.name))


@pytest.mark.parametrize("name", EXERCISES)
def test_exercise_has_five_right_answers_a_function_and_four_misconceptions(name: str) -> None:
    """Enough to see that the judge is fair and sharp."""
    written = [function for path in RIGHT if path.parent.name == name for function in answers(path).functions]

    assert {task.function for task in find_exercise(name).tasks if written.count(task.function) < 5} == set()
    assert len(known(name)) >= 4


@pytest.mark.parametrize("name", EXERCISES)
def test_every_group_is_failed_by_some_wrong_answer(name: str) -> None:
    """No group is there for show."""
    failed: set[tuple[str, str]] = set()
    for path in (path for path in WRONG if path.parent.name == name):
        (function,) = answers(path).functions
        failed |= {(function, group) for group in answers(path).fails}

    assert {(task.function, group.name) for task in find_exercise(name).tasks for group in task.groups} <= failed


def test_misconceptions_are_forty_with_names_of_their_own() -> None:
    """A name says which mistake it is."""
    names = [one.name for one in MISCONCEPTIONS]

    assert len(names) >= 40
    assert len(set(names)) == len(names)


@each_misconception
def test_misconception_says_what_asks_and_has_a_smallest_case(one: Misconception) -> None:
    """A sentence for the teacher, one for the learner, a question, and a case that shows it."""
    assert one.thinks.endswith(".")
    assert one.says.endswith(".")
    assert one.asks.endswith("?")
    assert smallest_case(one) is not None


@cache
def implementation(one: Misconception) -> Function:
    """Return one implementation for all cases: some mistakes lie in what is remembered."""
    return one.implementation()


@cache
def played(one: Misconception, case: Case) -> list[Outcome]:
    """Return what a misconception does in a case, played once, in the order of the cases."""
    return play(case, implementation(one))


@each_misconception
def test_misconception_is_told_from_every_other_of_its_function(one: Misconception) -> None:
    """Some case shows the difference, so that never two names fit."""
    for other in MISCONCEPTIONS:
        if other.function == one.function and other.name > one.name:
            assert any(
                not same_outcomes(case, played(one, case), played(other, case)) for case in cases_of(one.function)
            ), f"{one.name} does what {other.name} does"
