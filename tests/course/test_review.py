"""Spaced repetition: when a topic comes in, how it climbs, and how it falls."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from memslot_lab.course.catalog import find_exercise
from memslot_lab.course.progress import progress_store
from memslot_lab.course.quiz import Question
from memslot_lab.course.review import PAUSES, Due, Recall, note_answer, plan_review, question_for

TODAY = date(2026, 3, 1)
EXERCISE = find_exercise("03_delete")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A course folder in which exercise 03 passed at noon on the last day of January."""
    task = {"points": 10, "passed": "2026-01-31T12:00:00+00:00"}
    progress_store(tmp_path).path.write_text(json.dumps({"version": 1, "tasks": {"delete": task}}))
    return tmp_path


def test_plan_of_a_beginner_is_empty(tmp_path: Path) -> None:
    """What was not learnt is not repeated."""
    plan = plan_review(tmp_path, today=TODAY)

    assert (plan.due, plan.later) == ((), ())
    assert "on the day after its exercise has passed" in plan.text()


def test_topic_comes_in_on_the_day_after_the_pass(folder: Path) -> None:
    """Not before; then it waits until it is asked."""
    first = Due(EXERCISE, 0, date(2026, 2, 1))
    assert plan_review(folder, today=date(2026, 1, 31)).later == (first,)
    assert plan_review(folder, today=date(2026, 1, 31)).text().endswith("Next: deleting (03_delete), tomorrow.")
    assert plan_review(folder, today=date(2026, 2, 1)).due == (first,)

    assert plan_review(folder, today=TODAY).text() == (
        "1 topic to repeat today:\n  03_delete  deleting, due since 2026-02-01"
    )


def test_right_answers_make_the_pauses_longer_up_to_the_last(folder: Path) -> None:
    """Each answer on its day: the pauses of the boxes, then the longest for ever."""
    pauses: list[int] = []
    today = TODAY
    for _ in range(len(PAUSES) + 1):
        (due,) = plan_review(folder, today=today).due
        new = note_answer(folder, due, right=True, today=today)
        pauses.append((new.day - today).days)
        today = new.day

    assert pauses == [*PAUSES[1:], PAUSES[-1], PAUSES[-1]]


def test_wrong_answer_brings_the_topic_back_tomorrow(folder: Path) -> None:
    """From any box into the first."""
    due = Due(EXERCISE, 5, TODAY)

    assert note_answer(folder, due, right=False, today=TODAY) == Due(EXERCISE, 0, TODAY + timedelta(days=1))
    assert plan_review(folder, today=TODAY).due == ()


def test_plan_as_data_names_days_and_boxes(folder: Path) -> None:
    """For programs."""
    entry = {"exercise": "03_delete", "topic": "deleting", "box": 0, "due": "2026-02-01"}

    assert plan_review(folder, today=TODAY).to_json() == {
        "today": "2026-03-01",
        "due": [entry],
        "later": [],
        "note": "",
    }


def test_box_that_is_no_longer_there_is_the_last(folder: Path) -> None:
    """Another edition may have more boxes."""
    path = progress_store(folder).path
    data = json.loads(path.read_text()) | {"reviews": {"03_delete": {"box": 99, "due": "2026-02-01"}}}
    path.write_text(json.dumps(data))

    assert plan_review(folder, today=TODAY).due[0].box == len(PAUSES) - 1


def test_question_is_the_same_all_day_and_another_on_other_days() -> None:
    """The day is the seed, so that closing the terminal changes nothing."""
    due = Due(EXERCISE, 0, TODAY)
    asked = [question_for(due, TODAY + timedelta(days=n)) for n in (0, 0, 1, 2)]

    assert all(isinstance(question, Question) and question.origin.topic == "deleting" for question in asked)
    assert repr(asked[0]) == repr(asked[1])
    assert len({repr(question) for question in asked}) == 3


def test_question_on_a_topic_that_the_quiz_does_not_know_is_one_to_recall() -> None:
    """A group of the exercise asks, and the task's explanation answers; the day chooses the group."""
    due = Due(replace(EXERCISE, name="99_elsewhere", topic="elsewhere"), 0, TODAY)
    asked = [question_for(due, TODAY + timedelta(days=n)) for n in range(20)]

    assert all(isinstance(recall, Recall) for recall in asked)
    assert len({repr(recall) for recall in asked}) > 3
    assert isinstance(asked[0], Recall)
    assert asked[0].answer.startswith(EXERCISE.tasks[0].explain)
