"""The slot is looked for by its GFN, but the kernel hands over a blank one."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["first", "middle", "index table"]
NAMED = "delete-searches-by-gfn"


def delete(slots: Memslots, slot: MemorySlot) -> None:
    if slots.id_to_index[slot.id] == -1:
        slots.warn("DELETE_UNKNOWN_ID")
        return
    for i in range(slots.used_slots):
        if slots.memslots[i].base_gfn == slot.base_gfn:
            break
    slots.used_slots -= 1
    while i < slots.used_slots:
        slots.memslots[i] = slots.memslots[i + 1]
        slots.id_to_index[slots.memslots[i].id] = i
        i += 1
    slots.memslots[i] = slot
    slots.id_to_index[slot.id] = -1
