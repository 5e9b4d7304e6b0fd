"""Both lists are made anew and bound in the place of the old ones."""

from memslot_lab.engine import MemorySlot, Memslots


def delete(slots: Memslots, slot: MemorySlot) -> None:
    if slots.id_to_index[slot.id] == -1:
        slots.warn("DELETE_UNKNOWN_ID")
        return
    used = [other for other in slots.memslots[: slots.used_slots] if other.id != slot.id]
    behind = slots.memslots[slots.used_slots :]
    slots.memslots = used + [slot] + behind
    slots.used_slots = len(used)
    places = {other.id: i for i, other in enumerate(used)}
    slots.id_to_index = [places.get(slot_id, -1) for slot_id in range(slots.capacity)]
