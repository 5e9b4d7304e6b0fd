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
# # Exercise 09: say what it costs
#
# **You will be able to** tell the shifts and comparisons of any update from two indices, and those of a whole boot
# from the order of its GFNs, without running anything.
#
# **You need** the lesson [09 Counting](../notebooks/09_counting.ipynb), and no more Python than `+`, `-` and a loop.
#
# **How long:** about half an hour. 19 points.

# %% [markdown]
# ## What is counted
#
# A **shift** copies one *other* slot by one place. The changed slot is in the caller's hand and is stored once, at
# the end; that is no shift. The stale copy of a delete is none either.
#
# A **comparison** asks for the order of two GFNs.
#
# Indices: the **front**, index 0, has the highest GFN. `used_slots` is always the number **before** the update.

# %%
from memslot_lab.course import check, hint, solved
from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots
from memslot_lab.views.array import show
from memslot_lab.watch import record

# %% [markdown]
# ## A bench to try things on
#
# Four slots at 0x400, 0x300, 0x200, 0x100, from front to back. `record()` runs any update on a copy and counts. Change
# the slot and run the cell again, as often as you like: measure first, then write the formula.

# %%
slots = Memslots(capacity=8)
for slot_id, gfn in enumerate((0x400, 0x300, 0x200, 0x100)):
    update_memslots(slots, MemorySlot(slot_id, gfn, npages=0x80), Change.CREATE)
show(slots)

# %%
new = MemorySlot(id=4, base_gfn=0x280, npages=0x80)
record(update_memslots, slots, new, Change.CREATE)

# %% [markdown]
# ## What you are free to do
#
# Only the number that comes back is looked at: an `int`, not a float. A formula, a loop that counts, `if` for the
# special cases, a helper in the same cell: all are fine. You may rely on the arguments: they are those of a legal
# update. The grader lends no `update_memslots()` and no `record()`: an answer stands on its own.

# %% [markdown]
# ## Task 9.1: a create
#
# The slot ends up at index `new`, with `used_slots` slots in use before it came. So `new` is one of 0 to
# `used_slots`.


# %% nbgrader={"grade": false, "grade_id": "shifts_of_create", "locked": false, "schema_version": 3, "solution": true}
def shifts_of_create(used_slots: int, new: int) -> int:
    """Return how many slots are shifted when a new one lands at index `new`."""
    ### BEGIN SOLUTION
    return used_slots - new
    ### END SOLUTION


# %%
check(shifts_of_create)

# %% [markdown]
# ## Task 9.2: a delete
#
# The slot at index `old` goes. `used_slots` still counts it.


# %% nbgrader={"grade": false, "grade_id": "shifts_of_delete", "locked": false, "schema_version": 3, "solution": true}
def shifts_of_delete(used_slots: int, old: int) -> int:
    """Return how many slots are shifted when the one at index `old` is deleted."""
    ### BEGIN SOLUTION
    return used_slots - 1 - old
    ### END SOLUTION


# %%
check(shifts_of_delete)

# %% [markdown]
# ## Task 9.3: a move
#
# The slot stood at index `old` and ends up at index `new`. Both walks are counted together. A change of flags is the
# case `old == new`.


# %% nbgrader={"grade": false, "grade_id": "shifts_of_move", "locked": false, "schema_version": 3, "solution": true}
def shifts_of_move(old: int, new: int) -> int:
    """Return how many slots are shifted when one goes from index `old` to index `new`."""
    ### BEGIN SOLUTION
    return abs(new - old)
    ### END SOLUTION


# %%
check(shifts_of_move)

# %% [markdown]
# ## Task 9.4: the comparisons of a create
#
# Before each shift the new slot's GFN is compared with its neighbour's. And how does the walk know that it is over?
# There are two ways.


# %% nbgrader={"grade": false, "grade_id": "compares_of_create", "locked": false, "schema_version": 3, "solution": true}
def compares_of_create(used_slots: int, new: int) -> int:
    """Return how many comparisons are made until a new slot has reached index `new`."""
    ### BEGIN SOLUTION
    shifts = used_slots - new
    return shifts + 1 if new > 0 else shifts
    ### END SOLUTION


# %%
check(compares_of_create)

# %% [markdown]
# ## Task 9.5: a whole row of creates
#
# `gfns` holds the GFNs of slots in the order in which they are created, into an empty array. All differ. How many
# shifts are made in all? You need no array for that.


# %% nbgrader={"grade": false, "grade_id": "shifts_of_creates", "locked": false, "schema_version": 3, "solution": true}
def shifts_of_creates(gfns: list[int]) -> int:
    """Return the shifts of creating slots with these GFNs, one after the other."""
    ### BEGIN SOLUTION
    return sum(gfns[i] < gfns[j] for j in range(len(gfns)) for i in range(j))
    ### END SOLUTION


# %%
check(shifts_of_creates)

# %% [markdown]
# ## On a real machine
#
# The laboratory comes with the log of a QEMU that gets 100 memory modules plugged in, in any order. The first slot is
# deleted again at once; leave it out, and 105 creates are left. The whole log costs 3,089 shifts. What does your last
# function say of the 105, and where does the difference come from? Take the `#` away when it passes.

# %%
from memslot_lab.captures.replay import requests_of

requests = [request.region for request in requests_of("../notebooks/data/q72-pc-dimm-100-shuffled.trace")]
creates = [request for request in requests if request.memory_size][1:]
gfns = [request.guest_phys_addr >> 12 for request in creates]
# shifts_of_creates(gfns)

# %% [markdown]
# ## Stuck?
#
# `hint(shifts_of_create)` in a cell of your own asks you a question, `hint(shifts_of_create, 2)` says more, and
# `hint(shifts_of_create, 3)` nearly everything. So for the others.
#
# You can check in a terminal, too. **Save first** (Ctrl+S), for it reads the file: `memslot-lab check 09_cost`.

# %% [markdown]
# ## Points
#
# The next cells are for the course: they count your points, and the last one ends in one line when everything passes,
# and in an error until then. They stay as they are.

# %% nbgrader={"grade": true, "grade_id": "points_shifts_of_create", "locked": true, "points": 3, "schema_version": 3, "solution": false}
check(shifts_of_create).points

# %% nbgrader={"grade": true, "grade_id": "points_shifts_of_delete", "locked": true, "points": 3, "schema_version": 3, "solution": false}
check(shifts_of_delete).points

# %% nbgrader={"grade": true, "grade_id": "points_shifts_of_move", "locked": true, "points": 3, "schema_version": 3, "solution": false}
check(shifts_of_move).points

# %% nbgrader={"grade": true, "grade_id": "points_compares_of_create", "locked": true, "points": 4, "schema_version": 3, "solution": false}
check(compares_of_create).points

# %% nbgrader={"grade": true, "grade_id": "points_shifts_of_creates", "locked": true, "points": 6, "schema_version": 3, "solution": false}
check(shifts_of_creates).points

# %% nbgrader={"grade": false, "grade_id": "solved", "locked": true, "schema_version": 3, "solution": false}
solved("09_cost", shifts_of_create, shifts_of_delete, shifts_of_move, compares_of_create, shifts_of_creates)
