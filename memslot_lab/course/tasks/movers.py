"""Cases for the two movers: the hole and the moved slot's own index are free, and each copy of a slot is counted."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import cast

from memslot_lab.course.cases import ArrayCase, Case
from memslot_lab.course.looks import look
from memslot_lab.course.seen import Args, Aspect, Difference, Seen
from memslot_lab.course.stages import Setting
from memslot_lab.course.stages.movers import CountedState, MoverStage
from memslot_lab.engine.model import Gfn, MemorySlot
from memslot_lab.views.array import Picture

__all__ = [
    "INDICES",
    "WHERE",
    "MoverCase",
    "backward_args",
    "forward_args",
    "landing",
    "moved_by_chance",
    "moves",
    "smaller_moves",
]

# Where everybody stands after a move, and what a move leaves alone.
WHERE = (Aspect.RETURNED, Aspect.OTHER_ENTRIES, Aspect.USED_SLOTS, Aspect.BEHIND, Aspect.WARNINGS)
INDICES = (Aspect.OTHER_INDICES,)


@dataclass(frozen=True, slots=True)
class MoverCase(ArrayCase):
    """One call of a mover: who was shifted, and the index that was left open.

    Parameters
    ----------
    count : int, optional
        What `used_slots` says, where it is not the number of entries in `used`: one more after `insert_back()`.
    counted : bool
        Whether the copies are what is looked at.
    """

    count: int | None = None
    counted: bool = False

    @property
    def title(self) -> str:
        used = len(self.used)
        name = f"an array of {used} slot{'' if used == 1 else 's'}"
        if self.count is None:
            return name
        return f"{name} and a hole" if self.count > used else f"{name} that says used_slots = {self.count}"

    @property
    def asks_absent(self) -> bool:
        ids = {slot.id for slot in self.used}
        return self.count == 0 or (self.guarded and self._hand.id not in ids)

    @property
    def setting(self) -> Setting:
        used_slots = len(self.used) if self.count is None else self.count
        return Setting(MoverStage, (self.capacity, self.used, self.stale, used_slots, self._hand, self.counted))

    @property
    def _hand(self) -> MemorySlot:
        return cast("MemorySlot", self.calls[0][0])

    def same(self, one: object, other: object) -> bool:
        return ArrayCase.same(self, one, other) and getattr(one, "shifts", 0) == getattr(other, "shifts", 0)

    def blur(self, call: int, value: object, state: object) -> object:
        if not isinstance(state, CountedState):
            return state
        entries, indices = [*state.memslots], [*state.id_to_index]
        _free(entries, value, None)
        _free(indices, self._hand.id, -1)
        too_many = int(self.counted and state.shifts > self._distance(value))
        return replace(state, memslots=tuple(entries), id_to_index=tuple(indices), shifts=too_many)

    def _distance(self, index: object) -> int:
        """Return how many slots have to make way when the hole ends there."""
        begin = self.calls[0][1] if len(self.calls[0]) > 1 else self._old_index
        return abs(index - begin) if isinstance(index, int) and isinstance(begin, int) else 0

    @property
    def _old_index(self) -> int:
        return next((i for i, slot in enumerate(self.used) if slot.id == self._hand.id), 0)

    def difference(self, seen: Seen) -> Difference | None:
        found = look(seen, self.looked_at)
        if found or not self.counted:
            return found
        got, most = cast("CountedState", seen.got).shifts, self._distance(seen.right)
        if got <= most:
            return None
        need = "no slot has" if not most else "1 slot has" if most == 1 else f"{most} slots have"
        times = "once" if got == 1 else f"{got} times"
        sentence = f"{seen.name}() stored other slots {times}; {need} to make way here, each with one store."
        want = f"{most} at most" if most else "none"
        return Difference(
            f"{got} store{'' if got == 1 else 's'}", want, sentence, "Which of these stores is not needed?"
        )

    def picture(self, before: object, got: object, want: object) -> Picture:
        """Draw nothing where copies are counted: the arrays are alike, and a mark at the hole would mislead."""
        return Picture("", "") if self.counted else ArrayCase.picture(self, before, got, want)

    def guards(self, call: int, before: object) -> bool:
        return ArrayCase.guards(self, call, before) or self.count == 0


def _free(table: list[object], place: object, value: object) -> None:
    if type(place) is int and 0 <= place < len(table):
        table[place] = value


def forward_args(slot: MemorySlot, used: tuple[MemorySlot, ...]) -> Args:
    """Return slot and start of a move forward: from its own place, or from behind the last entry."""
    ids = [other.id for other in used]
    return (slot, ids.index(slot.id) if slot.id in ids else len(used))


def backward_args(slot: MemorySlot, used: tuple[MemorySlot, ...]) -> Args:
    """Return what a move backward gets: the slot alone."""
    return (slot,)


def landing(used: tuple[MemorySlot, ...], rank: int) -> Gfn:
    """Return a GFN at which a slot lands at index `rank` among these; each of them is 0x80 pages, holes between."""
    if not used:
        return 0x100
    return used[rank].base_gfn + 0x80 if rank < len(used) else max(used[-1].base_gfn - 0x40, 0)


def moves(used: tuple[MemorySlot, ...], old: int) -> Iterator[tuple[int, MemorySlot]]:
    """Yield where the slot at index `old` may land among the others, and the slot that lands there."""
    others = used[:old] + used[old + 1 :]
    for rank in range(len(used)):
        gfn = used[old].base_gfn if rank == old else landing(others, rank)
        yield rank, replace(used[old], base_gfn=gfn, npages=0x40)


def moved_by_chance(rng: Random, used: tuple[MemorySlot, ...]) -> tuple[tuple[MemorySlot, ...], MemorySlot]:
    """Return the slots without one of them, and another one with its range: a move to where it was."""
    if len(used) == 1:
        return used, *used
    gone, old = rng.sample(used, 2)
    left = tuple(slot for slot in used if slot is not gone)
    return left, MemorySlot(old.id, gone.base_gfn, gone.npages)


def smaller_moves(case: Case) -> Iterator[Case]:
    """Yield what is left of a mover's case without a slot that it does not move, or without a stale entry."""
    assert isinstance(case, MoverCase)
    (hand, *start) = case.calls[0]
    assert isinstance(hand, MemorySlot)
    args = forward_args if start else backward_args
    for slot in case.used:
        if slot.id != hand.id:
            used = tuple(other for other in case.used if other is not slot)
            count = None if case.count is None else len(used) + 1
            yield replace(case, used=used, calls=(args(hand, used),), count=count)
    if case.stale:
        yield replace(case, stale=case.stale[1:])
