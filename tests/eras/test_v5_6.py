"""The insertion sort of kernel 5.6: the same order as the engine's, its tail, and what it shifts."""

from itertools import pairwise
from typing import Any

import pytest

from memslot_lab.engine import Change, MemorySlot, Memslots, reference, violations
from memslot_lab.engine import update_memslots as engine_update
from memslot_lab.engine.errors import SlotNumberError
from memslot_lab.eras.v5_6 import alloc_memslots, for_each_memslot, shifts_of, update_memslots
from memslot_lab.watch import record

from ..conformance.operations import apply, load_sequences
from .sequences import legal_steps


def used(slots: Memslots) -> list[MemorySlot]:
    """Return the entries in use."""
    return slots.memslots[: slots.used_slots]


def assert_whole(slots: Memslots) -> None:
    """Every id stands at exactly one entry, the used ones sorted, the unused ones behind them, nothing warned of."""
    assert [slots.memslots[slots.id_to_index[i]].id for i in range(slots.capacity)] == [*range(slots.capacity)]
    assert all(a.base_gfn > b.base_gfn for a, b in pairwise(used(slots)))
    assert all(slot.npages for slot in used(slots))
    assert not any(slot.npages or slot.base_gfn for slot in slots.memslots[slots.used_slots :])
    assert slots.warnings == []


@pytest.mark.parametrize("seed", range(30))
def test_update_random_legal_sequence_holds_what_reference_and_engine_hold(seed: int) -> None:
    """After each step the used entries are those of a sort from scratch, and of kernel 5.7."""
    capacity = 12
    slots, scratch, engine = alloc_memslots(capacity), Memslots(capacity), Memslots(capacity)
    for slot, change in legal_steps(seed, capacity=capacity, length=60):
        update_memslots(slots, slot, change)
        reference.update(scratch, slot, change)
        engine_update(engine, slot, change)

        assert_whole(slots)
        assert used(slots) == used(scratch) == used(engine)
        assert violations(engine) == []
        assert list(for_each_memslot(slots)) == used(slots)


@pytest.mark.parametrize("seed", range(8))
def test_shifts_recorded_are_those_of_the_closed_form(seed: int) -> None:
    """A watched run shifts |position - final rank| entries, unused ones included; a delete those behind its own."""
    slots = alloc_memslots(12)
    for slot, change in legal_steps(seed, capacity=12, length=40):
        before = slots.used_slots, slots.id_to_index[slot.id]
        tape = record(update_memslots, slots, slot, change)
        slots = tape.after

        want = shifts_of(change, used_slots=before[0], old=before[1], new=slots.id_to_index[slot.id])
        assert tape.shifts == want


@pytest.mark.parametrize("sequence", load_sequences("legal"), ids=lambda sequence: sequence["id"])
def test_update_vectors_leave_the_used_entries_that_c_left(sequence: dict[str, Any]) -> None:
    """On the legal vectors of kernel 5.7 the used entries are the same at the end."""
    slots = alloc_memslots(sequence["max_slots"])
    for operation in sequence["ops"]:
        apply(update_memslots, slots, operation)

    assert_whole(slots)
    assert [[s.id, s.base_gfn, s.npages, s.flags] for s in used(slots)] == sequence["final"]["slots"]


def test_create_of_the_last_id_in_a_new_array_shifts_the_whole_tail() -> None:
    """The first slot costs 511 shifts with id 511, none with id 0; kernel 5.7 shifts none in either case."""
    slots = alloc_memslots()
    last, first = MemorySlot(511, 0x100, 0x80), MemorySlot(0, 0x100, 0x80)

    assert record(update_memslots, slots, last, Change.CREATE).shifts == 511
    assert record(update_memslots, slots, first, Change.CREATE).shifts == 0
    assert record(engine_update, Memslots(512), last, Change.CREATE).shifts == 0


def test_create_at_gfn_0_passes_the_tail() -> None:
    """A used slot at GFN 0 ties with the unused ones, and stands in front of them."""
    slots = alloc_memslots(8)
    update_memslots(slots, MemorySlot(6, 0x100, 0x80), Change.CREATE)
    update_memslots(slots, MemorySlot(5, 0x0, 0x80), Change.CREATE)

    assert_whole(slots)
    assert [slot.id for slot in used(slots)] == [6, 5]


def test_delete_keeps_an_index_at_the_beginning_of_the_tail() -> None:
    """An id is never absent: the deleted slot is the first unused one, and costs nothing to create again there."""
    slots = alloc_memslots(8)
    for i in range(4):
        update_memslots(slots, MemorySlot(i, 0x100 * (4 - i), 0x80), Change.CREATE)
    update_memslots(slots, MemorySlot(1, 0, 0), Change.DELETE)

    assert_whole(slots)
    assert slots.id_to_index[1] == slots.used_slots == 3
    assert record(update_memslots, slots, MemorySlot(1, 0x40, 0x20), Change.CREATE).shifts == 0


def test_update_equal_gfns_pass_without_a_warning() -> None:
    """Kernel 5.6 shifts equal GFNs silently; the new slot stands in front of its equal."""
    slots = alloc_memslots(8)
    for i in (3, 4):
        update_memslots(slots, MemorySlot(i, 0x100, 0x80), Change.CREATE)

    assert [slot.id for slot in used(slots)] == [4, 3]
    assert slots.warnings == []


@pytest.mark.parametrize(
    ("slot", "change", "sites"),
    [
        (MemorySlot(2, 0x100, 0), Change.CREATE, ["CREATE_PAGES"]),
        (MemorySlot(1, 0x200, 0x80), Change.CREATE, ["CREATE_PAGES"]),
        (MemorySlot(1, 0, 0x80), Change.DELETE, ["DELETE_PAGES"]),
        (MemorySlot(3, 0, 0), Change.DELETE, ["DELETE_PAGES", "TAIL_NOT_AT_USED_SLOTS"]),
    ],
)
def test_update_illegal_change_warns(slot: MemorySlot, change: Change, sites: list[str]) -> None:
    """Pages that are there before a create or after a delete, or are not there, are warned of."""
    slots = alloc_memslots(8)
    update_memslots(slots, MemorySlot(1, 0x100, 0x80), Change.CREATE)
    update_memslots(slots, slot, change)

    seen = [warning.site for warning in slots.warnings]
    assert set(sites) <= set(seen)


def test_update_wrong_index_table_warns() -> None:
    """An index that names another slot's entry is warned of."""
    slots = alloc_memslots(4)
    slots.id_to_index[2] = 3
    update_memslots(slots, MemorySlot(2, 0x100, 0x80), Change.CREATE)

    assert slots.warnings[0].site == "INDEX_OF_ANOTHER_ID"


def test_update_id_outside_the_array_is_refused() -> None:
    """An id that C would follow out of its table raises, and changes nothing."""
    slots = alloc_memslots(4)
    with pytest.raises(SlotNumberError):
        update_memslots(slots, MemorySlot(4, 0x100, 0x80), Change.CREATE)

    assert_whole(slots)


def test_update_needs_no_room_check_for_a_full_array() -> None:
    """Every id has its entry: all of them can be used, in any order."""
    slots = alloc_memslots(5)
    for i in (4, 1, 3, 0, 2):
        update_memslots(slots, MemorySlot(i, 0x100 * i, 0x80), Change.CREATE)

    assert_whole(slots)
    assert [slot.id for slot in used(slots)] == [4, 3, 2, 1, 0]
