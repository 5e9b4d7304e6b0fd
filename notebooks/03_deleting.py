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
# # 03 Deleting a slot
#
# **You will be able to** say what the array, the index table and the space behind the array look like after any
# delete, what the delete cost, and why nothing had to be compared.
#
# **You need** [lesson 00](00_start_here.ipynb) (highest GFN first), and lists and loops in Python.
#
# **How long:** 40 minutes, then half an hour for the exercise.

# %% [markdown]
# ## The words
#
# | kernel word | meaning | example |
# |---|---|---|
# | `memslots` | the array of slots, highest GFN first | `memslots[0]` is the front |
# | `used_slots` | how many entries are in use | 4 |
# | `id_to_index` | where each id stands, -1 if nowhere | `id_to_index[5]` is 1 |
# | shift | copy one entry by one place | `memslots[1] = memslots[2]` |
# | gap | the index that the deleted slot leaves; the Stepper marks it *hole* | index 1 |
# | stale | an entry behind `used_slots`; nobody reads it | `memslots[3]` after a delete |

# %%
from memslot_lab.course import compare
from memslot_lab.engine import Change, MemorySlot, Memslots, delete, update_memslots
from memslot_lab.views.array import show, show_diff
from memslot_lab.watch import record
from memslot_lab.widgets import Playground, Stepper

# %% [markdown]
# ## Why delete at all?
#
# When does a virtual machine lose memory? All the time, while it starts: the firmware opens and closes windows over
# ROM, and the graphics card's memory is put somewhere else. QEMU never moves a slot. It **deletes** it and creates
# another one.
#
# Here is a small machine. Four slots, created from the lowest GFN to the highest.


# %%
def machine() -> Memslots:
    slots = Memslots(capacity=8)
    for slot_id, gfn in [(3, 0x0), (0, 0x100), (5, 0x200), (1, 0x300)]:
        update_memslots(slots, MemorySlot(slot_id, gfn, npages=0x80), Change.CREATE)
    return slots


slots = machine()
show(slots)

# %% [markdown]
# Read it from the top. The **front**, index 0, has the highest GFN: slot 1 starts at 0x300. The **back** is slot 3 at
# 0x0. Behind it there are four entries that were never written.
#
# The last line is the index table: id 0 stands at index 2, id 1 at index 0, and so on. The ids are in no order, and
# nothing asks for one.

# %% [markdown]
# ## Predict first: slot 5 goes
#
# Slot 5 stands at index 1; two slots stand behind it. `delete()` is handed a slot of which only the id is filled in,
# the rest is 0. The kernel calls it with just that, and so do we. Let us call it a *blank* slot.
#
# **Predict** each write before you see it: click the place that is written next, an entry of the array, an id of the
# index table, or `used_slots`; or say "Not sure". The function stands beside the question. Before you read it, guess:
# what would *you* write?

# %%
blank = MemorySlot(id=5, base_gfn=0, npages=0)
guessing = Stepper(record(delete, machine(), blank), predict=True)
guessing

# %% [markdown]
# ## Delete one from the middle
#
# How did it go? (`guessing.score` tells, in a cell of your own.) Now the same as a whole. **Predict:** which ids stand in the array afterwards, from the front? Put a list in place of the three dots.

# %%
my_prediction = ...

# %%
slots = machine()
delete(slots, blank)

compare(my_prediction, [slot.id for slot in slots.memslots[: slots.used_slots]], show(slots))

# %% [markdown]
# **Why.** The slots behind the gap have each gone one place forward. Before, the GFNs fell from front to back; take
# one out of a falling row, and the rest still falls. So `delete()` never looks at a GFN: it has nothing to sort, it
# only closes a gap.
#
# (`kvm_memslot_delete()` in virt/kvm/kvm_main.c, kernel 5.7; the `delete()` of this laboratory is the same, line by
# line.)

# %% [markdown]
# ## What exactly has changed?
#
# Put the two arrays side by side. A row with the sign **≠** is a place that now holds something else.

# %%
show_diff(machine(), slots, names=("before", "after"))

