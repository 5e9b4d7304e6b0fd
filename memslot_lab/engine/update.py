"""Keep the memslots sorted when one of them is added, deleted or moved.

HIGHEST GFN FIRST: index 0, the front, holds the highest GFN.  All five functions take an array in order and
leave it in order.  The changed slot stays in the caller's hand: only *other* slots are shifted, the place left
open (the hole) is tracked as an index, and the slot is stored once, at the end, by `update_memslots()`.

Source: Sean Christopherson, "Re: [PATCH v2 14/15] KVM: Terminate memslot walks via used_slots", 24 Oct 2019;
virt/kvm/kvm_main.c, v5.7.
"""

from memslot_lab.engine.model import Change, MemorySlot, Memslots

__all__ = ["delete", "insert_back", "move_backward", "move_forward", "update_memslots"]


def delete(slots: Memslots, slot: MemorySlot) -> None:
    """Delete a slot: one entry less, and every entry behind it one place forward.

    The slot handed in, blank in the kernel but for its id, is left behind the used entries as a stale copy.

    Parameters
    ----------
    slots : Memslots
        Sorted; shifted in place.
    slot : MemorySlot
        Only its id matters here.

    Notes
    -----
    Cost: used_slots - 1 - index copies, no GFN is compared.
    Source: kvm_memslot_delete(), virt/kvm/kvm_main.c, v5.7.
    """
    mslots, id_to_index = slots.memslots, slots.id_to_index

    if id_to_index[slot.id] == -1:
        slots.warn("DELETE_UNKNOWN_ID")
        return

    slots.used_slots -= 1

    i = id_to_index[slot.id]
    while i < slots.used_slots:
        other = mslots[i + 1]
        mslots[i] = other
        id_to_index[other.id] = i
        i += 1
    mslots[i] = slot
    id_to_index[slot.id] = -1


def insert_back(slots: Memslots) -> int:
    """Open one more entry at the back, behind the lowest GFN; return its index.

    The entry is not written: what lies there is stale until `update_memslots()` stores the slot.

    Raises
    ------
    ArrayFullError
        No entry is left; nothing is changed.

    Notes
    -----
    Source: kvm_memslot_insert_back(), virt/kvm/kvm_main.c, v5.7.
    """
    slots.require_room()
    slots.used_slots += 1
    return slots.used_slots - 1


def move_backward(slots: Memslots, slot: MemorySlot) -> int:
    """Shift slots with a higher GFN than `slot` toward the front; return the index left open.

    Only the open index is tracked: `slot` is not written here.

    Parameters
    ----------
    slots : Memslots
        Sorted but for the changed slot; shifted in place.
    slot : MemorySlot
        New value of a slot in the array (same id).

    Returns
    -------
    int
        Index into `slots.memslots`, 0 <= index < used_slots; -1 after a warning.

    Notes
    -----
    Cost: at most used_slots - 1 copies.
    Source: kvm_memslot_move_backward(), virt/kvm/kvm_main.c, v5.7.
    """
    mslots, id_to_index = slots.memslots, slots.id_to_index

    if id_to_index[slot.id] == -1:
        slots.warn("MOVE_UNKNOWN_ID")
        return -1
    if not slots.used_slots:
        slots.warn("MOVE_EMPTY")
        return -1

    i = id_to_index[slot.id]
    while i < slots.used_slots - 1:
        other = mslots[i + 1]
        if slot.base_gfn > other.base_gfn:
            break

        if slot.base_gfn == other.base_gfn:
            slots.warn("BACKWARD_EQUAL_GFN")

        # Pull the next slot one place forward into the hole.
        mslots[i] = other
        id_to_index[other.id] = i
        i += 1
    return i


def move_forward(slots: Memslots, slot: MemorySlot, start: int) -> int:
    """Shift slots with a lower GFN than `slot` toward the back; return the index left open.

    Only the open index is tracked: `slot` is not written here.

    Parameters
    ----------
    slots : Memslots
        Sorted but for the entry at `start`; shifted in place.
    slot : MemorySlot
        The changed slot, not in the array.
    start : int
        Index of the hole; 0 or less is returned as it is.

    Returns
    -------
    int
        Final index of `slot`, 0 <= index <= start.

    Notes
    -----
    Cost: at most `start` copies.
    Source: kvm_memslot_move_forward(), virt/kvm/kvm_main.c, v5.7.
    """
    mslots, id_to_index = slots.memslots, slots.id_to_index

    i = start
    while i > 0:
        other = mslots[i - 1]
        if slot.base_gfn < other.base_gfn:
            break

        if slot.base_gfn == other.base_gfn:
            slots.warn("FORWARD_EQUAL_GFN")

        # Push the previous slot one place back into the hole.
        mslots[i] = other
        id_to_index[other.id] = i
        i -= 1
    return i


def update_memslots(slots: Memslots, slot: MemorySlot, change: Change) -> None:
    """Re-sort the array after one slot was created, deleted, moved, or given other flags.

    The request's rules (overlap, alignment, known id) are the caller's: see `Vm.set_user_memory_region()`.

    - A deleted slot is shifted out.
    - A created slot goes in at the back and forward to its place.
    - A moved slot goes backward first, in case its GFN fell, and then *falls through* to the forward move of a
      create, in case it rose. At most one of the two shifts anything, so nobody has to ask which way it went.

    Parameters
    ----------
    slots : Memslots
        Sorted; changed in place.
    slot : MemorySlot
        New value of the changed slot; for a delete the kernel passes a blank one with the id.
    change : Change
        What happens to the slot.

    Raises
    ------
    SlotNumberError, NotAChangeError, ArrayFullError
        What C would follow out of its tables; nothing is changed.

    Notes
    -----
    Cost: at most used_slots copies and as many comparisons.
    Source: update_memslots(), virt/kvm/kvm_main.c, v5.7.

    Examples
    --------
    >>> slots = Memslots(capacity=4)
    >>> update_memslots(slots, MemorySlot(id=0, base_gfn=0x0, npages=0xA0), Change.CREATE)
    >>> update_memslots(slots, MemorySlot(id=1, base_gfn=0x100, npages=0xFF00), Change.CREATE)
    >>> [slot.id for slot in slots.memslots[: slots.used_slots]], slots.id_to_index
    ([1, 0], [1, 0, -1, -1])
    """
    slots.require_id(slot, change)

    if change is Change.DELETE:
        delete(slots, slot)
    else:
        if change is Change.CREATE:  # noqa: SIM108  # the kernel's shape
            i = insert_back(slots)
        else:
            i = move_backward(slots, slot)
        i = move_forward(slots, slot, i)

        # Subtle: after a failed move i is -1. C stores in front of the array; Python's [-1] is its last element.
        if i < 0:
            slots.before_array = slot
        else:
            slots.memslots[i] = slot
        slots.id_to_index[slot.id] = i
