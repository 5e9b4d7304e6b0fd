"""A red-black tree of slots by base_gfn: LOWEST GFN LEFT.

The rules: the root is black, a red node has no red child, and each way down from a node to a missing child meets
equally many black nodes.  So no way is more than twice as long as another, and the height is at most
2 log2(n + 1).

As in the kernel: nodes know their parent, a node with two children is erased by way of the next higher one, and
the tree is put right by recolouring and at most two rotations an insert, three an erase.  Not as in the kernel:
the links are fields of a node beside the slot, not inside of it, and the colour is a field of its own.

Source: lib/rbtree.c, include/linux/rbtree.h, v5.17; the textbook algorithm.
"""

from collections.abc import Iterator
from typing import cast

from memslot_lab.engine.model import MemorySlot

__all__ = ["LEFT", "RIGHT", "GfnTree", "Node"]

LEFT, RIGHT = 0, 1


class Node:
    """One slot in one tree.

    Parameters
    ----------
    slot : MemorySlot
        Its base_gfn is the key.

    Attributes
    ----------
    links : list[Node | None]
        The children: lower GFNs left, higher ones right.
    parent : Node | None
        None for the root.
    red : bool
        The colour.
    """

    __slots__ = ("links", "parent", "red", "slot")

    def __init__(self, slot: MemorySlot) -> None:
        self.slot = slot
        self.links: list[Node | None] = [None, None]
        self.parent: Node | None = None
        self.red = True

    @property
    def left(self) -> "Node | None":
        """Where the lower GFNs are."""
        return self.links[LEFT]

    @property
    def right(self) -> "Node | None":
        """Where the higher GFNs are."""
        return self.links[RIGHT]

    @property
    def side(self) -> int:
        """Which child of its parent it is; LEFT for the root."""
        return RIGHT if self.parent and self.parent.right is self else LEFT

    def next(self) -> "Node | None":
        """Return the node with the next higher GFN, None for the last (rb_next)."""
        return self._neighbour(RIGHT)

    def previous(self) -> "Node | None":
        """Return the node with the next lower GFN, None for the first (rb_prev)."""
        return self._neighbour(LEFT)

    def outermost(self, side: int) -> "Node":
        """Return the last node on this side of what hangs below, itself included."""
        node = self
        while below := node.links[side]:
            node = below
        return node

    def _neighbour(self, side: int) -> "Node | None":
        if below := self.links[side]:
            return below.outermost(1 - side)
        node = self
        while node.parent and node.parent.links[side] is node:
            node = node.parent
        return node.parent


class GfnTree:
    """The slots of one set, by base_gfn.

    Attributes
    ----------
    root : Node | None
        None for an empty tree.
    """

    def __init__(self) -> None:
        self.root: Node | None = None

    def __iter__(self) -> Iterator[MemorySlot]:
        """Yield the slots, LOWEST GFN FIRST."""
        node = self.root.outermost(LEFT) if self.root else None
        while node:
            yield node.slot
            node = node.next()

    def node_of(self, slot: MemorySlot) -> Node:
        """Return a new node, not linked yet."""
        return Node(slot)

    def height(self) -> int:
        """Return how many nodes the longest way down has."""
        levels, level = 0, [self.root] if self.root else []
        while level:
            levels, level = levels + 1, [below for node in level for below in node.links if below]
        return levels

    def insert(self, slot: MemorySlot) -> Node:
        """Go down to the slot's place, hang it there, and put the colours right.

        Raises
        ------
        AssertionError
            The base_gfn is there already: the kernel stops with BUG().

        Notes
        -----
        Source: kvm_insert_gfn_node(), virt/kvm/kvm_main.c, v5.17.
        """
        parent, side, below = None, LEFT, self.root
        while below:
            parent = below
            if slot.base_gfn == parent.slot.base_gfn:
                raise AssertionError(
                    f"BUG: slot {slot.id} has gfn {slot.base_gfn:#x}, which slot {parent.slot.id} has already"
                )
            side = LEFT if slot.base_gfn < parent.slot.base_gfn else RIGHT
            below = parent.links[side]
        node = self.node_of(slot)
        self._hang(parent, side, node)
        self._end_double_red(node)
        return node

    def erase(self, node: Node) -> None:
        """Take a node out, and put the colours right."""
        right = node.right
        if node.left and right:
            heir = right.outermost(LEFT)
            self.erase(heir)
            self._substitute(node, heir)
            return
        child, parent, side = node.left or node.right, node.parent, node.side
        self._hang(parent, side, child)
        if node.red:
            return
        if child:  # red, for else it would be one black node too many
            child.red = False
        elif parent:
            self._add_black(parent, side)

    def replace(self, node: Node, slot: MemorySlot) -> Node:
        """Put a slot with the same base_gfn in a node's place; nothing else moves (rb_replace_node)."""
        new = self.node_of(slot)
        self._substitute(node, new)
        return new

    def _hang(self, parent: Node | None, side: int, node: Node | None) -> None:
        if parent:
            parent.links[side] = node
        else:
            self.root = node
        if node:
            node.parent = parent

    def _substitute(self, old: Node, new: Node) -> None:
        self._hang(old.parent, old.side, new)
        self._hang(new, LEFT, old.left)
        self._hang(new, RIGHT, old.right)
        new.red = old.red

    def _rotate(self, node: Node, side: int) -> None:
        """Let a node go down to `side`, and its child on the other side up into its place."""
        up = cast("Node", node.links[1 - side])
        parent, its_side = node.parent, node.side
        self._hang(node, 1 - side, up.links[side])
        self._hang(up, side, node)
        self._hang(parent, its_side, up)

    def _end_double_red(self, node: Node) -> None:
        """Put right a red node that may hang below a red one."""
        while (parent := node.parent) and parent.red:
            grandparent, side = cast("Node", parent.parent), parent.side  # the root is black
            uncle = grandparent.links[1 - side]
            if uncle and uncle.red:
                parent.red = uncle.red = False
                grandparent.red = True
                node = grandparent
                continue
            if node.side != side:
                self._rotate(parent, side)
                node, parent = parent, node
            parent.red, grandparent.red = False, True
            self._rotate(grandparent, 1 - side)
        cast("Node", self.root).red = False

    def _add_black(self, parent: Node, side: int) -> None:
        """Put right that all ways through `parent` to this side lack one black node."""
        sibling = cast("Node", parent.links[1 - side])
        if sibling.red:
            sibling.red, parent.red = False, True
            self._rotate(parent, side)
            sibling = cast("Node", parent.links[1 - side])
        near, far = sibling.links[side], sibling.links[1 - side]
        if not (far and far.red) and near and near.red:
            near.red, sibling.red = False, True
            self._rotate(sibling, 1 - side)
            sibling, far = near, sibling
        if far and far.red:
            sibling.red, parent.red, far.red = parent.red, False, False
            self._rotate(parent, side)
            return
        sibling.red = True
        if parent.red:
            parent.red = False
        elif parent.parent:
            self._add_black(parent.parent, parent.side)
