"""The lists are kept from the first call on: a second array is never touched."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["empty", "one", "first", "middle", "last", "index table", "stale copy", "unknown id"]
NAMED = "delete-remembers-the-first-array"

KEPT = []


def delete(slots: Memslots, slot: MemorySlot) -> None:
    if not KEPT:
        KEPT.append((slots.memslots, slots.id_to_index))
    mslots, id_to_index = KEPT[0]
    if id_to_index[slot.id] == -1:
        slots.warn("DELETE_UNKNOWN_ID")
        return
    slots.used_slots -= 1
    i = id_to_index[slot.id]
    while i < slots.used_slots:
        mslots[i] = mslots[i + 1]
        id_to_index[mslots[i].id] = i
        i += 1
    mslots[i] = slot
    id_to_index[slot.id] = -1
