"""Nobody calls delete()."""

from memslot_lab.engine import Change, MemorySlot, Memslots, insert_back, move_backward, move_forward

FAILS = ["delete", "in a row"]
NAMED = "update-forgets-to-delete"


def update_memslots(slots: Memslots, slot: MemorySlot, change: Change) -> None:
    first = insert_back(slots) if change is Change.CREATE else move_backward(slots, slot)
    place = move_forward(slots, slot, first)
    if place < 0:
        slots.before_array = slot
    else:
        slots.memslots[place] = slot
    slots.id_to_index[slot.id] = place
