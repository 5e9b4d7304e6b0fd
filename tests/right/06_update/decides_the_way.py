"""The direction is decided first, and one mover is called, not both."""

from memslot_lab.engine import Change, MemorySlot, Memslots, delete, insert_back, move_backward, move_forward


def place_of(slots: Memslots, slot: MemorySlot, change: Change) -> int:
    if change is Change.CREATE:
        return move_forward(slots, slot, insert_back(slots))
    old = slots.id_to_index[slot.id]
    if old == -1 or slot.base_gfn < slots.memslots[old].base_gfn:
        return move_backward(slots, slot)
    return move_forward(slots, slot, old)


def update_memslots(slots: Memslots, slot: MemorySlot, change: Change) -> None:
    match change:
        case Change.DELETE:
            delete(slots, slot)
        case _:
            i = place_of(slots, slot, change)
            slots.id_to_index[slot.id] = i
            if i < 0:
                slots.before_array = slot
            else:
                slots.memslots[i] = slot
