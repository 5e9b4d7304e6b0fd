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
# # 07 Where walks end
#
# **You will be able to** say what ends a walk over the array, before kernel 5.7 and since, what may lie behind the last
# slot, and why the kernel could only save memory after it had changed the end.
#
# **You need** [lesson 03](03_deleting.ipynb) (the stale copy), and loops in Python.
#
# **How long:** 40 minutes, then 20 for the exercise.

# %% [markdown]
# ## The words
#
# | kernel word | meaning | example |
# |---|---|---|
# | walk | look at each slot in use, one after the other | `kvm_for_each_memslot` |
# | `used_slots` | how many entries are in use | 4 |
# | unused slot | before 5.7: an entry with `npages == 0`, at GFN 0 | slot 9 of 512 |
# | stale entry | since 5.7: what lies behind `used_slots` | `memslots[4]` after a delete |
# | end mark | an entry that says "no more" | the first one without pages |

# %%
from memslot_lab.course import compare
from memslot_lab.engine import Change, MemorySlot, Memslots, delete, for_each_memslot, update_memslots
from memslot_lab.eras import v5_6
from memslot_lab.views.array import show
from memslot_lab.watch import Table, record
from memslot_lab.widgets import Stepper

# %% [markdown]
# ## What a walk is for
#
# A search wants one slot, a walk wants them all. When a program asks KVM for a new slot, KVM walks over the others to
# see that none overlaps. When it starts to note which pages a guest writes, it walks too.
#
# Here are five slots, and the walk of kernel 5.7.


# %%
def machine(capacity: int = 8) -> Memslots:
    slots = Memslots(capacity)
    for slot_id, gfn in [(3, 0x0), (0, 0x100), (4, 0x200), (1, 0x300), (2, 0x400)]:
        update_memslots(slots, MemorySlot(slot_id, gfn, 0x80), Change.CREATE)
    return slots


def ids(walk) -> list[int]:
    return [slot.id for slot in walk]


ids(for_each_memslot(machine()))

# %% [markdown]
# From the front to the back, **highest GFN first**, as they stand.
#
# Now slot 4 is deleted, and the caller hands in the *whole* slot. **Predict:** which ids does a walk give? And what
# lies at `memslots[4]`: an id, or `None`? Write a pair, as `([7, 8], 9)`.

# %%
my_walk = ...

# %%
four = machine()
delete(four, MemorySlot(4, 0x200, 0x80))
compare(my_walk, (ids(for_each_memslot(four)), four.memslots[4].id), show(four))

# %% [markdown]
# **Why.** The slot that was handed in lies behind the others, stale and complete: GFN, pages, all of it. The walk does
# not give it, for `used_slots` is 4, and index 4 is no longer part of the array.
#
# Nothing *in* the entry says that it is gone. Only its index does.

# %%
Stepper(record(for_each_memslot, four))

# %% [markdown]
# Step to the end: what is compared, and which entry is never read?
#
# ## The older way
#
# Up to kernel 5.6 nothing was compared with `used_slots`. All slots always existed; those not in use had no pages. A
# walk ended at the **first entry without pages**. As the order is from high to low, and unused ones have GFN 0, they
# stand at the end.


# %%
def old_machine(capacity: int = 6) -> Memslots:
    slots = v5_6.alloc_memslots(capacity)
    for slot_id, gfn in [(3, 0x0), (0, 0x100), (5, 0x200)]:
        v5_6.update_memslots(slots, MemorySlot(slot_id, gfn, 0x80), Change.CREATE)
    return slots


show(old_machine())

# %% [markdown]
# Slots 1, 2 and 4 exist and are blank. (The pictures of this course call everything behind `used_slots` stale.)
#
# **Predict:** how many entries does the old walk *read* here, and how many does the new one? Write a pair.

# %%
my_reads = ...


# %%
def entries_read(walk, slots: Memslots) -> int:
    """Return how many entries of memslots a walk reads."""
    tape = record(walk, slots)
    reads = {read for frame in tape for read in frame.reads}
    return sum(table is Table.MEMSLOTS for table, _ in reads)


both = (v5_6.for_each_memslot, for_each_memslot)
compare(my_reads, tuple(entries_read(walk, old_machine()) for walk in both))

# %% [markdown]
# **Why.** The old walk has to *see* the end mark, so it reads one entry more: four for three slots. The new one knows
# the number and reads three.
#
# One entry is not the point. The point is that the old walk **needs** it: behind the last slot there has to be an
# entry, and it has to be blank.

