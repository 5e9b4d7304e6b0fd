"""The stage of the two movers: each copy of another slot within the array is counted."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

from memslot_lab.course.stages.arrays import ArrayStage
from memslot_lab.engine.model import MemorySlot
from memslot_lab.views.array import ArrayState, is_slot, read_state

__all__ = ["CountedState", "MoverStage"]


class _Entries(list[Any]):
    """The entries of an array; counts the slots that are stored one by one, but for the one in the hand.

    What `pop`, `insert`, `sort` and slices do inside is not counted: they are one step for who writes them.
    """

    hand: object
    shifts: int

    def __setitem__(self, index: Any, value: Any) -> None:
        super().__setitem__(index, value)
        if type(index) is int and is_slot(value) and value != self.hand:
            self.shifts += 1


@dataclass(frozen=True, slots=True)
class CountedState(ArrayState):
    """What an array held after a move, and how many other slots were stored on the way."""

    shifts: int = 0


class MoverStage(ArrayStage):
    """An array, and a slot in the hand.

    Parameters
    ----------
    capacity, used, stale
        As an `ArrayStage`.
    used_slots : int
        What the array says of itself.
    hand : MemorySlot
        The slot that is moved.
    counted : bool
        Whether copies are counted; else the entries are a plain list.
    """

    def __init__(
        self,
        capacity: int,
        used: Sequence[MemorySlot],
        stale: Sequence[MemorySlot],
        used_slots: int,
        hand: MemorySlot,
        counted: bool,
    ) -> None:
        super().__init__(capacity, used, stale)
        self.slots.used_slots = used_slots
        self._entries = _Entries(self.slots.memslots)
        self._entries.hand, self._entries.shifts = hand, 0
        if counted:
            self.slots.memslots = self._entries

    def read(self) -> CountedState:
        plain = copy(self.slots)
        if type(plain.memslots) is _Entries:
            plain.memslots = [*plain.memslots]
        state = read_state(plain)
        return CountedState(*(getattr(state, name) for name in ArrayState.__slots__), shifts=self._entries.shifts)
