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
# # Exercise 06: write `update_memslots`
#
# **You will be able to** put the four helpers together: one function that keeps the array in order, whatever happens
# to a slot.
#
# **You need** the lesson [06 Falling through](../notebooks/06_falling_through.ipynb), and the exercises
# [03](03_delete.ipynb), [04](04_create.ipynb) and [05](05_move_backward.ipynb).
#
# **How long:** about half an hour. 10 points.

# %% [markdown]
# ## The helpers
#
# They are the engine's, so that a slip in one of yours does not show here. You may put your own in their place.
#
# | helper | what it does | returns |
# |---|---|---|
# | `delete(slots, slot)` | all of a delete | |
# | `insert_back(slots)` | opens an entry behind the used ones | its index |
# | `move_backward(slots, slot)` | higher slots pass the hole | where the hole ends, or -1 |
# | `move_forward(slots, slot, start)` | lower slots make way for the hole | where the hole ends |

# %%
from memslot_lab import engine
from memslot_lab.course import check, hint, solved
from memslot_lab.engine import Change, MemorySlot, Memslots, delete, insert_back, move_backward, move_forward
from memslot_lab.views.array import show

slots = Memslots(capacity=8)
for slot_id, gfn in [(3, 0x0), (0, 0x100), (5, 0x200), (1, 0x300)]:
    engine.update_memslots(slots, MemorySlot(slot_id, gfn, 0x80), Change.CREATE)
show(slots)

# %% [markdown]
# ## What an update leaves behind
#
# * **DELETE**: what `delete()` leaves.
# * **CREATE**: one more entry in use, highest GFN first, and `id_to_index` true for everybody.
# * **MOVE**: the slot in the hand has taken the place of its old value, where its new GFN belongs.
# * **FLAGS_ONLY**: the same, and its place is the old one.
#
# Behind the used entries everything is as it was, but for what a delete leaves there.

# %% [markdown]
# ## A move that fails
#
# A move, or a change of flags, of an id that is not there: `move_backward()` notes a warning and returns -1. The
# kernel does not look at that; it goes on and stores the slot at index -1, which in C lies **in front of** the array.
#
# Python has no such place. This array has a member for it:
#
# ```python
# slots.before_array = slot
# ```
#
# So: the slot in `before_array`, -1 in `id_to_index`, and every entry as it was. Do not note the warning again.

# %% [markdown]
# ## What you are free to do
#
# Only the array and the warnings **after each call** are looked at, all of them, but not the way there: you may sort
# the used part, delete and create instead of moving, decide on a direction, build new lists. A return value is not
# looked at. What it costs is not counted here.
#
# No two slots ever share a GFN in these cases, a new id is never there already, and there is always room.

# %% [markdown]
# ## Before you write
#
# Take the four slots above. Which helpers are called, and what do they return, when slot 5 moves to 0x80? When it
# moves to 0x400? When its flags change?

# %% [markdown]
# ## Task 6.1: `update_memslots`
#
# Put your code in place of the last line. Helpers and imports of your own go into this cell too.


# %% nbgrader={"grade": false, "grade_id": "update_memslots", "locked": false, "schema_version": 3, "solution": true}
def update_memslots(slots: Memslots, slot: MemorySlot, change: Change) -> None:
    """Bring the array in order after `change` has happened to the slot with the id `slot.id`."""
    ### BEGIN SOLUTION
    if change is Change.DELETE:
        delete(slots, slot)
        return
    i = insert_back(slots) if change is Change.CREATE else move_backward(slots, slot)
    i = move_forward(slots, slot, i)
    if i < 0:
        slots.before_array = slot
    else:
        slots.memslots[i] = slot
    slots.id_to_index[slot.id] = i
    ### END SOLUTION


# %% [markdown]
# To watch it at work, take the `#` away and run the cell. It works on the array above; run that cell again for a
# fresh one.

# %%
# update_memslots(slots, MemorySlot(id=5, base_gfn=0x80, npages=0x80), Change.MOVE)
show(slots)

# %% [markdown]
# ## Check it
#
# Below the table stands one case that failed, the easiest to see through: before the call, as you left it (**got**)
# and as it should be (**want**).

# %%
check(update_memslots)

# %% [markdown]
# You can check in a terminal, too. **Save first** (Ctrl+S), for it reads the file:
#
# ```
# memslot-lab check 06_update
# pytest exercises/
# ```

# %% [markdown]
# ## Stuck?
#
# `hint(update_memslots)` in a cell of your own asks you a question, `hint(update_memslots, 2)` says more, and
# `hint(update_memslots, 3)` nearly everything.

# %% [markdown]
# ## Points
#
# The next two cells are for the course: the first counts your points, the second ends in one line when everything
# passes, and in an error until then. They stay as they are.

# %% nbgrader={"grade": true, "grade_id": "points_update_memslots", "locked": true, "points": 10, "schema_version": 3, "solution": false}
check(update_memslots).points

# %% nbgrader={"grade": false, "grade_id": "solved", "locked": true, "schema_version": 3, "solution": false}
solved("06_update", update_memslots)