# %% [markdown]
# Go through the marked rows: one number, two entries that moved, one entry behind the used ones, and three ids. Each
# of them is the work of one line. Slot 1, in front of the gap, was not touched, and neither was its index.

# %% [markdown]
# ## The order of the steps
#
# The shift starts **at the gap** and goes to the back. At each step the entry that is overwritten has already been
# copied to its new place.
#
# **Predict:** what if it started at the back and went to the gap? Same array, slot 5 deleted. Which ids would be
# in use?

# %%
my_prediction = ...


# %%
def delete_from_the_back(slots: Memslots, slot: MemorySlot) -> None:
    slots.used_slots -= 1
    gap = slots.id_to_index[slot.id]
    for i in range(slots.used_slots - 1, gap - 1, -1):  # the last place first
        slots.memslots[i] = slots.memslots[i + 1]


wrong = machine()
delete_from_the_back(wrong, blank)
both = show_diff(wrong, slots, names=("from the back", "from the gap"))
compare(my_prediction, [slot.id for slot in wrong.memslots[: wrong.used_slots]], both)

# %% [markdown]
# **Why.** The last slot was copied over its neighbour before the neighbour had moved. Then the copy was copied. One
# slot is there twice, another is lost, and with it a piece of the guest's memory.
#
# Step through both runs, one above the other. The first write where they part is marked.

# %%
Stepper(
    record(delete_from_the_back, machine(), blank),
    other=record(delete, machine(), blank),
    names=("from the back", "from the gap"),
)

# %% [markdown]
# **Change it:** in the cell above, let the `range` start at the gap, and run both cells again. The function still
# forgets something: which rows show it?

# %% [markdown]
# ## The index table
#
# A slot is found by its id through `id_to_index`, in one look. Whoever moves an entry has to write the new place down.
#
# **Predict:** a fresh machine; this time slot 0 goes, which stands at index 2. What will `id_to_index` say for the ids
# 0, 1, 3 and 5, in that order?

# %%
my_prediction = ...

# %%
slots = machine()
delete(slots, MemorySlot(id=0, base_gfn=0, npages=0))

compare(my_prediction, [slots.id_to_index[slot_id] for slot_id in (0, 1, 3, 5)])

# %% [markdown]
# **Why.** Slot 3 moved forward, and its index with it. Slots 1 and 5 stood in front of the gap. Id 0 is gone, and -1
# says so, as for every id that no slot has.
#
# Mind the -1 in Python: `memslots[-1]` is the *last* entry of a list. In C it is a place in front of the array. Both
# are wrong, and neither says so.

# %% [markdown]
# ## The stale copy
#
# One entry too many is left: four were used, now three. The kernel stores something at `memslots[used_slots]`, the
# first place that is no longer in use.
#
# **Predict:** a fresh machine; slot 1, the front, goes. Which slot lies at that place now, and how many pages does it
# have? Write `(id, pages)`.

# %%
my_prediction = ...

# %%
slots = machine()
delete(slots, MemorySlot(id=1, base_gfn=0, npages=0))
stale = slots.memslots[slots.used_slots]

compare(my_prediction, (stale.id, stale.npages))

# %% [markdown]
# **Why.** It is the blank slot that was **handed in**, not the one that was in the array. The function ends with
# `memslots[i] = slot`, whatever `slot` is. Hand in a slot with pages, and the pages lie there. Try it.

# %%
slots = machine()
whole = slots.memslots[slots.id_to_index[1]]
delete(slots, whole)
show(slots)

# %% [markdown]
# ## Who reads the stale copy?
#
# Nobody. A walk over the slots ends at `used_slots`. A search by GFN looks at used entries only. A search by id finds
# -1. And where the kernel copies an array, it copies only the entries in use.
#
# The loop ends with `i` at the freed place, and one store wipes it with the blank slot. That is all.
#
# (`kvm_for_each_memslot` and `id_to_memslot()` in include/linux/kvm_host.h; `kvm_dup_memslots()` in
# virt/kvm/kvm_main.c, kernel 5.7.)

