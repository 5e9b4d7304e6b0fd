"""The lengths of the lists are not looked at."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["tables", "together"]
NAMED = "invariants-lists-are-trusted"


def violations(slots: Memslots) -> list[str]:
    if slots.used_slots not in range(slots.capacity + 1):
        return [f"USED_IN_RANGE: {slots.used_slots}"]
    entries, table = slots.memslots[: slots.used_slots], slots.id_to_index
    if any(type(entry) is not MemorySlot for entry in entries):
        return ["ENTRY_PRESENT: no slot"]
    names: set[str] = set()
    for i, entry in enumerate(entries):
        if i > 0 and entries[i - 1].base_gfn <= entry.base_gfn:
            names.add("HIGHEST_GFN_FIRST")
        if entry.id >= slots.capacity or table[entry.id] != i:
            names.add("INDEX_NAMES_ENTRY")
    absent = set(range(slots.capacity)) - {entry.id for entry in entries}
    if any(table[slot_id] != -1 for slot_id in sorted(absent)):
        names.add("ABSENT_IS_MINUS_ONE")
    return sorted(names)
