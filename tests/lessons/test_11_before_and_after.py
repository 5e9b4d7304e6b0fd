"""The numbers of lesson 11, computed."""

from memslot_lab.engine import Change, MemorySlot
from memslot_lab.eras.rbtree import GfnTree
from memslot_lab.eras.v5_6 import alloc_memslots, shifts_of, update_memslots
from memslot_lab.eras.v5_17 import for_each_memslot_in_gfn_range
from memslot_lab.eras.visits import WatchedTree
from memslot_lab.watch import record

from .prose import assert_says

LESSON = "11_before_and_after"
WORDS = {3: "three", 4: "four", 6: "six"}


def fifteen() -> WatchedTree:
    """Return the tree of the lesson."""
    return WatchedTree(MemorySlot(i, 0x100 * i, 0x80) for i in range(15))


def test_shifts_of_5_6_are_as_said() -> None:
    """Six for id 6 in a new array; 511 for the last id."""
    shifts = record(update_memslots, alloc_memslots(8), MemorySlot(6, 0x100, 0x80), Change.CREATE).shifts

    assert_says(LESSON, f"{WORDS[shifts]} shifts, 88 bytes each")
    assert_says(LESSON, f"{shifts_of(Change.CREATE, used_slots=0, old=511, new=0)}: the whole tail in front of it.")


def test_delete_of_5_6_leaves_the_index_that_is_said() -> None:
    """Three slots, the middle one goes."""
    slots = alloc_memslots(8)
    for slot_id in range(3):
        update_memslots(slots, MemorySlot(slot_id, 0x300 - 0x100 * slot_id, 0x80), Change.CREATE)
    update_memslots(slots, MemorySlot(1, 0, 0), Change.DELETE)

    assert_says(LESSON, f"index {slots.id_to_index[1]}, which is `used_slots` now.")
    assert slots.used_slots == slots.id_to_index[1]


def test_bytes_copied_are_as_said() -> None:
    """The whole array, and nine entries."""
    assert_says(LESSON, f"{512 * 88:,} bytes against {9 * 88}.")


def test_nodes_looked_at_are_as_said() -> None:
    """A search on fifteen slots, a range on fifteen and sixteen, the height of 509."""
    tree = fifteen()
    node, looked = tree.root, 0
    while node:
        looked += 1
        if node.slot.base_gfn <= 0x450 < node.slot.base_gfn + node.slot.npages:
            break
        node = node.left if node.slot.base_gfn > 0x450 else node.right
    assert_says(LESSON, f"{WORDS[looked].capitalize()} nodes of fifteen.")

    found = list(for_each_memslot_in_gfn_range(tree, 0x450, 0x710))
    assert_says(LESSON, f"{WORDS[len(found)].capitalize()} slots have frames in 0x450..0x70f")

    large = WatchedTree(MemorySlot(i, 0x100 * i, 0x80) for i in range(509))
    assert_says(LESSON, f"The longest way in this tree has {large.peek(GfnTree.height)} nodes.")


def test_gain_of_ten_slots_is_a_sixth() -> None:
    """The measured times of the cover letter, put into words."""
    assert 1 / 7.5 < 1 - 0.000283 / 0.000342 < 1 / 5.5
    assert 1 / 7.5 < 1 - 0.0000948 / 0.000110 < 1 / 5.5
