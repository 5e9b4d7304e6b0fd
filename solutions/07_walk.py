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
# # Exercise 07: write `for_each_memslot`
#
# **You will be able to** write a walk that gives the slots in use and nothing else, whatever lies behind them.
#
# **You need** the lesson [07 Where walks end](../notebooks/07_where_walks_end.ipynb), and loops in Python; `yield`
# helps, and is not needed.
#
# **How long:** about 20 minutes. 10 points.

# %% [markdown]
# ## The array to walk over
#
# `Memslots` keeps the slots of one virtual machine, **highest GFN first**. You will use two of its members:
#
# | member | what it is |
# |---|---|
# | `memslots` | a list; entries never written are `None` |
# | `used_slots` | how many entries at its front are in use |

# %%
from memslot_lab.course import check, hint, solved
from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots
from memslot_lab.views.array import show

slots = Memslots(capacity=8)
for slot_id, gfn in [(3, 0x0), (0, 0x100), (5, 0x200)]:
    update_memslots(slots, MemorySlot(slot_id, gfn, 0x80), Change.CREATE)
update_memslots(slots, MemorySlot(0, base_gfn=0, npages=0), Change.DELETE)
show(slots)

# %% [markdown]
# ## What a walk gives
#
# 1. The slots in use, from the front to the back, each once: here slot 5, then slot 3.
# 2. Nothing from behind `used_slots`: there may be a blank slot, a whole one, or `None`.
# 3. No slot with `npages == 0`: such an entry is passed over, and the walk goes on behind it.
#
# Each walk begins at the front, also when the one before was left early, or when the array has changed since.

# %% [markdown]
# ## What you are free to do
#
# A function with `yield`, a list, a tuple, an iterator of your own: whatever a `for` loop takes is fine. Only the
# slots that it gives, their order, and the array being left alone are judged. Nobody changes the array *while* a
# walk is under way. No warning has to be noted: the kernel's own warning for an entry without pages is not one of
# this laboratory's five.

# %% [markdown]
# ## Before you write
#
# Two entries of the array above hold something, and a third one does too. How does your walk know that the third is
# not to be given: by what lies there, or by its index?

# %% [markdown]
# ## Task 7.1: `for_each_memslot`
#
# Put your code in place of the last line. Helpers and imports of your own go into this cell too: a check outside the
# notebook runs this cell alone, with the imports from the top. The grader lends no `update_memslots()`: an answer
# stands on its own.


# %% nbgrader={"grade": false, "grade_id": "for_each_memslot", "locked": false, "schema_version": 3, "solution": true}
def for_each_memslot(slots: Memslots):
    """Give each slot in use that has pages, highest GFN first."""
    ### BEGIN SOLUTION
    for i in range(slots.used_slots):
        if slots.memslots[i].npages:
            yield slots.memslots[i]
    ### END SOLUTION


# %% [markdown]
# To watch it at work, take the `#` away and run the cell.

# %%
# print(list(for_each_memslot(slots)))
show(slots)

# %% [markdown]
# ## Check it
#
# Your function runs on arrays of 0 to 16 slots. A row of the table is a group of cases; below it stands one case
# that failed, the easiest to see through, with the array.

# %%
check(for_each_memslot)

# %% [markdown]
# After a syntax error in your cell it is still the *old* function that is checked, until the cell runs.
#
# You can check in a terminal, too. **Save first** (Ctrl+S), for it reads the file:
#
# ```
# memslot-lab check 07_walk
# pytest exercises/
# ```

# %% [markdown]
# ## Stuck?
#
# `hint(for_each_memslot)` in a cell of your own asks you a question, `hint(for_each_memslot, 2)` says more, and
# `hint(for_each_memslot, 3)` nearly everything.

# %% [markdown]
# ## Points
#
# The next two cells are for the course: the first counts your points, the second ends in one line when everything
# passes, and in an error until then. They stay as they are.

# %% nbgrader={"grade": true, "grade_id": "points_for_each_memslot", "locked": true, "points": 10, "schema_version": 3, "solution": false}
check(for_each_memslot).points

# %% nbgrader={"grade": false, "grade_id": "solved", "locked": true, "schema_version": 3, "solution": false}
solved("07_walk", for_each_memslot)
