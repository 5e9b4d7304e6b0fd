"""Find a slot by guest frame or by id, or walk them all.

Source: search_memslots(), id_to_memslot(), include/linux/kvm_host.h, v5.15; the cursor is called lru_slot
before v5.15 and lives in search_memslots() there.
"""

from collections.abc import Iterator

from memslot_lab.engine.model import Gfn, MemorySlot, Memslots

__all__ = ["for_each_memslot", "gfn_to_memslot", "id_to_memslot", "search_memslots"]


def search_memslots(slots: Memslots, gfn: Gfn) -> MemorySlot | None:
    """Return the slot that holds `gfn`, or None for a hole, by bisection.

    Looks for the first entry, from the front, whose base_gfn is not above `gfn`: highest GFN first.

    Notes
    -----
    Cost: about log2(used_slots) + 1 comparisons with a base_gfn, and one range test.
    Source: search_memslots(), include/linux/kvm_host.h, v5.15.

    Examples
    --------
    >>> from memslot_lab.engine import Change, update_memslots
    >>> slots = Memslots(capacity=4)
    >>> update_memslots(slots, MemorySlot(id=2, base_gfn=0x100, npages=0x10), Change.CREATE)
    >>> search_memslots(slots, 0x10F)
    MemorySlot(id=2, base_gfn=256, npages=16, flags=0, userspace_addr=0)
    >>> search_memslots(slots, 0x110)
    """
    mslots = slots.memslots

    start, end = 0, slots.used_slots
    while start < end:
        pivot = start + (end - start) // 2
        if gfn >= mslots[pivot].base_gfn:
            end = pivot
        else:
            start = pivot + 1

    # Subtle: a gfn below every slot leaves start at used_slots, one entry past the last; v5.6 read it.
    if start < slots.used_slots and _holds(mslots[start], gfn):
        return mslots[start]
    return None


def gfn_to_memslot(slots: Memslots, gfn: Gfn) -> MemorySlot | None:
    """Return the slot that holds `gfn`, or None, looking first where the last search ended.

    Parameters
    ----------
    slots : Memslots
        Its `last_used_slot` is moved when the search finds another slot.
    gfn : Gfn
        A guest frame.

    Notes
    -----
    Cost: one range test if the cursor is right, else that of `search_memslots()`.
    Source: __gfn_to_memslot(), include/linux/kvm_host.h, v5.15.
    """
    cursor = slots.last_used_slot
    # Subtle: a delete does not move the cursor, so it may name an entry that is no longer in use; it is -1 after
    # a slot was found whose id the table has lost (an id created twice, deleted once).
    if 0 <= cursor < slots.used_slots and _holds(slots.memslots[cursor], gfn):
        return slots.memslots[cursor]

    slot = search_memslots(slots, gfn)
    if slot is not None:
        slots.last_used_slot = slots.id_to_index[slot.id]
    return slot


def id_to_memslot(slots: Memslots, slot_id: int) -> MemorySlot | None:
    """Return the slot with this id, or None if it is absent.

    Notes
    -----
    Cost: one look into `id_to_index`.
    Source: id_to_memslot(), include/linux/kvm_host.h, v5.7.
    """
    if not 0 <= slot_id < slots.capacity or slots.id_to_index[slot_id] < 0:
        return None
    return slots.memslots[slots.id_to_index[slot_id]]


def for_each_memslot(slots: Memslots) -> Iterator[MemorySlot]:
    """Yield the used slots, highest GFN first; `used_slots` ends the walk.

    An entry without pages is passed over; the kernel also warns of it.

    Notes
    -----
    Source: kvm_for_each_memslot, include/linux/kvm_host.h, v5.7.
    """
    for i in range(slots.used_slots):
        if slots.memslots[i].npages:
            yield slots.memslots[i]


def _holds(slot: MemorySlot, gfn: Gfn) -> bool:
    return slot.base_gfn <= gfn < slot.base_gfn + slot.npages
