"""Rules that raise, caught in one place."""

from errno import EEXIST, EINVAL, errorcode

from memslot_lab.engine import Change, Memslots, UserspaceMemoryRegion


def refuse(when, number=EINVAL):
    if when:
        raise OSError(number, "refused")


def look_at_the_form(slots, region):
    refuse(region.slot not in range(slots.capacity))
    refuse(region.flags | 3 != 3)
    for value in (region.memory_size, region.guest_phys_addr, region.userspace_addr):
        refuse(value % 4096 != 0)
    refuse(region.userspace_addr + region.memory_size > 0x7FFFFFFFF000)
    refuse(region.memory_size > 0x7FFFFFFF000)


def decide(slots, region):
    look_at_the_form(slots, region)
    index = slots.id_to_index[region.slot]
    old = slots.memslots[index] if index != -1 else None
    first, count = region.guest_phys_addr >> 12, region.memory_size >> 12
    if not count:
        refuse(old is None)
        return Change.DELETE
    change = Change.CREATE
    if old is not None:
        refuse(region.userspace_addr != old.userspace_addr)
        refuse(count != old.npages)
        refuse(region.flags & 2 != old.flags & 2)
        if first == old.base_gfn:
            return None if region.flags == old.flags else Change.FLAGS_ONLY
        change = Change.MOVE
    for i, other in enumerate(slots.memslots[: slots.used_slots]):
        if i != index:
            refuse(not (first + count <= other.base_gfn or other.base_gfn + other.npages <= first), EEXIST)
    refuse(first + count - 1 >= 2**40)
    return change


def classify(slots: Memslots, region: UserspaceMemoryRegion):
    try:
        return decide(slots, region)
    except OSError as error:
        return errorcode[error.errno]
