"""A change by its name as a string."""

from memslot_lab.engine import Change, MemorySlot, Memslots, delete, insert_back, move_backward, move_forward

FAILS = ["create", "delete", "in a row"]
NAMED = "update-moves-whatever-comes"


def update_memslots(slots: Memslots, slot: MemorySlot, change: Change) -> None:
    if change in ("DELETE", "delete"):
        delete(slots, slot)
        return
    start = insert_back(slots) if change in ("CREATE", "create") else move_backward(slots, slot)
    i = move_forward(slots, slot, start)
    if i == -1:
        slots.before_array = slot
    else:
        slots.memslots[i] = slot
    slots.id_to_index[slot.id] = i
