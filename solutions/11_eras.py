# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     notebook_metadata_filter: -jupytext.text_representation.jupytext_version
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercise 11: a range on the tree
#
# **You will be able to** find every slot that meets a range of guest frames, and look at a handful of nodes where an
# array makes you look at all.
#
# **You need** the lesson [11 Before and after](../notebooks/11_before_and_after.ipynb), and either recursion or a
# `while` loop.
#
# **How long:** 40 minutes. 10 points.

# %% [markdown]
# ## The tree to work on
#
# The tree of kernel 5.17 has its **lowest GFN on the left**. These are its members:
#
# | member | what it is |
# |---|---|
# | `tree.root` | a node, or `None` if there is no slot |
# | `node.slot` | its `MemorySlot`, with `base_gfn` and `npages` |
# | `node.left`, `node.right` | the child with lower, with higher GFNs; or `None` |
# | `node.next()`, `node.previous()` | the neighbour in the order of GFNs; or `None` |
# | `node.parent` | the node above; `None` for the root |

# %%
from collections.abc import Iterator

from memslot_lab.course import check, hint, solved
from memslot_lab.engine import MemorySlot
from memslot_lab.eras.rbtree import GfnTree, Node
from memslot_lab.eras.visits import WatchedTree
from memslot_lab.views.tree import show_tree

tree = WatchedTree(MemorySlot(i, 0x100 * i, 0x80) for i in (5, 2, 9, 0, 7, 3, 8, 1, 6, 4))
show_tree(tree)

# %% [markdown]
# ## What is asked for
#
# `for_each_in_gfn_range(tree, start, end)` gives the slots that hold at least one frame of `start` to `end` - 1:
#
# 1. **all** of them, and no other;
# 2. **lowest GFN first**;
# 3. without looking at nodes that cannot matter.
#
# `start < end`, and no two slots overlap: you may rely on both.

# %% [markdown]
# ## When do two ranges meet?
#
# Both are half open: a slot holds `base_gfn` to `base_gfn + npages - 1`, and touching is not meeting. Draw the cases
# on paper: in front of it, touching, overlapping from below, inside, around it, overlapping from above, touching,
# behind it.

# %% [markdown]
# ## What you are free to do
#
# Yield the slots, or return a list: both are fine. Recursion, a stack, the kernel's walk by `next()`, helpers in the
# same cell: all are fine. Only the slots, their order, and the **number of nodes looked at** count.
#
# A node is looked at when you read its `slot`, its children, its parent or its colour; however often, it counts once.
# Enough is: two ways down, the slots yielded, and two more. On a tree of 150 slots that is some 20 nodes.

# %% [markdown]
# ## Task 11.1: `for_each_in_gfn_range`
#
# Put your code in place of the last line. Helpers and imports of your own go into this cell too: a check outside the
# notebook runs this cell alone, with the imports from the top. The grader lends no `show_tree()`: an answer
# stands on its own.


# %% nbgrader={"grade": false, "grade_id": "for_each_in_gfn_range", "locked": false, "schema_version": 3, "solution": true}
def for_each_in_gfn_range(tree: GfnTree, start: int, end: int) -> Iterator[MemorySlot]:
    """Yield the slots that meet the frames `start` to `end` - 1, lowest GFN first."""
    ### BEGIN SOLUTION
    node, first = tree.root, None
    while node:
        if node.slot.base_gfn + node.slot.npages > start:
            node, first = node.left, node
        else:
            node = node.right

    while first and first.slot.base_gfn < end:
        yield first.slot
        first = first.next()
    ### END SOLUTION


# %% [markdown]
# To see which nodes it looks at, take the `#` away in front of the second line and run the cell: they get a blue
# ring.

# %%
tree.forget()
# found = list(for_each_in_gfn_range(tree, 0x250, 0x410))
show_tree(tree, looked_at=tree.visited)

# %% [markdown]
# ## Check it
#
# Your function runs on trees of 0 to 150 slots. A row of the table is a group of cases; below it stands one case that
# failed, the easiest to see through.

# %%
check(for_each_in_gfn_range)

# %% [markdown]
# You can check in a terminal, too. **Save first** (Ctrl+S), for it reads the file: `memslot-lab check 11_eras`.

# %% [markdown]
# ## Stuck?
#
# `hint(for_each_in_gfn_range)` in a cell of your own asks you a question, `hint(for_each_in_gfn_range, 2)` says more,
# and `hint(for_each_in_gfn_range, 3)` nearly everything.

# %% [markdown]
# ## Points
#
# The next two cells are for the course: the first counts your points, the second ends in one line when everything
# passes, and in an error until then. They stay as they are.

# %% nbgrader={"grade": true, "grade_id": "points_for_each_in_gfn_range", "locked": true, "points": 10, "schema_version": 3, "solution": false}
check(for_each_in_gfn_range).points

# %% nbgrader={"grade": false, "grade_id": "solved", "locked": true, "schema_version": 3, "solution": false}
solved("11_eras", for_each_in_gfn_range)
