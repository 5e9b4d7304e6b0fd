"""The first request, then the rest."""

from memslot_lab.engine import Change, MemorySlot, Memslots, delete, insert_back, move_backward, move_forward
from memslot_lab.engine.region import PAGE_SIZE


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


def change(slots, slot, verdict):
    if verdict is Change.DELETE:
        return delete(slots, slot)
    start = insert_back(slots) if verdict is Change.CREATE else move_backward(slots, slot)
    i = move_forward(slots, slot, start)
    slots.memslots[i] = slot
    slots.id_to_index[slot.id] = i
    return None


def replay_all(slots, requests):
    if not requests:
        return []
    region, *rest = requests
    verdict = classify(slots, region)
    if isinstance(verdict, Change):
        pages = region.guest_phys_addr // PAGE_SIZE, region.memory_size // PAGE_SIZE
        change(slots, MemorySlot(region.slot, *pages, region.flags, region.userspace_addr), verdict)
    return [verdict, *replay_all(slots, rest)]


def replay_boot(requests):
    slots = Memslots(512)
    return slots, replay_all(slots, requests)
