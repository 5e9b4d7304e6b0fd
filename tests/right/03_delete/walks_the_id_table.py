"""No arithmetic: whoever stands behind the gap is found in the id table and moved up."""

from memslot_lab.engine import MemorySlot, Memslots


def delete(slots: Memslots, slot: MemorySlot) -> None:
    if slots.id_to_index[slot.id] == -1:
        slots.warn("DELETE_UNKNOWN_ID")
        return
    gap = slots.id_to_index[slot.id]
    old = list(slots.memslots)
    for place in range(gap + 1, slots.used_slots):
        for slot_id in range(slots.capacity):
            if old[place].id == slot_id:
                slots.memslots[place - 1] = old[place]
                slots.id_to_index[slot_id] = place - 1
    slots.used_slots -= 1
    slots.memslots[slots.used_slots] = slot
    slots.id_to_index[slot.id] = -1