# %% [markdown]
# ## Two deletes in a row
#
# **Predict:** a fresh machine; slot 5 goes, then slot 1. Behind the used entries lie two stale ones. Which ids, from
# front to back?

# %%
my_prediction = ...

# %%
slots = machine()
for slot_id in (5, 1):
    delete(slots, MemorySlot(slot_id, base_gfn=0, npages=0))

stale = slots.memslots[slots.used_slots : slots.used_slots + 2]
compare(my_prediction, [slot.id for slot in stale], show(slots))

# %% [markdown]
# **Why.** The newest stale copy is always at `memslots[used_slots]`; the older one stays where it was, one place
# further back. The next create writes over the newest.
#
# In the kernel they pile up just so. For a delete it does make a fresh copy, but only to warn the readers: there the
# slot is marked INVALID. When that copy is installed, `install_new_memslots()` hands back the **old** array; that very
# array is updated and installed again. Only the next create, or change of flags, works on a fresh copy, and that one
# is trimmed to the entries in use.
#
# (`kvm_set_memslot()` in virt/kvm/kvm_main.c, kernel 5.7. A move goes the same way as a delete.)

# %% [markdown]
# ## The ends of the array
#
# **Predict:** four slots again. How many entries are shifted when slot 1, the first, goes? And how many when slot 3,
# the last, goes? Write `(first, last)`.

# %%
my_prediction = ...


# %%
def shifts(slot_id: int) -> int:
    """Count the entries in use that stand somewhere else after a delete."""
    old, new = machine(), machine()
    delete(new, MemorySlot(slot_id, base_gfn=0, npages=0))
    return sum(new.memslots[i] != old.memslots[i] for i in range(new.used_slots))


compare(my_prediction, (shifts(1), shifts(3)))

# %% [markdown]
# **Why.** Whoever stands behind the gap moves, and nobody else: `used_slots - 1 - index` shifts. All but one for the
# first, none for the last. The last one's stale copy even lands on its own place.

# %% [markdown]
# ## What does it cost?
#
# A shift copies a whole slot, 88 bytes on x86. Add up the shifts when *all* slots of a machine go, one by one, and
# look at the order in which they go.


# %%
def all_shifts(n: int, indices: list[int]) -> int:
    return sum(used_slots - 1 - i for used_slots, i in zip(range(n, 0, -1), indices, strict=True))


for n in (4, 32, 509):
    first_each_time = all_shifts(n, [0] * n)
    last_each_time = all_shifts(n, [used_slots - 1 for used_slots in range(n, 0, -1)])
    print(f"{n:3} slots: from the front {first_each_time:7,} shifts, from the back {last_each_time}")

# %% [markdown]
# From the front it is n(n-1)/2: twice the slots, four times the shifts. From the back, lowest GFN first, it costs
# nothing at all. 509 was the most that a virtual machine on x86 could have until kernel 5.12.

# %% [markdown]
# ## Change it
#
# There is a quicker way to close a gap: put the **last** slot into it. One copy, wherever the gap is. Why did nobody
# take it?
#
# **Predict:** in our machine, slot 1 at the front goes this way. Which ids stand in the array then?

# %%
my_prediction = ...


# %%
def delete_by_swap(slots: Memslots, slot: MemorySlot) -> None:
    i = slots.id_to_index[slot.id]
    slots.used_slots -= 1
    slots.memslots[i] = slots.memslots[slots.used_slots]
    slots.id_to_index[slots.memslots[i].id] = i
    slots.memslots[slots.used_slots] = slot
    slots.id_to_index[slot.id] = -1


swapped = machine()
delete_by_swap(swapped, MemorySlot(id=1, base_gfn=0, npages=0))
compare(my_prediction, [slot.id for slot in swapped.memslots[: swapped.used_slots]], show(swapped))

# %% [markdown]
# **Why.** Each id is found and nothing is lost, but the front now has the *lowest* GFN. The order is what the search
# by GFN relies on: it halves the array at each step, and in a wrong order it takes the wrong half. Slot 5 holds 0x210
# in both machines:

# %%
from memslot_lab.engine import search_memslots

