"""Those who pass are picked out and written back as one slice."""

from memslot_lab.engine import MemorySlot, Memslots


def move_backward(slots: Memslots, slot: MemorySlot) -> int:
    start = slots.id_to_index[slot.id]
    if start == -1 or slots.used_slots == 0:
        slots.warn("MOVE_UNKNOWN_ID" if start == -1 else "MOVE_EMPTY")
        return -1
    behind = slots.memslots[start + 1 : slots.used_slots]
    passing = [other for other in behind if other.base_gfn >= slot.base_gfn]
    end = start + len(passing)
    slots.memslots[start:end] = passing
    for i, other in enumerate(passing):
        slots.id_to_index[other.id] = start + i
    for _ in (other for other in passing if other.base_gfn == slot.base_gfn):
        slots.warn("BACKWARD_EQUAL_GFN")
    return end
