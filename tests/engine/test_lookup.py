"""Finding a slot: the borders, the holes, the cursor, and arrays that no legal caller makes."""

import pytest

from memslot_lab.engine import (
    Change,
    MemorySlot,
    Memslots,
    for_each_memslot,
    gfn_to_memslot,
    id_to_memslot,
    search_memslots,
    update_memslots,
)

LOW, HIGH = MemorySlot(1, 0x10, 4), MemorySlot(0, 0x20, 4)


def two_slots() -> Memslots:
    """Return an array with frames 0x10..0x13 and 0x20..0x23 and room for more."""
    slots = Memslots(4)
    for slot in (LOW, HIGH):
        update_memslots(slots, slot, Change.CREATE)
    return slots


@pytest.mark.parametrize("lookup", [search_memslots, gfn_to_memslot])
@pytest.mark.parametrize(
    ("gfn", "found"),
    [
        (0x0, None),
        (0xF, None),
        (0x10, LOW),
        (0x13, LOW),
        (0x14, None),
        (0x1F, None),
        (0x20, HIGH),
        (0x23, HIGH),
        (0x24, None),
        (1 << 52, None),
    ],
)
def test_lookup_at_a_border_finds_the_slot_or_the_hole(lookup: object, gfn: int, found: MemorySlot | None) -> None:
    """First and last frame belong to the slot, their neighbours do not."""
    assert lookup(two_slots(), gfn) is found  # pyright: ignore[reportCallIssue]


@pytest.mark.parametrize("lookup", [search_memslots, gfn_to_memslot])
def test_lookup_in_an_empty_array_finds_nothing(lookup: object) -> None:
    """Neither an entry never written nor a stale one is looked at."""
    slots = Memslots(2)
    assert lookup(slots, 0) is None  # pyright: ignore[reportCallIssue]

    whole = MemorySlot(0, 0, 4)
    update_memslots(slots, whole, Change.CREATE)
    update_memslots(slots, whole, Change.DELETE)

    assert slots.memslots[0] is whole
    assert lookup(slots, 0) is None  # pyright: ignore[reportCallIssue]


def test_lookup_moves_the_cursor_only_when_another_slot_was_found() -> None:
    """A hit keeps the cursor, a hole keeps it, another slot moves it; a plain search does not."""
    slots = two_slots()
    trail = []
    for gfn in (0x20, 0x10, 0x13, 0x15, 0x20):
        gfn_to_memslot(slots, gfn)
        trail.append(slots.last_used_slot)
    search_memslots(slots, 0x10)

    assert trail == [0, 1, 1, 1, 0]
    assert slots.last_used_slot == 0


def test_lookup_with_a_cursor_past_the_used_slots_does_not_find_the_stale_copy() -> None:
    """A delete does not move the cursor; what it then names is no longer in use."""
    slots = two_slots()
    assert gfn_to_memslot(slots, 0x10) is LOW
    update_memslots(slots, LOW, Change.DELETE)

    assert slots.last_used_slot == 1
    assert slots.memslots[1] is LOW
    assert gfn_to_memslot(slots, 0x10) is None


def test_lookup_after_a_slot_was_found_whose_id_the_table_lost_goes_on() -> None:
    """The cursor becomes -1, which C tests for and Python would take for the last entry."""
    slots = two_slots()
    update_memslots(slots, MemorySlot(1, 0x18, 4), Change.CREATE)  # the id is doubled ...
    update_memslots(slots, MemorySlot(1, 0, 0), Change.DELETE)  # ... and the slot at 0x10 orphaned

    assert gfn_to_memslot(slots, 0x10) is LOW
    assert slots.last_used_slot == -1
    assert gfn_to_memslot(slots, 0x10) is LOW
    assert gfn_to_memslot(slots, 0x20) is HIGH


@pytest.mark.parametrize(("slot_id", "found"), [(-1, None), (0, HIGH), (1, LOW), (2, None), (4, None)])
def test_id_lookup_finds_the_slot_or_nothing(slot_id: int, found: MemorySlot | None) -> None:
    """An absent id and one outside the table are no slot, and no error."""
    slots = two_slots()
    update_memslots(slots, MemorySlot(3, 0x30, 4), Change.CREATE)  # the last id, where Python's [-1] would look

    assert id_to_memslot(slots, slot_id) is found


def test_walk_yields_the_highest_gfn_first_and_ends_at_used_slots() -> None:
    """Stale entries are not yielded, whole or not."""
    slots = two_slots()
    assert list(for_each_memslot(slots)) == [HIGH, LOW]

    update_memslots(slots, HIGH, Change.DELETE)

    assert slots.memslots[1] is HIGH
    assert list(for_each_memslot(slots)) == [LOW]


def test_walk_passes_over_an_entry_without_pages() -> None:
    """Only an illegal caller makes one."""
    slots = two_slots()
    update_memslots(slots, MemorySlot(2, 0x18, 0), Change.CREATE)

    assert slots.used_slots == 3
    assert list(for_each_memslot(slots)) == [HIGH, LOW]
