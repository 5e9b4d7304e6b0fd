"""The answer to a request: what it changed, or why it was refused, in words."""

from dataclasses import dataclass

from memslot_lab.captures.result import errno_name
from memslot_lab.cost import cost_of
from memslot_lab.engine.errors import MemslotError, OverlapError
from memslot_lab.engine.lookup import for_each_memslot, id_to_memslot
from memslot_lab.engine.model import Change, MemorySlot, Memslots
from memslot_lab.engine.region import PAGE_SHIFT, UserspaceMemoryRegion, Vm
from memslot_lab.views.units import address_range, flag_names, size_of

__all__ = ["Entry", "Verdict", "answer", "handed_over"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A request in the log.

    Parameters
    ----------
    region : UserspaceMemoryRegion
        The request.
    recorded : int or None
        What a real kernel answered, 0 or an errno; None for a request made here.
    """

    region: UserspaceMemoryRegion
    recorded: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to a request.

    Parameters
    ----------
    change : Change or None
        What it did; None if it was refused or changed nothing.
    error : MemslotError or None
        Why it was refused.
    sentence : str
        The answer in words.
    collides : tuple[MemorySlot, ...]
        The slots that it would have overlapped.
    """

    change: Change | None
    error: MemslotError | None
    sentence: str
    collides: tuple[MemorySlot, ...] = ()

    @property
    def errno(self) -> str | None:
        """Name of the errno, None for a request that was accepted."""
        return errno_name(self.error.errno) if self.error else None

    @property
    def word(self) -> str:
        """The answer in one word: a change, an errno, or "nothing"."""
        return self.errno or (self.change.value if self.change else "nothing")


def handed_over(region: UserspaceMemoryRegion, change: Change | None) -> MemorySlot:
    """Return the slot that the ioctl hands to `update_memslots()`: for a delete a blank one."""
    if change is Change.DELETE:
        return MemorySlot(region.slot, 0, 0)
    gfn, npages = region.guest_phys_addr >> PAGE_SHIFT, region.memory_size >> PAGE_SHIFT
    return MemorySlot(region.slot, gfn, npages, region.flags, region.userspace_addr)


def answer(vm: Vm, entry: Entry) -> Verdict:
    """Make a request and put the answer in words."""
    slots, region = vm.memslots[0], entry.region
    slot_id = region.slot if region.slot < slots.capacity else 0
    used, old, was = slots.used_slots, slots.id_to_index[slot_id], id_to_memslot(slots, slot_id)
    try:
        change = vm.set_user_memory_region(region)
    except MemslotError as error:
        collides = _collides(slots, region) if isinstance(error, OverlapError) else ()
        return Verdict(None, error, f"refused: {error}{_beside(entry, error.errno)}", collides)
    new, slot = slots.id_to_index[slot_id], id_to_memslot(slots, slot_id) or was
    if change is None or slot is None:
        return Verdict(None, None, f"accepted, but nothing changes: slot {slot_id} is like this{_beside(entry, 0)}")
    shifts = cost_of(change, used_slots=used, old=old, new=new).shifts
    cost = f"{shifts} other slot{' is' if shifts == 1 else 's are'} shifted" if shifts else "no other slot is shifted"
    return Verdict(change, None, f"{_deed(change, slot, old, new)}; {cost}{_beside(entry, 0)}")


def _deed(change: Change, slot: MemorySlot, old: int, new: int) -> str:
    place = f"{address_range(slot.base_gfn, slot.npages)} ({size_of(slot.npages)})"
    if change is Change.CREATE:
        return f"slot {slot.id} is created at index {new}: {place}"
    if change is Change.DELETE:
        return f"slot {slot.id} is deleted from index {old}: {place} is free"
    if change is Change.MOVE:
        way = f"stays at index {new}" if old == new else f"goes from index {old} to index {new}"
        return f"slot {slot.id} moves to {place} and {way}"
    return f"slot {slot.id} has new flags ({flag_names(slot.flags)}) and stays at index {new}"


def _beside(entry: Entry, errno: int) -> str:
    """Return the recorded answer in words, to stand behind ours."""
    if entry.recorded is None:
        return ""
    if entry.recorded == errno:
        return "; the recorded kernel agrees"
    return f"; the recorded kernel did NOT agree: {errno_name(entry.recorded) if entry.recorded else 'it accepted'}"


def _collides(slots: Memslots, region: UserspaceMemoryRegion) -> tuple[MemorySlot, ...]:
    start, end = region.guest_phys_addr >> PAGE_SHIFT, (region.guest_phys_addr + region.memory_size) >> PAGE_SHIFT
    others = (slot for slot in for_each_memslot(slots) if slot.id != region.slot)
    return tuple(slot for slot in others if slot.base_gfn < end and start < slot.base_gfn + slot.npages)
