"""The place is found by halving, and a small class moves the others."""

from bisect import bisect_left

from memslot_lab.engine import MemorySlot, Memslots


class Shelf:
    def __init__(self, slots: Memslots) -> None:
        self.slots = slots

    def put(self, i: int, slot: MemorySlot) -> None:
        self.slots.memslots[i] = slot
        self.slots.id_to_index[slot.id] = i

    def make_way(self, end: int, start: int) -> None:
        for i in range(start, end, -1):
            self.put(i, self.slots.memslots[i - 1])


def insert_back(slots: Memslots) -> int:
    try:
        return slots.used_slots
    finally:
        slots.used_slots += 1


def move_forward(slots: Memslots, slot: MemorySlot, start: int) -> int:
    if start <= 0:
        return start
    gfns = [-other.base_gfn for other in slots.memslots[:start]]
    end = bisect_left(gfns, -slot.base_gfn)
    for gfn in gfns[end:]:
        if gfn == -slot.base_gfn:
            slots.warn("FORWARD_EQUAL_GFN")
    Shelf(slots).make_way(end, start)
    return end
