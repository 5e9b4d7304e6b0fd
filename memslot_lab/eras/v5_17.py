"""Kernel 5.17 and later: no array.  Two sets of trees, and every change is made in the set that nobody reads.

LOWEST GFN FIRST here, since a tree is walked from the left.  Both sets refer to the same slots; readers use the
active one.  A change edits the inactive set, swaps the two, and is made once more in what is inactive now.

As in the kernel: which tree is edited when, one descent an insert, none an erase or a change of flags.  Left out:
the tree by host address, RCU and the wait for readers, the count of pages.  `id_hash` is a dict; the kernel's has
2**7 buckets.

Source: virt/kvm/kvm_main.c, include/linux/kvm_host.h, v5.17.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from memslot_lab.engine.model import Change, Gfn, MemorySlot
from memslot_lab.eras.rbtree import RIGHT, GfnTree, Node

__all__ = [
    "KVM_MEMSLOT_INVALID",
    "MemslotSets",
    "Memslots",
    "activate_memslot",
    "for_each_memslot_in_gfn_range",
    "gfn_to_memslot",
    "overlaps",
    "replace_memslot",
    "search_memslots",
    "swap_active_memslots",
    "update_memslots",
]

KVM_MEMSLOT_INVALID = 1 << 16  # readers find the slot and get nothing from it


@dataclass(slots=True)
class Memslots:
    """One set of slots: by GFN, by id, and where the last search ended.

    Parameters
    ----------
    gfn_tree : GfnTree
        By base_gfn.

    Attributes
    ----------
    id_hash : dict[int, Node]
        By id; the node, so that an erase needs no descent.
    generation : int
        Grows with each swap.
    last_used_slot : MemorySlot | None
        What `gfn_to_memslot()` looks at first.

    Notes
    -----
    Source: struct kvm_memslots, include/linux/kvm_host.h, v5.17.
    """

    gfn_tree: GfnTree
    id_hash: dict[int, Node] = field(default_factory=dict[int, Node], init=False)
    generation: int = field(default=0, init=False)
    last_used_slot: MemorySlot | None = field(default=None, init=False)

    def id_to_memslot(self, slot_id: int) -> MemorySlot | None:
        """Return the slot with this id, or None if it is absent."""
        node = self.id_hash.get(slot_id)
        return node.slot if node else None


class MemslotSets:
    """The two sets of one address space.

    Parameters
    ----------
    new_tree : callable
        Makes an empty tree.

    Attributes
    ----------
    active, inactive : Memslots
        What readers use, and what is edited.

    Examples
    --------
    >>> sets = MemslotSets()
    >>> update_memslots(sets, MemorySlot(id=7, base_gfn=0x100, npages=0x80), Change.CREATE)
    >>> update_memslots(sets, MemorySlot(id=2, base_gfn=0x0, npages=0x80), Change.CREATE)
    >>> [slot.id for slot in sets.active.gfn_tree], sets.active.generation
    ([2, 7], 2)
    """

    def __init__(self, new_tree: Callable[[], GfnTree] = GfnTree) -> None:
        self.active, self.inactive = Memslots(new_tree()), Memslots(new_tree())


def update_memslots(sets: MemslotSets, slot: MemorySlot, change: Change) -> None:
    """Make one legal change in both sets, so that readers see the old state or the new one.

    A delete and a move first show readers an INVALID copy of the slot, in the set that is then swapped in; what is
    inactive then still holds the old slot, and takes the change.

    Parameters
    ----------
    sets : MemslotSets
        Changed in place.
    slot : MemorySlot
        New value of the changed slot; for a delete only its id matters.
    change : Change
        What happens to the slot.

    Raises
    ------
    KeyError
        No slot has the id of a delete, a move or a change of flags.
    AssertionError
        The base_gfn is another slot's.

    Notes
    -----
    Cost: a descent in each tree for a create or a move, O(log n); no slot is copied but the changed one.
    Source: kvm_set_memslot() and the four functions that it calls, virt/kvm/kvm_main.c, v5.17.
    """
    old = None if change is Change.CREATE else sets.active.id_hash[slot.id].slot
    new = None if change is Change.DELETE else slot
    seen = old  # by readers

    if old and change is not Change.FLAGS_ONLY:
        seen = replace(old, flags=old.flags | KVM_MEMSLOT_INVALID)
        replace_memslot(sets, old, seen)
        swap_active_memslots(sets)
        # Here the kernel takes the slot's pages away from the guest.

    replace_memslot(sets, old, new)
    activate_memslot(sets, seen, new)


def replace_memslot(sets: MemslotSets, old: MemorySlot | None, new: MemorySlot | None) -> None:
    """Put `new` in the place of `old` in the inactive set; None adds or removes.

    Raises
    ------
    AssertionError
        The base_gfn of `new` is another slot's.

    Notes
    -----
    Cost: with the same base_gfn no descent, only the links around one node.
    Source: kvm_replace_memslot(), virt/kvm/kvm_main.c, v5.17.
    """
    slots = sets.inactive
    node = slots.id_hash.pop(old.id) if old else None
    if old and slots.last_used_slot is old:
        slots.last_used_slot = new

    if new is None:
        if node:
            slots.gfn_tree.erase(node)
    elif node and node.slot.base_gfn == new.base_gfn:
        slots.id_hash[new.id] = slots.gfn_tree.replace(node, new)
    else:
        if node:
            slots.gfn_tree.erase(node)
        slots.id_hash[new.id] = slots.gfn_tree.insert(new)


def swap_active_memslots(sets: MemslotSets) -> None:
    """Show readers the set that was edited.

    Notes
    -----
    Source: kvm_swap_active_memslots(), virt/kvm/kvm_main.c, v5.17; one address space, so the generation grows by 1.
    """
    sets.inactive.generation = sets.active.generation + 1
    sets.active, sets.inactive = sets.inactive, sets.active


def activate_memslot(sets: MemslotSets, old: MemorySlot | None, new: MemorySlot | None) -> None:
    """Swap the sets, then make the same change in the set that readers have left.

    Notes
    -----
    Source: kvm_activate_memslot(), virt/kvm/kvm_main.c, v5.17.
    """
    swap_active_memslots(sets)
    replace_memslot(sets, old, new)


def search_memslots(slots: Memslots, gfn: Gfn) -> MemorySlot | None:
    """Return the slot that holds `gfn`, or None for a hole, by going down the tree.

    Notes
    -----
    Cost: at most the tree's height.
    Source: search_memslots(), include/linux/kvm_host.h, v5.17.
    """
    node = slots.gfn_tree.root
    while node:
        if gfn < node.slot.base_gfn:
            node = node.left
        elif _holds(node.slot, gfn):
            return node.slot
        else:
            node = node.right
    return None


def gfn_to_memslot(slots: Memslots, gfn: Gfn) -> MemorySlot | None:
    """Return the slot that holds `gfn`, or None, looking first where the last search ended.

    Notes
    -----
    Source: ____gfn_to_memslot(), include/linux/kvm_host.h, v5.17.
    """
    if slots.last_used_slot and _holds(slots.last_used_slot, gfn):
        return slots.last_used_slot

    slot = search_memslots(slots, gfn)
    if slot:
        slots.last_used_slot = slot
    return slot


def for_each_memslot_in_gfn_range(tree: GfnTree, start: Gfn, end: Gfn) -> Iterator[MemorySlot]:
    """Yield the slots that overlap the frames from `start` to `end` - 1, lowest GFN first.

    Parameters
    ----------
    tree : GfnTree
        Of slots that do not overlap.
    start, end : Gfn
        Half open: a slot that ends at `start` is not in it, nor is one that begins at `end`.

    Notes
    -----
    Cost: O(log n + k) for k slots yielded.
    Source: kvm_for_each_memslot_in_gfn_range, kvm_memslot_iter_start(), include/linux/kvm_host.h, v5.17.
    """
    node = _first_that_may_reach(tree, start)
    if node and node.slot.base_gfn + node.slot.npages <= start:
        node = node.next()
    while node and node.slot.base_gfn < end:
        yield node.slot
        node = node.next()


def _first_that_may_reach(tree: GfnTree, start: Gfn) -> Node | None:
    """Return the last node with a base_gfn at or below `start`, or the first of all where none is."""
    above, node = None, tree.root
    while node:
        if start < node.slot.base_gfn:
            above, node = node, node.left
        else:
            node = node.right
    if above:
        return above.previous() or above
    return tree.root.outermost(RIGHT) if tree.root else None


def overlaps(slots: Memslots, slot: MemorySlot) -> bool:
    """Return whether a slot with another id holds one of this slot's frames.

    Notes
    -----
    Source: kvm_check_memslot_overlap(), virt/kvm/kvm_main.c, v5.17.
    """
    found = for_each_memslot_in_gfn_range(slots.gfn_tree, slot.base_gfn, slot.base_gfn + slot.npages)
    return any(other.id != slot.id for other in found)


def _holds(slot: MemorySlot, gfn: Gfn) -> bool:
    return slot.base_gfn <= gfn < slot.base_gfn + slot.npages
