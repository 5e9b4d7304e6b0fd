"""The loop ends at 0 only."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["from inside"]
NAMED = "forward-takes-minus-one-for-a-place"


def move_forward(slots: Memslots, slot: MemorySlot, start: int) -> int:
    i = start
    while True:
        if i == 0 or slot.base_gfn < slots.memslots[i - 1].base_gfn:
            return i
        other = slots.memslots[i - 1]
        if slot.base_gfn == other.base_gfn:
            slots.warn("FORWARD_EQUAL_GFN")
        slots.memslots[i] = other
        slots.id_to_index[other.id] = i
        i -= 1