search_memslots(machine(), 0x210), search_memslots(swapped, 0x210)

# %% [markdown]
# One copy instead of three, and a part of the guest's memory cannot be found any more. The shifts buy the order, and
# the order buys the search.

# %% [markdown]
# ## An id that is not there
#
# **Predict:** slot 5 is deleted twice. How many slots are in use then, and how many warnings are noted? Write
# `(slots, warnings)`.

# %%
my_prediction = ...

# %%
slots = machine()
delete(slots, blank)
delete(slots, blank)

compare(my_prediction, (slots.used_slots, len(slots.warnings)))

# %% [markdown]
# **Why.** `id_to_index[5]` is -1 already, so the function notes a warning, `DELETE_UNKNOWN_ID`, and returns before it
# touches anything; `slots.warnings` holds what was noted.
#
# Without that question `used_slots` would be one too small, and the lowest slot would fall off the back.

# %% [markdown]
# Can a user of KVM get there? No. A delete is a request with size 0. The kernel looks the slot up by its id first, and
# if it is not there, it answers `EINVAL` before the array is changed.
#
# (`__kvm_set_memory_region()` and `kvm_delete_memslot()` in virt/kvm/kvm_main.c, kernel 5.7.)

# %%
from memslot_lab.engine import MemslotError, UserspaceMemoryRegion, Vm

nothing = UserspaceMemoryRegion(slot=5, flags=0, guest_phys_addr=0, memory_size=0, userspace_addr=0)
try:
    Vm().set_user_memory_region(nothing)
except MemslotError as error:
    print(error)

# %% [markdown]
# ## Play with it
#
# An array of your own: drag on the axis to create a slot; click one to select it, then press **delete**. Each accepted
# change plays below the axis. **Find out:** five slots stand there. In which order do you delete them all without a
# single shift?

# %%
Playground(seed=3)

# %% [markdown]
# ## Make it
#
# Now write it yourself: [exercise 03](../exercises/03_delete.ipynb). You have seen each line of it at work. The check
# there shows your array beside the kernel's, as `show_diff()` did here.

# %% [markdown]
# ## Check yourself
#
# Say the answer aloud, then open it.
#
# <details><summary>Eight slots, the one at index 2 goes. How many shifts?</summary>8 - 1 - 2 = 5.</details>
#
# <details><summary>Which index does the deleted id have afterwards?</summary>-1, like every id that is not
# there.</details>
#
# <details><summary>Why is no GFN compared?</summary>A falling row stays falling when one is taken out.</details>
#
# <details><summary>What lies at <code>memslots[used_slots]</code>?</summary>The slot that was handed in; in the
# kernel a blank one with the id.</details>

# %% [markdown]
# ## What surprises people
#
# * The slot that is handed in is **blank**. Whoever looks for its GFN in the array finds slot 3, at GFN 0.
# * The stale copy is written and never read.
# * Deleting the slot with the *lowest* GFN is free, and that is the one with the *largest* index.
# * A lookup cursor, the index at which the last search by GFN ended and the next one looks first, may name an index
#   that has just gone out of use. The kernel once read behind the shrunken array for that reason; since the fix of
#   March 2020 a delete sets such a cursor back to 0 ("KVM: Fix out of range accesses to memslots").

# %% [markdown]
# ## Glossary
#
# * **blank slot**: a slot with its id and nothing else, what a delete is handed
# * **front, back**: index 0 with the highest GFN, and the other end
# * **gap**: the index that the deleted slot leaves, a *hole* in the array; a hole in **memory** (lesson 02) is something
#   else, guest frames in no slot
# * **GFN**: guest frame number, the guest's physical address divided by 4096
# * **shift**: one entry copied by one place
# * **stale**: behind `used_slots`, not in use
#
# Next: [04 Creating a slot](04_creating.ipynb), where the others make room.
#
# **Sources:** Sean Christopherson, "Re: [PATCH v2 14/15] KVM: Terminate memslot walks via used_slots", 24 October
# 2019; virt/kvm/kvm_main.c and include/linux/kvm_host.h, kernels 5.7 and 5.10.
