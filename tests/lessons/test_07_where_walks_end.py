"""The numbers of lesson 07, computed."""

from collections.abc import Callable, Iterable

from memslot_lab.engine import Change, MemorySlot, Memslots, delete, for_each_memslot, update_memslots
from memslot_lab.eras import v5_6
from memslot_lab.watch import Table, record

from .prose import assert_says

LESSON = "07_where_walks_end"
SLOT = 88  # bytes on x86
Walk = Callable[[Memslots], Iterable[MemorySlot]]


def machine(capacity: int = 8) -> Memslots:
    """Return the lesson's array of five."""
    slots = Memslots(capacity)
    for slot_id, gfn in [(3, 0x0), (0, 0x100), (4, 0x200), (1, 0x300), (2, 0x400)]:
        update_memslots(slots, MemorySlot(slot_id, gfn, 0x80), Change.CREATE)
    return slots


def ids(walk: Iterable[MemorySlot]) -> list[int]:
    """Return the ids that a walk gives."""
    return [slot.id for slot in walk]


def entries_read(walk: Walk, slots: Memslots) -> int:
    """Return how many entries of memslots a walk reads."""
    tape = record(walk, slots)
    return len({place for frame in tape for table, place in frame.reads if table is Table.MEMSLOTS})


def test_old_walk_reads_one_entry_more() -> None:
    """Four for three slots, the end mark among them."""
    slots = v5_6.alloc_memslots(6)
    for slot_id, gfn in [(3, 0x0), (0, 0x100), (5, 0x200)]:
        v5_6.update_memslots(slots, MemorySlot(slot_id, gfn, 0x80), Change.CREATE)

    assert entries_read(v5_6.for_each_memslot, slots) == 4
    assert entries_read(for_each_memslot, slots) == 3
    assert_says(LESSON, "it reads one entry more: four for three slots. The new one knows the number and reads three.")


def test_old_walk_gives_a_stale_slot_that_has_pages() -> None:
    """A blank one ends it, a whole one comes back."""
    blank, whole = machine(), machine(capacity=5)
    delete(blank, MemorySlot(4, base_gfn=0, npages=0))
    delete(whole, MemorySlot(4, 0x200, 0x80))

    assert ids(v5_6.for_each_memslot(blank)) == ids(for_each_memslot(blank)) == [2, 1, 0, 3]
    assert ids(v5_6.for_each_memslot(whole)) == [2, 1, 0, 3, 4]
    assert ids(for_each_memslot(whole)) == [2, 1, 0, 3]


def test_bytes_of_the_arrays_are_as_said() -> None:
    """The cover letter's numbers, and those of kernel 5.12."""
    assert_says(LESSON, f"{2 * 512 * SLOT:,} bytes, of which a machine with 30 slots needs {30 * SLOT:,}.")
    assert_says(LESSON, f"slots to 32,767: two full arrays of that size would be {2 * 32767 * SLOT / 2**20:.1f} MiB")


def test_copies_for_three_deletes_get_shorter_one_change_late() -> None:
    """Two slots are in use at last, in an array of three."""
    slots, lengths = machine(), list[int]()
    for slot_id in (3, 0, 4):
        lengths.append(slots.used_slots)
        delete(slots, MemorySlot(slot_id, base_gfn=0, npages=0))

    assert lengths == [5, 4, 3]
    assert slots.used_slots == 2
    assert_says(LESSON, "two slots are in use, and the array has three entries")


def test_old_walk_loses_three_behind_an_entry_without_pages() -> None:
    """The new one passes over it."""
    holed = machine()
    holed.memslots[1] = MemorySlot(1, 0x300, npages=0)
    lost = set(ids(for_each_memslot(holed))) - set(ids(v5_6.for_each_memslot(holed)))

    assert len(lost) == 3
    assert_says(LESSON, "the three slots behind it are lost")


def test_walk_over_an_array_that_it_empties_meets_every_second_slot() -> None:
    """Each delete shifts the next slot under the walk."""
    slots, met = machine(), list[int]()
    for slot in for_each_memslot(slots):
        met.append(slot.id)
        delete(slots, MemorySlot(slot.id, base_gfn=0, npages=0))

    assert met == ids(for_each_memslot(machine()))[::2]
