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
# # Exercise 01: write `violations`
#
# **You will be able to** say of any array, however broken, which of its promises it keeps.
#
# **You need** the lesson [01 Highest GFN first](../notebooks/01_highest_gfn_first.ipynb), and loops and lists in
# Python.
#
# **How long:** about 40 minutes. 10 points.

# %% [markdown]
# ## The array to look at
#
# `Memslots` keeps the slots of one virtual machine, **highest GFN first**. You will use four of its members:
#
# | member | what it is |
# |---|---|
# | `capacity` | how many ids there are: 0 to `capacity - 1` |
# | `memslots` | a list; `capacity` entries; those never written are `None` |
# | `used_slots` | how many entries at its front are in use |
# | `id_to_index` | a list; `capacity` entries: where each id stands in `memslots`, -1 if it does not |

# %%
from memslot_lab.course import check, hint, solved
from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots
from memslot_lab.views.array import show

slots = Memslots(capacity=8)
for slot_id, gfn in [(3, 0x0), (0, 0x100), (5, 0x200)]:
    update_memslots(slots, MemorySlot(slot_id, gfn, 0x80), Change.CREATE)
show(slots)

# %% [markdown]
# ## The six invariants
#
# | name | what holds |
# |---|---|
# | `TABLE_LENGTH` | both lists have `capacity` entries |
# | `USED_IN_RANGE` | `used_slots` is 0 to `capacity`, both included |
# | `ENTRY_PRESENT` | every entry in use is a `MemorySlot` |
# | `HIGHEST_GFN_FIRST` | the `base_gfn` of the entries in use falls from each to the next; no two are equal |
# | `INDEX_NAMES_ENTRY` | for each entry in use, `id_to_index` of its id is the index at which it stands |
# | `ABSENT_IS_MINUS_ONE` | for every id that no entry in use has, `id_to_index` says -1 |

# %% [markdown]
# ## What to return
#
# A list of strings, one for each broken invariant. Each string **begins with the name** of the invariant; behind it
# you may write what you like, or nothing. An empty list means that all is well.
#
# The first three come first. When the lists or `used_slots` are wrong, nothing can be walked: return what you have.
# When an entry is no slot, its GFN cannot be asked for: the last three need not be named then.

# %% [markdown]
# ## What may be broken
#
# Anything the table above speaks of. You may rely on three things: `memslots` and `id_to_index` are lists,
# `used_slots` is an int, and a `MemorySlot` holds ints that are not negative. But an id may be too large for the
# table, the table may hold any number or `None`, and an entry may be anything.
#
# Overlaps are *not* looked at, nor slots without pages: those are rules for the caller.

# %% [markdown]
# ## What you are free to do
#
# Only the **set of names** is judged: their order, how often each comes, and the words behind them are yours. A tuple,
# a set or a generator is as good as a list. The array must be the same afterwards, and nothing may be raised.

# %% [markdown]
# ## Before you write
#
# An array of three ids is full, and the table says -1 for the slot at the back. Which entry does Python give you for
# `memslots[-1]`? Would your check notice?

# %% [markdown]
# ## Task 1.1: `violations`
#
# Put your code in place of the last line. Helpers and imports of your own go into this cell too: a check outside the
# notebook runs this cell alone, with the imports from the top. The grader lends no `update_memslots()`: an answer
# stands on its own.


# %% nbgrader={"grade": false, "grade_id": "violations", "locked": false, "schema_version": 3, "solution": true}
def violations(slots: Memslots) -> list[str]:
    """Return a string for each broken invariant, beginning with its name; an empty list when all hold."""
    ### BEGIN SOLUTION
    found = []
    if not len(slots.memslots) == len(slots.id_to_index) == slots.capacity:
        found += ["TABLE_LENGTH"]
    if not 0 <= slots.used_slots <= slots.capacity:
        found += ["USED_IN_RANGE"]
    used, table = slots.memslots[: slots.used_slots], dict(enumerate(slots.id_to_index))
    if found or not all(isinstance(slot, MemorySlot) for slot in used):
        return found or ["ENTRY_PRESENT"]
    if any(used[i].base_gfn <= used[i + 1].base_gfn for i in range(len(used) - 1)):
        found += ["HIGHEST_GFN_FIRST"]
    found += ["INDEX_NAMES_ENTRY" for i, slot in enumerate(used) if table.pop(slot.id, None) != i]
    found += ["ABSENT_IS_MINUS_ONE" for index in table.values() if index != -1]
    return found
    ### END SOLUTION


# %% [markdown]
# Try it on the array above, then on one that you break yourself; for instance with
# `slots.memslots[0], slots.memslots[1] = slots.memslots[1], slots.memslots[0]`.

# %%
# print(violations(slots))
show(slots)

# %% [markdown]
# ## Check it
#
# Your function runs on arrays of 0 to 16 slots. A row of the table is a group of cases; below it stands one case
# that failed, the easiest to see through, with the array that was looked at.

# %%
check(violations)

# %% [markdown]
# After a syntax error in your cell it is still the *old* function that is checked, until the cell runs.
#
# You can check in a terminal, too. **Save first** (Ctrl+S), for it reads the file:
#
# ```
# memslot-lab check 01_invariants
# pytest exercises/
# ```

# %% [markdown]
# ## Stuck?
#
# `hint(violations)` in a cell of your own asks you a question, `hint(violations, 2)` says more, and
# `hint(violations, 3)` nearly everything.

# %% [markdown]
# ## Points
#
# The next two cells are for the course: the first counts your points, the second ends in one line when everything
# passes, and in an error until then. They stay as they are.

# %% nbgrader={"grade": true, "grade_id": "points_violations", "locked": true, "points": 10, "schema_version": 3, "solution": false}
check(violations).points

# %% nbgrader={"grade": false, "grade_id": "solved", "locked": true, "schema_version": 3, "solution": false}
solved("01_invariants", violations)
