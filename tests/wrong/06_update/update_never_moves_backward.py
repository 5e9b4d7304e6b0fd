"""A move begins at the old index."""

from memslot_lab.engine import Change, MemorySlot, Memslots, delete, insert_back, move_forward

FAILS = ["move backward", "in a row", "failed move"]
NAMED = "update-never-moves-backward"


def update_memslots(slots: Memslots, slot: MemorySlot, change: Change) -> None:
    match change:
        case Change.DELETE:
            delete(slots, slot)
            return
        case Change.CREATE:
            place = insert_back(slots)
        case _:
            place = slots.id_to_index[slot.id]
    place = move_forward(slots, slot, place)
    if place == -1:
        slots.before_array = slot
    if place >= 0:
        slots.memslots[place] = slot
    slots.id_to_index[slot.id] = place
