"""Exercise 05: move_backward. Judged on the function alone; the hole and the moved slot's own index are free."""

from collections.abc import Iterator, Sequence
from functools import partial
from random import Random

from memslot_lab.course.arrays import BIG_IDS, HIGH, IDS, array_of, in_full, random_array
from memslot_lab.course.cases import Case
from memslot_lab.course.seen import ALL, Aspect
from memslot_lab.course.tasks.judged import Judged
from memslot_lab.course.tasks.movers import (
    INDICES,
    WHERE,
    MoverCase,
    backward_args,
    moved_by_chance,
    moves,
    smaller_moves,
)
from memslot_lab.engine import MemorySlot, move_backward

__all__ = ["JUDGED"]

_case = partial(MoverCase, stale=(), guarded=True)


def _cases() -> Iterator[Case]:
    for slot in (MemorySlot(2, 0x100, 0x40), MemorySlot(2, 0, 0x40), MemorySlot(2, HIGH, 0x40)):
        for capacity, stale in ((4, ()), (4, array_of((1, 3))), (3, ())):
            yield _case("one", WHERE, capacity, array_of((2,), lowest=0x200), stale=stale, calls=((slot,),))
    for n in (2, 3, 4, 5):
        used, stale = array_of(IDS[:n], lowest=0x100), array_of((9, 8), lowest=0x40)
        for old in range(n):
            yield from _moved(used, old, 16, stale)
        yield from _moved(array_of(range(n), lowest=0x100), 0, n)
    for ids, capacity, lowest in ((IDS, 16, 0x100), (BIG_IDS, 600, HIGH)):
        for old in (0, 6, 15):
            yield from _moved(array_of(ids, lowest=lowest), old, capacity, ranks=(0, 6, 7, 14, 15))
    yield from _equals()
    yield from _refused()


def _moved(
    used: tuple[MemorySlot, ...],
    old: int,
    capacity: int,
    stale: tuple[MemorySlot, ...] = (),
    ranks: Sequence[int] = range(5),
) -> Iterator[Case]:
    """Yield moves of one slot to each place; those that belong further forward stay here."""
    for rank, slot in moves(used, old):
        if rank not in ranks or rank < old - 1:
            continue
        group = "stays" if rank <= old else "to the back" if rank == len(used) - 1 else "middle"
        case = partial(_case, capacity=capacity, used=used, calls=((slot,),))
        yield case(group, WHERE)
        if stale:
            full, calls = in_full(used), (in_full([slot]),)
            yield case(group, WHERE, used=full, stale=stale, calls=calls)
        yield case("index table", INDICES)
        yield case("shifts", (Aspect.RETURNED,), counted=True)


def _equals() -> Iterator[Case]:
    """Yield what no legal caller asks for: a slot with the GFN of another one."""
    for n in (2, 3, 5):
        used = array_of(IDS[:n], lowest=0x100)
        for old in range(n - 1):
            for same in used[old + 1 :]:
                calls = ((MemorySlot(used[old].id, same.base_gfn, 0x80),),)
                yield _case("equal GFN", (*WHERE, *INDICES), 16, used, calls=calls)


def _refused() -> Iterator[Case]:
    """Yield an id that no slot has, and an array that says that it is empty."""
    looked_at = (Aspect.RETURNED, *ALL)
    for n in (0, 1, 2, 3, 5):
        used = array_of(IDS[:n], lowest=0x100)
        for gfn in (0, 0x180, 0x9000):
            yield _case("refused", looked_at, 16, used, calls=((MemorySlot(9, gfn, 0x40),),))
            yield _case("refused", looked_at, 16, used, stale=array_of((9, 8)), calls=((MemorySlot(9, gfn, 0x40),),))
    for n in (1, 2):
        used = array_of(IDS[:n], lowest=0x100)
        for slot in used:
            moved = MemorySlot(slot.id, 0x80, 0x40)
            yield _case("refused", looked_at, 8, used, calls=((moved,),), count=0)
    big = array_of(BIG_IDS, lowest=HIGH)
    yield _case("refused", looked_at, 600, big, calls=((MemorySlot(514, 0, 0x40),),))


def _random(rng: Random) -> Case:
    """Return a move in a larger array."""
    capacity, used, stale = random_array(rng)
    used, slot = moved_by_chance(rng, used)
    return _case("middle", (*WHERE, *INDICES), capacity, used, stale=stale, calls=(backward_args(slot, used),))


JUDGED = {"move_backward": Judged(move_backward, _cases, more=_random, smaller=smaller_moves, mirrored=True)}
