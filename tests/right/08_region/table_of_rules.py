"""A list of rules, each a question and what to say when the answer is yes."""

from memslot_lab.engine import Change, Memslots, UserspaceMemoryRegion, for_each_memslot, id_to_memslot

PAGE = 4096


def meets(slots, region):
    start, end = region.guest_phys_addr, region.guest_phys_addr + region.memory_size
    return any(
        max(start, other.base_gfn * PAGE) < min(end, (other.base_gfn + other.npages) * PAGE)
        for other in for_each_memslot(slots)
        if other.id != region.slot
    )


RULES = [
    (lambda slots, r, old: not r.slot < slots.capacity, "EINVAL"),
    (lambda slots, r, old: r.flags > 3, "EINVAL"),
    (lambda slots, r, old: (r.memory_size | r.guest_phys_addr | r.userspace_addr) & 0xFFF, "EINVAL"),
    (lambda slots, r, old: r.userspace_addr + r.memory_size > (1 << 47) - PAGE, "EINVAL"),
    (lambda slots, r, old: r.memory_size // PAGE >= 1 << 31, "EINVAL"),
    (lambda slots, r, old: not r.memory_size and not old, "EINVAL"),
    (lambda slots, r, old: not r.memory_size, Change.DELETE),
    (lambda slots, r, old: old and old.userspace_addr != r.userspace_addr, "EINVAL"),
    (lambda slots, r, old: old and old.npages * PAGE != r.memory_size, "EINVAL"),
    (lambda slots, r, old: old and (old.flags ^ r.flags) & 2, "EINVAL"),
    (lambda slots, r, old: old and old.base_gfn * PAGE == r.guest_phys_addr and old.flags == r.flags, None),
    (lambda slots, r, old: old and old.base_gfn * PAGE == r.guest_phys_addr, Change.FLAGS_ONLY),
    (lambda slots, r, old: meets(slots, r), "EEXIST"),
    (lambda slots, r, old: r.guest_phys_addr + r.memory_size > 1 << 52, "EINVAL"),
    (lambda slots, r, old: old, Change.MOVE),
    (lambda slots, r, old: True, Change.CREATE),
]


def classify(slots: Memslots, region: UserspaceMemoryRegion):
    old = id_to_memslot(slots, region.slot) if region.slot < slots.capacity else None
    return next(said for broken, said in RULES if broken(slots, region, old))
