"""The lowest GFN stands at index 0."""

from memslot_lab.engine import Change, MemorySlot, Memslots
from memslot_lab.engine.region import PAGE_SIZE

FAILS = ["creates", "deletes", "moves and flags", "refused", "a real boot", "a hundred DIMMs"]
NAMED = "replay-sorts-the-lowest-first"


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


def put_in_order(slots, used):
    used.sort(key=lambda slot: slot.base_gfn)
    slots.memslots[: len(used)] = used
    slots.used_slots = len(used)
    slots.id_to_index[:] = [-1] * slots.capacity
    for i, slot in enumerate(used):
        slots.id_to_index[slot.id] = i


def replay_boot(requests):
    slots, verdicts = Memslots(512), []
    for region in requests:
        verdict = classify(slots, region)
        verdicts.append(verdict)
        if not isinstance(verdict, Change):
            continue
        new = MemorySlot(
            region.slot,
            region.guest_phys_addr // PAGE_SIZE,
            region.memory_size // PAGE_SIZE,
            region.flags,
            region.userspace_addr,
        )
        used = [slot for slot in slots.memslots[: slots.used_slots] if slot.id != region.slot]
        put_in_order(slots, used if verdict is Change.DELETE else [*used, new])
    return slots, verdicts
