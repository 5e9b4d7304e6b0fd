"""What must hold before and after every legal update, by name."""

from collections.abc import Iterator

from memslot_lab.engine.model import MemorySlot, Memslots

__all__ = ["violations"]


def violations(slots: Memslots) -> list[str]:
    """Return a sentence for each broken invariant, an empty list when all hold.

    Never raises on a broken array, however it is broken. Overlaps are not looked at: they are the caller's rule.

    Returns
    -------
    list[str]
        Each begins with one of TABLE_LENGTH, USED_IN_RANGE, ENTRY_PRESENT, HIGHEST_GFN_FIRST,
        INDEX_NAMES_ENTRY, ABSENT_IS_MINUS_ONE.

    Notes
    -----
    Cost: O(capacity).

    Examples
    --------
    >>> slots = Memslots(capacity=2)
    >>> slots.used_slots = 3
    >>> violations(slots)
    ['USED_IN_RANGE: used_slots is 3, not 0..2']
    """
    capacity = slots.capacity
    found = [
        f"TABLE_LENGTH: {name} is no list of {capacity} entries"
        for name, table in (("memslots", slots.memslots), ("id_to_index", slots.id_to_index))
        if not _is_a(table, list) or len(table) != capacity
    ]
    if not _is_a(slots.used_slots, int) or not 0 <= slots.used_slots <= capacity:
        found.append(f"USED_IN_RANGE: used_slots is {slots.used_slots!r}, not 0..{capacity}")
    if found:  # the tables cannot be walked
        return found

    used = slots.memslots[: slots.used_slots]
    found = [
        f"ENTRY_PRESENT: memslots[{i}] is {slot!r}, but used_slots is {slots.used_slots}"
        for i, slot in enumerate(used)
        if not (_is_a(slot, MemorySlot) and _is_a(slot.id, int) and _is_a(slot.base_gfn, int))
    ]
    return found or [*_order(used), *_index(used, slots.id_to_index)]


def _is_a(value: object, kind: type) -> bool:
    """Ask for a type that an annotation promises and a learner's function may not keep."""
    return isinstance(value, kind)


def _order(used: list[MemorySlot]) -> Iterator[str]:
    for i in range(len(used) - 1):
        if not used[i].base_gfn > used[i + 1].base_gfn:
            yield (
                f"HIGHEST_GFN_FIRST: memslots[{i}] has gfn {used[i].base_gfn:#x}, "
                f"memslots[{i + 1}] behind it {used[i + 1].base_gfn:#x}"
            )


def _index(used: list[MemorySlot], id_to_index: list[int]) -> Iterator[str]:
    told = dict(enumerate(id_to_index))
    for i, slot in enumerate(used):
        if (index := told.get(slot.id, "nothing")) != i:
            yield f"INDEX_NAMES_ENTRY: memslots[{i}] is slot {slot.id}, but id_to_index[{slot.id}] is {index}"
    for slot_id in sorted(told.keys() - {slot.id for slot in used}):
        if told[slot_id] != -1:
            yield f"ABSENT_IS_MINUS_ONE: no slot {slot_id} is in use, but id_to_index[{slot_id}] is {told[slot_id]}"
