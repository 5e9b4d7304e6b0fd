"""The order is looked at by calling oneself for the rest of the array."""

from memslot_lab.engine import MemorySlot, Memslots


def falling(used: list[MemorySlot]) -> bool:
    return len(used) < 2 or (used[0].base_gfn > used[1].base_gfn and falling(used[1:]))


def violations(slots: Memslots) -> list[str]:
    if len(slots.memslots) != slots.capacity or len(slots.id_to_index) != slots.capacity:
        return ["TABLE_LENGTH"] + ([] if 0 <= slots.used_slots <= slots.capacity else ["USED_IN_RANGE"])
    if slots.used_slots < 0 or slots.used_slots > slots.capacity:
        return ["USED_IN_RANGE"]
    used = slots.memslots[: slots.used_slots]
    for entry in used:
        if not isinstance(entry, MemorySlot):
            return ["ENTRY_PRESENT"]
    names = [] if falling(used) else ["HIGHEST_GFN_FIRST"]
    left = dict(enumerate(slots.id_to_index))
    for i, slot in enumerate(used):
        if left.pop(slot.id, None) != i:
            names.append("INDEX_NAMES_ENTRY")
    if set(left.values()) - {-1}:
        names.append("ABSENT_IS_MINUS_ONE")
    return names
