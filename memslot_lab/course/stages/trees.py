"""The stage of a walk over a tree whose nodes tell when they are looked at."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, cast

from memslot_lab.course.stages.arrays import walked
from memslot_lab.course.stages.base import Args, Stage
from memslot_lab.engine.model import MemorySlot
from memslot_lab.eras.rbtree import Node
from memslot_lab.eras.visits import WatchedTree
from memslot_lab.views.tree import TreeRow, read_tree

__all__ = ["TreeStage", "TreeState"]


class TreeState(NamedTuple):
    """What a tree holds, and which of its nodes the last call looked at."""

    rows: tuple[TreeRow, ...]
    visited: frozenset[int]


class TreeStage(Stage):
    """One tree, and the ranges asked for.

    Parameters
    ----------
    slots : sequence of MemorySlot
        In the order in which they are inserted.
    """

    def __init__(self, slots: Sequence[MemorySlot]) -> None:
        self._tree = WatchedTree(slots)

    def arguments(self, args: Args) -> Args:
        self._tree.forget()
        return (self._tree, *args)

    def take(self, value: object) -> object:
        if not isinstance(value, Iterator | list | tuple):
            return value
        items = cast("list[object]", walked(cast("Iterator[object]", value)))
        return [f"the node of slot {item.slot.id}" if isinstance(item, Node) else item for item in items]

    def read(self) -> TreeState:
        return TreeState(read_tree(self._tree), self._tree.visited)
