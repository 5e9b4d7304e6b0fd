"""A list, made at once."""

from memslot_lab.engine import MemorySlot, Memslots


def for_each_memslot(slots: Memslots) -> list[MemorySlot]:
    return [slot for slot in slots.memslots[: slots.used_slots] if slot.npages > 0]
