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
# # Exercise 03: write `delete`
#
# **You will be able to** take a slot out of the kernel's array so that everything that relies on the array still
# finds what it looks for.
#
# **You need** the lesson [03 Deleting a slot](../notebooks/03_deleting.ipynb), and loops and lists in Python.
#
# **How long:** about half an hour. 10 points.

# %% [markdown]
# ## The array to work on
#
# `Memslots` keeps the slots of one virtual machine, **highest GFN first**. You will use four of its members:
#
# | member | what it is |
# |---|---|
# | `memslots` | a list, as long as the array has ids; entries never written are `None` |
# | `used_slots` | how many entries at its front are in use |
# | `id_to_index` | a list: where each id stands in `memslots`, -1 if it does not |
# | `warn(site)` | notes that the kernel would print a warning |

# %%
from memslot_lab.course import check, hint, solved
from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots
from memslot_lab.views.array import show

slots = Memslots(capacity=8)
for slot_id, gfn in [(3, 0x0), (0, 0x100), (5, 0x200)]:
    update_memslots(slots, MemorySlot(slot_id, gfn, 0x80), Change.CREATE)
show(slots)

# %% [markdown]
# ## What a delete leaves behind
#
# 1. `used_slots` is one less.
# 2. Each used entry behind the deleted one stands one place further forward; those in front of it have not moved.
# 3. `id_to_index` is true again: for each slot that moved, and -1 for the id that is gone.
# 4. The slot that was **handed in**, as it is, lies at `memslots[used_slots]`: the stale copy. Entries further
#    behind are as they were, and both lists are as long as before.

# %% [markdown]
# ## An id that is not there
#
# If no slot has the id, nothing changes, and exactly one warning is noted:
#
# ```python
# slots.warn("DELETE_UNKNOWN_ID")
# ```
#
# The kernel prints such a warning and returns. No legal request gets that far, but the function does not rely on it.

# %% [markdown]
# ## What you are free to do
#
# Only the array and the warnings **after the call** are looked at, not the way there. A loop, slices, `pop` and
# `insert`, recursion, helpers in the same cell, other lists put in the place of the old ones: all are fine. A return
# value and what you print are not looked at.
#
# You may rely on three things: the array is in order, every id is smaller than `capacity`, and no two slots share an
# id. You may **not** rely on the slot handed in: the kernel fills in its id and leaves the rest 0.

# %% [markdown]
# ## Before you write
#
# Take the three slots above and delete slot 0, on paper. Who moves, and where to? What do `id_to_index[3]` and
# `id_to_index[0]` say afterwards? And if two slots had to move: which of them first?

# %% [markdown]
# ## Task 3.1: `delete`
#
# Put your code in place of the last line. Helpers and imports of your own go into this cell too: a check outside the
# notebook runs this cell alone, with the imports from the top. The grader lends no `update_memslots()`: an answer
# stands on its own.


# %% nbgrader={"grade": false, "grade_id": "delete", "locked": false, "schema_version": 3, "solution": true}
def delete(slots: Memslots, slot: MemorySlot) -> None:
    """Take the slot with the id `slot.id` out of the array; leave `slot` behind the used entries."""
    ### BEGIN SOLUTION
    mslots, id_to_index = slots.memslots, slots.id_to_index
    if id_to_index[slot.id] == -1:
        slots.warn("DELETE_UNKNOWN_ID")
        return

    slots.used_slots -= 1
    i = id_to_index[slot.id]
    while i < slots.used_slots:
        mslots[i] = mslots[i + 1]
        id_to_index[mslots[i].id] = i
        i += 1
    mslots[i] = slot
    id_to_index[slot.id] = -1
    ### END SOLUTION


# %% [markdown]
# To watch it at work, take the `#` away and run the cell. It works on the array above; run that cell again for a
# fresh one. If it never ends, press the ■ button at the top.

# %%
# delete(slots, MemorySlot(id=0, base_gfn=0, npages=0))
show(slots)

# %% [markdown]
# ## Check it
#
# Your function runs on arrays of 0 to 16 slots. A row of the table is a group of cases; below it stands one case that
# failed, the easiest to see through: before the call, as you left it (**got**) and as it should be (**want**).

# %%
check(delete)

# %% [markdown]
# After a syntax error in your cell it is still the *old* function that is checked, until the cell runs.
#
# You can check in a terminal, too. **Save first** (Ctrl+S), for it reads the file:
#
# ```
# memslot-lab check 03_delete
# pytest exercises/
# ```

# %% [markdown]
# ## Stuck?
#
# `hint(delete)` in a cell of your own asks you a question, `hint(delete, 2)` says more, and `hint(delete, 3)` nearly
# everything.

# %% [markdown]
# ## Points
#
# The next two cells are for the course: the first counts your points, the second ends in one line when everything
# passes, and in an error until then. They stay as they are.

# %% nbgrader={"grade": true, "grade_id": "points_delete", "locked": true, "points": 10, "schema_version": 3, "solution": false}
check(delete).points

# %% nbgrader={"grade": false, "grade_id": "solved", "locked": true, "schema_version": 3, "solution": false}
solved("03_delete", delete)
