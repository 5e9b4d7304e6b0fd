"""The stage of a search that is counted: arrays whose GFNs tell when they are compared."""

from dataclasses import dataclass
from math import log2
from types import CodeType, FrameType
from typing import Any, cast

from memslot_lab.course.stages.base import Args, Stage
from memslot_lab.engine.model import Gfn, MemorySlot, Memslots
from memslot_lab.watch.watched import Table, WatchedGfn, WatchedMemslots, Watcher

__all__ = ["Cost", "MeteredStage", "gfn_of_rank"]


def gfn_of_rank(rank: int) -> Gfn:
    """Return a frame inside the slot of this rank, counted from the lowest."""
    return 0x100 * rank + 0x40


@dataclass(frozen=True, slots=True)
class Cost:
    """What the most expensive search in arrays of one size took.

    Raises
    ------
    ValueError
        Of no slots, or less than nothing.
    """

    slots: int
    compares: int
    reads: int

    def __post_init__(self) -> None:
        if self.slots < 1 or self.compares < 0 or self.reads < 0:
            raise ValueError(f"no search in {self.slots} slots takes {self.compares} comparisons, {self.reads} reads")

    @property
    def rounds(self) -> int:
        """Comparisons; where they are too few to tell so many slots apart, they were hidden, and reads count too."""
        return self.compares if self.compares >= log2(self.slots) else max(self.compares, self.reads)

    @property
    def what(self) -> str:
        """What `rounds` counts, in a word."""
        return "comparisons" if self.rounds == self.compares else "reads of entries"


def _kept(name: str) -> Any:
    method = getattr(int, name)

    def operate(self: "_MeteredGfn", *other: int) -> Any:
        outcome = method(self, *other)
        # Whoever reckons with a GFN has read its entry, also by a way that no list tells, as `list.copy()`.
        self.watcher.read(Table.MEMSLOTS, 0, operate.__code__)
        return outcome if outcome is NotImplemented else _metered(outcome, self.watcher)

    return operate


class _MeteredGfn(WatchedGfn):
    """A GFN that tells its comparisons; so does what is reckoned from it: ``-slot.base_gfn`` is a key for bisect."""

    __add__, __radd__ = _kept("__add__"), _kept("__radd__")
    __sub__, __rsub__, __neg__ = _kept("__sub__"), _kept("__rsub__"), _kept("__neg__")


def _metered(value: int, watcher: Watcher) -> _MeteredGfn:
    gfn = _MeteredGfn(value)
    gfn.watcher, gfn.row = watcher, 0
    return gfn


class _Meter:
    """Counts what one search takes."""

    def __init__(self) -> None:
        self.compares = self.reads = 0

    # As a watcher.

    def read(self, table: Table, place: int, code: CodeType) -> None:
        self.reads += table is Table.MEMSLOTS

    def wrote(self, changes: list[tuple[Table, int, object]]) -> None:
        pass

    def compared(self, comparison: tuple[str, object, object, bool], frame: FrameType) -> None:
        # Python walks a range for a subclass of int: `gfn - base in range(...)` is one question, not one a frame.
        self.compares += comparison[0] not in ("==", "!=")


class MeteredStage(Stage):
    """Watched arrays of several sizes, and what the searches in them took.

    A call is told by the number of slots and the rank, from the back, of the one that is looked for.
    """

    def __init__(self) -> None:
        self._meter = _Meter()
        self._slots = 0
        self._costs: dict[int, Cost] = {}
        self._arrays: dict[int, Memslots] = {}  # by size, to copy from

    def arguments(self, args: Args) -> Args:
        count, rank = cast("tuple[int, int]", args)
        self.read()
        if count not in self._arrays:
            self._arrays[count] = self._array(count)
        self._slots = count
        watched = WatchedMemslots(self._arrays[count], self._meter, lambda entry: entry)
        self._meter.compares = self._meter.reads = 0
        return (watched, gfn_of_rank(rank))

    def take(self, value: object) -> object:
        """Return the id of what was found: its GFN is a watched one."""
        return value.id if isinstance(value, MemorySlot) else "no slot"

    def read(self) -> tuple[Cost, ...]:
        """Return the costs so far, that of the last search among them."""
        if self._slots:
            most, meter = self._costs.get(self._slots, Cost(self._slots, 0, 0)), self._meter
            cost = Cost(self._slots, max(most.compares, meter.compares), max(most.reads, meter.reads))
            self._costs[self._slots] = cost
        return tuple(self._costs.values())

    def _array(self, count: int) -> Memslots:
        slots = Memslots(count)
        slots.used_slots = count
        for i in range(count):
            slot_id = (5 * i + 3) % count
            slots.memslots[i] = MemorySlot(slot_id, _metered(0x100 * (count - 1 - i), self._meter), 0x80)
            slots.id_to_index[slot_id] = i
        return slots
