"""The rules from top to bottom, as the kernel has them."""

from memslot_lab.engine import Change, Memslots, UserspaceMemoryRegion, for_each_memslot, id_to_memslot
from memslot_lab.engine.region import KVM_MEM_LOG_DIRTY_PAGES, KVM_MEM_READONLY, PAGE_SIZE


def classify(slots: Memslots, region: UserspaceMemoryRegion) -> Change | str | None:
    """Return what the request would do."""
    gfn, npages = region.guest_phys_addr // PAGE_SIZE, region.memory_size // PAGE_SIZE
    if region.slot >= slots.capacity:
        return "EINVAL"
    if region.flags & ~(KVM_MEM_LOG_DIRTY_PAGES | KVM_MEM_READONLY):
        return "EINVAL"
    if region.memory_size % PAGE_SIZE or region.guest_phys_addr % PAGE_SIZE or region.userspace_addr % PAGE_SIZE:
        return "EINVAL"
    if region.userspace_addr + region.memory_size > 2**47 - PAGE_SIZE:
        return "EINVAL"
    if npages > 2**31 - 1:
        return "EINVAL"
    old = id_to_memslot(slots, region.slot)
    if npages == 0:
        return Change.DELETE if old else "EINVAL"
    if old:
        if region.userspace_addr != old.userspace_addr or npages != old.npages:
            return "EINVAL"
        if (region.flags ^ old.flags) & KVM_MEM_READONLY:
            return "EINVAL"
        if gfn == old.base_gfn:
            return Change.FLAGS_ONLY if region.flags != old.flags else None
    for other in for_each_memslot(slots):
        if other.id != region.slot and gfn < other.base_gfn + other.npages and other.base_gfn < gfn + npages:
            return "EEXIST"
    if gfn + npages - 1 > 2**40 - 1:
        return "EINVAL"
    return Change.MOVE if old else Change.CREATE
