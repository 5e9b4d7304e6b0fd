"""The numbers of lesson 02, computed."""

from memslot_lab.engine import Change, MemorySlot, Memslots, delete, gfn_to_memslot, search_memslots, update_memslots
from memslot_lab.watch import record

from .prose import assert_says

LESSON = "02_finding_a_slot"
IDS = [3, 0, 5, 1, 6, 2, 7, 4]


def machine() -> Memslots:
    """Return the lesson's array of eight."""
    slots = Memslots(capacity=8)
    for i, slot_id in enumerate(IDS):
        update_memslots(slots, MemorySlot(slot_id, 0x100 * i, 0x80), Change.CREATE)
    return slots


def pivots(slots: Memslots, gfn: int) -> list[int]:
    """Return the entries that the engine's search looks at in its rounds: those whose GFN it compares in the loop."""
    tape = record(search_memslots, slots, gfn)
    pivots = [frame.locals["pivot"] for frame in tape if frame.source.startswith("if gfn >= mslots[pivot]")]
    return [int(pivot) for pivot in pivots]


def most_rounds(count: int) -> int:
    """Return the rounds of the most expensive search in an array of so many slots."""
    slots = Memslots(capacity=count)
    for i in range(count):
        update_memslots(slots, MemorySlot(i, 0x100 * i, 0x80), Change.CREATE)
    ends = (0, 0x100 * (count // 2), 0x100 * (count - 1))
    return max(len(pivots(slots, gfn)) for gfn in ends)


def test_search_for_0x240_looks_where_it_is_said() -> None:
    """First index 4, then 6 and 5."""
    assert pivots(machine(), 0x240) == [4, 6, 5]
    assert_says(LESSON, "The middle is 6, slot 0 at 0x100, not too high: `end` is 6. One index is left, 5.")


def test_no_search_in_eight_slots_takes_more_than_four_rounds() -> None:
    """The highest slot takes them."""
    counts = {gfn: len(pivots(machine(), gfn)) for gfn in range(0, 0x800, 0x20)}

    assert counts[0x740] == max(counts.values()) == 4
    assert_says(LESSON, "For 0x740 it takes four rounds, and no GFN takes more.")


def test_search_at_the_end_of_a_slot_and_behind_it_is_as_said() -> None:
    """0x27f is inside, 0x280 in a hole."""
    found = search_memslots(machine(), 0x27F)

    assert found is not None
    assert found.id == 5
    assert search_memslots(machine(), 0x280) is None
    assert_says(LESSON, f"the last one is {found.base_gfn + found.npages - 1:#x}")


def test_rounds_grow_as_said() -> None:
    """One more for each doubling."""
    assert [most_rounds(count) for count in (8, 16, 256, 512)] == [4, 5, 9, 10]
    assert_says(LESSON, f"{most_rounds(1024)}: one more than for 512.")


def test_search_below_all_reads_no_stale_entry() -> None:
    """The deleted slot lies where `start` ends, and is not found."""
    seven = machine()
    delete(seven, MemorySlot(3, 0x0, 0x80))

    assert seven.memslots[seven.used_slots] == MemorySlot(3, 0x0, 0x80)
    assert search_memslots(seven, 0x40) is None
    assert_says(LESSON, f"`start` is pushed to the end: {seven.used_slots}, which is `used_slots`")


def test_cursor_answers_three_of_six() -> None:
    """A lookup that leaves the cursor where it was needed no search."""
    slots, hits = machine(), 0
    for gfn in (0x240, 0x241, 0x250, 0x640, 0x641, 0x242):
        before = slots.last_used_slot
        gfn_to_memslot(slots, gfn)
        hits += slots.last_used_slot == before

    assert hits == 3
    assert_says(LESSON, "Three of six.")
