"""The same job, slow and obviously right: sort from scratch, search from one end to the other.

For legal updates only: it warns of nothing.
"""

from memslot_lab.engine.model import Change, Gfn, MemorySlot, Memslots

__all__ = ["find", "update"]


def update(slots: Memslots, slot: MemorySlot, change: Change) -> None:
    """Do what `update_memslots()` does for a legal change, by sorting everything anew."""
    used = [other for other in slots.memslots[: slots.used_slots] if other.id != slot.id]
    if change is not Change.DELETE:
        used.append(slot)
    used.sort(key=lambda other: other.base_gfn, reverse=True)

    slots.used_slots = len(used)
    slots.memslots[: len(used)] = used
    if change is Change.DELETE:
        slots.memslots[len(used)] = slot  # the stale copy

    slots.id_to_index[:] = [-1] * slots.capacity
    for i, other in enumerate(used):
        slots.id_to_index[other.id] = i


def find(slots: Memslots, gfn: Gfn) -> MemorySlot | None:
    """Return the slot that holds `gfn`, or None, by asking every slot."""
    for slot in slots.memslots[: slots.used_slots]:
        if gfn in range(slot.base_gfn, slot.base_gfn + slot.npages):
            return slot
    return None
