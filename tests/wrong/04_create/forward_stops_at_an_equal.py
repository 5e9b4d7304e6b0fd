"""Not strict."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["equal GFN"]
NAMED = "forward-stops-at-an-equal"


def move_forward(slots: Memslots, slot: MemorySlot, start: int) -> int:
    i = start
    while i > 0 and slot.base_gfn > slots.memslots[i - 1].base_gfn:
        slots.memslots[i] = slots.memslots[i - 1]
        slots.id_to_index[slots.memslots[i].id] = i
        i -= 1
    return i
