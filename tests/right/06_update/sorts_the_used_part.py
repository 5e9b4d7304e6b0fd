"""The slot is put in or put over its old value, and the used part is sorted from scratch."""

from memslot_lab.engine import Change, MemorySlot, Memslots, delete


def update_memslots(slots: Memslots, slot: MemorySlot, change: Change) -> None:
    if change is Change.DELETE:
        return delete(slots, slot)
    if change is Change.CREATE:
        slots.memslots[slots.used_slots] = slot
        slots.used_slots += 1
    elif slots.id_to_index[slot.id] == -1:
        slots.warn("MOVE_UNKNOWN_ID")
        slots.before_array = slot
        return None
    else:
        slots.memslots[slots.id_to_index[slot.id]] = slot
    used = sorted(slots.memslots[: slots.used_slots], key=lambda each: each.base_gfn, reverse=True)
    slots.memslots[: len(used)] = used
    for i, each in enumerate(used):
        slots.id_to_index[each.id] = i
    return None
