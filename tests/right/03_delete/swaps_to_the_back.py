"""The slot changes places with the next one until it is the last."""

from memslot_lab.engine import MemorySlot, Memslots


def delete(slots: Memslots, slot: MemorySlot) -> None:
    if slots.id_to_index[slot.id] == -1:
        slots.warn("DELETE_UNKNOWN_ID")
        return
    mslots, table = slots.memslots, slots.id_to_index
    i = table[slot.id]
    while i + 1 < slots.used_slots:
        mslots[i], mslots[i + 1] = mslots[i + 1], mslots[i]
        table[mslots[i].id], i = i, i + 1
    slots.used_slots, table[slot.id] = i, -1
    mslots[i] = slot
