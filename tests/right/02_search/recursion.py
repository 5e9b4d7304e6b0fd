"""A half of the array at a time, by slices and recursion."""

from memslot_lab.engine import MemorySlot, Memslots


def find(used: list[MemorySlot], gfn: int) -> MemorySlot | None:
    if not used:
        return None
    middle = len(used) // 2
    if gfn < used[middle].base_gfn:
        return find(used[middle + 1 :], gfn)
    if gfn - used[middle].base_gfn < used[middle].npages:
        return used[middle]
    return find(used[:middle], gfn)


def search_memslots(slots: Memslots, gfn: int) -> MemorySlot | None:
    return find(slots.memslots[: slots.used_slots], gfn)
