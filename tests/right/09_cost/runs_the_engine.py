"""Makes an array with these numbers and watches a real update."""

from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots
from memslot_lab.watch import record


def array(used_slots: int) -> Memslots:
    slots = Memslots(capacity=used_slots + 1)
    for i in range(used_slots):
        slots.memslots[i] = MemorySlot(i, 10 * (used_slots - i), 1)
        slots.id_to_index[i] = i
    slots.used_slots = used_slots
    return slots


def create(used_slots: int, new: int):
    slot = MemorySlot(used_slots, 10 * (used_slots - new) + 5, 1)
    steps = 200 + 20 * used_slots
    return record(update_memslots, array(used_slots), slot, Change.CREATE, steps=steps)


def shifts_of_create(used_slots: int, new: int) -> int:
    if used_slots > 40:  # too long to watch
        return used_slots - new
    return create(used_slots, new).shifts


def shifts_of_delete(used_slots: int, old: int) -> int:
    if used_slots > 40:
        return used_slots - old - 1
    return record(update_memslots, array(used_slots), MemorySlot(old, 0, 0), Change.DELETE).shifts


def shifts_of_move(old: int, new: int) -> int:
    return max(old, new) - min(old, new)


def compares_of_create(used_slots: int, new: int) -> int:
    if used_slots > 40:
        return used_slots - new + min(new, 1)
    return create(used_slots, new).compares


def shifts_of_creates(gfns: list[int]) -> int:
    slots, shifts = Memslots(), 0
    for i, gfn in enumerate(gfns):
        before = slots.used_slots
        update_memslots(slots, MemorySlot(i, gfn, 1), Change.CREATE)
        shifts += before - slots.id_to_index[i]
    return shifts
