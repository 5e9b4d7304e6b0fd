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
# # Exercise 04: write `insert_back` and `move_forward`
#
# **You will be able to** make room for a new slot in the kernel's array: open an entry at the back, and bring the
# hole to where the slot belongs.
#
# **You need** the lesson [04 Creating a slot](../notebooks/04_creating.ipynb), and loops and lists in Python.
#
# **How long:** about 40 minutes. 10 points, 3 for the first function and 7 for the second.

# %% [markdown]
# ## The array to work on
#
# `Memslots` keeps the slots of one virtual machine, **highest GFN first**. Here are three slots. Index 3 lies behind
# them, and a new slot will go in there first.

# %%
from memslot_lab.course import check, hint, solved
from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots
from memslot_lab.views.array import show

slots = Memslots(capacity=8)
for slot_id, gfn in [(3, 0x0), (0, 0x100), (5, 0x200)]:
    update_memslots(slots, MemorySlot(slot_id, gfn, 0x80), Change.CREATE)
show(slots)

# %% [markdown]
# ## Task 4.1: `insert_back`
#
# One more entry is in use: `used_slots` goes up by one. **Return** the index of that entry. Nothing else changes; what
# lies in the entry, `None` or a stale slot, stays there. You may rely on room for it.


# %% nbgrader={"grade": false, "grade_id": "insert_back", "locked": false, "schema_version": 3, "solution": true}
def insert_back(slots: Memslots) -> int:
    """Open one more entry behind the lowest GFN; return its index."""
    ### BEGIN SOLUTION
    slots.used_slots += 1
    return slots.used_slots - 1
    ### END SOLUTION


# %%
check(insert_back)

# %% [markdown]
# ## What `move_forward` leaves behind
#
# It gets the array, the slot in the caller's hand, and `start`, the index of the hole.
#
# 1. Each entry in front of the hole with a **lower** GFN than the slot's stands one place further back.
# 2. Their indices in `id_to_index` are true again.
# 3. The index at which the hole has ended is **returned**. If `start` is 0 or less, nobody moves and `start` comes
#    back.
# 4. Nothing else has changed: not `used_slots`, not the entries behind `start`.

# %% [markdown]
# ## What you are free to do
#
# * What lies **in the hole** at the end, and what `id_to_index` says of **the slot in your hand**, is not looked at.
#   You may store the slot early, or never; the caller stores both afterwards. If `start` is below 0, there is no hole:
#   then store nothing.
# * A loop, slices, `pop` and `insert`, sorting, recursion, other lists in the place of the old ones: all are fine.
# * One group counts: who stores entry by entry, `memslots[i] = ...`, stores each slot that makes way **once**. What
#   slices, `pop`, `insert` and `sort` do inside is not counted.

# %% [markdown]
# ## Two slots with one GFN
#
# No legal caller creates a slot where another one is. If it happens all the same, the kernel notes one warning for
# each equal slot that it meets, and lets it make way like a lower one:
#
# ```python
# slots.warn("FORWARD_EQUAL_GFN")
# ```
#
# This is judged in a group of its own, `equal GFN`. In all other groups no two GFNs are equal, so there `<` and `<=`
# do the same.

# %% [markdown]
# ## Before you write
#
# Take the three slots above, and a new one at GFN 0x180. On paper: where is the hole at first? Who makes way, and in
# which order? Which index is returned? And who is it that you compare with when the hole is at index 0?

# %% [markdown]
# ## Task 4.2: `move_forward`
#
# Put your code in place of the last line. Helpers and imports of your own go into this cell too. The grader lends no
# `update_memslots()`: an answer stands on its own.


# %% nbgrader={"grade": false, "grade_id": "move_forward", "locked": false, "schema_version": 3, "solution": true}
def move_forward(slots: Memslots, slot: MemorySlot, start: int) -> int:
    """Let the slots with a lower GFN than `slot` make way, from the hole at `start` on; return where the hole ends."""
    ### BEGIN SOLUTION
    mslots, id_to_index = slots.memslots, slots.id_to_index
    i = start
    while i > 0:
        other = mslots[i - 1]
        if slot.base_gfn < other.base_gfn:
            break
        if slot.base_gfn == other.base_gfn:
            slots.warn("FORWARD_EQUAL_GFN")
        mslots[i] = other
        id_to_index[other.id] = i
        i -= 1
    return i
    ### END SOLUTION


# %% [markdown]
# To watch them at work, take the `#` away and run the cell. It works on the array above; run that cell again for a
# fresh one. Index 3 still shows what lies there: you have made room, and nobody has stored the slot yet.

# %%
# i = insert_back(slots)
# i = move_forward(slots, MemorySlot(id=7, base_gfn=0x180, npages=0x40), i)
show(slots)

# %% [markdown]
# ## Check it
#
# Below the table stands one case that failed, the easiest to see through: before the call, as you left it (**got**)
# and as it should be (**want**).

# %%
check(move_forward)

# %% [markdown]
# You can check in a terminal, too. **Save first** (Ctrl+S), for it reads the file:
#
# ```
# memslot-lab check 04_create
# pytest exercises/
# ```

# %% [markdown]
# ## Stuck?
#
# `hint(move_forward)` in a cell of your own asks you a question, `hint(move_forward, 2)` says more, and
# `hint(move_forward, 3)` nearly everything. The same with `insert_back`.

# %% [markdown]
# ## Points
#
# The next cells are for the course: two count your points, the last one ends in one line when everything passes, and
# in an error until then. They stay as they are.

# %% nbgrader={"grade": true, "grade_id": "points_insert_back", "locked": true, "points": 3, "schema_version": 3, "solution": false}
check(insert_back).points

# %% nbgrader={"grade": true, "grade_id": "points_move_forward", "locked": true, "points": 7, "schema_version": 3, "solution": false}
check(move_forward).points

# %% nbgrader={"grade": false, "grade_id": "solved", "locked": true, "schema_version": 3, "solution": false}
solved("04_create", insert_back, move_forward)
