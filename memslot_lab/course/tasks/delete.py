"""Exercise 03: delete. Judged on what the array and the warnings are after each call, not on the way there."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from random import Random

from memslot_lab.course.arrays import BIG_IDS, HIGH, IDS, array_of, blank, random_array
from memslot_lab.course.cases import ArrayCase, Case
from memslot_lab.course.seen import ALL, Args, Aspect
from memslot_lab.course.tasks.judged import Judged
from memslot_lab.engine import MemorySlot, delete

__all__ = ["JUDGED"]

_ARRAY = (Aspect.USED_SLOTS, Aspect.USED_ENTRIES)
_case = partial(ArrayCase, guarded=True)


def _whole(slot: MemorySlot) -> Args:
    return (slot,)


def _delete_cases() -> Iterator[Case]:
    yield from _delete_empty()
    yield from _delete_one()
    for name, places in (("first", _first), ("middle", _middle), ("last", _last)):
        yield from _delete_at(name, _ARRAY, places)
    pair = array_of((1, 2))
    yield _case("last", _ARRAY, 4, pair, (), (blank(pair[1]), blank(pair[0])))
    yield from _delete_at("index table", (Aspect.INDEX_TABLE,), range)
    yield from _delete_in_a_row()
    yield from _delete_stale()
    yield from _delete_unknown()


def _first(used: int) -> Sequence[int]:
    return (0,)


def _middle(used: int) -> Sequence[int]:
    return range(1, used - 1)


def _last(used: int) -> Sequence[int]:
    return (used - 1,)


def _delete_empty() -> Iterator[Case]:
    slot = MemorySlot(1, 0x100, 0x80)
    yield _case("empty", ALL, 4, (), (), (blank(slot),))
    yield _case("empty", ALL, 4, (), (slot,), (blank(slot),))


def _delete_one() -> Iterator[Case]:
    for slot in (MemorySlot(2, 0x100, 0x80), MemorySlot(0, 0, 1), MemorySlot(3, HIGH, 0x80)):
        yield _case("one", _ARRAY, 4, (slot,), (), (blank(slot),))
    yield _case("one", _ARRAY, 1, (MemorySlot(0, 0x100, 0x80),), (), ((MemorySlot(0, 0x100, 0x80),),))
    yield _case("one", _ARRAY, 4, array_of((2,)), array_of((1, 3)), (blank(*array_of((2,))),))


def _delete_at(group: str, looked_at: tuple[Aspect, ...], places: Callable[[int], Sequence[int]]) -> Iterator[Case]:
    """Yield deletes at these places of arrays of 2 to 16 slots: with room, full, with stale entries."""
    for n in (2, 3, 4, 5, 7):
        used, stale = array_of(IDS[:n]), array_of((9, 8), lowest=0x40)
        for p in places(n):
            yield _case(group, looked_at, 8, used, (), (blank(used[p]),))
            yield _case(group, looked_at, 10, used, stale, (_whole(used[p]),))
    for ids, capacity, lowest in ((IDS, 16, 0), (BIG_IDS, 600, HIGH)):
        used = array_of(ids, lowest=lowest)
        for p in [*places(16)][-2:]:
            yield _case(group, looked_at, capacity, used, (), (blank(used[p]),))


def _delete_in_a_row() -> Iterator[Case]:
    """Yield several deletes of one array, until it is empty, and one more."""
    used = array_of(IDS[:5])
    for order in ((0, 1, 2, 3, 4, 4), (4, 3, 2, 1, 0, 0), (2, 0, 4, 1, 3, 2)):
        yield _case("index table", (Aspect.INDEX_TABLE,), 8, used, (), tuple(blank(used[p]) for p in order))


def _delete_stale() -> Iterator[Case]:
    looked_at = (Aspect.BEHIND,)
    for n in (1, 2, 3, 4):
        used, stale = array_of(IDS[:n], lowest=HIGH if n == 4 else 0), array_of((9, 8), lowest=0x40)
        for p in range(n):
            yield _case("stale copy", looked_at, 8, used, (), (blank(used[p]),))
            yield _case("stale copy", looked_at, n, array_of(range(n)), (), (_whole(array_of(range(n))[p]),))
            yield _case("stale copy", looked_at, 12, used, stale, (blank(used[p]),))
    used = array_of(IDS[:5])
    yield _case("stale copy", looked_at, 8, used, (), tuple(map(blank, used[:1:-1])))
    yield _case("stale copy", looked_at, 8, used, (), tuple(map(_whole, used[::-1])))
    # Only the slot that was handed in belongs here, not the one that was in the array.
    yield _case("stale copy", looked_at, 8, used, (), ((MemorySlot(5, 0x200, 0x80, flags=1, userspace_addr=0x1000),),))


def _delete_unknown() -> Iterator[Case]:
    for n in (1, 2, 3, 5):
        used = array_of(IDS[:n])
        yield _case("unknown id", ALL, 8, used, (), ((MemorySlot(7, 0, 0),),))
        # The GFN of a slot that is there, the id of none.
        yield _case("unknown id", ALL, 8, used, (), ((MemorySlot(7, used[0].base_gfn, 0x80),),))
        yield _case("unknown id", ALL, 16, used, array_of((15, 9)), ((MemorySlot(15, 0, 0),),))
        # No warning of an id that is there.
        yield _case("unknown id", (Aspect.WARNINGS,), 8, used, (), tuple(map(blank, used[::-1])))
    big = array_of(BIG_IDS, lowest=HIGH)
    yield _case("unknown id", ALL, 600, big, (), ((MemorySlot(514, 0, 0),),))


def _random(rng: Random) -> Case:
    """Return some deletes of one array, of slots that are there."""
    capacity, used, stale = random_array(rng)
    gone = rng.sample(used, rng.randrange(1, len(used) + 1))
    return _case("index table", ALL, capacity, used, stale, tuple(map(rng.choice((blank, _whole)), gone)))


JUDGED = {"delete": Judged(delete, _delete_cases, more=_random, mirrored=True)}
