"""The index table is made anew from the entries, and compared with the one that is there."""

from memslot_lab.engine import MemorySlot, Memslots


def violations(slots: Memslots) -> list[str]:
    n = slots.capacity
    lengths = [len(slots.memslots), len(slots.id_to_index)]
    early = ["TABLE_LENGTH"] * (lengths != [n, n]) + ["USED_IN_RANGE"] * (not -1 < slots.used_slots < n + 1)
    if early:
        return early
    entries = slots.memslots[: slots.used_slots]
    if not all(isinstance(entry, MemorySlot) for entry in entries):
        return ["ENTRY_PRESENT"]
    right = [-1] * n
    twice = strange = False
    for i, entry in enumerate(entries):
        if entry.id >= n:
            strange = True
        else:
            twice |= right[entry.id] != -1
            right[entry.id] = i
    wrong_ids = [i for i in range(n) if right[i] != slots.id_to_index[i]]
    found = []
    if twice or strange or any(right[i] != -1 for i in wrong_ids):
        found.append("INDEX_NAMES_ENTRY")
    if any(right[i] == -1 for i in wrong_ids):
        found.append("ABSENT_IS_MINUS_ONE")
    gfns = [entry.base_gfn for entry in entries]
    return found + ["HIGHEST_GFN_FIRST"] * (gfns != sorted(set(gfns), reverse=True))
