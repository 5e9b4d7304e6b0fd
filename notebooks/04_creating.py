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
# # 04 Creating a slot
#
# **You will be able to** say where a new slot goes in, who makes way for it and in which order, what the array looks
# like at every moment in between, and what it all cost.
#
# **You need** [lesson 03](03_deleting.ipynb): the array, the index table, shifts, stale entries.
#
# **How long:** 40 minutes, then 40 minutes for the exercise.

# %% [markdown]
# ## The words
#
# | kernel word | meaning | example |
# |---|---|---|
# | `insert_back()` | opens one more entry behind the lowest GFN | a place for slot 9 |
# | `move_forward()` | lower slots make way, one place to the back each | returns the index for the new slot |
# | front, forward | index 0, toward HIGHER GFNs | from index 8 to index 7 |
# | back, backward | the last index in use, toward LOWER GFNs | from index 7 to index 8 |
# | hole | the index that is kept for the slot in the hand | index 8, then 7 |
# | in the hand | the slot that is stored at the very end | slot 9 |

# %%
from collections import Counter
from random import Random

from memslot_lab.captures.replay import requests_of
from memslot_lab.cost import cost_of
from memslot_lab.course import compare
from memslot_lab.engine import Change, MemorySlot, Memslots, Vm, delete, insert_back, move_forward, update_memslots
from memslot_lab.views.array import show, show_diff
from memslot_lab.watch import Table, record
from memslot_lab.widgets import Playground, Stepper

# %% [markdown]
# ## How often does it happen?
#
# Here is the log of a booting PC again, from [lesson 00](00_start_here.ipynb). What did its requests ask for?

# %%
vm, log = Vm(), "data/q72-pc-boot-vgastd.trace"
changes = Counter(vm.set_user_memory_region(request.region) for request in requests_of(log))
for change, count in changes.items():
    print(f"{change.name if change else 'no change':10} {count}")

# %% [markdown]
# 22 creates, 13 deletes: 9 slots stay. Nothing else happened, for QEMU never moves a slot. Here is our small machine,
# four slots again.


# %%
def machine() -> Memslots:
    slots = Memslots(capacity=8)
    for slot_id, gfn in [(3, 0x0), (0, 0x100), (5, 0x200), (1, 0x300)]:
        update_memslots(slots, MemorySlot(slot_id, gfn, npages=0x80), Change.CREATE)
    return slots


show(machine())

# %% [markdown]
# ## Predict first: slot 6 comes
#
# A new slot, id 6, at GFN 0x180. It belongs between slot 5 and slot 0. **Predict** each write before you see it: click
# the place that is written next, or say "Not sure".
#
# You saw such a walk in [lesson 00](00_start_here.ipynb), and the code stands beside the question. Before you read it:
# how would *you* make room?

# %%
new = MemorySlot(id=6, base_gfn=0x180, npages=0x40)
tape = record(update_memslots, machine(), new, Change.CREATE)
guessing = Stepper(tape, predict=True)
guessing

# %% [markdown]
# ## First step: in at the back
#
# Did you look for the right place first? The kernel does not. It opens an entry at the **back**, whatever the GFN is.
#
# **Predict:** what does `insert_back()` return, and what does `used_slots` say afterwards? Write `(returned, used)`.

# %%
my_prediction = ...

# %%
slots = machine()
i = insert_back(slots)

compare(my_prediction, (i, slots.used_slots), show(slots))

# %% [markdown]
# **Why.** With four slots in use the first free index is 4, for the front is index 0. The old count *is* the new
# index. Nothing was written there: the entry is in use now, but no slot lies in it yet. It is a **hole**, and the new
# slot is still in the caller's hand.
#
# (`kvm_memslot_insert_back()` in virt/kvm/kvm_main.c, kernel 5.7: one expression.)

