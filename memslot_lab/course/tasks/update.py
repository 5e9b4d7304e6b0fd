"""Exercise 06: update_memslots. Judged on all that the array is after each call, not on the way there."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from random import Random

from memslot_lab.course.arrays import BIG_IDS, HIGH, IDS, array_of, blank, in_full, random_array
from memslot_lab.course.cases import ArrayCase, Case
from memslot_lab.course.seen import ALL, Args
from memslot_lab.course.tasks.judged import Judged
from memslot_lab.course.tasks.movers import landing, moved_by_chance, moves
from memslot_lab.engine import Change, MemorySlot, update_memslots

__all__ = ["JUDGED"]

_Slots = tuple[MemorySlot, ...]
_case = partial(ArrayCase, looked_at=ALL, stale=())


def _cases() -> Iterator[Case]:
    for n in (0, 1, 2, 3, 4):
        used, stale = array_of(IDS[:n], lowest=0x100), array_of((9, 8), lowest=0x40)
        yield from _creates(used, 16, 10)
        yield from _creates(in_full(used), 16, 10, stale=stale)
        for old in range(n):
            yield from _changes(used, old, 16)
            yield from _changes(in_full(used), old, 16, stale=stale)
        yield from _creates(array_of(range(n), lowest=0x100), n + 1, n)
        yield from _failed(used)
    for ids, capacity, new, lowest in ((IDS[:15], 16, 13, 0x100), (BIG_IDS, 600, 514, HIGH)):
        used = array_of(ids, lowest=lowest)
        yield from _creates(used, capacity, new)
        yield from _changes(used, 7, capacity)
    yield from _in_a_row()


def _creates(used: _Slots, capacity: int, new: int, stale: _Slots = ()) -> Iterator[Case]:
    for rank in range(len(used) + 1):
        slot = MemorySlot(new, landing(used, rank), 0x40)
        slot = in_full([slot])[0] if stale else slot
        yield _case("create", capacity=capacity, used=used, stale=stale, calls=((slot, Change.CREATE),))


def _changes(used: _Slots, old: int, capacity: int, stale: _Slots = ()) -> Iterator[Case]:
    """Yield a delete, a change of flags, and a move to each place."""
    case = partial(_case, capacity=capacity, used=used, stale=stale)
    yield case("delete", calls=((*blank(used[old]), Change.DELETE),))
    for flags in (1, 3):
        slot = replace(used[old], flags=flags ^ used[old].flags)
        yield case("flags", calls=((slot, Change.FLAGS_ONLY),))
    for rank, slot in moves(used, old):
        group = "move backward" if rank > old else "move forward"
        if rank == old:
            slot = replace(slot, base_gfn=slot.base_gfn + 1)
        yield case(group, calls=((slot, Change.MOVE),))


def _failed(used: _Slots) -> Iterator[Case]:
    slot = MemorySlot(2, 0x9000, 0x40)
    for change in (Change.MOVE, Change.FLAGS_ONLY):
        for left in ((), in_full([slot])):
            hand = left[0] if left else slot
            yield _case("failed move", capacity=8, used=used, stale=left, calls=((hand, change),), guarded=True)


def _in_a_row() -> Iterator[Case]:
    """Yield several changes of one array."""
    used = array_of(IDS[:4], lowest=0x100)
    low, high = MemorySlot(9, 0x40, 0x40), MemorySlot(8, 0x900, 0x40)
    up, down = MemorySlot(5, 0x800, 0x40), MemorySlot(5, 0x80, 0x40)
    create, delete, move, flags = Change.CREATE, Change.DELETE, Change.MOVE, Change.FLAGS_ONLY
    ways: tuple[tuple[Args, ...], ...] = (
        ((low, create), (high, create)),
        ((up, move), (down, move)),
        ((*blank(used[0]), delete), (high, create), (*blank(high), delete), (low, create)),
        ((down, move), (MemorySlot(5, 0x80, 0x40, 1), flags), (*blank(down), delete), (up, create), (low, create)),
    )
    for calls in ways:
        yield _case("in a row", capacity=12, used=used, calls=calls)
        yield _case("in a row", capacity=12, used=used, stale=array_of((10, 11)), calls=calls)
    first = tuple((MemorySlot(i, gfn, 0x40), create) for i, gfn in ((2, 0x100), (0, 0x300), (3, 0x200), (1, 0)))
    yield _case("in a row", capacity=4, used=(), calls=(*first, (MemorySlot(0, 0x80, 0x40), move)))


def _random(rng: Random) -> Case:
    """Return a create, a move and a delete in a larger array."""
    capacity, used, stale = random_array(rng)
    new = rng.choice(used)
    used = tuple(slot for slot in used if slot is not new)
    calls: list[Args] = [(new, Change.CREATE)]
    if len(used) > 1:
        used, moved = moved_by_chance(rng, used)
        gone = rng.choice(used)
        calls += [(moved, Change.MOVE), (*blank(gone), Change.DELETE)]
        if gone.id != moved.id:
            rng.shuffle(calls)
    return _case("in a row", capacity=capacity, used=used, stale=stale, calls=tuple(calls))


JUDGED = {"update_memslots": Judged(update_memslots, _cases, more=_random, mirrored=True)}
