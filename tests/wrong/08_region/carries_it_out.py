"""To know what happens, do it."""

from memslot_lab.engine import Change, MemorySlot, Memslots, UserspaceMemoryRegion, update_memslots

FAILS = ["create", "left alone"]
NAMED = "region-carries-it-out"


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
        if start >> 12 == old.base_gfn:
            return Change.FLAGS_ONLY if region.flags != old.flags else None
        kind = Change.MOVE

    for i in range(slots.used_slots):
        other = slots.memslots[i]
        if i != index and other.base_gfn << 12 < start + size and (other.base_gfn + other.npages) << 12 > start:
            return "EEXIST"
    if start + size > 1 << 52:
        return "EINVAL"
    new = MemorySlot(region.slot, start >> 12, size >> 12, region.flags, host)
    update_memslots(slots, new, kind)
    return kind
