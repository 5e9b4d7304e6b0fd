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
# # Exercise 10: publish a change
#
# **You will be able to** change what readers are looking at without disturbing one of them, and to say at each moment
# who sees what.
#
# **You need** the lesson [10 Publishing](../notebooks/10_publishing.ipynb). The array itself is changed by
# `update_memslots()`, which is there.
#
# **How long:** about 45 minutes. 10 points.

# %% [markdown]
# ## The machine to work on
#
# `Publisher` is a virtual machine as its readers see it. You will use these members:
#
# | member | what it is |
# |---|---|
# | `active` | the set that a reader finds who enters now |
# | `active.copy()` | another set with the same slots and the same generation |
# | `publish(slots)` | makes `slots` the active set: one store of a pointer |
# | `wait_for_readers()` | returns when nobody is left in any other set |
# | `free(slots)` | gives a set back; nobody may be in it |
# | `address_spaces` | how much one installed set adds to the generation |

# %%
from dataclasses import replace

from memslot_lab.course import check, hint, solved
from memslot_lab.engine import Change, MemorySlot, update_memslots
from memslot_lab.publish import (
    KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS,
    KVM_MEMSLOT_INVALID,
    MemslotSet,
    Publisher,
    install,
    set_memslot,
)
from memslot_lab.views.array import show

# %%
vm = Publisher(capacity=8)
for slot_id, gfn in [(3, 0x0), (0, 0x100), (5, 0x200)]:
    set_memslot(vm, MemorySlot(slot_id, gfn, 0x80), Change.CREATE)
show(vm.active)

# %% [markdown]
# A set is a `Memslots` as you know it, **highest GFN first**, with a `generation`. Three sets were installed so far:

# %%
vm.active.generation

# %% [markdown]
# ## The rules of the house
#
# 1. **Never write into a set that a reader may be looking at.** Not even one flag.
# 2. A reader finds the set that was active when it entered, whole, until it leaves.
# 3. Who has waited may write into the set before: nobody is in it, and nobody can enter it.
# 4. In the end each set that is not active and not needed is freed, and no other.

# %% [markdown]
# ## Task 10.1: `install_new_memslots`
#
# Make `slots` the active set. Return the set that was active before; it is the caller's from then on, so do not free
# it.
#
# * While there may be readers of the old set, the new generation is the old one with the bit
#   `KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS`.
# * When they have left, it is the old one plus `vm.address_spaces`, without the bit.
#
# A reader that enters after `publish()` must find the bit. Put your code in place of the last line.


# %% nbgrader={"grade": false, "grade_id": "install_new_memslots", "locked": false, "schema_version": 3, "solution": true}
def install_new_memslots(vm: Publisher, slots: MemslotSet) -> MemslotSet:
    """Make `slots` the active set; return the one before, with nobody left in it."""
    ### BEGIN SOLUTION
    old = vm.active
    slots.generation = old.generation | KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS
    vm.publish(slots)
    vm.wait_for_readers()
    slots.generation = old.generation + vm.address_spaces
    return old
    ### END SOLUTION


# %%
check(install_new_memslots)

# %% [markdown]
# ## Before you write the delete
#
# A mapping through the slot may be made at any time, by any reader. So the slot cannot just go. First everybody must
# see that it is marked; then what was mapped through it can be thrown away; then it goes.
#
# Two sets are enough for that: the one that is active now, and **one** copy. Draw them. Which of them is marked? And
# which is edited, when nobody can be in it any more?

# %% [markdown]
# ## Task 10.2: `delete_memslot`
#
# Delete the slot with this id, which is there, in two steps:
#
# 1. install a set in which the slot's `flags` have the bit `KVM_MEMSLOT_INVALID` as well as what they had;
# 2. install a set without the slot.
#
# `install()` from the imports is the right `install_new_memslots()`; use that or your own. `replace(slot, flags=...)`
# makes another slot with other flags. For `update_memslots()` a blank slot with the id is enough.
#
# The grader lends no `set_memslot()`: an answer stands on its own.


# %% nbgrader={"grade": false, "grade_id": "delete_memslot", "locked": false, "schema_version": 3, "solution": true}
def delete_memslot(vm: Publisher, slot_id: int) -> None:
    """Delete a slot so that every reader finds it whole, marked, or gone."""
    ### BEGIN SOLUTION
    marked = vm.active.copy()
    i = marked.id_to_index[slot_id]
    slot = marked.memslots[i]
    marked.memslots[i] = replace(slot, flags=slot.flags | KVM_MEMSLOT_INVALID)
    original = install(vm, marked)

    update_memslots(original, MemorySlot(slot_id, 0, 0), Change.DELETE)
    vm.free(install(vm, original))
    ### END SOLUTION


# %% [markdown]
# ## What you are free to do
#
# Only what readers find is looked at: those who enter before your call, after each set that you publish, and at the
# end; and what is freed. One copy or two, helpers in the same cell, a class: all are fine. The return value of the
# delete is not looked at.

# %% [markdown]
# ## Check it
#
# Each row of the table is a group of cases. Below it stands one case that failed: what each reader saw, beside what
# it should have seen. `5!` is slot 5, marked INVALID.

# %%
check(delete_memslot)

# %% [markdown]
# After a syntax error in your cell it is still the *old* function that is checked, until the cell runs.
#
# You can check in a terminal, too. **Save first** (Ctrl+S), for it reads the file:
#
# ```
# memslot-lab check 10_publish
# pytest exercises/
# ```

# %% [markdown]
# ## Stuck?
#
# `hint(delete_memslot)` in a cell of your own asks you a question, and the next ones say more. The same for
# `hint(install_new_memslots)`.

# %% [markdown]
# ## Points
#
# The next three cells are for the course: the first two count your points, the last ends in one line when everything
# passes, and in an error until then. They stay as they are.

# %% nbgrader={"grade": true, "grade_id": "points_install_new_memslots", "locked": true, "points": 4, "schema_version": 3, "solution": false}
check(install_new_memslots).points

# %% nbgrader={"grade": true, "grade_id": "points_delete_memslot", "locked": true, "points": 6, "schema_version": 3, "solution": false}
check(delete_memslot).points

# %% nbgrader={"grade": false, "grade_id": "solved", "locked": true, "schema_version": 3, "solution": false}
solved("10_publish", install_new_memslots, delete_memslot)
