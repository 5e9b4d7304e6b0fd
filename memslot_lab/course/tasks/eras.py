"""Exercise 11: the range walk on the tree. Judged on what it yields, in which order, and how many nodes it looks at."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import cast

from memslot_lab.course.arrays import HIGH, IDS
from memslot_lab.course.cases import Case
from memslot_lab.course.looks import look, value_text
from memslot_lab.course.seen import Args, Aspect, Difference, Seen
from memslot_lab.course.stages import Setting
from memslot_lab.course.stages.trees import TreeStage, TreeState
from memslot_lab.course.tasks.judged import Judged
from memslot_lab.engine.model import Gfn, MemorySlot
from memslot_lab.eras.v5_17 import for_each_memslot_in_gfn_range
from memslot_lab.views.array import Picture, is_slot
from memslot_lab.views.tree import show_tree

__all__ = ["JUDGED"]

_SPARE = 2  # nodes that a walk may look at beyond two ways down and those that it yields


@dataclass(frozen=True, slots=True)
class TreeCase(Case):
    """One tree and the ranges asked for, one after the other.

    Parameters
    ----------
    group : str
        Name of the group in the manifest.
    calls : tuple[Args, ...]
        Beginning and end of each range.
    slots : tuple[MemorySlot, ...]
        In the order in which they are inserted.
    counted : bool
        Whether the nodes looked at matter.
    """

    group: str
    calls: tuple[Args, ...]
    slots: tuple[MemorySlot, ...]
    counted: bool = False

    @property
    def size(self) -> tuple[int, ...]:
        return (len(self.slots), len(self.calls))

    @property
    def title(self) -> str:
        return f"a tree of {len(self.slots)} slot{'' if len(self.slots) == 1 else 's'}" if self.slots else "no slot"

    @property
    def setting(self) -> Setting:
        return Setting(TreeStage, (self.slots,))

    def same(self, one: object, other: object) -> bool:
        return one == other

    def blur(self, call: int, value: object, state: object) -> object:
        return self.counted and self._over(self.calls[call], cast("TreeState", state)) > 0

    def difference(self, seen: Seen) -> Difference | None:
        if not isinstance(seen.value, list):
            return look(seen, (Aspect.RETURNED,))
        return self._wrong_slots(seen) or (self._too_many(seen) if self.counted else None)

    def picture(self, before: object, got: object, want: object) -> Picture:
        state = cast("TreeState", got)
        return show_tree(state.rows, looked_at=state.visited)

    def call_text(self, name: str, args: Args, *, brief: bool = False) -> str:
        return f"{name}(tree, {', '.join(map(hex, cast('tuple[int, int]', args)))})"

    def args_text(self, args: Args) -> str:
        return "{:#x}..{:#x}".format(*cast("tuple[int, int]", args))

    def _over(self, args: Args, state: TreeState) -> int:
        """Return how many nodes were looked at beyond what is enough."""
        start, end = cast("tuple[Gfn, Gfn]", args)
        height = 1 + max((row.depth for row in state.rows), default=-1)
        inside = sum(_meets(row.slot, start, end) for row in state.rows)
        return len(state.visited) - (2 * height + inside + _SPARE)

    def _wrong_slots(self, seen: Seen) -> Difference | None:
        got, want = cast("list[object]", seen.value), cast("list[MemorySlot]", seen.right)
        if got == want and all(map(is_slot, got)):
            return None
        sentence = _sentence(got, want, *cast("tuple[Gfn, Gfn]", seen.args))
        return Difference(_listed(got), _listed(want), sentence, _question(got, want))

    def _too_many(self, seen: Seen) -> Difference | None:
        over, looked = self._over(seen.args, seen.got), len(seen.got.visited)
        if over <= 0:
            return None
        sentence = (
            f"The slots are right, but {looked} of {len(self.slots)} nodes were looked at; {looked - over} are enough "
            f"for two ways down and what is yielded."
        )
        return Difference(f"{looked} nodes", f"at most {looked - over}", sentence)


def _meets(slot: MemorySlot, start: Gfn, end: Gfn) -> bool:
    return slot.base_gfn < end and slot.base_gfn + slot.npages > start


def _listed(values: list[object] | list[MemorySlot]) -> str:
    return ", ".join(map(value_text, values[:4])) + ", ..." * (len(values) > 4) or "no slot"


def _sentence(got: list[object], want: list[MemorySlot], start: Gfn, end: Gfn) -> str:
    """Say what is wrong with the slots: a foreign thing, one too many, one missing, one twice, or the order."""
    for item in got:
        if not is_slot(item):
            return f"It gave {value_text(item)}, which is no MemorySlot: a node's slot is `node.slot`."
        if item not in want:
            return f"Slot {item.id} ({_frames(item)}) has no frame in {start:#x}..{end - 1:#x}, but was given."
    for slot in want:
        if slot not in got:
            return f"Slot {slot.id} ({_frames(slot)}) has a frame in {start:#x}..{end - 1:#x}, but was not given."
    if len(got) > len(want):
        return "A slot was given twice."
    return "The slots are right, but not their order: the lowest GFN comes first."


def _question(got: list[object], want: list[MemorySlot]) -> str:
    """Return what to ask when it is not about the range; nothing where the group's own question will do."""
    if not all(map(is_slot, got)):
        return "What is the slot of a node called?"
    if len(got) == len(want) and all(slot in got for slot in want):
        return "Which side of a node comes before it, which behind it, and when is the node itself given?"
    return ""


