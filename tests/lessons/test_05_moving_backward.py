"""The numbers of lesson 05, computed."""

from memslot_lab.captures.replay import replay
from memslot_lab.cost import cost_of
from memslot_lab.engine import Change

from .prose import ROOT, assert_says

LESSON = "05_moving_backward"


def test_shifts_of_the_ten_creates_are_as_said() -> None:
    """The test program creates in ascending order, and its moves shift nobody."""
    log = ROOT / "notebooks" / "data" / "kst61-memslot_perf-move-active-10.strace"
    (vm,) = replay(log).vms
    shifts = [cost_of(Change.CREATE, used_slots=used, old=-1, new=0).shifts for used in range(vm.kinds["CREATE"])]

    assert vm.shifts == sum(shifts)
    assert_says(LESSON, f"that takes {' + '.join(map(str, shifts))} = {sum(shifts)} shifts.")


def test_worst_move_of_four_is_as_said() -> None:
    """From the front to the back."""
    cost = cost_of(Change.MOVE, used_slots=4, old=0, new=3)

    assert cost.shifts == cost.backward == cost.backward_compares == 3
    assert_says(LESSON, f"q - p shifts: here {cost.shifts} - 0.")


def test_question_about_eight_slots_is_as_said() -> None:
    """From index 2 to rank 6."""
    assert_says(LESSON, f"6 - 2 = {cost_of(Change.MOVE, used_slots=8, old=2, new=6).backward}.")