# %% [markdown]
# ## Second step: the hole goes forward
#
# Now the slots with a **lower** GFN than 0x180 make way, one place to the back each, and the hole goes forward. The
# one nearest to the hole is first.
#
# **Predict:** at which index does the hole end? That is what `move_forward()` returns.

# %%
my_prediction = ...

# %%
slots = machine()
i = insert_back(slots)
i = move_forward(slots, new, i)

compare(my_prediction, i)

# %% [markdown]
# **Why.** Slot 3 and slot 0 have lower GFNs: two steps, from index 4 to index 2. Slot 5 at 0x200 has a higher one. There
# the loop ends. Everybody further in front has a still higher GFN, so nobody else needs to be asked.

# %% [markdown]
# ## What lies in the hole?
#
# The hole has ended at index 2, and the new slot has *not* been stored. Look at the array in this moment.
#
# **Predict:** which ids stand at the indices 0 to 4 now?

# %%
my_prediction = ...

# %%
compare(my_prediction, [slot.id for slot in slots.memslots[:5]], show(slots))

# %% [markdown]
# **Why.** A shift is a copy. Slot 0 was copied from index 2 to index 3, and nobody wiped index 2. So the hole holds a
# second copy of the slot that made way last. Nobody is to look at it.
#
# And nobody can: the kernel works on a copy of the array that no reader knows of yet
# (`kvm_set_memslot()`, virt/kvm/kvm_main.c, kernel 5.7).

# %% [markdown]
# ## And the index table?
#
# **Predict:** in this same moment, what does `id_to_index` say for the ids 6, 0 and 3, in that order?

# %%
my_prediction = ...

# %%
compare(my_prediction, [slots.id_to_index[slot_id] for slot_id in (6, 0, 3)])

# %% [markdown]
# **Why.** Each shift notes the new index of the slot that it moved. Of the new slot nothing is noted, since it stands
# nowhere yet.
#
# Only **one number** is kept for it on the way: `i`, where the hole is. The new slot is not carried along from entry
# to entry.

# %% [markdown]
# ## Third step: one store
#
# `update_memslots()` does the rest, two writes. Only now the slot is in the array.

# %%
slots.memslots[i] = new
slots.id_to_index[new.id] = i

show_diff(machine(), slots, names=("before", "after"))

# %% [markdown]
# ## All of it, step by step
#
# Play it, or step with the arrow keys. Watch the hole: it opens at the back, goes forward twice, and is closed by the
# last store. How many times are two GFNs compared to see which is higher?

# %%
Stepper(tape)

# %% [markdown]
# ## Two names for one thing
#
# The new slot moves **forward**. **Predict:** which way do the slots go that make way for it, `"forward"` or
# `"backward"`?

# %%
my_direction = ...

# %%
before, after = machine().id_to_index[0], slots.id_to_index[0]

compare(my_direction, "backward" if after > before else "forward")

# %% [markdown]
# **Why.** Whoever steps aside goes the other way. So the same loop can have two names, and it had both. In the second
# version of the patch it was called `kvm_shift_memslots_backward()`, after what happens to the **others**. Its
# comment told of the **changed** slot. The author could not make the two fit, and renamed it: `kvm_memslot_move_forward()`.
#
# Shift is what is done to others; move is what one does oneself.
#
# (Sean Christopherson, "Re: [PATCH v2 14/15] KVM: Terminate memslot walks via used_slots", 24 October 2019.)

# %% [markdown]
# ## What does it cost?
#
# **Predict:** a fresh machine of four. How many slots are shifted when the new one is at 0x380, and how many when it is
# at 0x80? Write `(high, low)`.

# %%
my_prediction = ...


# %%
def tape_of(gfn: int):
    slot = MemorySlot(6, gfn, npages=0x40)
    return record(update_memslots, machine(), slot, Change.CREATE)


compare(my_prediction, (tape_of(0x380).shifts, tape_of(0x80).shifts))

