"""One call a place."""

from memslot_lab.engine import MemorySlot, Memslots


def insert_back(slots: Memslots) -> int:
    """Count what there is, and open the next."""
    index = len([None for _ in range(slots.used_slots)])
    slots.used_slots = index + 1
    return index


def move_forward(slots: Memslots, slot: MemorySlot, start: int) -> int:
    if start <= 0 or slots.memslots[start - 1].base_gfn > slot.base_gfn:
        return start
    neighbour = slots.memslots[start - 1]
    if neighbour.base_gfn == slot.base_gfn:
        slots.warn("FORWARD_EQUAL_GFN")
    slots.memslots[start], slots.id_to_index[neighbour.id] = neighbour, start
    return move_forward(slots, slot, start - 1)
