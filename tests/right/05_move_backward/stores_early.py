"""The slot is stored at once and carried along; its index is written at each step."""

from memslot_lab.engine import MemorySlot, Memslots


class Moving:
    def __init__(self, slots: Memslots, slot: MemorySlot, i: int) -> None:
        self.slots, self.slot, self.i = slots, slot, i
        slots.memslots[i] = slot

    def next_one(self) -> MemorySlot | None:
        behind = self.i + 1
        return self.slots.memslots[behind] if behind < self.slots.used_slots else None

    def step(self, other: MemorySlot) -> None:
        mslots, table = self.slots.memslots, self.slots.id_to_index
        mslots[self.i], mslots[self.i + 1] = other, self.slot
        table[other.id], table[self.slot.id] = self.i, self.i + 1
        self.i += 1


def move_backward(slots: Memslots, slot: MemorySlot) -> int:
    i = slots.id_to_index[slot.id]
    if i == -1:
        slots.warn("MOVE_UNKNOWN_ID")
        return -1
    if not slots.used_slots:
        slots.warn("MOVE_EMPTY")
        return -1
    moving = Moving(slots, slot, i)
    while (other := moving.next_one()) and slot.base_gfn <= other.base_gfn:
        if slot.base_gfn == other.base_gfn:
            slots.warn("BACKWARD_EQUAL_GFN")
        moving.step(other)
    return moving.i
