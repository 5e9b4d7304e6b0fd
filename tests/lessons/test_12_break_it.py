"""The numbers of lesson 12, computed."""

from memslot_lab.course.mutants import load_mutants
from memslot_lab.course.tasks.break_it import GROUPS, MOST_OPERATIONS, exposed_at
from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots
from memslot_lab.watch import record

from .prose import assert_says

LESSON = "12_break_it"
WORDS = {6: "Six", 8: "eight", 11: "eleven"}


def test_shifts_of_the_mutant_that_never_stops_are_as_said() -> None:
    """The one that no result shows."""
    slots = Memslots(capacity=8)
    for slot_id, gfn in [(3, 0x0), (0, 0x100), (5, 0x200), (1, 0x300)]:
        update_memslots(slots, MemorySlot(slot_id, gfn, 0x80), Change.CREATE)
    never = next(mutant for mutant in load_mutants() if mutant.name == "backward-never-stops").module()
    shifts = record(never.update_memslots, slots, MemorySlot(1, 0x310, 0x80), Change.MOVE).shifts

    assert record(update_memslots, slots, MemorySlot(1, 0x310, 0x80), Change.MOVE).shifts == 0
    assert_says(LESSON, f"{WORDS[shifts]} shifts where none is needed.")


def test_exercise_has_as_many_implementations_and_operations_as_said() -> None:
    """What the link to the exercise promises."""
    assert_says(LESSON, f"names {WORDS[sum(map(len, GROUPS.values()))]} wrong implementations.")
    assert_says(LESSON, f"at most {WORDS[MOST_OPERATIONS]} operations")


def test_swap_is_a_shift_when_one_slot_stands_behind_the_gap() -> None:
    """Two slots do not show it, three do."""
    pair = (("CREATE", 0, 0, 1), ("CREATE", 1, 1, 1), ("DELETE", 1))
    three = (("CREATE", 0, 0, 1), ("CREATE", 1, 1, 1), ("CREATE", 2, 2, 1), ("DELETE", 2))

    assert exposed_at("delete-swaps-with-the-last", pair) is None
    assert exposed_at("delete-swaps-with-the-last", three) == len(three) - 1
    assert_says(LESSON, "Three slots and a delete.")
