"""Exercise 04: insert_back and move_forward. Judged on each function alone; the hole and the slot's index are free."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from random import Random

from memslot_lab.course.arrays import BIG_IDS, HIGH, IDS, array_of, in_full, random_array
from memslot_lab.course.cases import ArrayCase, Case
from memslot_lab.course.seen import Args, Aspect
from memslot_lab.course.tasks.judged import Judged
from memslot_lab.course.tasks.movers import (
    INDICES,
    WHERE,
    MoverCase,
    forward_args,
    landing,
    moved_by_chance,
    moves,
    smaller_moves,
)
from memslot_lab.engine import MemorySlot, insert_back, move_forward

__all__ = ["JUDGED", "BackCase"]

# insert_back.


@dataclass(frozen=True, slots=True)
class BackCase(ArrayCase):
    """An array in which one more entry is opened, and perhaps another one."""

    def args_text(self, args: Args) -> str:
        return "the entry before"


_GROUPS = (
    ("index", (Aspect.RETURNED,)),
    ("count", (Aspect.USED_SLOTS,)),
    ("left alone", (Aspect.USED_ENTRIES, Aspect.INDEX_TABLE, Aspect.BEHIND, Aspect.BEFORE_ARRAY, Aspect.WARNINGS)),
)


def _back_cases() -> Iterator[Case]:
    once: tuple[Args, ...] = ((),)
    for group, looked_at in _GROUPS:
        for n in (0, 1, 2, 3, 5):
            used, stale = array_of(IDS[:n], lowest=0x100), array_of((9, 8), lowest=0x40)
            yield BackCase(group, looked_at, 16, used, (), once)
            yield BackCase(group, looked_at, n + 1, array_of(range(n)), (), once)
            yield BackCase(group, looked_at, 16, used, stale, once)
            yield BackCase(group, looked_at, 16, used, (MemorySlot(9, 0, 0),), once)
            yield BackCase(group, looked_at, 16, used, stale, once * 3)
        yield BackCase(group, looked_at, 17, array_of(IDS), (), once)
        yield BackCase(group, looked_at, 600, array_of(BIG_IDS, lowest=HIGH), array_of((599,)), once * 2)


# move_forward.


_case = partial(MoverCase, stale=())


def _forward_cases() -> Iterator[Case]:
    for n in (0, 1, 2, 3, 4, 5):
        used = array_of(IDS[:n], lowest=0x100)
        for rank in range(n + 1):
            yield from _created(used, rank, 16, 9)
            if rank in (0, 1, n):
                yield from _created(array_of(range(n), lowest=0x100), rank, n + 1, n)
    for ids, capacity, new, lowest in ((IDS[:15], 16, 13, 0x100), (BIG_IDS, 600, 514, HIGH)):
        for rank in (0, 1, 9, len(ids)):
            yield from _created(array_of(ids, lowest=lowest), rank, capacity, new)
    yield from _from_inside()
    yield from _equals()


def _created(used: tuple[MemorySlot, ...], rank: int, capacity: int, new: int) -> Iterator[Case]:
    """Yield creates that end at index `rank`: behind the used entries lies nothing, or what was left there."""
    slot = MemorySlot(new, landing(used, rank), 0x40)
    calls, count = (forward_args(slot, used),), len(used) + 1
    group = "stays" if rank == len(used) else "middle" if rank else "to the front"
    case = partial(_case, capacity=capacity, used=used, calls=calls, count=count)
    left = MemorySlot(new, 0, 0), MemorySlot(new, 0x5000, 0x80)
    for stale in ((), (left[0],), (left[1], left[0])) if capacity > count else ((),):
        yield case(group, WHERE, stale=stale, used=in_full(used) if stale else used)
    yield case("index table", INDICES)
    yield case("shifts", (Aspect.RETURNED,), counted=True, stale=left[:1] if capacity > count else ())


def _from_inside() -> Iterator[Case]:
    """Yield moves of a slot that is in the array already: the entries behind it stay."""
    for n in (1, 2, 3, 5):
        used = array_of(IDS[:n], lowest=0x100)
        for old in range(n):
            for rank, slot in moves(used, old):
                if rank <= old:
                    case = partial(_case, capacity=16, used=used, calls=((slot, old),))
                    yield case("from inside", WHERE)
                    yield case("index table", INDICES)
                    yield case("shifts", (Aspect.RETURNED,), counted=True)
        # After a move that failed: no place to start at.
        yield _case("from inside", WHERE, 16, used, calls=((MemorySlot(9, 0x9000, 0x40), -1),))


def _equals() -> Iterator[Case]:
    """Yield what no legal caller asks for: a slot with the GFN of another one."""
    for n in (1, 2, 3, 5):
        used = array_of(IDS[:n], lowest=0x100)
        for same in used:
            calls = (forward_args(MemorySlot(9, same.base_gfn, 0x80), used),)
            yield _case("equal GFN", (*WHERE, *INDICES), 16, used, calls=calls, count=n + 1)


def _random(rng: Random) -> Case:
    """Return a create or a move forward in a larger array."""
    capacity, used, stale = random_array(rng)
    if rng.random() < 0.5:
        slot = rng.choice(used)
        used, count = tuple(other for other in used if other is not slot), len(used)
    else:
        used, slot = moved_by_chance(rng, used)
        count = None
        slot = max((slot, *(old for old in used if old.id == slot.id)), key=lambda one: one.base_gfn)
    calls = (forward_args(slot, used),)
    return _case("middle", (*WHERE, *INDICES), capacity, used, stale=stale, calls=calls, count=count)


JUDGED = {
    "insert_back": Judged(insert_back, _back_cases, mirrored=True),
    "move_forward": Judged(move_forward, _forward_cases, more=_random, smaller=smaller_moves, mirrored=True),
}
