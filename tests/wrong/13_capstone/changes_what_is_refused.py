"""Every verdict but None is carried out."""

from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots
from memslot_lab.engine.region import PAGE_SIZE

FAILS = ["refused"]
NAMED = "replay-changes-what-is-refused"


def classify(slots, region):
    gfn, npages, host = region.guest_phys_addr // PAGE_SIZE, region.memory_size // PAGE_SIZE, region.userspace_addr
    if any(n % PAGE_SIZE for n in (region.guest_phys_addr, region.memory_size, host)) or region.slot >= slots.capacity:
        return "EINVAL"
    i = slots.id_to_index[region.slot]
    old = slots.memslots[i] if i >= 0 else None
    if not npages:
        return Change.DELETE if old else "EINVAL"
    if old and (old.userspace_addr != host or old.npages != npages or (old.flags ^ region.flags) & 2):
        return "EINVAL"
    if old and old.base_gfn == gfn:
        return None if old.flags == region.flags else Change.FLAGS_ONLY
    for other in slots.memslots[: slots.used_slots]:
        if other.id != region.slot and other.base_gfn < gfn + npages and gfn < other.base_gfn + other.npages:
            return "EEXIST"
    return Change.MOVE if old else Change.CREATE


def replay_boot(requests):
    slots, verdicts = Memslots(512), []
    for region in requests:
        verdict = classify(slots, region)
        verdicts.append(verdict)
        if not verdict:
            continue
        new = MemorySlot(
            region.slot,
            region.guest_phys_addr // PAGE_SIZE,
            region.memory_size // PAGE_SIZE,
            region.flags,
            region.userspace_addr,
        )
        update_memslots(slots, new, verdict)
    return slots, verdicts
