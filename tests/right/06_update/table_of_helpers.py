"""The first helper comes out of a table."""

from memslot_lab.engine import Change, MemorySlot, Memslots, delete, insert_back, move_backward, move_forward

FIRST = {
    Change.CREATE: lambda slots, slot: insert_back(slots),
    Change.MOVE: move_backward,
    Change.FLAGS_ONLY: move_backward,
}


def update_memslots(slots: Memslots, slot: MemorySlot, change: Change) -> Memslots:
    if change not in FIRST:
        delete(slots, slot)
        return slots
    place = move_forward(slots, slot, FIRST[change](slots, slot))
    if place == -1:
        slots.before_array = slot
    else:
        slots.memslots[place] = slot
    slots.id_to_index[slot.id] = place
    return slots
