"""The place is counted, and one slice goes over another."""

from memslot_lab.engine import MemorySlot, Memslots


def insert_back(slots: Memslots) -> int:
    index, slots.used_slots = slots.used_slots, slots.used_slots + 1
    return index


def move_forward(slots: Memslots, slot: MemorySlot, start: int) -> int:
    if start <= 0:
        return start
    in_front = slots.memslots[:start]
    passed = [other for other in in_front if other.base_gfn <= slot.base_gfn]
    for other in passed:
        if other.base_gfn == slot.base_gfn:
            slots.warn("FORWARD_EQUAL_GFN")
    end = start - len(passed)
    slots.memslots[end + 1 : start + 1] = passed
    for i, other in enumerate(passed, start=end + 1):
        slots.id_to_index[other.id] = i
    return end
