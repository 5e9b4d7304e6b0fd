"""Hints: a question first, nearly everything last, and code in lines of its own."""

import pytest

from memslot_lab.course import hint
from memslot_lab.course.catalog import Task, read_manifest

TASKS = [task for exercise in read_manifest().values() for task in exercise.tasks]
WIDEST = 80  # of a line of code


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.function)
def test_hint_with_code_has_lines_that_fit(task: Task) -> None:
    """A line of code can be read in a terminal."""
    lines = [line for text in task.hints for line in text.splitlines()]

    assert all(len(line) <= WIDEST for line in lines if line.startswith("    "))


def test_hint_with_code_shows_it_in_a_block_of_its_own() -> None:
    """The notebook keeps the lines and what they are indented by; prose flows."""
    shown = hint("replay_boot", 3).html

    assert shown.index("<p ") < shown.index("<pre ")
    assert "\nfor region in requests:\n    verdict = classify(slots, region)\n" in shown


def test_hint_without_code_is_one_paragraph() -> None:
    """Nothing in it is set as code."""
    assert hint("break_it", 1).html.count("<p ") == 1
    assert "<pre" not in hint("break_it", 1).html
