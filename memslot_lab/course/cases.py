"""The cases that an exercise is judged by: arrays laid out by hand, the calls, and what is looked at.

No array is made by the engine's functions or by the learner's: entries and index table are written down directly,
stale entries included. What is right afterwards is what the engine's function of the same name leaves.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

from memslot_lab import engine
from memslot_lab.engine.model import Gfn, MemorySlot, Memslots

__all__ = ["ALL", "Args", "Aspect", "Case", "cases_of", "reference_of", "twin"]

Args: TypeAlias = tuple[object, ...]  # what a call gets after the array


class Aspect(Enum):
    """One thing to look at after a call."""

    USED_SLOTS = "used_slots"
    USED_ENTRIES = "used entries"
    INDEX_TABLE = "index table"
    BEHIND = "entries behind used_slots"
    WARNINGS = "warnings"


ALL = tuple(Aspect)
_ARRAY = (Aspect.USED_SLOTS, Aspect.USED_ENTRIES)


@dataclass(frozen=True, slots=True)
class Case:
    """One array and the calls made on it, one after the other.

    Parameters
    ----------
    group : str
        Name of the group in the manifest.
    looked_at : tuple[Aspect, ...]
        Compared after each call, in this order.
    capacity : int
        Of the array.
    used, stale : tuple[MemorySlot, ...]
        Entries in use, highest GFN first, and those left behind them.
    calls : tuple[Args, ...]
        Arguments of each call after the array.
    """

    group: str
    looked_at: tuple[Aspect, ...]
    capacity: int
    used: tuple[MemorySlot, ...]
    stale: tuple[MemorySlot, ...]
    calls: tuple[Args, ...]

    @property
    def size(self) -> tuple[int, ...]:
        """Sort key: the fewer slots, calls and stale entries, the easier to see through."""
        return len(self.used), len(self.calls), len(self.stale)

    @property
    def asks_absent(self) -> bool:
        """Whether a call is about an id that was never there."""
        ids = {slot.id for slot in self.used}
        return any(slot.id not in ids for args in self.calls for slot in args if isinstance(slot, MemorySlot))

    def start(self) -> Memslots:
        """Return the array before the first call, a new one each time, down to its slots."""
        slots = Memslots(self.capacity)
        slots.memslots[: len(self.used) + len(self.stale)] = map(twin, (*self.used, *self.stale))
        slots.used_slots = len(self.used)
        for i, slot in enumerate(self.used):
            slots.id_to_index[slot.id] = i
        return slots


def twin(value: object) -> Any:
    """Return a slot equal to `value`, anything else as it is: a function may force its way into a frozen slot."""
    if not isinstance(value, MemorySlot):
        return value
    return MemorySlot(value.id, value.base_gfn, value.npages, value.flags, value.userspace_addr)


def reference_of(function: str) -> Callable[..., object]:
    """Return the engine's own function of this name."""
    return getattr(engine, function)


def cases_of(function: str) -> list[Case]:
    """Return the cases of a function, the same ones each time: ids that are there first, then by size."""
    return sorted(_MAKERS[function](), key=lambda case: (case.asks_absent, case.size, case.capacity))


# Arrays by recipe. Ids are out of order on purpose, and not a function of the rank.

_IDS = (3, 0, 5, 1, 6, 2, 7, 4, 12, 9, 15, 8, 11, 14, 10, 13)
_BIG_IDS = (512, 3, 599, 0, 513, 41, 598, 7, 255, 530, 2, 575, 256, 90, 544, 1)
_HIGH: Gfn = 1 << 32  # guest memory above 16 TiB


def _array(ids: Sequence[int], *, lowest: Gfn = 0) -> tuple[MemorySlot, ...]:
    """Return slots with these ids, highest GFN first, the last at `lowest`."""
    ranks = range(len(ids) - 1, -1, -1)
    return tuple(MemorySlot(slot_id, lowest + rank * 0x100, 0x80) for slot_id, rank in zip(ids, ranks, strict=True))


def _blank(slot: MemorySlot) -> Args:
    """Return what the kernel's caller hands over: the id, and nothing else."""
    return (MemorySlot(slot.id, 0, 0),)


def _whole(slot: MemorySlot) -> Args:
    return (slot,)


