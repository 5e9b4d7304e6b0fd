"""The part from the hole on is sorted anew, the slot among it."""

from memslot_lab.engine import MemorySlot, Memslots


def move_backward(slots: Memslots, slot: MemorySlot) -> int:
    start, used = slots.id_to_index[slot.id], slots.used_slots
    if start < 0:
        slots.warn("MOVE_UNKNOWN_ID")
        return -1
    if used <= 0:
        slots.warn("MOVE_EMPTY")
        return -1
    behind = slots.memslots[start + 1 : used]
    for other in behind:
        if other.base_gfn == slot.base_gfn:
            slots.warn("BACKWARD_EQUAL_GFN")
    row = sorted([*behind, slot], key=lambda each: each.base_gfn, reverse=True)
    slots.memslots[start:used] = row
    for i, each in enumerate(row, start=start):
        slots.id_to_index[each.id] = i
    return slots.id_to_index[slot.id]
