"""A class that keeps its own place."""

from memslot_lab.engine import MemorySlot, Memslots


class Walk:
    def __init__(self, slots: Memslots) -> None:
        self.slots, self.i = slots, 0

    def __iter__(self) -> "Walk":
        return self

    def __next__(self) -> MemorySlot:
        while self.i < self.slots.used_slots:
            slot = self.slots.memslots[self.i]
            self.i += 1
            if slot.npages != 0:
                return slot
        raise StopIteration


def for_each_memslot(slots: Memslots) -> Walk:
    return Walk(slots)
