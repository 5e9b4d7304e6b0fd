"""Arrays by recipe, laid out by hand; ids are out of order on purpose, and no function of the rank."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

from memslot_lab.course.cases import ArrayCase, Case
from memslot_lab.course.seen import Args
from memslot_lab.engine.model import Gfn, MemorySlot
from memslot_lab.views.array import is_slot

__all__ = ["BIG_IDS", "HIGH", "IDS", "array_of", "blank", "in_full", "random_array", "smaller_arrays"]

IDS = (3, 0, 5, 1, 6, 2, 7, 4, 12, 9, 15, 8, 11, 14, 10, 13)
BIG_IDS = (512, 3, 599, 0, 513, 41, 598, 7, 255, 530, 2, 575, 256, 90, 544, 1)
HIGH: Gfn = 1 << 32  # guest memory above 16 TiB
_HOST = 1 << 44


def array_of(ids: Sequence[int], *, lowest: Gfn = 0) -> tuple[MemorySlot, ...]:
    """Return slots with these ids, highest GFN first, the last at `lowest`; holes of 0x80 frames between them."""
    ranks = range(len(ids) - 1, -1, -1)
    return tuple(MemorySlot(slot_id, lowest + rank * 0x100, 0x80) for slot_id, rank in zip(ids, ranks, strict=True))


def in_full(slots: Sequence[MemorySlot]) -> tuple[MemorySlot, ...]:
    """Return the slots with flags and a host address each: who stores less than the slot loses something."""
    return tuple(replace(slot, flags=1 + slot.id % 3, userspace_addr=_HOST + (slot.id << 30)) for slot in slots)


def blank(slot: MemorySlot) -> Args:
    """Return what the kernel's caller hands over to a delete: the id, and nothing else."""
    return (MemorySlot(slot.id, 0, 0),)


def random_array(rng: Random, *, most: int = 16) -> tuple[int, tuple[MemorySlot, ...], tuple[MemorySlot, ...]]:
    """Return the capacity, the used and the stale entries of an array with room for one more slot."""
    count = rng.randrange(1, most + 1)
    capacity = count + rng.randrange(1, 9)
    ids = rng.sample(range(capacity), count)
    gfns = sorted(rng.sample(range(0, 0x4000, 0x40), count), reverse=True)
    lowest = rng.choice((0, 0, HIGH))
    used = tuple(MemorySlot(i, lowest + gfn, rng.randrange(1, 0x41)) for i, gfn in zip(ids, gfns, strict=True))
    absent = [slot_id for slot_id in range(capacity) if slot_id not in ids]
    stale = array_of(rng.sample(absent, rng.randrange(min(3, len(absent)))), lowest=0x20)
    return capacity, used, stale


def smaller_arrays(case: Case) -> Iterator[Case]:
    """Yield what is left of an array's case without a call, a slot that no call names, or a stale entry."""
    if not isinstance(case, ArrayCase):
        return
    for i in range(len(case.calls) if len(case.calls) > 1 else 0):
        yield replace(case, calls=case.calls[:i] + case.calls[i + 1 :])
    named = {arg.id for args in case.calls for arg in args if is_slot(arg)}
    for slot in case.used:
        if slot.id not in named:
            yield replace(case, used=tuple(other for other in case.used if other is not slot))
    if case.stale:
        yield replace(case, stale=case.stale[1:])
