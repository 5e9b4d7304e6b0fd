"""A class with a method for each promise."""

from memslot_lab.engine import MemorySlot, Memslots


class Inspector:
    def __init__(self, slots: Memslots) -> None:
        self.slots = slots

    def table_length(self) -> bool:
        return len(self.slots.memslots) == len(self.slots.id_to_index) == self.slots.capacity

    def used_in_range(self) -> bool:
        return 0 <= self.slots.used_slots <= self.slots.capacity

    def entry_present(self) -> bool:
        return all(isinstance(entry, MemorySlot) for entry in self.used())

    def highest_gfn_first(self) -> bool:
        used = self.used()
        return all(used[i].base_gfn > used[i + 1].base_gfn for i in range(len(used) - 1))

    def index_names_entry(self) -> bool:
        table = self.slots.id_to_index
        return all(slot.id < len(table) and table[slot.id] == i for i, slot in enumerate(self.used()))

    def absent_is_minus_one(self) -> bool:
        there = {slot.id for slot in self.used()}
        return all(index == -1 for slot_id, index in enumerate(self.slots.id_to_index) if slot_id not in there)

    def used(self) -> list[MemorySlot]:
        return self.slots.memslots[: self.slots.used_slots]


def violations(slots: Memslots) -> list[str]:
    inspector = Inspector(slots)
    stages = (
        ("TABLE_LENGTH", "USED_IN_RANGE"),
        ("ENTRY_PRESENT",),
        ("HIGHEST_GFN_FIRST", "INDEX_NAMES_ENTRY", "ABSENT_IS_MINUS_ONE"),
    )
    for stage in stages:
        broken = [f"{name}: broken" for name in stage if not getattr(inspector, name.lower())()]
        if broken:
            return broken
    return []
