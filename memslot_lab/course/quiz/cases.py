"""One call on one array: drawn as a shape, which decides what happens, and dressed with ids and GFNs."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from memslot_lab.course.quiz.dice import Dice
from memslot_lab.engine.model import Change, MemorySlot, Memslots

__all__ = ["CAPACITY", "Call", "QuizCase", "Shape", "dress"]

Call: TypeAlias = Literal["delete", "create", "move_backward", "move", "search"]

CAPACITY = 8
NPAGES = 0x80
_STEP = 0x100  # pages; slots lie on its multiples, so that none overlap


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides how a call runs, whatever the ids and GFNs are.

    Parameters
    ----------
    call : Call
        What is called.
    size : int
        Slots in use before it.
    place : int
        Index of the slot that changes; for a create `size`.
    target : int
        Its index afterwards; for a search the index of the slot found, `size` for a GFN below all.
    stale : bool
        Whether a deleted slot lies behind the used ones.
    """

    call: Call
    size: int
    place: int
    target: int
    stale: bool = False


@dataclass(frozen=True, slots=True)
class QuizCase:
    """One call on one array.

    Parameters
    ----------
    shape : Shape
        What it is made from.
    used : tuple[MemorySlot, ...]
        Highest GFN first.
    stale : MemorySlot or None
        What lies behind them.
    slot : MemorySlot
        What is handed in; a search hands in its `base_gfn` alone.
    """

    shape: Shape
    used: tuple[MemorySlot, ...]
    stale: MemorySlot | None
    slot: MemorySlot

    @property
    def entry(self) -> str:
        """Name of the function that is called."""
        by_call = {"delete": "delete", "move_backward": "move_backward", "search": "search_memslots"}
        return by_call.get(self.shape.call, "update_memslots")

    @property
    def arguments(self) -> tuple[object, ...]:
        """What is handed in besides the array."""
        if self.shape.call == "search":
            return (self.slot.base_gfn,)
        change = {"create": Change.CREATE, "move": Change.MOVE}.get(self.shape.call)
        return (self.slot, change) if change else (self.slot,)

    def call_text(self) -> str:
        """Return the call as it would be typed."""
        slot = self.slot
        if self.shape.call == "search":
            return f"search_memslots(slots, {slot.base_gfn:#x})"
        words = f"MemorySlot(id={slot.id}, base_gfn={slot.base_gfn:#x}, npages={slot.npages:#x})"
        change = {"create": ", Change.CREATE", "move": ", Change.MOVE"}.get(self.shape.call, "")
        return f"{self.entry}(slots, {words}{change})"

    def array(self) -> Memslots:
        """Return the array before the call, made anew."""
        slots = Memslots(capacity=CAPACITY)
        slots.used_slots = len(self.used)
        slots.memslots[: len(self.used)] = self.used
        for i, slot in enumerate(self.used):
            slots.id_to_index[slot.id] = i
        if self.stale:
            slots.memslots[len(self.used)] = self.stale
        return slots


def dress(shape: Shape, dice: Dice) -> QuizCase:
    """Give a shape its ids and GFNs."""
    gfns = _gfns(2 * shape.size + 3, dice)
    ids = dice.sample(range(CAPACITY), shape.size + 2)
    own, spare = ids[-1], ids[-2]
    others = shape.size - (shape.call in ("move", "move_backward"))
    used = [MemorySlot(ids[k], gfns[2 * k + 1], NPAGES) for k in range(others)]
    stale = MemorySlot(spare, 0, 0) if shape.stale else None
    if shape.call == "delete":
        slot = MemorySlot(used[shape.place].id, 0, 0)  # the kernel hands over a blank slot
    elif shape.call == "search":
        slot = MemorySlot(own, _sought(used, shape.target, dice), NPAGES)
    else:
        if shape.call != "create":
            used.insert(shape.place, MemorySlot(own, gfns[2 * shape.place], NPAGES))
        slot = MemorySlot(own, gfns[2 * shape.target], NPAGES)
        if slot in used:  # a move that stays between its neighbours
            slot = MemorySlot(own, slot.base_gfn + NPAGES // 2, NPAGES)
    return QuizCase(shape, tuple(used), stale, slot)


def _gfns(count: int, dice: Dice) -> list[int]:
    """Return GFNs, highest first: those at odd places for slots, those between them for what moves there."""
    gfns, gfn = list[int](), _STEP * (1 + dice.below(3))
    for _ in range(count):
        gfns.append(gfn)
        gfn += _STEP * (1 + dice.below(2))
    return gfns[::-1]


def _sought(used: list[MemorySlot], target: int, dice: Dice) -> int:
    """Return a GFN for which the search ends at `target`: in the slot there, or in the hole above it."""
    if target == len(used):
        return used[-1].base_gfn - 1 - dice.below(_STEP - 1)
    slot = used[target]
    return slot.base_gfn + (dice.choice([0, 1, NPAGES - 1, NPAGES]) if dice.below(3) else dice.below(NPAGES))
