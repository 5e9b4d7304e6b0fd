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
# # Exercise 05: write `move_backward`
#
# **You will be able to** let the slots with higher GFNs come forward past a slot that has moved down, and say where
# the hole ends.
#
# **You need** the lesson [05 Moving a slot backward](../notebooks/05_moving_backward.ipynb), and
# [exercise 04](04_create.ipynb).
#
# **How long:** about half an hour. 10 points.

# %% [markdown]
# ## The array to work on
#
# **Highest GFN first.** The front is index 0; *backward* means toward larger indices, which is toward lower GFNs.

# %%
from memslot_lab.course import check, hint, solved
from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots
from memslot_lab.views.array import show

slots = Memslots(capacity=8)
for slot_id, gfn in [(3, 0x0), (0, 0x100), (5, 0x200), (1, 0x300)]:
    update_memslots(slots, MemorySlot(slot_id, gfn, 0x80), Change.CREATE)
show(slots)

# %% [markdown]
# ## What `move_backward` is handed, and what it leaves behind
#
# It gets the array and the slot's **new** value: same id, another GFN. The old value is still in the array, at
# `id_to_index[slot.id]`. That place is the hole.
#
# 1. Each used entry behind the hole with a **higher** GFN than the slot's new one stands one place further forward.
# 2. Their indices in `id_to_index` are true again.
# 3. The index at which the hole has ended is **returned**. If the slot belongs further forward, nobody moves: another
#    function's work.
# 4. Nothing else has changed: not `used_slots`, nothing behind it.

# %% [markdown]
# ## Two things that it refuses
#
# Before the loop the kernel asks two questions. For each: one warning, **return -1**, and nothing changes.
#
# ```python
# slots.warn("MOVE_UNKNOWN_ID")  # no slot has this id
# slots.warn("MOVE_EMPTY")  # the id has an index, but used_slots is 0
# ```
#
# The first question comes first.

# %% [markdown]
# ## What you are free to do
#
# * What lies **in the hole** at the end, and what `id_to_index` says of **the moved slot**, is not looked at. You may
#   store the slot or its index early, or leave both to the caller, as the kernel does.
# * A loop, slices, `pop` and `insert`, sorting, recursion, other lists in the place of the old ones: all are fine.
# * One group counts: who stores entry by entry, `memslots[i] = ...`, stores each slot that makes way **once**. What
#   slices, `pop`, `insert` and `sort` do inside is not counted.

# %% [markdown]
# ## Two slots with one GFN
#
# A legal caller never moves a slot to where another one is. If it happens all the same, the kernel notes one warning
# for each equal slot that it meets, and lets it pass like a higher one:
#
# ```python
# slots.warn("BACKWARD_EQUAL_GFN")
# ```
#
# This is judged in a group of its own, `equal GFN`. In all other groups no two GFNs are equal, so there `>` and `>=`
# do the same.

# %% [markdown]
# ## Before you write
#
# Take the four slots above, and let slot 5 move to GFN 0x80. On paper: where is the hole at first? Who passes it, in
# which order? Where does it end? And which is the last entry that your loop has to look at?

# %% [markdown]
# ## Task 5.1: `move_backward`
#
# Put your code in place of the last line. Helpers and imports of your own go into this cell too: a check outside the
# notebook runs this cell alone, with the imports from the top. The grader lends no `update_memslots()`: an answer
# stands on its own.


# %% nbgrader={"grade": false, "grade_id": "move_backward", "locked": false, "schema_version": 3, "solution": true}
def move_backward(slots: Memslots, slot: MemorySlot) -> int:
    """Let the slots with a higher GFN than `slot` pass it toward the front; return where the hole ends."""
    ### BEGIN SOLUTION
    if slots.id_to_index[slot.id] == -1 or not slots.used_slots:
        slots.warn("MOVE_UNKNOWN_ID" if slots.id_to_index[slot.id] == -1 else "MOVE_EMPTY")
        return -1
    i = slots.id_to_index[slot.id]
    while i < slots.used_slots - 1 and slot.base_gfn <= slots.memslots[i + 1].base_gfn:
        if slot.base_gfn == slots.memslots[i + 1].base_gfn:
            slots.warn("BACKWARD_EQUAL_GFN")
        slots.memslots[i] = slots.memslots[i + 1]
        slots.id_to_index[slots.memslots[i].id] = i
        i += 1
    return i
    ### END SOLUTION


# %% [markdown]
# To watch it at work, take the `#` away and run the cell. It works on the array above; run that cell again for a
# fresh one. A slot will be there twice: one of the two is in the hole.

# %%
# move_backward(slots, MemorySlot(id=5, base_gfn=0x80, npages=0x80))
show(slots)

# %% [markdown]
# ## Check it
#
# Your function alone is judged: nobody moves the slot forward again, and nobody stores it. Below the table stands one
# case that failed, the easiest to see through.

# %%
check(move_backward)

# %% [markdown]
# You can check in a terminal, too. **Save first** (Ctrl+S), for it reads the file:
#
# ```
# memslot-lab check 05_move_backward
# pytest exercises/
# ```

# %% [markdown]
# ## Stuck?
#
# `hint(move_backward)` in a cell of your own asks you a question, `hint(move_backward, 2)` says more, and
# `hint(move_backward, 3)` nearly everything.

# %% [markdown]
# ## Points
#
# The next two cells are for the course: the first counts your points, the second ends in one line when everything
# passes, and in an error until then. They stay as they are.

# %% nbgrader={"grade": true, "grade_id": "points_move_backward", "locked": true, "points": 10, "schema_version": 3, "solution": false}
check(move_backward).points

# %% nbgrader={"grade": false, "grade_id": "solved", "locked": true, "schema_version": 3, "solution": false}
solved("05_move_backward", move_backward)
