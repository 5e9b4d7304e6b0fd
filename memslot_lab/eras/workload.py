"""One row of changes on the three kernels, counted."""

from collections.abc import Iterable
from typing import NamedTuple

from memslot_lab.engine.model import Change, MemorySlot, Memslots
from memslot_lab.engine.update import update_memslots
from memslot_lab.eras import v5_6
from memslot_lab.eras.v5_17 import MemslotSets
from memslot_lab.eras.visits import WatchedTree, visits_of_update

__all__ = ["Counts", "counts_of"]


class Counts(NamedTuple):
    """What a row of changes cost in each kernel.

    Parameters
    ----------
    v5_6, v5_7 : int
        Entries shifted.
    v5_17 : int
        Nodes looked at, in both trees.
    copied_5_6, copied_5_7 : int
        Entries in the copies of the array that were made for it.
    """

    v5_6: int = 0
    v5_7: int = 0
    v5_17: int = 0
    copied_5_6: int = 0
    copied_5_7: int = 0


def counts_of(changes: Iterable[tuple[MemorySlot, Change]], *, capacity: int = 512) -> Counts:
    """Return what legal changes cost, one after the other, in an address space that is empty at first.

    Parameters
    ----------
    changes : iterable of (MemorySlot, Change)
        A deleted slot needs only its id.
    capacity : int
        Of the arrays.

    Notes
    -----
    The array is copied once for each change: 5.6 copies all entries, 5.7 those in use. For a delete and a move the
    copy is what readers see meanwhile, with the slot marked INVALID; then the old array is changed and used again.
    Source: __kvm_set_memory_region() and install_new_memslots(), v5.6; kvm_set_memslot(), v5.7;
    virt/kvm/kvm_main.c.

    Examples
    --------
    >>> up = [(MemorySlot(i, 0x100 * i, 0x80), Change.CREATE) for i in range(8)]
    >>> counts_of(up)
    Counts(v5_6=28, v5_7=28, v5_17=62, copied_5_6=4096, copied_5_7=28)
    """
    old, array, sets = v5_6.alloc_memslots(capacity), Memslots(capacity), MemslotSets(WatchedTree)
    counts = Counts()
    for slot, change in changes:
        blank = MemorySlot(slot.id, 0, 0) if change is Change.DELETE else slot
        counts = Counts(
            counts.v5_6 + _shifts_5_6(old, blank, change),
            counts.v5_7 + _shifts_5_7(array, blank, change),
            counts.v5_17 + visits_of_update(sets, slot, change),
            counts.copied_5_6 + capacity,
            counts.copied_5_7 + array.used_slots - (change is Change.CREATE) + (change is Change.DELETE),
        )
    return counts


def _shifts_5_6(slots: Memslots, slot: MemorySlot, change: Change) -> int:
    used, old = slots.used_slots, slots.id_to_index[slot.id]
    v5_6.update_memslots(slots, slot, change)
    return v5_6.shifts_of(change, used_slots=used, old=old, new=slots.id_to_index[slot.id])


def _shifts_5_7(slots: Memslots, slot: MemorySlot, change: Change) -> int:
    used, old = slots.used_slots, slots.id_to_index[slot.id]
    update_memslots(slots, slot, change)
    if change is Change.DELETE:
        return used - 1 - old
    return abs(slots.id_to_index[slot.id] - (used if change is Change.CREATE else old))
