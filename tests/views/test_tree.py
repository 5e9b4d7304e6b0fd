"""The picture of a tree."""

import re
from random import Random

from memslot_lab.engine import MemorySlot
from memslot_lab.eras.rbtree import GfnTree
from memslot_lab.eras.visits import WatchedTree
from memslot_lab.views.tree import read_tree, show_tree

SLOTS = [MemorySlot(i, 0x100 * i, 0x80) for i in range(12)]


def test_show_tree_has_every_slot_lowest_gfn_first_between_labelled_ends() -> None:
    """The text reads from left to right."""
    lines = show_tree(WatchedTree(Random(1).sample(SLOTS, 12))).text.splitlines()

    assert (lines[0], lines[-1]) == ("LEFT (lowest GFN)", "RIGHT (highest GFN)")
    assert [line.split()[1] for line in lines[1:-1]] == [str(i) for i in range(12)]


def test_show_tree_draws_a_line_to_each_parent_and_a_ring_around_what_was_looked_at() -> None:
    """The picture says what the text says, also to a screen reader."""
    html = show_tree(WatchedTree(SLOTS), looked_at={3, 4}, found={4}).html

    assert html.count("<line ") == 11
    assert html.count('stroke="#0072B2"') == 2
    assert html.count("<rect ") == 1
    assert 'role="img" aria-label="LEFT (lowest GFN)' in html
    assert html.startswith('<div style="overflow-x: auto" tabindex="0"')  # keeps its size on a phone
    assert re.search("LEFT: lowest GFN.*RIGHT: highest GFN", html)


def test_drawing_is_no_looking() -> None:
    """What a picture reads is not counted."""
    tree = WatchedTree(SLOTS)
    show_tree(tree)

    assert tree.visits == 0
    assert [row.depth for row in read_tree(tree)].count(0) == 1


def test_show_tree_of_none_and_of_many_is_a_sentence() -> None:
    """Nothing is drawn where nothing could be read."""
    many = WatchedTree(MemorySlot(i, i, 1) for i in range(41))

    assert show_tree(GfnTree()).text == "an empty tree"
    assert show_tree(many, looked_at={1}).text == "a tree of 41 slots, 8 nodes high; 1 nodes looked at"
