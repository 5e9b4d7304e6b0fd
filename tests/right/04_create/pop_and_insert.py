"""What lies in the hole is taken out of the list and put in again further in front."""

from memslot_lab.engine import MemorySlot, Memslots


def insert_back(slots: Memslots) -> int:
    slots.require_room()
    slots.used_slots = slots.used_slots + 1
    return slots.used_slots - 1


def move_forward(slots: Memslots, slot: MemorySlot, start: int) -> int:
    gfns = [other.base_gfn for other in slots.memslots[: max(start, 0)]]
    for _ in range(gfns.count(slot.base_gfn)):
        slots.warn("FORWARD_EQUAL_GFN")
    if start < 1:
        return start
    end = sum(gfn > slot.base_gfn for gfn in gfns)
    slots.memslots.insert(end, slots.memslots.pop(start))
    for i in range(end + 1, start + 1):
        slots.id_to_index[slots.memslots[i].id] = i
    return end
