"""Kernel 5.6 and before: one insertion sort over a fixed array in which every slot always exists.

HIGHEST GFN FIRST, as in the engine.  An unused slot has no pages and GFN 0, so that it sorts behind the used ones:
the *tail*.  No id is ever absent: that of an unused slot stands at its entry in the tail.

Source: update_memslots(), kvm_alloc_memslots(), kvm_for_each_memslot; virt/kvm/kvm_main.c and
include/linux/kvm_host.h, v5.2, the same up to v5.6.
"""

from collections.abc import Iterator
from typing import cast

from memslot_lab.engine.model import Change, KernelWarning, MemorySlot, Memslots, WarningSite

__all__ = ["alloc_memslots", "for_each_memslot", "shifts_of", "update_memslots"]


def alloc_memslots(capacity: int = 512) -> Memslots:
    """Return an array in which all slots are unused: slot i at index i, without pages.

    Parameters
    ----------
    capacity : int
        KVM_MEM_SLOTS_NUM, 512 on x86.

    Notes
    -----
    Source: kvm_alloc_memslots(), virt/kvm/kvm_main.c, v5.2.

    Examples
    --------
    >>> slots = alloc_memslots(3)
    >>> slots.id_to_index, [slot.npages for slot in slots.memslots], slots.used_slots
    ([0, 1, 2], [0, 0, 0], 0)
    """
    slots = Memslots(capacity)
    slots.memslots[:] = [MemorySlot(slot_id, base_gfn=0, npages=0) for slot_id in range(capacity)]
    slots.id_to_index[:] = range(capacity)
    return slots


def update_memslots(slots: Memslots, slot: MemorySlot, change: Change) -> None:
    """Sort the array again after one slot was created, deleted, moved, or given other flags.

    The entry of the id is the hole, wherever it stands; two walks take it to its place, the first toward the end
    of the array, the second toward the front. Equal GFNs are passed without a warning.

    Parameters
    ----------
    slots : Memslots
        From `alloc_memslots()`, sorted; changed in place.
    slot : MemorySlot
        New value of the changed slot; for a delete one with the id, no pages and GFN 0.
    change : Change
        What happens to the slot.

    Raises
    ------
    SlotNumberError, NotAChangeError
        What C would follow out of its tables; nothing is changed.

    Notes
    -----
    Cost: `shifts_of()`; a create also shifts the unused entries in front of its own.
    Source: update_memslots(), virt/kvm/kvm_main.c, v5.2.
    """
    slots.require_id(slot, change)
    mslots, id_to_index = slots.memslots, slots.id_to_index

    i = id_to_index[slot.id]
    _warn_if(mslots[i].id != slot.id, slots, "INDEX_OF_ANOTHER_ID")
    if change is Change.CREATE:
        slots.used_slots += 1
        _warn_if(mslots[i].npages > 0 or not slot.npages, slots, "CREATE_PAGES")
    elif change is Change.DELETE:
        slots.used_slots -= 1
        _warn_if(slot.npages > 0 or not mslots[i].npages, slots, "DELETE_PAGES")

    # Toward the end: pull slots with a higher GFN one place forward, up to the tail.
    while i < slots.capacity - 1:
        other = mslots[i + 1]
        if slot.base_gfn > other.base_gfn or not other.npages:
            break
        mslots[i] = other
        id_to_index[other.id] = i
        i += 1

    # Toward the front. Subtle: a slot at GFN 0 ties with the whole tail, so equals are passed, not stopped at; and
    # a deleted slot ties with it too, but belongs at the tail's beginning, where the first walk has left it.
    if slot.npages:
        while i > 0:
            other = mslots[i - 1]
            if slot.base_gfn < other.base_gfn:
                break
            mslots[i] = other
            id_to_index[other.id] = i
            i -= 1
    else:
        _warn_if(i != slots.used_slots, slots, "TAIL_NOT_AT_USED_SLOTS")

    mslots[i] = slot
    id_to_index[slot.id] = i


def _warn_if(trouble: bool, slots: Memslots, site: str) -> None:
    if trouble:
        slots.warnings.append(KernelWarning(cast("WarningSite", site)))  # sites of this kernel, not of the engine's


def for_each_memslot(slots: Memslots) -> Iterator[MemorySlot]:
    """Yield the used slots, highest GFN first; the first entry without pages ends the walk.

    Notes
    -----
    Source: kvm_for_each_memslot, include/linux/kvm_host.h, v5.2.
    """
    for i in range(slots.capacity):
        if not slots.memslots[i].npages:
            break
        yield slots.memslots[i]


def shifts_of(change: Change, *, used_slots: int, old: int, new: int) -> int:
    """Return how many entries a legal update shifts, in closed form.

    Parameters
    ----------
    change : Change
        What happens to the slot.
    used_slots : int
        Entries in use before the update.
    old : int
        Index before; of a slot to create its place in the tail, ``used_slots <= old < capacity``.
    new : int
        Index after; without meaning for a delete.

    Examples
    --------
    A first slot costs nothing if its id is 0, and 511 shifts if it is 511.

    >>> shifts_of(Change.CREATE, used_slots=0, old=0, new=0), shifts_of(Change.CREATE, used_slots=0, old=511, new=0)
    (0, 511)
    """
    return used_slots - 1 - old if change is Change.DELETE else abs(old - new)
