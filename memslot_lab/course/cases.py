"""What an exercise is judged by: a case is a subject laid out by hand, the calls made on it, and what is looked at.

No array is made by the engine's functions or by the learner's: entries and index table are written down directly,
stale entries included. What is right afterwards is what the reference leaves and returns.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace

from memslot_lab.course.looks import look, same_value, value_text
from memslot_lab.course.seen import Args, Aspect, Difference, Seen
from memslot_lab.course.stages import Setting, Stage
from memslot_lab.course.stages.arrays import ArrayStage
from memslot_lab.engine.model import MemorySlot
from memslot_lab.views.array import ArrayState, Picture, is_slot, show_diff

__all__ = ["ArrayCase", "Case", "PlainCase"]


class Case(ABC):
    """One subject and the calls made on it, one after the other.

    A kind of case says on which stage its calls are made, and how what they leave is compared and drawn.
    Subclasses are frozen dataclasses with at least these two fields.
    """

    __slots__ = ()

    group: str  # name of the group in the manifest
    calls: tuple[Args, ...]  # arguments of each call, after the subject

    @property
    @abstractmethod
    def size(self) -> tuple[int, ...]:
        """Sort key: the smaller, the easier to see through."""

    @property
    def order(self) -> tuple[object, ...]:
        """Sort key: what a learner should get right first, first."""
        return (False, self.size)

    @property
    @abstractmethod
    def title(self) -> str:
        """What the case is about, in a few words: "an array of 3 slots"."""

    @property
    def setting(self) -> Setting:
        """How to set up the stage of the calls; without more, one that has no subject."""
        return Setting(Stage)

    def start(self) -> Stage:
        """Return the stage before the first call, a new one each time."""
        return self.setting.set_up()

    def form(self, value: object) -> object:
        """Return what the stage has taken in the form that is compared."""
        return value

    def same(self, one: object, other: object) -> bool:
        """Return whether two states that the stage read are alike: at least in all that `difference()` looks at."""
        return same_value(one, other)

    def alike(self, one: object, other: object) -> bool:
        """Return whether two values in the form that is compared are alike, so far as they tell of a mistake."""
        return same_value(one, other)

    def blur(self, call: int, value: object, state: object) -> object:
        """Return the state that a call left, and returned a value for, without what is free to lie there."""
        return state

    @abstractmethod
    def difference(self, seen: Seen) -> Difference | None:
        """Return the first thing that is not as it should be after a call, None if all is."""

    def picture(self, before: object, got: object, want: object) -> Picture:
        """Draw three states side by side; empty where there is nothing to draw."""
        return Picture("", "")

    def guards(self, call: int, before: object) -> bool:
        """Return whether this call asks for what is not there: shown last, for the guard matters least."""
        return False

    @property
    def budget(self) -> int:
        """Steps that a call may take."""
        return 100_000

    def call_text(self, name: str, args: Args, *, brief: bool = False) -> str:
        """Return a call in words."""
        words = [value_text(arg) if brief else _argument_text(arg) for arg in args]
        return f"{name}({', '.join(words)})"

    def args_text(self, args: Args) -> str:
        """Return the arguments of an earlier call in words."""
        return " ".join(map(value_text, args)) or "this array"


@dataclass(frozen=True, slots=True)
class PlainCase(Case):
    """Calls without a subject: values in, a value out.

    Parameters
    ----------
    group : str
        Name of the group in the manifest.
    calls : tuple[Args, ...]
        Arguments of each call.
    weight : int
        The smaller, the easier to see through.
    """

    group: str
    calls: tuple[Args, ...]
    weight: int = 0

    @property
    def size(self) -> tuple[int, ...]:
        return (self.weight, len(self.calls))

    @property
    def title(self) -> str:
        return "one call" if len(self.calls) == 1 else f"{len(self.calls)} calls"

    def difference(self, seen: Seen) -> Difference | None:
        return look(seen, (Aspect.RETURNED,))


@dataclass(frozen=True, slots=True)
class ArrayCase(Case):
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
    guarded : bool
        Whether an id that is not in the array is something that the function has to refuse.
    """

    group: str
    looked_at: tuple[Aspect, ...]
    capacity: int
    used: tuple[MemorySlot, ...]
    stale: tuple[MemorySlot, ...]
    calls: tuple[Args, ...]
    guarded: bool = False

    @property
    def size(self) -> tuple[int, ...]:
        return len(self.used), len(self.calls), len(self.stale)

    @property
    def order(self) -> tuple[object, ...]:
        return (self.asks_absent, self.size, self.capacity)

    @property
    def title(self) -> str:
        used = len(self.used)
        return f"an array of {used} slot{'' if used == 1 else 's'}" if used else "an empty array"

    @property
    def asks_absent(self) -> bool:
        """Whether a call is about an id that was never there, and must not be."""
        ids = {slot.id for slot in self.used}
        return self.guarded and any(slot.id not in ids for args in self.calls for slot in args if is_slot(slot))

    @property
    def setting(self) -> Setting:
        return Setting(ArrayStage, (self.capacity, self.used, self.stale))

    def same(self, one: object, other: object) -> bool:
        return isinstance(one, ArrayState) and isinstance(other, ArrayState) and _same_state(one, other)

    def blur(self, call: int, value: object, state: object) -> object:
        if Aspect.OTHER_ENTRIES not in self.looked_at or not isinstance(state, ArrayState):
            return state
        moved = {arg.id for arg in self.calls[call] if is_slot(arg)}
        entries = (None if i == value else entry for i, entry in enumerate(state.memslots))
        indices = (-1 if slot_id in moved else index for slot_id, index in enumerate(state.id_to_index))
        return replace(state, memslots=tuple(entries), id_to_index=tuple(indices))

    def difference(self, seen: Seen) -> Difference | None:
        return look(seen, self.looked_at)

    def picture(self, before: object, got: object, want: object) -> Picture:
        return show_diff(got, want, before=before)

    def guards(self, call: int, before: object) -> bool:
        if not self.guarded or not isinstance(before, ArrayState):
            return False
        return any(before.id_to_index[slot.id] == -1 for slot in self.calls[call] if is_slot(slot))

    @property
    def budget(self) -> int:
        # A right answer may walk the whole id table for each slot, and look at every pair of slots; a step is an
        # instruction where Python tells them, some 15 of them a round.
        slots = len(self.used) + 2
        return 2000 + 25 * slots * (slots + self.capacity)

    def call_text(self, name: str, args: Args, *, brief: bool = False) -> str:
        return f"{name}(slots{''.join(f', {value_text(a) if brief else _argument_text(a)}' for a in args)})"


def _argument_text(value: object) -> str:
    if not is_slot(value):
        return value_text(value)
    extra = "".join(
        f", {name}={getattr(value, name):#x}" for name in ("flags", "userspace_addr") if getattr(value, name)
    )
    return f"MemorySlot(id={value.id}, base_gfn={value.base_gfn:#x}, npages={value.npages:#x}{extra})"


def _same_state(one: ArrayState, other: ArrayState) -> bool:
    return (
        same_value(one.memslots, other.memslots)
        and same_value(one.id_to_index, other.id_to_index)
        and same_value(one.used_slots, other.used_slots)
        and [*map(str, one.warnings)] == [*map(str, other.warnings)]
        and same_value(one.before_array, other.before_array)
    )
