"""The part in front of the hole is sorted anew, the slot among it; new lists take the place of the old ones."""

from memslot_lab.engine import MemorySlot, Memslots


def insert_back(slots: Memslots) -> int:
    slots.used_slots, index = slots.used_slots + 1, slots.used_slots
    return int(index)


def move_forward(slots: Memslots, slot: MemorySlot, start: int) -> int:
    if start <= 0:
        return start
    row = [slot, *slots.memslots[:start]]
    row.sort(key=lambda each: each.base_gfn, reverse=True)  # keeps the order of equals: the slot comes first
    slots.memslots = row + slots.memslots[start + 1 :]
    slots.id_to_index = list(slots.id_to_index)
    for i, each in enumerate(row):
        if each is not slot:
            slots.id_to_index[each.id] = i
            if each.base_gfn == slot.base_gfn:
                slots.warn("FORWARD_EQUAL_GFN")
    return row.index(slot)
