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
# # Exercise 02: write `search_memslots`
#
# **You will be able to** find the slot of a guest frame in ten looks where there are a thousand slots, and to see
# when there is none.
#
# **You need** the lesson [02 Finding a slot](../notebooks/02_finding_a_slot.ipynb), and loops in Python.
#
# **How long:** about 40 minutes. 10 points.

# %% [markdown]
# ## The array to search
#
# `Memslots` keeps the slots of one virtual machine, **highest GFN first**. You will use two of its members:
#
# | member | what it is |
# |---|---|
# | `memslots` | a list of slots; each has `base_gfn` and `npages` |
# | `used_slots` | how many entries at its front are in use; what lies behind is not part of the array |

# %%
from memslot_lab.course import check, hint, solved
from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots
from memslot_lab.views.array import show

slots = Memslots(capacity=8)
for slot_id, gfn in [(3, 0x0), (0, 0x100), (5, 0x200)]:
    update_memslots(slots, MemorySlot(slot_id, gfn, 0x80), Change.CREATE)
show(slots)

# %% [markdown]
# ## What to return
#
# The slot that **holds** the GFN: `base_gfn` is its first frame, `base_gfn + npages` the first one behind it. If no
# slot in use holds it, return `None`. Here, `0x17f` is in slot 0 and `0x180` in no slot.
#
# You may rely on the array being in order, and on no two slots sharing a frame.

# %% [markdown]
# ## What it may cost
#
# Halve, do not walk. Arrays of 16, 128 and 1,024 slots are searched, and the most expensive search in each is
# looked at. From one size to another it may cost 8 more comparisons of GFNs **for each doubling**. A loop that
# compares three times in each round needs 3.
#
# Comparisons of a GFN are counted. If there are fewer of them than anybody needs (7 for 128 slots), they were made
# where nobody sees them, as in `gfn in range(...)`: then entries read are counted too.

# %% [markdown]
# ## What you are free to do
#
# Only the slot that you return, the growth, and the array being left alone are judged. A loop, recursion, half-open
# or closed ranges, or `bisect` with `key=`: all are fine. So is a list of keys made for `bisect`; it reads every
# entry, but compares few.

# %% [markdown]
# ## Before you write
#
# Search for GFN 0x40 in the three slots above, on paper. Which entry do you look at first? Which half is left? And
# what is left when you search for a GFN that is lower than every slot?

# %% [markdown]
# ## Task 2.1: `search_memslots`
#
# Put your code in place of the last line. Helpers and imports of your own go into this cell too: a check outside the
# notebook runs this cell alone, with the imports from the top. The grader lends no `update_memslots()`: an answer
# stands on its own.


# %% nbgrader={"grade": false, "grade_id": "search_memslots", "locked": false, "schema_version": 3, "solution": true}
def search_memslots(slots: Memslots, gfn: int) -> MemorySlot | None:
    """Return the slot in use that holds the frame `gfn`, or None."""
    ### BEGIN SOLUTION
    mslots = slots.memslots
    start, end = 0, slots.used_slots
    while start < end:
        pivot = (start + end) // 2
        if gfn >= mslots[pivot].base_gfn:
            end = pivot
        else:
            start = pivot + 1
    if start == slots.used_slots or gfn >= mslots[start].base_gfn + mslots[start].npages:
        return None
    return mslots[start]
    ### END SOLUTION


# %% [markdown]
# To watch it at work, take the `#` away and run the cell, with other GFNs too.

# %%
# print(search_memslots(slots, 0x17F))
show(slots)

# %% [markdown]
# ## Check it
#
# Your function runs on arrays of 0 to 16 slots, and the last group on large ones. A row of the table is a group of
# cases; below it stands one case that failed, the easiest to see through.

# %%
check(search_memslots)

# %% [markdown]
# After a syntax error in your cell it is still the *old* function that is checked, until the cell runs.
#
# You can check in a terminal, too. **Save first** (Ctrl+S), for it reads the file:
#
# ```
# memslot-lab check 02_search
# pytest exercises/
# ```

# %% [markdown]
# ## Stuck?
#
# `hint(search_memslots)` in a cell of your own asks you a question, `hint(search_memslots, 2)` says more, and
# `hint(search_memslots, 3)` nearly everything.

# %% [markdown]
# ## Points
#
# The next two cells are for the course: the first counts your points, the second ends in one line when everything
# passes, and in an error until then. They stay as they are.

# %% nbgrader={"grade": true, "grade_id": "points_search_memslots", "locked": true, "points": 10, "schema_version": 3, "solution": false}
check(search_memslots).points

# %% nbgrader={"grade": false, "grade_id": "solved", "locked": true, "schema_version": 3, "solution": false}
solved("02_search", search_memslots)
