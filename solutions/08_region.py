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
# # Exercise 08: write `classify`
#
# **You will be able to** say what a region request would do to a virtual machine's array, or which errno it gets.
#
# **You need** the lesson [08 From ioctl to change](../notebooks/08_from_ioctl_to_change.ipynb), and `if`.
#
# **How long:** about 45 minutes. 10 points.

# %% [markdown]
# ## The request, and the array that it is about
#
# A `UserspaceMemoryRegion` has `slot`, `flags`, `guest_phys_addr`, `memory_size` and `userspace_addr`. Addresses and
# the size are in **bytes**; the slots of the array count **pages** of `PAGE_SIZE` bytes, highest GFN first.
# `id_to_memslot(slots, slot_id)` gives the slot with that id, or None; `for_each_memslot(slots)` walks over all of
# them.

# %%
from memslot_lab.course import check, hint, solved
from memslot_lab.engine import (
    Change,
    MemorySlot,
    Memslots,
    UserspaceMemoryRegion,
    for_each_memslot,
    id_to_memslot,
    update_memslots,
)
from memslot_lab.engine.region import KVM_MEM_LOG_DIRTY_PAGES, KVM_MEM_READONLY, PAGE_SIZE
from memslot_lab.views.array import show

# %%
HOST = 0x100000000000
slots = Memslots(capacity=8)
for slot_id, gfn in [(3, 0x0), (0, 0x100), (5, 0x200)]:
    update_memslots(slots, MemorySlot(slot_id, gfn, 0x80, 0, HOST + gfn * PAGE_SIZE), Change.CREATE)
show(slots)

# %% [markdown]
# ## Rules 1 to 6: the request by itself
#
# Each of them, when broken, gives `'EINVAL'`.
#
# | | rule |
# |---|---|
# | 1 | `slot` is smaller than `slots.capacity` |
# | 2 | `flags` has no bits but `KVM_MEM_LOG_DIRTY_PAGES` (1) and `KVM_MEM_READONLY` (2) |
# | 3 | `memory_size` is a whole number of pages |
# | 4 | `guest_phys_addr` is one, too |
# | 5 | `userspace_addr` is one, too, and `userspace_addr + memory_size` is at most `2**47 - PAGE_SIZE` |
# | 6 | the size is at most `2**31 - 1` pages |

# %% [markdown]
# ## Rules 7 to 10: the slot with that id
#
# | | rule |
# |---|---|
# | 7 | size 0: `Change.DELETE` if the slot is there, else `'EINVAL'`; nothing more is asked |
# | 8 | the slot is not there: it is a CREATE, if rules 11 and 12 allow it |
# | 9 | it is there: another `userspace_addr`, another size or another READONLY bit gives `'EINVAL'` |
# | 10 | same `base_gfn`: `Change.FLAGS_ONLY` if the flags differ, else `None`. Another `base_gfn`: it is a MOVE, if rules 11 and 12 allow it |

# %% [markdown]
# ## Rules 11 and 12: a place for a CREATE or a MOVE
#
# | | rule |
# |---|---|
# | 11 | a slot with *another* id shares a frame with the range: `'EEXIST'` |
# | 12 | the last frame of the range is above `2**40 - 1`: `'EINVAL'` |
#
# A request that breaks several rules gets the answer of the first.
#
# (`kvm_vm_ioctl_set_memory_region()` and `__kvm_set_memory_region()`, virt/kvm/kvm_main.c, kernel 6.1;
# `kvm_arch_prepare_memory_region()`, arch/x86/kvm/x86.c, for rule 12. In rules 1, 5, 7 and 12 this is a machine with
# one address space, four-level page tables and no slots of the kernel's own.)

# %% [markdown]
# ## What you are free to do
#
# What `classify()` returns is judged, and that the array is as before. How it finds out is free: ifs, a table of
# rules, exceptions that it catches itself, helpers in the same cell. An errno is its name, a string; a change is a
# member of `Change`.

# %% [markdown]
# ## Before you write
#
# Take the array above, and a request for slot 0 that asks for 0x90 pages at GFN 0x200. Two rules are broken. Which is
# the first, and what do you return?

# %% [markdown]
# ## Task 8.1: `classify`
#
# Put your code in place of the last line. Helpers and imports of your own go into this cell too: a check outside the
# notebook runs this cell alone, with the imports from the top. The grader lends no `update_memslots()`: an answer
# stands on its own.


# %% nbgrader={"grade": false, "grade_id": "classify", "locked": false, "schema_version": 3, "solution": true}
def classify(slots: Memslots, region: UserspaceMemoryRegion) -> Change | str | None:
    """Return the change that `region` would make, None for nothing to do, or 'EINVAL' or 'EEXIST'."""
    ### BEGIN SOLUTION
    gfn, npages, hva = region.guest_phys_addr // PAGE_SIZE, region.memory_size // PAGE_SIZE, region.userspace_addr
    odd = region.flags > 3 or any(n % PAGE_SIZE for n in (region.guest_phys_addr, region.memory_size, hva))
    if odd or region.slot >= slots.capacity or hva + region.memory_size > 2**47 - PAGE_SIZE or npages >= 2**31:
        return "EINVAL"
    old = id_to_memslot(slots, region.slot)
    if npages == 0:
        return "EINVAL" if old is None else Change.DELETE
    if old and (hva, npages, region.flags & 2) != (old.userspace_addr, old.npages, old.flags & 2):
        return "EINVAL"
    if old and gfn == old.base_gfn:
        return Change.FLAGS_ONLY if region.flags != old.flags else None
    taken = any(gfn < s.base_gfn + s.npages and s.base_gfn < gfn + npages for s in for_each_memslot(slots) if s != old)
    return "EEXIST" if taken else "EINVAL" if gfn + npages > 2**40 else Change.MOVE if old else Change.CREATE
    ### END SOLUTION


# %% [markdown]
# To try it, take the `#` away and run the cell: a page inside slot 0.

# %%
request = UserspaceMemoryRegion(7, 0, guest_phys_addr=0x110000, memory_size=PAGE_SIZE, userspace_addr=HOST)
# print(classify(slots, request))
show(slots)

# %% [markdown]
# ## Check it
#
# Your function is asked about requests to arrays of 0 to 16 slots. A row of the table is a group of cases; below it
# stands one case that failed, the easiest to see through, with the rule that decides it.

# %%
check(classify)

# %% [markdown]
# After a syntax error in your cell it is still the *old* function that is checked, until the cell runs.
#
# You can check in a terminal, too. **Save first** (Ctrl+S), for it reads the file:
#
# ```
# memslot-lab check 08_region
# pytest exercises/
# ```

# %% [markdown]
# ## Stuck?
#
# `hint(classify)` in a cell of your own asks you a question, `hint(classify, 2)` says more, and `hint(classify, 3)`
# nearly everything.

# %% [markdown]
# ## Points
#
# The next two cells are for the course: the first counts your points, the second ends in one line when everything
# passes, and in an error until then. They stay as they are.

# %% nbgrader={"grade": true, "grade_id": "points_classify", "locked": true, "points": 10, "schema_version": 3, "solution": false}
check(classify).points

# %% nbgrader={"grade": false, "grade_id": "solved", "locked": true, "schema_version": 3, "solution": false}
solved("08_region", classify)
