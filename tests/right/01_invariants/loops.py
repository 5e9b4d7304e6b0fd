"""One loop after the other, with a sentence for each place."""

from memslot_lab.engine import MemorySlot, Memslots


def violations(slots: Memslots) -> list[str]:
    found = []
    for name, table in (("memslots", slots.memslots), ("id_to_index", slots.id_to_index)):
        if len(table) != slots.capacity:
            found.append(f"TABLE_LENGTH: {name} has {len(table)} entries")
    if slots.used_slots < 0 or slots.used_slots > slots.capacity:
        found.append(f"USED_IN_RANGE: {slots.used_slots}")
    if found:
        return found
    for i in range(slots.used_slots):
        if not isinstance(slots.memslots[i], MemorySlot):
            return [f"ENTRY_PRESENT: memslots[{i}]"]
    owners = [False] * slots.capacity
    for i in range(slots.used_slots):
        slot = slots.memslots[i]
        if i and slots.memslots[i - 1].base_gfn <= slot.base_gfn:
            found.append(f"HIGHEST_GFN_FIRST: memslots[{i}]")
        if slot.id >= slots.capacity:
            found.append(f"INDEX_NAMES_ENTRY: id {slot.id} has no place in the table")
            continue
        owners[slot.id] = True
        if slots.id_to_index[slot.id] != i:
            found.append(f"INDEX_NAMES_ENTRY: id {slot.id}")
    for slot_id, index in enumerate(slots.id_to_index):
        if not owners[slot_id] and index != -1:
            found.append(f"ABSENT_IS_MINUS_ONE: id {slot_id}")
    return found
