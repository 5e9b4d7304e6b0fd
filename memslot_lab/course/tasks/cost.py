"""Exercise 09: closed forms. Judged on the numbers that they give; `memslot_lab.cost` and recorded runs know them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations
from random import Random
from typing import cast

from memslot_lab.cost import cost_of
from memslot_lab.course.cases import Case, PlainCase
from memslot_lab.course.seen import Args
from memslot_lab.course.stages import Setting
from memslot_lab.course.stages.sequences import ListStage
from memslot_lab.course.tasks.judged import Judged
from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots
from memslot_lab.engine.model import Gfn
from memslot_lab.views.array import Picture, show_diff

__all__ = ["JUDGED"]

_MANY = (12, 32, 508)  # used slots of the larger arrays
_SHOWN = 8  # used slots of the largest array that is drawn


# What is right.


def shifts_of_create(used_slots: int, new: int) -> int:
    """Return the shifts of a create that lands at index `new`."""
    return cost_of(Change.CREATE, used_slots=used_slots, old=-1, new=new).shifts


def shifts_of_delete(used_slots: int, old: int) -> int:
    """Return the shifts of a delete of what stands at index `old`."""
    return cost_of(Change.DELETE, used_slots=used_slots, old=old, new=-1).shifts


def shifts_of_move(old: int, new: int) -> int:
    """Return the shifts of a move from one index to another."""
    return cost_of(Change.MOVE, used_slots=max(old, new) + 1, old=old, new=new).shifts


def compares_of_create(used_slots: int, new: int) -> int:
    """Return how often a create asks for the order of two GFNs."""
    return cost_of(Change.CREATE, used_slots=used_slots, old=-1, new=new).compares


def shifts_of_creates(gfns: Sequence[Gfn]) -> int:
    """Return the shifts of creating slots with these GFNs, one after the other."""
    return sum(gfns[i] < gfn for n, gfn in enumerate(gfns) for i in range(n))


# The cases. Each is one call; where the array is small enough, a real update with these numbers is drawn.


@dataclass(frozen=True, slots=True)
class UpdateCase(PlainCase):
    """One call, with numbers that some update has.

    Parameters
    ----------
    change : Change
        Of that update.
    used_slots, old, new : int
        Entries in use before it, index before and after; -1 where there is none.
    """

    change: Change = Change.CREATE
    used_slots: int = 0
    old: int = -1
    new: int = -1

    @property
    def title(self) -> str:
        return f"{self.change.name} in an array of {self.used_slots} slot{'' if self.used_slots == 1 else 's'}"

    def update(self) -> tuple[Memslots, MemorySlot]:
        """Return an array and a slot whose update has these numbers."""
        slots = Memslots(self.used_slots + 1)
        for i in range(self.used_slots):
            slots.memslots[i] = MemorySlot(i, 0x200 * (self.used_slots - i), 0x80)
            slots.id_to_index[i] = i
        slots.used_slots = self.used_slots
        if self.change is Change.CREATE:
            return slots, MemorySlot(self.used_slots, 0x200 * (self.used_slots - self.new) + 0x100, 0x80)
        if self.change is Change.DELETE:
            return slots, MemorySlot(self.old, 0, 0)
        below = self.used_slots - self.new - (self.new > self.old)
        return slots, MemorySlot(self.old, 0x200 * below + 0x100 * (self.new != self.old), 0x80)

    def picture(self, before: object, got: object, want: object) -> Picture:
        if self.used_slots > _SHOWN:
            return Picture("", "")
        slots, slot = self.update()
        after = slots.copy()
        update_memslots(after, slot, self.change)
        return show_diff(slots, after, names=("before", "after"))


@dataclass(frozen=True, slots=True)
class CreatesCase(PlainCase):
    """One call with a list of GFNs, in order of creation."""

    @property
    def title(self) -> str:
        (gfns,) = cast("tuple[tuple[Gfn, ...]]", self.calls[0])
        return f"{len(gfns)} creates"

    @property
    def setting(self) -> Setting:
        return Setting(ListStage)

    def call_text(self, name: str, args: Args, *, brief: bool = False) -> str:
        (gfns,) = cast("tuple[tuple[Gfn, ...]]", args)
        shown = [hex(gfn) for gfn in gfns[: 3 if brief else 12]] + ["..."] * (len(gfns) > (3 if brief else 12))
        return f"{name}([{', '.join(shown)}])"


def _create_cases(groups: dict[str, str]) -> Iterator[Case]:
    """Yield creates at every index of small arrays, and at some of large ones."""
    for used in (*range(8), *_MANY):
        for new in range(used + 1) if used < 8 else (0, 1, used // 3, used - 1, used):
            where = "empty" if not used else "back" if new == used else "front" if not new else "between"
            if where in groups:
                yield UpdateCase(groups[where], ((used, new),), used, Change.CREATE, used, new=new)


def _shifts_of_create_cases() -> Iterator[Case]:
    yield from _create_cases({"empty": "back", "back": "back", "front": "front", "between": "between"})


def _compares_of_create_cases() -> Iterator[Case]:
    yield from _create_cases({"empty": "empty", "back": "back", "front": "front", "between": "between"})


def _shifts_of_delete_cases() -> Iterator[Case]:
    for used in (*range(1, 8), *_MANY):
        for old in range(used) if used < 8 else (0, 1, used // 3, used - 2, used - 1):
            group = "last" if old == used - 1 else "middle" if old else "first"
            yield UpdateCase(group, ((used, old),), used, Change.DELETE, used, old=old)


def _shifts_of_move_cases() -> Iterator[Case]:
    small = [(old, new) for old in range(6) for new in range(6)]
    large = [(0, 508), (508, 0), (508, 508), (200, 31), (31, 200)]
    for old, new in small + large:
        group = "stays" if old == new else "backward" if old < new else "forward"
        used = max(old, new) + 1
        yield UpdateCase(group, ((old, new),), used, Change.MOVE, used, old, new)


def _shifts_of_creates_cases() -> Iterator[Case]:
    for n in range(5):
        for gfns in permutations(0x100 * i for i in range(n)):
            yield _creates(gfns)
    for n in (5, 9, 40):
        yield _creates(range(0, 0x100 * n, 0x100))
        yield _creates(range(0x100 * n, 0, -0x100))
        yield _creates(Random(n).sample(range(1 << 36), n))
    # As a PC does it: RAM from 0, then the firmware below 4 GiB, then windows in between.
    yield _creates((0, 0xFFFC0, 0x100, 0xC0, 0xF0, 0xFD000, 0xC8))


def _creates(gfns: Sequence[Gfn]) -> Case:
    rises = [one < other for one, other in pairwise(gfns)]
    group = "descending" if not any(rises) else "ascending" if all(rises) else "any order"
    return CreatesCase(group, ((tuple(gfns),),), len(gfns))


JUDGED = {
    "shifts_of_create": Judged(shifts_of_create, _shifts_of_create_cases),
    "shifts_of_delete": Judged(shifts_of_delete, _shifts_of_delete_cases),
    "shifts_of_move": Judged(shifts_of_move, _shifts_of_move_cases),
    "compares_of_create": Judged(compares_of_create, _compares_of_create_cases),
    "shifts_of_creates": Judged(shifts_of_creates, _shifts_of_creates_cases),
}
