"""A small class does the work, and prints what it does."""

from memslot_lab.engine import MemorySlot, Memslots


class Row:
    def __init__(self, slots: Memslots) -> None:
        self.slots = slots

    def take_out(self, slot: MemorySlot) -> None:
        slots = self.slots
        try:
            gap = [s.id for s in slots.memslots[: slots.used_slots]].index(slot.id)
        except ValueError:
            print("no such slot")
            slots.warn("DELETE_UNKNOWN_ID")
        else:
            for i in range(gap, slots.used_slots - 1):
                self.put(slots.memslots[i + 1], i)
            slots.used_slots -= 1
            slots.memslots[slots.used_slots] = slot
            slots.id_to_index[slot.id] = -1

    def put(self, slot: MemorySlot, i: int) -> None:
        print("slot", slot.id, "goes to", i)
        self.slots.memslots[i] = slot
        self.slots.id_to_index[slot.id] = i


def delete(slots: Memslots, slot: MemorySlot) -> None:
    Row(slots).take_out(slot)
