"""As the C says it, letter by letter."""

from memslot_lab.engine import Change, MemorySlot, Memslots, delete, insert_back, move_backward, move_forward

FAILS = ["failed move"]
NAMED = "update-stores-at-minus-one"


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
    slots.memslots[place] = slot
    slots.id_to_index[slot.id] = place
