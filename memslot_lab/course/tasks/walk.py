"""Exercise 07: for_each_memslot. Judged on the slots that a walk gives, their order, and the array being left alone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from random import Random
from typing import cast

from memslot_lab.course.arrays import BIG_IDS, HIGH, IDS, array_of, random_array
from memslot_lab.course.cases import ArrayCase, Case
from memslot_lab.course.looks import look, same_value, value_text
from memslot_lab.course.seen import ALL, Args, Aspect, Difference, Seen
from memslot_lab.course.stages import Setting
from memslot_lab.course.stages.arrays import MOST_WALKED, ChangingStage, WalkStage
from memslot_lab.course.tasks.judged import Judged
from memslot_lab.engine import MemorySlot, for_each_memslot
from memslot_lab.views.array import ArrayState, Picture, is_slot, show, show_diff

__all__ = ["JUDGED", "ChangedCase", "WalkCase"]

_NO_WALK = "Which line hands something to the caller, and does it run when nothing is in use?"
_NO_SLOT = "What does the docstring say is given, and what does a for loop over your walk get first?"

Slots = tuple[MemorySlot, ...]


@dataclass(frozen=True, slots=True)
class WalkCase(ArrayCase):
    """Walks over one array, each to its end, or left after some slots.

    Parameters
    ----------
    stop_after : int
        How many slots are taken from each walk.
    """

    stop_after: int = MOST_WALKED

    @property
    def setting(self) -> Setting:
        return Setting(WalkStage, (self.capacity, self.used, self.stale, self.stop_after))

    def difference(self, seen: Seen) -> Difference | None:
        return _difference(seen) if Aspect.RETURNED in self.looked_at else look(seen, self.looked_at)

    def picture(self, before: object, got: object, want: object) -> Picture:
        return show(before) if Aspect.RETURNED in self.looked_at else show_diff(got, want, before=before)


@dataclass(frozen=True, slots=True)
class ChangedCase(Case):
    """Walks over one object whose content changes from one to the next.

    Parameters
    ----------
    group : str
        Name of the group in the manifest.
    calls : tuple[Args, ...]
        For each walk the used entries and those behind them.
    """

    group: str
    calls: tuple[Args, ...]

    @property
    def size(self) -> tuple[int, ...]:
        used = cast("Slots", self.calls[0][0])
        return len(used), len(self.calls), 0

    @property
    def title(self) -> str:
        return "an array that has changed since the walk before"

    @property
    def setting(self) -> Setting:
        return Setting(ChangingStage, (16,))

    def same(self, one: object, other: object) -> bool:
        return isinstance(one, ArrayState) and isinstance(other, ArrayState) and _same(one, other)

    def difference(self, seen: Seen) -> Difference | None:
        return _difference(seen)

    def picture(self, before: object, got: object, want: object) -> Picture:
        return show(got)

    def call_text(self, name: str, args: Args, *, brief: bool = False) -> str:
        used = cast("Slots", args[0])
        return f"{name}(slots)" if brief else f"{name}(slots), which now holds {_ids(used) or 'nothing'}"

    def args_text(self, args: Args) -> str:
        return f"{_ids(args[0]) or 'an empty array'}"


def _same(one: ArrayState, other: ArrayState) -> bool:
    return same_value(one.memslots, other.memslots) and same_value(one.used_slots, other.used_slots)


def _ids(slots: object) -> str:
    return ", ".join(map(value_text, cast("Iterable[object]", slots)))


def _difference(seen: Seen) -> Difference | None:
    if same_value(seen.value, seen.right):
        return None
    right = cast("list[MemorySlot]", seen.right)
    want = _ids(right) or "no slot"
    value: object = seen.value
    if not isinstance(value, list):
        got = value_text(value)
        sentence = f"{seen.name}() returned {got}, over which nobody can walk: want a generator, a list or an iterator."
        return Difference(f"returned {got}", want, sentence, _NO_WALK)
    walked = cast("list[object]", value)
    got = (_ids(walked[:9]) + (", ..." if walked[9:] else "")) or "no slot"
    hint = "" if all(map(is_slot, walked)) else _NO_SLOT
    return Difference(got, want, _sentence(walked, right, seen.want), hint)


def _sentence(walked: list[object], right: list[MemorySlot], array: ArrayState) -> str:
    """Say what the first wrong item of a walk is."""
    i = next((i for i, pair in enumerate(zip(walked, right, strict=False)) if not same_value(*pair)), None)
    i = min(len(walked), len(right)) if i is None else i
    if i == len(walked):
        return f"The walk ends after {i} of {len(right)}: {value_text(right[i])} is in use too."
    item = walked[i]
    if not is_slot(item):
        return f"The walk gives {value_text(item)}; want the slots themselves."
    name = value_text(item)
    if item in right:
        return f"The walk gives {name} at place {i}, where {_name(right, i)} belongs: highest GFN first."
    twin = next((slot for slot in right if slot.id == item.id), None)
    if twin:
        return f"The walk gives {name} with GFN {item.base_gfn:#x}; in the array it has {twin.base_gfn:#x}."
    if item.npages or item not in array.memslots[: array.used]:
        return f"The walk gives {name}, which is not in use: used_slots is {array.used}."
    return f"The walk gives {name}, which has no pages."


def _name(right: list[MemorySlot], i: int) -> str:
    return value_text(right[i]) if i < len(right) else "nothing"


# Cases.

_RETURNED = (Aspect.RETURNED,)
_CALL: tuple[Args, ...] = ((),)
_STALE = array_of((9, 8), lowest=0x40)
_case = partial(WalkCase, looked_at=_RETURNED, stale=(), calls=_CALL)


def _cases() -> Iterator[Case]:
    yield _case("empty", capacity=1, used=())
    yield _case("empty", capacity=4, used=())
    yield _case("empty", capacity=10, used=(), stale=_STALE)
    yield _case("empty", capacity=4, used=(), stale=(MemorySlot(1, 0, 0),))
    yield from _orders()
    yield from _ends()
    yield from _holes()
    yield from _again()
    for used in (array_of(IDS[:3]), _emptied(array_of(IDS[:3]), 1)):
        yield _case("left alone", looked_at=ALL, capacity=10, used=used, stale=_STALE)
        yield _case("left alone", looked_at=ALL, capacity=10, used=used, stale=_STALE, stop_after=1)


def _orders() -> Iterator[Case]:
    for n in (1, 2, 3, 4, 5, 7, 16):
        yield _case("order", capacity=18, used=array_of(IDS[:n]))
    yield _case("order", capacity=600, used=array_of(BIG_IDS, lowest=HIGH))
    yield _case("order", capacity=18, used=array_of(IDS[:3], lowest=HIGH))


def _ends() -> Iterator[Case]:
    for n in (1, 2, 3, 5):
        used = array_of(IDS[:n])
        yield _case("end", capacity=16, used=used, stale=_STALE)
        yield _case("end", capacity=16, used=used, stale=(MemorySlot(9, 0, 0),))  # what a delete leaves
        yield _case("end", capacity=n, used=array_of(range(n)))
        yield _case("end", capacity=16, used=used, stale=(MemorySlot(9, 0, 0), *_STALE))
        yield _case("end", capacity=n + 2, used=array_of(range(n)), stale=array_of((n, n + 1), lowest=0x40))
    yield _case("end", capacity=600, used=array_of(BIG_IDS), stale=array_of((598, 4), lowest=HIGH))


def _emptied(used: Slots, *places: int) -> Slots:
    """Return the slots, those at some places without pages."""
    return tuple(replace(slot, npages=0) if i in places else slot for i, slot in enumerate(used))


def _holes() -> Iterator[Case]:
    for n in (1, 2, 3):
        for i in range(n):
            yield _case("without pages", capacity=8, used=_emptied(array_of(IDS[:n]), i))
    used = array_of(IDS[:5])
    for places in ((1, 2), (0, 2, 4), (0, 1, 2, 3, 4)):
        yield _case("without pages", capacity=10, used=_emptied(used, *places), stale=_STALE)
    yield _case("without pages", capacity=18, used=_emptied(array_of(IDS), 3, 9))


def _again() -> Iterator[Case]:
    for n in (1, 2, 3, 5):
        used = array_of(IDS[:n])
        yield _case("again", capacity=8, used=used, calls=_CALL * 2)
        yield _case("again", capacity=8, used=used, calls=_CALL * 3, stop_after=1)
    yield _case("again", capacity=10, used=array_of(IDS[:5]), stale=_STALE, calls=_CALL * 3, stop_after=2)
    three, stale = array_of(IDS[:3]), (MemorySlot(9, 0, 0),)
    yield ChangedCase("again", ((three, ()), (three[1:], stale), (three[1:], stale)))
    yield ChangedCase("again", ((three, ()), (array_of(IDS[:4]), ())))
    yield ChangedCase("again", ((three, _STALE), ((), three), (three[::2], ())))


def _random(rng: Random) -> Case:
    capacity, used, stale = random_array(rng)
    empty = rng.sample(range(len(used)), rng.randrange(min(3, len(used))))
    return _case("without pages", capacity=capacity, used=_emptied(used, *empty), stale=stale)


JUDGED = {"for_each_memslot": Judged(for_each_memslot, _cases, more=_random, iterates=True)}
