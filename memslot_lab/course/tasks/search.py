"""Exercise 02: search_memslots. Judged on the slot that is found, and on how its cost grows with the array."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from math import log2
from random import Random
from typing import Any, cast

from memslot_lab.course.arrays import BIG_IDS, HIGH, IDS, array_of, random_array
from memslot_lab.course.cases import ArrayCase, Case
from memslot_lab.course.looks import look, same_value, value_text
from memslot_lab.course.seen import ALL, Args, Aspect, Difference, Seen
from memslot_lab.course.stages import Setting
from memslot_lab.course.stages.searches import Cost, MeteredStage, gfn_of_rank
from memslot_lab.course.tasks.judged import Judged
from memslot_lab.engine import MemorySlot, search_memslots
from memslot_lab.engine.model import Gfn
from memslot_lab.views.array import Picture, is_slot, show, show_diff

__all__ = ["JUDGED", "GrowthCase", "SearchCase"]

_NOTHING = "None, for no slot holds it"
_NO_SLOT = "What does the docstring say is returned: for a GFN that a slot holds, and for one that none does?"


@dataclass(frozen=True, slots=True)
class SearchCase(ArrayCase):
    """One array, and GFNs that are looked for in it."""

    def form(self, value: object) -> object:
        """Return what was found; words for nothing, so that None can be a right answer."""
        return _NOTHING if value is None else value

    def difference(self, seen: Seen) -> Difference | None:
        if Aspect.RETURNED not in self.looked_at:
            return look(seen, self.looked_at)
        if same_value(seen.value, seen.right):
            return None
        got, want = (_found(value) for value in (seen.value, seen.right))
        hint = "" if seen.value is _NOTHING or is_slot(seen.value) else _NO_SLOT
        return Difference(f"returned {got}", f"returned {want}", _sentence(seen), hint)

    def picture(self, before: object, got: object, want: object) -> Picture:
        return show(before) if Aspect.RETURNED in self.looked_at else show_diff(got, want, before=before)

    def args_text(self, args: Args) -> str:
        return f"{args[0]:#x}"

    def call_text(self, name: str, args: Args, *, brief: bool = False) -> str:
        return f"{name}(slots, {args[0]:#x})"


def _found(value: object) -> str:
    return "None" if value is _NOTHING else value_text(value)


def _sentence(seen: Seen) -> str:
    gfn, got, right = cast("int", seen.args[0]), seen.value, seen.right
    where = f"GFN {gfn:#x} lies in {_range(right)}" if is_slot(right) else f"No slot in use holds GFN {gfn:#x}"
    if got is _NOTHING:
        return f"{where}, but {seen.name}() returned None."
    if is_slot(got):
        return f"{where}, but {seen.name}() returned {_range(got)}."
    return f"{where}, but {seen.name}() returned {value_text(got)}; want the slot itself, or None."


def _range(slot: MemorySlot) -> str:
    return f"slot {slot.id} ({slot.base_gfn:#x}..{slot.base_gfn + slot.npages - 1:#x})"


# What a search costs.

_SIZES = (16, 128, 1024)
_A_DOUBLING = 8  # rounds that twice the slots may cost; a halving that compares three times takes 3


@dataclass(frozen=True, slots=True)
class GrowthCase(Case):
    """Searches in larger and larger arrays: what they cost may grow by a few rounds for each doubling.

    A call is told by the number of slots and the rank, from the back, of the one that is looked for.
    """

    group: str
    calls: tuple[Args, ...] = tuple((n, rank) for n in _SIZES for rank in (0, n // 3, n // 2, n - 1))

    @property
    def size(self) -> tuple[int, ...]:
        return (_SIZES[-1], len(self.calls), 0)

    @property
    def title(self) -> str:
        return f"arrays of {', '.join(map(str, _SIZES[:-1]))} and {_SIZES[-1]} slots"

    @property
    def budget(self) -> int:
        return 100_000

    @property
    def setting(self) -> Setting:
        return Setting(MeteredStage)

    def same(self, one: object, other: object) -> bool:
        return _too_much(one) is _too_much(other)

    def difference(self, seen: Seen) -> Difference | None:
        count, rank = cast("tuple[int, int]", seen.args)
        if not same_value(seen.value, seen.right):
            sentence = f"GFN {gfn_of_rank(rank):#x} lies in slot {seen.right}, but {seen.name}() found {seen.value}."
            return Difference(f"found {seen.value}", f"found {seen.right}", sentence)
        if rank != count - 1 or not _too_much(seen.got):
            return None
        first, last = seen.got[0], seen.got[-1]
        most = first.rounds + _A_DOUBLING * round(log2(last.slots / first.slots))
        sentence = (
            f"Finding one of {first.slots} slots took up to {first.rounds} {first.what}, one of {last.slots} up to "
            f"{last.rounds}: that grows with the array. Halving takes one round more for each doubling."
        )
        return Difference(f"{last.rounds} {last.what}", f"{most} at most", sentence)

    def call_text(self, name: str, args: Args, *, brief: bool = False) -> str:
        count, rank = cast("tuple[int, int]", args)
        return f"one of {count} slots" if brief else f"{name}(slots, {gfn_of_rank(rank):#x}), with {count} slots in use"

    def args_text(self, args: Args) -> str:
        count, rank = cast("tuple[int, int]", args)
        return f"{gfn_of_rank(rank):#x} of {count}"


def _too_much(state: object) -> bool:
    costs = cast("tuple[Cost, ...]", state)
    first, last = costs[0], costs[-1]
    return last.rounds - first.rounds > _A_DOUBLING * log2(last.slots / first.slots)


# Cases.

_RETURNED = (Aspect.RETURNED,)
_case = partial(SearchCase, looked_at=_RETURNED, stale=())
_BIG = array_of(BIG_IDS, lowest=HIGH)


def _gfns(*gfns: Gfn) -> tuple[Args, ...]:
    return tuple((gfn,) for gfn in gfns)


def _each(name: str, used: tuple[MemorySlot, ...], *gfns: Gfn, capacity: int = 16, **more: Any) -> Iterator[Case]:
    """Yield a case for each GFN: what a search finds depends on no other."""
    for gfn in gfns:
        yield _case(name, capacity=capacity, used=used, calls=((gfn,),), **more)


def _cases() -> Iterator[Case]:
    yield from _each("empty", (), 0, 0x123, HIGH, capacity=4)
    yield from _each("empty", (), 0x110, capacity=4, stale=array_of((2,), lowest=0x100))
    one = (MemorySlot(2, 0x100, 0x80),)
    yield from _each("one", one, 0x100, 0x17F, 0x180, 0xFF, 0, capacity=4)
    yield from _each("one", (MemorySlot(0, 0, 1),), 0, 1, capacity=1)
    for n in (2, 3, 4, 5, 7, 16):
        used = array_of(IDS[:n])
        middles = [slot.base_gfn + 0x40 for slot in used]
        yield from _each("inside", used, *middles)
        yield from _each("inside", used, used[0].base_gfn, used[-1].base_gfn, used[n // 2].base_gfn + 0x7F)
        yield from _each("holes", used, *(slot.base_gfn + 0x80 for slot in used), used[n // 2].base_gfn + 0xFF, HIGH)
        yield from _below_all(n)
    yield from _each("inside", _BIG, *(slot.base_gfn + 1 for slot in _BIG[::5]), capacity=600)
    yield from _each("holes", _BIG, HIGH + 0x80, HIGH + 0x5FF, capacity=600)
    yield from _each("inside", _touching(), 0, 0x7F, 0x80, 0xFF, 0x100, 0x1FF)
    yield from _stale()
    yield from _left_alone()
    yield GrowthCase("growth")


def _touching() -> tuple[MemorySlot, ...]:
    """Return slots of different sizes without holes between them."""
    return (MemorySlot(1, 0x100, 0x100), MemorySlot(0, 0x80, 0x80), MemorySlot(2, 0, 0x80))


def _below_all(n: int) -> Iterator[Case]:
    """Yield searches below the lowest slot; with room behind it, and in a full array."""
    yield from _each("below all", array_of(IDS[:n], lowest=0x200), 0, 0x1FF)
    yield from _each("below all", array_of(range(n), lowest=0x200), 0, 0x1FF, capacity=n)
    yield from _each("below all", array_of(range(n), lowest=HIGH), 0x1000, capacity=n)


def _stale() -> Iterator[Case]:
    """Yield GFNs that only an entry behind the used ones holds."""
    for n in (1, 2, 3, 4, 7):
        used = array_of(IDS[:n], lowest=0x200)
        low, high = array_of((9,), lowest=0x100), array_of((8,), lowest=HIGH)
        yield from _each("stale", used, 0x140, stale=low)
        yield from _each("stale", used, HIGH + 0x40, stale=high)
        yield from _each("stale", used, 0x140, 0x240, stale=(*high, *low))


def _left_alone() -> Iterator[Case]:
    for n in (1, 3, 5):
        used, stale = array_of(IDS[:n]), array_of((9,), lowest=0x900)
        calls = _gfns(0, 0x180, 0x40, HIGH)
        yield SearchCase("left alone", ALL, 16, used, stale, calls)


def _random(rng: Random) -> Case:
    """Return some searches in one array: inside slots, at their edges, and beside them."""
    capacity, used, stale = random_array(rng)
    near = [slot.base_gfn + rng.choice((0, slot.npages - 1, slot.npages)) for slot in (*used, *stale)]
    gfns = rng.sample(near, min(3, len(near)))
    return _case("inside", capacity=capacity, used=used, stale=stale, calls=_gfns(*gfns))


JUDGED = {"search_memslots": Judged(search_memslots, _cases, more=_random)}