# %% [markdown]
# ## The old walk on the new array
#
# Suppose the rest had been changed and the walk forgotten. Three tries, on the array of today.
#
# **First,** slot 4 is deleted as the kernel does it, with a *blank* slot. **Predict:** what does the old walk give?

# %%
my_ids = ...

# %%
first = machine()
delete(first, MemorySlot(4, base_gfn=0, npages=0))
compare(my_ids, ids(v5_6.for_each_memslot(first)), show(first))

# %% [markdown]
# **Why.** It works, by luck: the blank slot that was handed in happens to look like an end mark.
#
# **Second,** the same with a *whole* slot, in an array of just five entries. **Predict** again.

# %%
my_ids = ...

# %%
second = machine(capacity=5)
delete(second, MemorySlot(4, 0x200, 0x80))
compare(my_ids, ids(v5_6.for_each_memslot(second)), show(second))

# %% [markdown]
# **Why.** The stale entry has pages, so it is given like any other: the deleted slot is back, at the end, where its GFN
# does not even fit. Whoever walks here gives the guest memory that is gone.
#
# **Third,** nothing was ever deleted, and nothing lies behind the five.

# %%
try:
    ids(v5_6.for_each_memslot(machine()))
except AttributeError as error:
    print(error)

# %% [markdown]
# Python stops at the `None`. C would not: it reads whatever the memory behind the array holds, and takes it for a slot.

# %% [markdown]
# ## An array as long as it has to be
#
# Why change the end at all? To save memory. A slot takes 88 bytes on x86, and there are two arrays of 512, one for
# each address space. **Predict:** how many bytes are that for each virtual machine, used or not?

# %%
my_bytes = ...

# %%
SLOT, SPACES = 88, 2
compare(my_bytes, SPACES * 512 * SLOT)

# %% [markdown]
# **Why.** 90,112 bytes, of which a machine with 30 slots needs 2,640. (Cover letter of the series, Sean
# Christopherson, October 2019.) So from kernel 5.7 on the array has an entry for each slot in use, and no more:


# %%
def duplicate(slots: Memslots, change: Change) -> list[MemorySlot]:
    """Return what is copied before a change: the used entries, one more for a create."""
    room = slots.used_slots + (change is Change.CREATE)
    return slots.memslots[:room]


# %% [markdown]
# (`kvm_dup_memslots()` in virt/kvm/kvm_main.c, kernel 5.7, in a few words.)
#
# The copy has no room for an end mark. That is why the end had to change **first**: patch 14 of the series taught all
# walks to stop at `used_slots`, patch 15 made the array short.

# %%
# %matplotlib inline
from matplotlib.figure import Figure

used = range(0, 513, 16)
figure = Figure(figsize=(7.5, 3.8), layout="constrained")
axes = figure.subplots()
fixed, needed = [SPACES * 512 * SLOT] * len(used), [SLOT * n for n in used]
axes.plot(used, fixed, "--", color="#D55E00", label="up to 5.6: always 2 x 512")
axes.plot(used, needed, "-", color="#0072B2", label="from 5.7: those in use")
axes.plot([30], [30 * SLOT], "o", color="#0072B2")
axes.annotate("30 slots: 2,640 bytes", (30, 2640), (8, 22_000), arrowprops={"arrowstyle": "->"})
axes.set(xlabel="slots in use, in both address spaces together", ylim=(0, 100_000))
axes.set_ylabel("bytes for slots")
axes.legend(loc="center left")
figure

# %% [markdown]
# *Reckoned with 88 bytes a slot; index tables and what a slot points to are left out. Kernel 5.12 raised the number of
# slots to 32,767: two full arrays of that size would be 5.5 MiB for each machine.*

# %% [markdown]
# ## When does it get shorter?
#
# A delete needs all entries until the end, for the slot is only *marked* as gone at first (lesson 10). So the copy for
# a delete has as many entries as are in use **before** it.
#
# **Predict:** five slots; three are deleted, one after the other. How many entries do the three copies have? Write a
# list.

# %%
my_lengths = ...

# %%
lengths, slots = [], machine()
for slot_id in (3, 0, 4):
    lengths.append(len(duplicate(slots, Change.DELETE)))
    delete(slots, MemorySlot(slot_id, base_gfn=0, npages=0))
compare(my_lengths, lengths)

