"""The index table read the wrong way round."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["all holds", "order", "absent ids", "together"]
NAMED = "invariants-asks-the-table-by-index"


def violations(slots: Memslots) -> list[str]:
    broken = []
    if {len(slots.memslots), len(slots.id_to_index)} != {slots.capacity}:
        broken.append("TABLE_LENGTH")
    if slots.used_slots not in range(slots.capacity + 1):
        broken.append("USED_IN_RANGE")
    if broken:
        return broken
    used = slots.memslots[: slots.used_slots]
    for slot in used:
        if not isinstance(slot, MemorySlot):
            return ["ENTRY_PRESENT"]
    order = [slot.base_gfn for slot in used]
    if order != sorted(set(order), reverse=True):
        broken.append("HIGHEST_GFN_FIRST")
    if slots.id_to_index[: len(used)] != [slot.id for slot in used]:
        broken.append("INDEX_NAMES_ENTRY")
    absent = set(range(slots.capacity)) - {slot.id for slot in used}
    if any(slots.id_to_index[slot_id] != -1 for slot_id in absent):
        broken.append("ABSENT_IS_MINUS_ONE")
    return broken
