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
# # Exercise 12: break it
#
# **You will be able to** find a short sequence of operations that shows what is wrong with a program you cannot see.
#
# **You need** the lesson [12 Break it](../notebooks/12_break_it.ipynb), and what the lessons 03 to 06 say of the
# array.
#
# **How long:** about 40 minutes. 10 points.

# %% [markdown]
# ## Eleven wrong implementations
#
# Each of them is `update_memslots()` and its helpers with one mistake. You do not see the code, but you know what its
# writer thought. Write sequences of operations after which it can be told from the kernel's: by the entries in use,
# by how many they are, or by the index table.

# %%
from memslot_lab.course import check, hint, solved
from memslot_lab.course.tasks.break_it import show_attack

show_attack([])

# %% [markdown]
# ## Operations
#
# A sequence begins with an empty array of 8 ids and is a list of these:
#
# | operation | example |
# |---|---|
# | `("CREATE", id, gfn, npages)` | `("CREATE", 2, 0x100, 0x80)` |
# | `("MOVE", id, gfn)` | `("MOVE", 2, 0x300)` |
# | `("FLAGS", id, flags)` | `("FLAGS", 2, 1)` |
# | `("DELETE", id)` | `("DELETE", 2)` |
#
# Only **legal** ones count: what the kernel's caller refuses never gets to the array. So no overlap, no id twice, no
# move of what is not there.

# %% [markdown]
# ## An example
#
# This one creates two slots, and already exposes several of them:

# %%
show_attack([[("CREATE", 2, 0x100, 0x80), ("CREATE", 0, 0x200, 0x80)]])

# %% [markdown]
# ## What their writers think
#
# * `update-does-not-store`: the movers have put everything in its place.
# * `update-forgets-the-table`: the movers have kept the table.
# * `forward-comparison-flipped`: a smaller GFN goes to the front.
# * `forward-never-stops`: a new slot belongs in front.
# * `delete-keeps-the-id`: who is gone is not asked for.
# * `delete-stops-one-early`: the last index is one less than the count, once more.

# %% [markdown]
# * `delete-swaps-with-the-last`: any slot may fill the gap.
# * `update-does-not-fall-through`: a move goes backward, a create forward.
# * `backward-stops-one-early`: the last entry has nobody behind it.
# * `backward-starts-at-the-front`: a search for the place begins at index 0.
# * `update-drops-new-flags`: if the place is the same, nothing is to be stored.

# %% [markdown]
# ## Before you write
#
# Take one of them. In which array is that thought false? Draw the smallest one. How many slots does it need, and
# which operation comes last?

# %% [markdown]
# ## Task 12.1: `break_it`
#
# Return a list of sequences. Each wrong implementation must be exposed by one of them. For full points all of them
# together have **at most 8 operations**.


# %% nbgrader={"grade": false, "grade_id": "break_it", "locked": false, "schema_version": 3, "solution": true}
def break_it() -> list[list[tuple]]:
    """Return sequences of operations that expose the wrong implementations."""
    ### BEGIN SOLUTION
    return [
        [
            ("CREATE", 2, 0x100, 0x80),
            ("CREATE", 0, 0x200, 0x80),
            ("CREATE", 1, 0x0, 0x80),
            ("MOVE", 1, 0x300),
            ("MOVE", 1, 0x0),
            ("FLAGS", 2, 1),
            ("DELETE", 0),
        ]
    ]
    ### END SOLUTION


# %% [markdown]
# ## What you are free to do
#
# Lists or tuples, one long sequence or several short ones: only what they expose and the number of operations are
# looked at. The grader lends no `show_attack()`: an answer stands on its own.
#
# To watch your sequences at work, take the `#` away:

# %%
# show_attack(break_it())

# %% [markdown]
# ## Check it

# %%
check(break_it)

# %% [markdown]
# You can check in a terminal, too. **Save first** (Ctrl+S), for it reads the file:
#
# ```
# memslot-lab check 12_break_it
# pytest exercises/
# ```

# %% [markdown]
# ## Stuck?
#
# `hint(break_it)` in a cell of your own asks you a question, `hint(break_it, 2)` says more, and `hint(break_it, 3)`
# nearly everything.

# %% [markdown]
# ## Points
#
# The next two cells are for the course: the first counts your points, the second ends in one line when everything
# passes, and in an error until then. They stay as they are.

# %% nbgrader={"grade": true, "grade_id": "points_break_it", "locked": true, "points": 10, "schema_version": 3, "solution": false}
check(break_it).points

# %% nbgrader={"grade": false, "grade_id": "solved", "locked": true, "schema_version": 3, "solution": false}
solved("12_break_it", break_it)