def _delete_cases() -> Iterator[Case]:
    yield from _delete_empty()
    yield from _delete_one()
    for name, places in (("first", _first), ("middle", _middle), ("last", _last)):
        yield from _delete_at(name, _ARRAY, places)
    pair = _array((1, 2))
    yield Case("last", _ARRAY, 4, pair, (), (_blank(pair[1]), _blank(pair[0])))
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
    yield Case("empty", ALL, 4, (), (), (_blank(slot),))
    yield Case("empty", ALL, 4, (), (slot,), (_blank(slot),))


def _delete_one() -> Iterator[Case]:
    for slot in (MemorySlot(2, 0x100, 0x80), MemorySlot(0, 0, 1), MemorySlot(3, _HIGH, 0x80)):
        yield Case("one", _ARRAY, 4, (slot,), (), (_blank(slot),))
    yield Case("one", _ARRAY, 1, (MemorySlot(0, 0x100, 0x80),), (), ((MemorySlot(0, 0x100, 0x80),),))
    yield Case("one", _ARRAY, 4, _array((2,)), _array((1, 3)), (_blank(*_array((2,))),))


def _delete_at(group: str, looked_at: tuple[Aspect, ...], places: Callable[[int], Sequence[int]]) -> Iterator[Case]:
    """Yield deletes at these places of arrays of 2 to 16 slots: with room, full, with stale entries."""
    for n in (2, 3, 4, 5, 7):
        used, stale = _array(_IDS[:n]), _array((9, 8), lowest=0x40)
        for p in places(n):
            yield Case(group, looked_at, 8, used, (), (_blank(used[p]),))
            yield Case(group, looked_at, 10, used, stale, (_whole(used[p]),))
    for ids, capacity, lowest in ((_IDS, 16, 0), (_BIG_IDS, 600, _HIGH)):
        used = _array(ids, lowest=lowest)
        for p in [*places(16)][-2:]:
            yield Case(group, looked_at, capacity, used, (), (_blank(used[p]),))


def _delete_in_a_row() -> Iterator[Case]:
    """Yield several deletes of one array, until it is empty, and one more."""
    used = _array(_IDS[:5])
    for order in ((0, 1, 2, 3, 4, 4), (4, 3, 2, 1, 0, 0), (2, 0, 4, 1, 3, 2)):
        yield Case("index table", (Aspect.INDEX_TABLE,), 8, used, (), tuple(_blank(used[p]) for p in order))


def _delete_stale() -> Iterator[Case]:
    looked_at = (Aspect.BEHIND,)
    for n in (1, 2, 3, 4):
        used, stale = _array(_IDS[:n], lowest=_HIGH if n == 4 else 0), _array((9, 8), lowest=0x40)
        for p in range(n):
            yield Case("stale copy", looked_at, 8, used, (), (_blank(used[p]),))
            yield Case("stale copy", looked_at, n, _array(range(n)), (), (_whole(_array(range(n))[p]),))
            yield Case("stale copy", looked_at, 12, used, stale, (_blank(used[p]),))
    used = _array(_IDS[:5])
    yield Case("stale copy", looked_at, 8, used, (), tuple(map(_blank, used[:1:-1])))
    yield Case("stale copy", looked_at, 8, used, (), tuple(map(_whole, used[::-1])))
    # Only the slot that was handed in belongs here, not the one that was in the array.
    yield Case("stale copy", looked_at, 8, used, (), ((MemorySlot(5, 0x200, 0x80, flags=1, userspace_addr=0x1000),),))


def _delete_unknown() -> Iterator[Case]:
    for n in (1, 2, 3, 5):
        used = _array(_IDS[:n])
        yield Case("unknown id", ALL, 8, used, (), ((MemorySlot(7, 0, 0),),))
        # The GFN of a slot that is there, the id of none.
        yield Case("unknown id", ALL, 8, used, (), ((MemorySlot(7, used[0].base_gfn, 0x80),),))
        yield Case("unknown id", ALL, 16, used, _array((15, 9)), ((MemorySlot(15, 0, 0),),))
        # No warning of an id that is there.
        yield Case("unknown id", (Aspect.WARNINGS,), 8, used, (), tuple(map(_blank, used[::-1])))
    big = _array(_BIG_IDS, lowest=_HIGH)
    yield Case("unknown id", ALL, 600, big, (), ((MemorySlot(514, 0, 0),),))


_MAKERS: dict[str, Callable[[], Iterator[Case]]] = {"delete": _delete_cases}
