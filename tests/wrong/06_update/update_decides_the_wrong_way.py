"""The movers are mixed up."""

from memslot_lab.engine import Change, MemorySlot, Memslots, delete, insert_back, move_backward, move_forward

FAILS = ["move backward", "move forward", "in a row"]
NAMED = "update-decides-the-wrong-way"


def update_memslots(slots: Memslots, slot: MemorySlot, change: Change) -> None:
    if change is Change.DELETE:
        delete(slots, slot)
        return
    old = slots.id_to_index[slot.id]
    if change is Change.CREATE:
        i = move_forward(slots, slot, insert_back(slots))
    elif old < 0 or slots.memslots[old].base_gfn <= slot.base_gfn:
        i = move_backward(slots, slot)
    else:
        i = move_forward(slots, slot, old)
    if i < 0:
        slots.before_array = slot
    else:
        slots.memslots[i] = slot
    slots.id_to_index[slot.id] = i
