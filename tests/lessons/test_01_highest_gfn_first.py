"""The numbers of lesson 01, computed."""

from pathlib import Path

import pytest

from memslot_lab.captures.replay import requests_of
from memslot_lab.engine import Change, MemorySlot, Memslots, Vm, for_each_memslot, update_memslots, violations
from memslot_lab.eras import v5_6
from memslot_lab.watch import record

from .prose import ROOT, assert_says

LESSON = "01_highest_gfn_first"


def machine() -> Memslots:
    """Return the lesson's array of three."""
    slots = Memslots(capacity=8)
    for slot_id, gfn in [(0, 0x100), (1, 0x300), (2, 0x0)]:
        update_memslots(slots, MemorySlot(slot_id, gfn, npages=0x80), Change.CREATE)
    return slots


def average_walk(slots: list[MemorySlot]) -> float:
    """Return how many entries a walk to a page looks at, on average over all pages."""
    looks = sum((i + 1) * slot.npages for i, slot in enumerate(slots))
    return round(looks / sum(slot.npages for slot in slots), 2)


def test_move_down_goes_backward_as_said() -> None:
    """A lower GFN is a larger index."""
    slots = machine()
    before = slots.id_to_index[1]
    update_memslots(slots, MemorySlot(1, 0x80, npages=0x80), Change.MOVE)

    assert_says(LESSON, f"slot 1 went *backward*, from index {before} to index {slots.id_to_index[1]}")


def test_average_walks_of_the_small_machine_are_as_said() -> None:
    """By size the RAM is found at once, by GFN two slots stand in front of it."""
    vm = Vm()
    for request in requests_of(Path(ROOT, "notebooks", "data", "q72-pc-boot-vgastd.trace")):
        vm.set_user_memory_region(request.region)
    by_gfn = list(for_each_memslot(vm.memslots[0]))
    by_size = sorted(by_gfn, key=lambda slot: slot.npages, reverse=True)

    assert by_size[0].id == 8
    assert [slot.id for slot in by_gfn].index(8) == 2
    assert_says(
        LESSON,
        f"The average walk looks at {average_walk(by_size)} entries by size, at {average_walk(by_gfn)} by GFN.",
    )


def test_rising_order_of_kernel_5_6_puts_the_unused_first() -> None:
    """Three of six are unused, and come first."""
    old = v5_6.alloc_memslots(capacity=6)
    for slot_id, gfn in [(0, 0x100), (1, 0x300), (2, 0x200)]:
        v5_6.update_memslots(old, MemorySlot(slot_id, gfn, npages=0x80), Change.CREATE)
    rising = sorted(old.memslots, key=lambda slot: slot.base_gfn)

    assert [bool(slot.npages) for slot in rising].index(True) == 3
    assert_says(LESSON, "The three unused ones, at GFN 0, come first.")


def broken(number: int) -> Memslots:
    """Return the lesson's first, second or third broken array."""
    slots = machine()
    if number == 1:
        slots.memslots[0], slots.memslots[1] = slots.memslots[1], slots.memslots[0]
        slots.id_to_index[0], slots.id_to_index[1] = 0, 1
    elif number == 2:
        slots.used_slots -= 1
    else:
        slots.id_to_index[2] = -1
    return slots


@pytest.mark.parametrize(
    ("number", "name"), [(1, "HIGHEST_GFN_FIRST"), (2, "ABSENT_IS_MINUS_ONE"), (3, "INDEX_NAMES_ENTRY")]
)
def test_broken_array_breaks_one_promise(number: int, name: str) -> None:
    """Each of the three shows one invariant."""
    assert {sentence.partition(":")[0] for sentence in violations(broken(number))} == {name}


def test_middle_of_a_move_holds_two_ids_as_said() -> None:
    """The one that was shifted stands there twice."""
    tape = record(update_memslots, machine(), MemorySlot(1, 0x80, npages=0x80), Change.MOVE)
    middle = tape.state(next(frame.step for frame in tape if frame.shifts))

    assert [slot.id for slot in middle.memslots[:3]] == [0, 0, 2]
    assert violations(middle)
    assert violations(tape.after) == []
    assert_says(LESSON, "Two ids in three entries.")
