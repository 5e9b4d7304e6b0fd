"""base_gfn is where the slot begins in the guest."""

from memslot_lab.engine import Change, Memslots, UserspaceMemoryRegion

FAILS = ["ends", "move and flags", "overlap", "order"]
NAMED = "region-compares-bytes-with-pages"


def classify(slots: Memslots, region: UserspaceMemoryRegion) -> Change | str | None:
    start, size, host = region.guest_phys_addr, region.memory_size, region.userspace_addr
    if not 0 <= region.slot < slots.capacity:
        return "EINVAL"
    if region.flags not in (0, 1, 2, 3):
        return "EINVAL"
    if any(value & 0xFFF for value in (start, size, host)):
        return "EINVAL"
    if host + size > 0x7FFF_FFFF_F000:
        return "EINVAL"
    if size >> 12 >= 1 << 31:
        return "EINVAL"

    index = slots.id_to_index[region.slot]
    if size == 0:
        return Change.DELETE if index >= 0 else "EINVAL"

    kind = Change.CREATE
    if index >= 0:
        old = slots.memslots[index]
        if (host, size) != (old.userspace_addr, old.npages << 12):
            return "EINVAL"
        if (region.flags & 2) != (old.flags & 2):
            return "EINVAL"
        if start == old.base_gfn:
            return Change.FLAGS_ONLY if region.flags != old.flags else None
        kind = Change.MOVE

    for i in range(slots.used_slots):
        other = slots.memslots[i]
        if i != index and other.base_gfn < start + (size >> 12) and other.base_gfn + other.npages > start:
            return "EEXIST"
    if start + (size >> 12) > 1 << 52:
        return "EINVAL"
    return kind
