"""Known wrong answers fail where they should, in words that fit; right ones pass however they are written."""

import runpy
import time
from pathlib import Path
from typing import Any

import pytest

from memslot_lab.course import check
from memslot_lab.course.report import Report

ROOT = Path(__file__).parents[1]
WRONG = sorted((ROOT / "wrong" / "03_delete").glob("*.py"))
RIGHT = sorted((ROOT / "right" / "03_delete").glob("*.py"))

# What a learner reads first, by wrong answer.
SENTENCES = {
    "absent_is_none": "id_to_index[3] is None, but slot 3 is deleted: want -1, as for every id that is not there.",
    "asks_if_not_index": (
        "used_slots is still 1: one slot less is in use, so want 0. A warning was noted, although slot 0 is there."
    ),
    "counts_down_twice": "used_slots went from 1 to -1; want 0, one slot less.",
    "forgets_the_shifted_ids": "id_to_index[0] is still 1, but slot 0 belongs at memslots[0] now.",
    "forgets_the_stale_copy": (
        "memslots[0], the first entry behind the used ones, is still slot 3, gfn 0x0..0x7f; "
        "want the slot that was handed in: slot 3, blank."
    ),
    "keeps_used_slots": "used_slots is still 1: one slot less is in use, so want 0.",
    "leaves_a_hole": (
        "memslots[0] holds the blank slot that was handed in; want slot 0. The slot behind it did not move."
    ),
    "never_asks_for_the_id": "used_slots went from 0 to -1, but no slot has id 1: nothing may change.",
    "pops_the_id_table": "id_to_index has 7 entries, want 8: each id keeps its place in it.",
    "says_nothing": "No slot has id 1: nothing was changed, which is right, but no warning was noted.",
    "shifts_four_at_most": (
        "memslots[4] holds the blank slot that was handed in; want slot 2. "
        "The shift stopped 2 slots early: 4 of the 6 slots behind the gap moved."
    ),
    "shifts_from_the_back": "memslots[0] holds slot 5; want slot 0. Slot 0 is lost.",
    "shrinks_the_list": (
        "memslots has 0 entries, want 1 entry: what is taken out at one place must be put in at another."
    ),
    "swaps_in_the_last": (
        "memslots[0] holds slot 5; want slot 0. Slot 5 (gfn 0x0) now stands in front of slot 0 (gfn 0x100): "
        "no longer highest GFN first."
    ),
    "warns_each_time": "A warning was noted although slot 3 is there.",
    "warns_of_a_move": ("The warnings noted are MOVE_UNKNOWN_ID; want DELETE_UNKNOWN_ID, once."),
    "wipes_all_behind": "memslots[1] was slot 9, gfn 0x140..0x1bf, and now is None: it must stay as it was.",
}


def load(path: Path) -> dict[str, Any]:
    """Run an answer and return its names."""
    return runpy.run_path(str(path))


def failed(report: Report) -> list[str]:
    """Return the names of the groups that failed."""
    return [group.name for group in report.tasks[0].groups if group.failure]


def sentence(report: Report) -> str:
    """Return what is said of the smallest failing case."""
    failure = report.tasks[0].smallest
    assert failure is not None
    return failure.sentence


def test_enough_answers_are_known() -> None:
    """A dozen wrong answers and half a dozen right ones at the least."""
    assert len(WRONG) >= 12
    assert len(RIGHT) >= 6


@pytest.mark.parametrize("path", WRONG, ids=lambda path: path.stem)
def test_wrong_answer_fails_in_its_groups(path: Path) -> None:
    """Each wrong answer fails in the groups that its file names, and in no other."""
    answer = load(path)

    assert failed(check(answer["delete"])) == answer["FAILS"] != []


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
def test_right_answer_passes(path: Path) -> None:
    """No way to a right array is refused."""
    report = check(load(path)["delete"])

    assert failed(report) == []
    assert report.points == report.max_points == 10


def test_every_group_is_failed_by_an_answer_that_passes_others() -> None:
    """No group is there for show: each tells some wrong answer from the right ones."""
    partly = [load(path)["FAILS"] for path in WRONG if len(load(path)["FAILS"]) < 8]

    assert {name for fails in partly for name in fails} == {
        "empty",
        "one",
        "first",
        "middle",
        "last",
        "index table",
        "stale copy",
        "unknown id",
    }


@pytest.mark.parametrize("name", SENTENCES)
def test_wrong_answer_is_answered_in_words_that_fit(name: str) -> None:
    """The sentence says what was seen, with the numbers of the case."""
    assert sentence(check(load(ROOT / "wrong" / "03_delete" / f"{name}.py")["delete"])) == SENTENCES[name]


def test_endless_loop_is_answered_with_its_line_and_numbers() -> None:
    """The learner sees which line was running, and that its index stands still."""
    words = sentence(check(load(ROOT / "wrong" / "03_delete" / "never_ends.py")["delete"]))

    assert "was stopped after" in words
    assert words.endswith("with i = 0.")


def test_loop_that_runs_too_far_is_answered_with_its_line() -> None:
    """The learner sees the line that reads behind the array."""
    words = sentence(check(load(ROOT / "wrong" / "03_delete" / "runs_one_too_far.py")["delete"]))

    assert "raised IndexError: list index out of range, in line" in words
    assert "`mslots[i] = mslots[i + 1]`, with i = 0." in words


@pytest.mark.slow
def test_verdicts_come_while_one_looks() -> None:
    """A right answer is judged within 150 ms, a wrong one within a second, on a quiet machine; here with room."""

    def seconds(path: Path) -> float:
        function = load(path)["delete"]
        start = time.perf_counter()
        check(function)
        return time.perf_counter() - start

    def within(limit: float, path: Path) -> bool:
        return any(seconds(path) < limit for _ in range(3))

    assert within(0.3, RIGHT[0])
    assert [path.stem for path in WRONG if not within(2, path)] == []
