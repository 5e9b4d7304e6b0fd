"""Count the nodes that any function visits in a tree, by watching the nodes; the function knows nothing of it."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from memslot_lab.engine.model import Change, MemorySlot
from memslot_lab.eras.rbtree import GfnTree, Node
from memslot_lab.eras.v5_17 import MemslotSets, update_memslots

__all__ = ["WatchedTree", "visits_of_update"]

_T = TypeVar("_T")
_TOLD = frozenset({"slot", "links", "parent", "red"})


class _WatchedNode(Node):
    """Tells its tree when a field is read."""

    __slots__ = ("visited",)

    def __init__(self, slot: MemorySlot, visited: set[Node]) -> None:
        super().__init__(slot)
        self.visited = visited

    def __getattribute__(self, name: str) -> Any:
        if name in _TOLD:
            object.__getattribute__(self, "visited").add(self)
        return object.__getattribute__(self, name)


class WatchedTree(GfnTree):
    """A tree that notes which of its nodes are looked at.

    Parameters
    ----------
    slots : iterable of MemorySlot
        Inserted one after the other, and not counted.

    Examples
    --------
    >>> from memslot_lab.eras.v5_17 import for_each_memslot_in_gfn_range
    >>> tree = WatchedTree(MemorySlot(i, 0x100 * i, 0x80) for i in range(509))
    >>> [slot.id for slot in for_each_memslot_in_gfn_range(tree, 0x150, 0x310)], tree.visits
    ([1, 2, 3], 10)
    """

    def __init__(self, slots: Iterable[MemorySlot] = ()) -> None:
        super().__init__()
        self._visited: set[Node] = set()
        for slot in slots:
            self.insert(slot)
        self.forget()

    def node_of(self, slot: MemorySlot) -> Node:
        """Return a new node that tells when it is read."""
        return _WatchedNode(slot, self._visited)

    @property
    def visits(self) -> int:
        """How many nodes were looked at since `forget()`, each counted once."""
        return len(self._visited)

    @property
    def visited(self) -> frozenset[int]:
        """Ids of the slots whose nodes were looked at since `forget()`."""
        return self.peek(lambda _: frozenset(node.slot.id for node in list(self._visited)))

    def forget(self) -> None:
        """Begin to count anew."""
        self._visited.clear()

    def peek(self, look: Callable[[GfnTree], _T]) -> _T:
        """Return what a function says of this tree, without counting what it looks at."""
        before = set(self._visited)
        value = look(self)
        self._visited.clear()
        self._visited.update(before)
        return value


def visits_of_update(
    sets: MemslotSets,
    slot: MemorySlot,
    change: Change,
    *,
    update: Callable[[MemslotSets, MemorySlot, Change], None] = update_memslots,
) -> int:
    """Make one change and return how many nodes it looked at, in both trees together.

    Parameters
    ----------
    sets : MemslotSets
        Of `WatchedTree`; changed in place.
    slot : MemorySlot
        The changed slot.
    change : Change
        What happens to it.
    update : callable, optional
        What makes the change.
    """
    trees = [slots.gfn_tree for slots in (sets.active, sets.inactive)]
    watched = [tree for tree in trees if isinstance(tree, WatchedTree)]
    for tree in watched:
        tree.forget()
    update(sets, slot, change)
    return sum(tree.visits for tree in watched)
