"""The slot is stored at the end, also where there is no hole."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["from inside"]
NAMED = "forward-stores-without-a-hole"


def move_forward(slots: Memslots, slot: MemorySlot, start: int) -> int:
    hole = start
    while hole > 0 and slots.memslots[hole - 1].base_gfn <= slot.base_gfn:
        passed = slots.memslots[hole - 1]
        if passed.base_gfn == slot.base_gfn:
            slots.warn("FORWARD_EQUAL_GFN")
        slots.memslots[hole] = passed
        slots.id_to_index[passed.id] = hole
        hole -= 1
    slots.memslots[hole] = slot
    slots.id_to_index[slot.id] = hole
    return hole
