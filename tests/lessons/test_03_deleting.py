"""The numbers of lesson 03, computed."""

from memslot_lab.cost import cost_of
from memslot_lab.engine import Change

from .prose import assert_says

LESSON = "03_deleting"


def test_shifts_of_eight_slots_are_as_said() -> None:
    """Eight slots, the one at index 2 goes."""
    shifts = cost_of(Change.DELETE, used_slots=8, old=2, new=0).shifts

    assert_says(LESSON, f"8 - 1 - 2 = {shifts}.")