def _frames(slot: MemorySlot) -> str:
    return f"gfn {slot.base_gfn:#x}..{slot.base_gfn + slot.npages - 1:#x}"


# The cases: slots of 0x80 frames with holes of as many between them, some of them touching.


def _slots(n: int, *, lowest: Gfn = 0x100, step: int = 0x100, seed: int = 0) -> tuple[MemorySlot, ...]:
    """Return n slots, inserted in an order of their own."""
    ids = IDS if n <= len(IDS) else range(n)
    slots = [MemorySlot(ids[i], lowest + step * i, 0x80) for i in range(n)]
    Random(seed).shuffle(slots)
    return tuple(slots)


def _cases() -> Iterator[Case]:
    yield TreeCase("empty tree", ((0x0, 0x100),), ())
    for lowest in (0x100, HIGH):
        one = _slots(1, lowest=lowest)
        for start, end in ((-0x80, -0x40), (0x90, 0xA0), (-0x10, 0x90), (0x0, 0x80), (0x20, 0x21), (0x7F, 0x90)):
            yield TreeCase("one slot", ((lowest + start, lowest + end),), one)
    for n in (2, 3, 5, 9):
        yield from _several(n, seed=n)
    yield _many(80, step=0x100)
    yield _many(150, step=0x80)


def _several(n: int, *, seed: int) -> Iterator[Case]:
    """Yield ranges that begin at each slot of a tree."""
    apart, touching = _slots(n, seed=seed), _slots(n, step=0x80, seed=seed)
    for i in range(n):
        gfn = 0x100 * (i + 1)
        yield TreeCase("begins before", ((gfn + 0x40, gfn + 0x60),), apart)
        yield TreeCase("begins before", ((gfn + 0x7F, gfn + 0x180),), apart)
        yield TreeCase("borders", ((gfn + 0x80, gfn + 0x100),), apart)
        yield TreeCase("borders", ((gfn - 0x20, gfn),), apart)
        yield TreeCase("borders", ((0x100 + 0x80 * i, 0x180 + 0x80 * i),), touching)
        yield TreeCase("several slots", ((gfn, 0x100 * (n + 2)),), apart)
        yield TreeCase("several slots", ((0, gfn + 0x10),), apart)
        yield TreeCase("several slots", ((0, 0x101 + 0x80 * i), (0x17F, 0x100 + 0x80 * n)), touching)


def _many(n: int, *, step: int) -> Case:
    """Return short ranges in a large tree, at its ends and in the middle, in holes and beyond it."""
    places = (0, 1, n // 3, n // 2, n - 2, n - 1)
    ranges = [(0x100 + step * i + 0x10, 0x100 + step * i + 0x190) for i in places]
    ranges += [(0, 0x40), (0x100 + step * n, 0x200 + step * n)]
    return TreeCase("few nodes", tuple(ranges), _slots(n, step=step, seed=n), counted=True)


JUDGED = {"for_each_in_gfn_range": Judged(for_each_memslot_in_gfn_range, _cases, iterates=True)}