# %% [markdown]
# **Why.** Call *u* the number of slots in use before, and *q* the number of those with a higher GFN. The hole goes from
# index *u* to index *q*: **u - q shifts**. For 0x380 that is 4 - 0, for 0x80 it is 4 - 3.
#
# The highest GFN is the dearest. The *lowest* is free, since it goes in where the array is opened anyway.
#
# Comparisons of GFNs: one for each shift, and one more that says stop, unless the hole has come to the front and
# nobody is left to be asked.

# %% [markdown]
# ## The order of the creates
#
# Four slots are created one by one in an empty array. **Predict** all shifts together: first in *ascending* order, the
# lowest GFN first; then in *descending* order. Write `(ascending, descending)`.

# %%
my_prediction = ...


# %%
def all_shifts(gfns: list[int]) -> int:
    """Add up the shifts of these creates from their ranks alone."""
    shifts, used = 0, []
    for gfn in gfns:
        rank = sum(other > gfn for other in used)
        shifts += cost_of(Change.CREATE, used_slots=len(used), old=-1, new=rank).shifts
        used.append(gfn)
    return shifts


compare(my_prediction, (all_shifts([0, 1, 2, 3]), all_shifts([3, 2, 1, 0])))

# %% [markdown]
# **Why.** Ascending, each new slot is the highest, and everybody makes way: 0 + 1 + 2 + 3. Descending, each new slot is
# the lowest, and stays where it goes in.
#
# For n slots that is n(n-1)/2 against nothing. By chance it is about half: a new slot passes half of the others.
#
# 509 was the most that a virtual machine on x86 could have until kernel 5.12. A shift copies 88 bytes there, so the
# worst order copied 129,286 times 88 bytes: about 11 MB. [Lesson 09](09_counting.ipynb) goes on from here.

# %%
print("slots   ascending  descending   shuffled (seed 4)")
for n in (4, 32, 509):
    gfns = list(range(n))
    shuffled = Random(4).sample(gfns, n)
    up, down, mixed = map(all_shifts, (gfns, gfns[::-1], shuffled))
    print(f"{n:5}  {up:10,}  {down:10}  {mixed:10,}")

# %% [markdown]
# ## Change it: swap instead of shift
#
# Many people would let the new slot change places with its neighbour until it stands right, as in a bubble sort. The
# end is the same.
#
# **Predict:** the hole goes two places forward. How many entries of `memslots` does the kernel write in all, its last
# store included, and how many does the function below write? `(kernel, swaps)`

# %%
my_prediction = ...


# %%
def create_by_swaps(slots: Memslots, slot: MemorySlot) -> None:
    i = insert_back(slots)
    slots.memslots[i] = slot
    while i > 0 and slots.memslots[i - 1].base_gfn < slot.base_gfn:
        other = slots.memslots[i - 1]
        slots.memslots[i - 1], slots.memslots[i] = slot, other
        slots.id_to_index[other.id], i = i, i - 1
    slots.id_to_index[slot.id] = i


def stores(tape) -> int:
    return sum(write.table is Table.MEMSLOTS for frame in tape for write in frame.writes)


swaps = record(create_by_swaps, machine(), new)
compare(my_prediction, (stores(tape), stores(swaps)))

# %% [markdown]
# **Why.** The kernel writes each slot that makes way, and at the end the new one: k + 1 stores for k places. Swapping
# writes both at each place, and the first store comes before: 2k + 1. A slot in the kernel is 88 bytes, so a store is
# not a small thing.

# %% [markdown]
# ## What lay there before
#
# A delete leaves a stale copy behind the used entries (lesson 03), the newest one directly behind them.
#
# **Predict:** slot 5 is deleted, then slot 1, then slot 6 is created at 0x400. Which ids lie behind the used entries at
# the end? Write a list.

# %%
my_prediction = ...

# %%
slots = machine()
for slot_id in (5, 1):
    delete(slots, MemorySlot(slot_id, base_gfn=0, npages=0))
