"""Without helpers: the used part is built anew around the slot, and both lists are put in place of the old ones."""

from memslot_lab.engine import Change, MemorySlot, Memslots


def update_memslots(slots: Memslots, slot: MemorySlot, change: Change) -> None:
    absent = slots.id_to_index[slot.id] == -1
    if change is Change.DELETE and absent:
        return slots.warn("DELETE_UNKNOWN_ID")
    if change in (Change.MOVE, Change.FLAGS_ONLY) and absent:
        slots.before_array = slot
        return slots.warn("MOVE_UNKNOWN_ID")
    used = slots.memslots[: slots.used_slots]
    others = [each for each in used if each.id != slot.id]
    higher = [each for each in others if each.base_gfn > slot.base_gfn]
    lower = [each for each in others if each.base_gfn < slot.base_gfn]
    new = others if change is Change.DELETE else [*higher, slot, *lower]
    row = [*new, slot] if change is Change.DELETE else new
    slots.memslots = row + slots.memslots[len(row) :]
    slots.used_slots = len(new)
    index = {each.id: i for i, each in enumerate(new)}
    slots.id_to_index = [index.get(slot_id, -1) for slot_id in range(slots.capacity)]
    return None