# %% [markdown]
# **Why.** Each delete leaves one entry too many, the stale one, and the *next* copy leaves it out. So it takes a
# second change to give back the room of the first. After the three, two slots are in use, and the array has three
# entries.

# %% [markdown]
# ## An entry without pages inside
#
# Here slot 1, in the middle of those in use, has no pages. No request can bring that about; only a bug can.
#
# **Predict:** what does the old walk give, and what the new one? Write a pair of lists.

# %%
my_two_walks = ...

# %%
holed = machine()
holed.memslots[1] = MemorySlot(1, 0x300, npages=0)
two_walks = (ids(v5_6.for_each_memslot(holed)), ids(for_each_memslot(holed)))
compare(my_two_walks, two_walks, show(holed))

# %% [markdown]
# **Why.** To the old walk it is the end mark, and the three slots behind it are lost. The new one passes over it and goes
# on; the kernel also warns, once.
#
# To **end** and to **pass over** are two questions now. Before, one entry answered both.
#
# (`kvm_for_each_memslot` in include/linux/kvm_host.h, kernels 5.2 and 5.7.)

# %% [markdown]
# ## Two walks at once
#
# Do two slots overlap? A walk inside a walk tells, if each of them keeps its own place. A generator does.
#
# **Predict:** how many pairs does the inner line see, with five slots?

# %%
my_pairs = ...

# %%
slots = machine()
walk = for_each_memslot
pairs = [(a.id, b.id) for a in walk(slots) for b in walk(slots)]
compare(my_pairs, len(pairs))

# %% [markdown]
# **Why.** For each of the five the inner walk begins at the front again, and sees all five. If the place were kept in
# the array, the inner walk would use it up, and the outer one would be over after its first slot.

# %% [markdown]
# ## Do not saw the branch
#
# A loop that deletes each slot it is given. **Predict:** which ids does it meet?

# %%
my_met = ...

# %%
slots, met = machine(), []
for slot in for_each_memslot(slots):
    met.append(slot.id)
    delete(slots, MemorySlot(slot.id, base_gfn=0, npages=0))
compare(my_met, met, show(slots))

# %% [markdown]
# **Why.** The deletes shift the others forward, under the walk's feet: at index 1 stands now who stood at index 2.
# Every second slot is missed.
#
# In the kernel that cannot happen. Changes are made in a copy; whoever walks over the published array walks over one
# that nobody writes.

# %% [markdown]
# ## Change it
#
# In the loop above, walk over `slots.copy()`, or over `list(for_each_memslot(slots))`. Which ids are met now? What is
# left?

# %% [markdown]
# ## Make it
#
# Write the walk yourself: [exercise 07](../exercises/07_walk.ipynb). It is short, and there are a dozen ways to get it
# wrong.

# %% [markdown]
# ## Check yourself
#
# Say the answer aloud, then open it.
#
# <details><summary>What ended a walk in kernel 5.6?</summary>The first entry without pages, or the end of the
# array.</details>
#
# <details><summary>And in kernel 5.7?</summary><code>used_slots</code>, whatever lies in the entries.</details>
#
# <details><summary>Ten slots in use; how many entries has the copy for a create?</summary>11.</details>
#
# <details><summary>What does a walk do with an entry in use that has no pages?</summary>It passes over it and goes
# on; the kernel warns once.</details>

# %% [markdown]
# ## What surprises people
#
# * The end of the walk moved from the data to a number, and only so could the array get short.
# * The stale entry of a delete usually looks like an end mark, so a forgotten walk would have worked for a while.
# * A delete saves no memory. The change after it does.
# * A slot at GFN 0 is a slot: pages, not the GFN, told the used from the unused.

# %% [markdown]
# ## Glossary
#
# * **address space**: x86 has two arrays for each machine, one of them for system management mode
# * **end mark**: an entry that says that no more follow
# * **generator**: a function with `yield`; it keeps its place between two values
# * **stale**: behind `used_slots`
# * **unused slot**: up to kernel 5.6, an entry that exists and has no pages
#
# Next: [08 From ioctl to change](08_from_ioctl_to_change.ipynb), on where the changes come from.
#
# **Sources:** Sean Christopherson, "[PATCH v2 14/15] KVM: Terminate memslot walks via used_slots" and the cover letter
# of that series, October 2019; virt/kvm/kvm_main.c and include/linux/kvm_host.h, kernels 5.2, 5.7 and 5.12.
