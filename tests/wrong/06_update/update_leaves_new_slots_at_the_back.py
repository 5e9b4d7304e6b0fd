"""A create is not sorted in."""

from memslot_lab.engine import Change, MemorySlot, Memslots, delete, insert_back, move_backward, move_forward

FAILS = ["create", "in a row"]
NAMED = "update-leaves-new-slots-at-the-back"


def update_memslots(slots: Memslots, slot: MemorySlot, change: Change) -> None:
    match change:
        case Change.DELETE:
            delete(slots, slot)
            return
        case Change.CREATE:
            place = insert_back(slots)
        case _:
            place = move_forward(slots, slot, move_backward(slots, slot))
    if place == -1:
        slots.before_array = slot
    if place >= 0:
        slots.memslots[place] = slot
    slots.id_to_index[slot.id] = place
