"""Stages with one array, laid out by hand; no function of the engine or of the learner makes it."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import cast

from memslot_lab.course.stages.base import Args, Stage, twin
from memslot_lab.engine.model import MemorySlot, Memslots
from memslot_lab.views.array import ArrayState, read_state

__all__ = ["MOST_WALKED", "ArrayStage", "BrokenStage", "ChangingStage", "NoEnd", "WalkStage", "lay_out", "walked"]

MOST_WALKED = 1000  # items that are taken from a walk; the largest array has 600 entries

Slots = Sequence[MemorySlot]


class NoEnd(Exception):  # noqa: N818  # its name is told as what was got
    """More was given than any array holds."""


def lay_out(slots: Memslots, used: Slots, stale: Slots) -> None:
    """Write entries and index table into an array that has none, `used` highest GFN first."""
    slots.memslots[: len(used) + len(stale)] = map(twin, (*used, *stale))
    slots.used_slots = len(used)
    for i, slot in enumerate(used):
        slots.id_to_index[slot.id] = i


class ArrayStage(Stage):
    """One array that each call is given first.

    Parameters
    ----------
    capacity : int
        Of the array.
    used, stale : sequence of MemorySlot
        Entries in use, highest GFN first, and those left behind them.
    """

    def __init__(self, capacity: int, used: Slots, stale: Slots) -> None:
        self.slots = Memslots(capacity)
        lay_out(self.slots, used, stale)

    @property
    def array(self) -> Memslots:
        return self.slots

    def arguments(self, args: Args) -> Args:
        return (self.slots, *super().arguments(args))

    def read(self) -> object:
        return read_state(self.slots)


class BrokenStage(Stage):
    """An array in which anything may be wrong, too broken to be recorded."""

    def __init__(
        self, capacity: int, memslots: Sequence[object], id_to_index: Sequence[object], used_slots: int
    ) -> None:
        self.slots = Memslots(capacity)
        self.slots.memslots = cast("list[MemorySlot]", [*map(twin, memslots)])
        self.slots.id_to_index = cast("list[int]", [*id_to_index])
        self.slots.used_slots = used_slots

    def arguments(self, args: Args) -> Args:
        return (self.slots,)

    def take(self, value: object) -> object:
        """Return what is named, as a list; what cannot be walked as it is."""
        return walked(value)

    def read(self) -> ArrayState:
        return read_state(self.slots)


class WalkStage(ArrayStage):
    """Walks over one array, each to its end, or left after some slots."""

    def __init__(self, capacity: int, used: Slots, stale: Slots, most: int) -> None:
        super().__init__(capacity, used, stale)
        self._most = most

    def take(self, value: object) -> object:
        """Return what a walk gives, as a list."""
        return walked(value, self._most)


class ChangingStage(Stage):
    """An array that becomes another one before each walk; the object stays the same."""

    def __init__(self, capacity: int) -> None:
        self.slots = Memslots(capacity)

    def arguments(self, args: Args) -> Args:
        fresh = Memslots(self.slots.capacity)
        lay_out(fresh, *cast("tuple[Slots, Slots]", args))
        self.slots.memslots[:], self.slots.id_to_index[:] = fresh.memslots, fresh.id_to_index
        self.slots.used_slots = fresh.used_slots
        return (self.slots,)

    def take(self, value: object) -> object:
        """Return what a walk gives, as a list."""
        return walked(value)

    def read(self) -> object:
        return read_state(self.slots)


def walked(value: object, most: int = MOST_WALKED) -> object:
    """Return the first so many items, a list; what cannot be walked as it is.

    Raises
    ------
    NoEnd
        There are `MOST_WALKED`, or more.
    """
    if isinstance(value, str):
        return value
    try:
        walk = iter(cast("Iterable[object]", value))
    except TypeError:
        return value
    items = [*islice(walk, most)]
    if len(items) >= MOST_WALKED:
        raise NoEnd(f"{MOST_WALKED:,} items were taken")
    return items
