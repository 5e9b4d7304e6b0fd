"""The old entry is taken out of the list, and something put in where the hole ends."""

from memslot_lab.engine import MemorySlot, Memslots


def move_backward(slots: Memslots, slot: MemorySlot) -> int:
    places, mslots = slots.id_to_index, slots.memslots
    if places[slot.id] == -1:
        slots.warn("MOVE_UNKNOWN_ID")
        return -1
    if slots.used_slots < 1:
        slots.warn("MOVE_EMPTY")
        return -1
    start = places[slot.id]
    old = mslots.pop(start)
    end = start
    while end < slots.used_slots - 1 and mslots[end].base_gfn >= slot.base_gfn:
        if mslots[end].base_gfn == slot.base_gfn:
            slots.warn("BACKWARD_EQUAL_GFN")
        places[mslots[end].id] = end
        end += 1
    mslots.insert(end, old)
    return end
