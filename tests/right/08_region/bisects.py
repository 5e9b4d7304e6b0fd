"""Neighbours found by bisection: only they can be in the way."""

from bisect import bisect_right

from memslot_lab.engine import Change, Memslots, UserspaceMemoryRegion, id_to_memslot


def in_the_way(slots, slot_id, gfn, npages):
    others = [slot for slot in slots.memslots[: slots.used_slots] if slot.id != slot_id]
    behind = bisect_right(others, -gfn, key=lambda slot: -slot.base_gfn - 1)
    near = others[max(0, behind - 1) : behind + 1]
    above = [slot for slot in others if gfn <= slot.base_gfn < gfn + npages]
    return bool(above) or any(slot.base_gfn <= gfn < slot.base_gfn + slot.npages for slot in near)


def classify(slots: Memslots, region: UserspaceMemoryRegion) -> Change | str | None:
    pages = [divmod(value, 4096) for value in (region.guest_phys_addr, region.memory_size, region.userspace_addr)]
    (gfn, npages, _), rests = (tuple(page for page, _ in pages), [rest for _, rest in pages])
    well_formed = (
        region.slot < slots.capacity
        and region.flags < 4
        and not any(rests)
        and pages[2][0] + npages <= 2**35 - 1
        and npages < 2**31
    )
    old = id_to_memslot(slots, region.slot) if well_formed else None
    match well_formed, npages, old:
        case (False, _, _) | (True, 0, None):
            return "EINVAL"
        case (True, 0, _):
            return Change.DELETE
    if old and (old.userspace_addr, old.npages, old.flags // 2) != (region.userspace_addr, npages, region.flags // 2):
        return "EINVAL"
    if old and old.base_gfn == gfn:
        return None if old.flags == region.flags else Change.FLAGS_ONLY
    if in_the_way(slots, region.slot, gfn, npages):
        return "EEXIST"
    if gfn + npages > 2**40:
        return "EINVAL"
    return Change.MOVE if old else Change.CREATE
