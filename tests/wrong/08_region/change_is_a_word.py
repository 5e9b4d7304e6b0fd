"""Every answer is a string."""

from memslot_lab.engine import (
    Change,
    Memslots,
    UserspaceMemoryRegion,
    for_each_memslot,
    id_to_memslot,
)
from memslot_lab.engine.region import KVM_MEM_LOG_DIRTY_PAGES, KVM_MEM_READONLY, PAGE_SIZE

FAILS = ["ids and flags", "ends", "create", "delete", "move and flags", "overlap"]
NAMED = "region-change-is-a-word"


def classify(slots: Memslots, region: UserspaceMemoryRegion) -> Change | str | None:
    if not 0 <= region.slot < slots.capacity:
        return "EINVAL"
    if region.flags & ~(KVM_MEM_LOG_DIRTY_PAGES | KVM_MEM_READONLY):
        return "EINVAL"
    if region.memory_size % PAGE_SIZE:
        return "EINVAL"
    if region.guest_phys_addr % PAGE_SIZE:
        return "EINVAL"
    if region.userspace_addr % PAGE_SIZE or region.userspace_addr + region.memory_size > 2**47 - PAGE_SIZE:
        return "EINVAL"
    npages = region.memory_size // PAGE_SIZE
    gfn = region.guest_phys_addr // PAGE_SIZE
    if npages > 2**31 - 1:
        return "EINVAL"
    old = id_to_memslot(slots, region.slot)
    if npages == 0:
        return "DELETE" if old else "EINVAL"
    if old is None:
        change = "CREATE"
    else:
        if old.userspace_addr != region.userspace_addr or old.npages != npages:
            return "EINVAL"
        if (old.flags ^ region.flags) & KVM_MEM_READONLY:
            return "EINVAL"
        if old.base_gfn == gfn:
            return "FLAGS_ONLY" if old.flags != region.flags else None
        change = "MOVE"
    for other in for_each_memslot(slots):
        if other.id != region.slot and other.base_gfn < gfn + npages and gfn < other.base_gfn + other.npages:
            return "EEXIST"
    if gfn + npages - 1 > 2**40 - 1:
        return "EINVAL"
    return change