update_memslots(slots, MemorySlot(6, 0x400, npages=0x40), Change.CREATE)

behind = [slot.id for slot in slots.memslots[slots.used_slots :] if slot]
compare(my_prediction, behind, show(slots))

# %% [markdown]
# **Why.** After both deletes, `memslots[2]` held the blank slot 1 and `memslots[3]` the blank slot 5. The create opens
# index 2. The first shift writes over what lies there, or the final store does if nobody has to make way. The older
# stale copy is not touched.

# %% [markdown]
# ## Two slots with one GFN
#
# What if a slot is created at 0x200, where slot 5 is already? No legal caller does that. We call the function
# ourselves.
#
# **Predict:** at which index does slot 6 land, and how many warnings are noted? `(index, warnings)`

# %%
my_prediction = ...

# %%
slots = machine()
update_memslots(slots, MemorySlot(6, 0x200, npages=0x80), Change.CREATE)

compare(my_prediction, (slots.id_to_index[6], len(slots.warnings)), show(slots))

# %% [markdown]
# **Why.** The loop ends only at a GFN that is **higher**. An equal one is passed, with a warning, `FORWARD_EQUAL_GFN`.
# So the new slot lands in front of its equal. A user of KVM gets `EEXIST` before any of this.
#
# "Will this trigger?" a reviewer asked of such a warning: overlapping slots have been refused by then. The author's
# answer, in short: never in a perfect world; it is there for whoever changes the code next.
#
# (Peter Xu, Sean Christopherson: "Re: [PATCH v5 17/19] KVM: Terminate memslot walks via used_slots", 6 and 7 February
# 2020.)

# %% [markdown]
# ## Play with it
#
# Drag on the axis to create slots; each accepted change plays below it. **Find out:** where do you have to drag so that
# nobody is shifted? And where, so that everybody is?

# %%
Playground(seed=4)

# %% [markdown]
# ## Make it
#
# Now write both: [exercise 04](../exercises/04_create.ipynb). `insert_back()` is two lines long. `move_forward()` has
# a loop, and you have seen each of its steps.

# %% [markdown]
# ## Check yourself
#
# Say the answer aloud, then open it.
#
# <details><summary>Ten slots are in use, seven of them with a higher GFN than the new one. How many shifts?</summary>
# 10 - 7 = 3.</details>
#
# <details><summary>And how many comparisons?</summary>3 + 1 = 4: one for each shift, one that says stop.</details>
#
# <details><summary>What lies in the hole while it goes forward?</summary>A second copy of the slot that made way last;
# at the very first what lay there before.</details>
#
# <details><summary>Which way do the others go?</summary>Backward: to larger indices. The new slot goes
# forward.</details>

# %% [markdown]
# ## What surprises people
#
# * Nobody looks for the right place first. The search *is* the shift.
# * The slot with the lowest GFN is created for nothing, the highest one is the dearest.
# * `insert_back()` inserts nothing. It opens an entry.
# * The name was doubted: the reviewer wanted `insert_end`. But behind the entries in use others may lie, unused, so
#   the back is not the end. (The same mails, February 2020.)
# * For a create the kernel's copy of the array has room for one entry more (`kvm_dup_memslots()`, virt/kvm/kvm_main.c,
#   kernel 5.7).

# %% [markdown]
# ## Glossary
#
# * **ascending, descending**: lowest GFN created first, highest GFN created first
# * **forward, backward**: toward index 0 and higher GFNs, toward larger indices and lower GFNs
# * **hole**: the index kept for the slot in the hand; what lies there does not count
# * **in the hand**: handed to the function, not in the array
# * **move**: what the changed slot does; **shift**: what is done to the others
#
# Next: [05 Moving a slot backward](05_moving_backward.ipynb), the other mover.
#
# **Sources:** the mails named above; virt/kvm/kvm_main.c, kernels 5.7 and 5.10.
