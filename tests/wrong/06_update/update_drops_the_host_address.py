"""The slot is made anew without its host address."""

from memslot_lab.engine import Change, MemorySlot, Memslots, delete, insert_back, move_backward, move_forward

FAILS = ["create", "move backward", "move forward", "flags", "failed move"]
NAMED = "update-drops-the-host-address"


def update_memslots(slots: Memslots, slot: MemorySlot, change: Change) -> None:
    if change is Change.DELETE:
        delete(slots, slot)
        return
    i = insert_back(slots) if change is Change.CREATE else move_backward(slots, slot)
    i = move_forward(slots, slot, i)
    new = MemorySlot(slot.id, slot.base_gfn, slot.npages, slot.flags)
    if i < 0:
        slots.before_array = new
    else:
        slots.memslots[i] = new
    slots.id_to_index[slot.id] = i
