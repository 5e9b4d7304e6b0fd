"""The id of the slot is not told."""

from memslot_lab.engine import Change, MemorySlot, Memslots, delete, insert_back, move_backward, move_forward

FAILS = ["create", "move backward", "move forward", "in a row"]
NAMED = "update-forgets-the-index"


def update_memslots(slots: Memslots, slot: MemorySlot, change: Change) -> None:
    match change:
        case Change.DELETE:
            delete(slots, slot)
            return
        case Change.CREATE:
            place = insert_back(slots)
        case _:
            place = move_backward(slots, slot)
    place = move_forward(slots, slot, place)
    if place == -1:
        slots.before_array = slot
    if place >= 0:
        slots.memslots[place] = slot
