"""One too few."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["stays", "to the front", "middle", "from inside", "shifts", "equal GFN"]
NAMED = "forward-returns-the-neighbour"


def move_forward(slots: Memslots, slot: MemorySlot, start: int) -> int:
    i = start
    while i > 0 and slot.base_gfn >= slots.memslots[i - 1].base_gfn:
        if slot.base_gfn == slots.memslots[i - 1].base_gfn:
            slots.warn("FORWARD_EQUAL_GFN")
        slots.memslots[i] = slots.memslots[i - 1]
        slots.id_to_index[slots.memslots[i].id] = i
        i = i - 1
    return -1 + i
