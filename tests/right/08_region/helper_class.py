"""A request as an object of its own, in pages."""

from dataclasses import dataclass

from memslot_lab.engine import Change, MemorySlot, Memslots, UserspaceMemoryRegion, for_each_memslot, id_to_memslot


@dataclass
class Request:
    region: UserspaceMemoryRegion
    slots: Memslots

    @property
    def frames(self) -> range:
        first = self.region.guest_phys_addr // 4096
        return range(first, first + self.region.memory_size // 4096)

    def malformed(self) -> bool:
        r = self.region
        numbers = r.slot < self.slots.capacity and r.flags in {0, 1, 2, 3}
        aligned = all(value % 4096 == 0 for value in (r.guest_phys_addr, r.memory_size, r.userspace_addr))
        return not (
            numbers and aligned and r.userspace_addr + r.memory_size <= 2**47 - 4096 and len(self.frames) < 2**31
        )

    def changes_what_is_fixed(self, old: MemorySlot) -> bool:
        fixed = (self.region.userspace_addr, len(self.frames), self.region.flags & 2)
        return fixed != (old.userspace_addr, old.npages, old.flags & 2)

    def overlaps(self) -> bool:
        others = (
            range(s.base_gfn, s.base_gfn + s.npages) for s in for_each_memslot(self.slots) if s.id != self.region.slot
        )
        return any(other.start in self.frames or self.frames.start in other for other in others)


def classify(slots, region):
    request = Request(region, slots)
    if request.malformed():
        return "EINVAL"
    old = id_to_memslot(slots, region.slot)
    if not request.frames:
        return "EINVAL" if old is None else Change.DELETE
    if old is not None and request.changes_what_is_fixed(old):
        return "EINVAL"
    if old is not None and request.frames.start == old.base_gfn:
        return Change.FLAGS_ONLY if old.flags != region.flags else None
    if request.overlaps():
        return "EEXIST"
    if request.frames.stop > 2**40:
        return "EINVAL"
    return Change.CREATE if old is None else Change.MOVE
