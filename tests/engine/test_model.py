"""What a slot and an array are, and what they refuse to be."""

from dataclasses import FrozenInstanceError, fields

import pytest

from memslot_lab.engine import Change, KernelWarning, MemorySlot, Memslots, update_memslots
from memslot_lab.engine.errors import FieldWidthError

from ..conformance.requests import array_of


@pytest.mark.parametrize("capacity", [1, 512, 32767])
def test_memslots_of_an_allowed_capacity_are_empty_and_whole(capacity: int) -> None:
    """Both tables have `capacity` entries from the start; nothing is in use."""
    slots = Memslots(capacity)

    assert slots.memslots == [None] * capacity
    assert slots.id_to_index == [-1] * capacity
    assert (slots.used_slots, slots.last_used_slot, slots.warnings, slots.before_array) == (0, 0, [], None)


@pytest.mark.parametrize("capacity", [-1, 0, 32768])
def test_memslots_of_a_capacity_that_a_short_cannot_index_are_refused(capacity: int) -> None:
    """The message names the value, the bounds and the reason."""
    with pytest.raises(FieldWidthError, match=rf"\[EINVAL\] capacity {capacity} is outside 1\.\.32767: .* a short"):
        Memslots(capacity)


def test_memslots_without_a_capacity_have_512() -> None:
    """512 ids, as before v5.12."""
    assert Memslots().capacity == 512


@pytest.mark.parametrize("field", [field.name for field in fields(MemorySlot)])
def test_memory_slot_with_a_negative_field_is_refused(field: str) -> None:
    """All five fields are unsigned, and the message says so."""
    values = {"id": 1, "base_gfn": 1, "npages": 1, field: -1}

    with pytest.raises(FieldWidthError, match=rf"{field}=-1.* negative field; all are unsigned in C, use 0 or more"):
        MemorySlot(**values)


def test_memory_slot_once_made_cannot_be_changed() -> None:
    """A slot in the array cannot change behind the array's back."""
    slot = MemorySlot(0, 1, 1)

    with pytest.raises(FrozenInstanceError):
        slot.base_gfn = 2  # pyright: ignore[reportAttributeAccessIssue]


def test_copy_of_an_array_with_everything_in_it_is_equal_and_independent() -> None:
    """Stale entries, warnings, cursor and the store in front are copied, no list is shared."""
    slots = Memslots(4)
    for slot, change in (
        (MemorySlot(0, 10, 1), Change.CREATE),
        (MemorySlot(1, 20, 1), Change.CREATE),
        (MemorySlot(0, 0, 0), Change.DELETE),
        (MemorySlot(3, 30, 1), Change.MOVE),
    ):
        update_memslots(slots, slot, change)
    slots.last_used_slot = 1
    before = array_of(slots)
    copy = slots.copy()

    assert array_of(copy) == before
    assert copy.warnings == [KernelWarning("MOVE_UNKNOWN_ID")]
    assert copy.before_array == MemorySlot(3, 30, 1)

    update_memslots(copy, MemorySlot(2, 5, 1), Change.CREATE)
    update_memslots(copy, MemorySlot(0, 0, 0), Change.DELETE)
    copy.last_used_slot, copy.before_array = 0, None

    assert array_of(slots) == before


def test_repr_of_an_array_shows_what_is_in_use() -> None:
    """Stale entries are not shown, and a count below zero does not show them either."""
    slots = Memslots(4)
    update_memslots(slots, MemorySlot(2, 16, 1), Change.CREATE)
    shown = repr(slots)
    update_memslots(slots, MemorySlot(2, 0, 0), Change.DELETE)
    slots.used_slots = -1

    assert shown == (
        "Memslots(capacity=4, used_slots=1, "
        "memslots=[MemorySlot(id=2, base_gfn=16, npages=1, flags=0, userspace_addr=0)])"
    )
    assert repr(slots) == "Memslots(capacity=4, used_slots=-1, memslots=[])"
