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
# # 05 Moving a slot backward
#
# **You will be able to** say which way is backward and who goes the other way, what the array looks like between two
# steps, where the loop ends and what goes wrong one step before or behind.
#
# **You need** [lesson 04](04_creating.ipynb): the hole, the slot in the hand, `move_forward()`.
#
# **How long:** 40 minutes, then half an hour for the exercise.

# %% [markdown]
# ## The words
#
# | kernel word | meaning | example |
# |---|---|---|
# | `move_backward()` | slots with a higher GFN pass the hole, one place to the front each | returns where the hole ends |
# | front, forward | index 0, toward HIGHER GFNs | from index 8 to index 7 |
# | back, backward | the last index in use, toward LOWER GFNs | from index 7 to index 8 |
# | hole | the index that is kept for the slot in the hand | at first the moved slot's old place |
# | old value, new value | the slot as it is in the array; as it shall be | GFN 0x700, GFN 0x80 |
# | MOVE | same id, same size, another GFN | `Change.MOVE` |

# %%
from memslot_lab.captures.replay import replay
from memslot_lab.course import compare
from memslot_lab.engine import Change, MemorySlot, Memslots, delete, move_backward, update_memslots
from memslot_lab.views.array import show, show_diff
from memslot_lab.watch import record
from memslot_lab.widgets import Playground, Stepper

# %% [markdown]
# ## Who moves a slot?
#
# QEMU never does: it deletes and creates. The kernel's own test program does, again and again, to measure how fast
# it is. The file was recorded while kernel 6.1's `memslot_perf_test` ran; its guest did not start, but each
# request and each answer is real.

# %%
test_run = replay("data/kst61-memslot_perf-move-active-10.strace").vms[0]
for change, count in test_run.kinds.items():
    print(f"{change:7} {count}")

# %% [markdown]
# Ten slots are created in ascending order; that takes 0 + 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 = 45 shifts. Then the slot
# with the **highest** GFN is moved, to a still higher GFN and back again.
#
# **Predict:** how many shifts did all the moves take together?

# %%
my_prediction = ...

# %%
compare(my_prediction, test_run.shifts - 45)

# %% [markdown]
# **Why.** A slot has to pass others only when its *rank* changes. This one was the highest before and after each move.
# The array does not care how far a slot goes, only whom it passes.
#
# So we need a machine of our own, in which slots do pass each other.


# %%
def machine() -> Memslots:
    slots = Memslots(capacity=8)
    for slot_id, gfn in [(3, 0x100), (0, 0x200), (5, 0x300), (1, 0x400)]:
        update_memslots(slots, MemorySlot(slot_id, gfn, npages=0x80), Change.CREATE)
    return slots


show(machine())

# %% [markdown]
# ## Which way is backward?
#
# Slot 1 stands at the front. Its GFN falls from 0x400 to 0x180.
#
# **Predict:** will its index become `"larger"` or `"smaller"`?

# %%
my_direction = ...

# %%
moved = MemorySlot(id=1, base_gfn=0x180, npages=0x80)
slots = machine()
update_memslots(slots, moved, Change.MOVE)

both = show_diff(machine(), slots, names=("before", "after"))
compare(my_direction, "larger" if slots.id_to_index[1] > 0 else "smaller", both)

# %% [markdown]
# **Why.** Highest GFN first: a lower GFN belongs further back, where the indices are **large**. Backward is toward the
# back: larger index, lower GFN.
#
# You are in good company if you took it the other way. When the patch was reviewed, Peter Xu, a KVM developer, wrote of
# this very function that "backward" made him feel as if it moved toward a smaller index, and it moves to a bigger one.
# Sean Christopherson answered: in C++, JavaScript, Python and Go the front is element 0; forward is toward the front,
# backward toward the back.
#
# ("Re: [PATCH v5 17/19] KVM: Terminate memslot walks via used_slots", 6 and 7 February 2020.)

# %% [markdown]
# ## Predict each write
#
# The same move, as `move_backward()` alone does it. Slot 1 is in the hand with its new GFN. **Predict** the place that
# is written next. When has the function done its work?

# %%
guessing = Stepper(record(move_backward, machine(), moved), predict=True)
guessing

# %% [markdown]
# ## Where the hole ends
#
# The hole begins where the moved slot stands. The others pass it.
#
# **Predict:** which index does `move_backward()` return for this move?

# %%
my_prediction = ...

# %%
slots = machine()
i = move_backward(slots, moved)

compare(my_prediction, i)

# %% [markdown]
# **Why.** Slot 5 at 0x300 and slot 0 at 0x200 have higher GFNs than 0x180: each comes one place forward. Slot 3 at
# 0x100 has a lower one, and there the loop ends. Two steps from index 0.
#
# (`kvm_memslot_move_backward()` in virt/kvm/kvm_main.c, kernel 5.7.)

# %% [markdown]
# ## Only the index is tracked
#
# In this moment, after `move_backward()` and before anything else: **predict** the ids at the indices 0 to 3.

# %%
my_prediction = ...

# %%
compare(my_prediction, [slot.id for slot in slots.memslots[:4]], show(slots))

# %% [markdown]
# **Why.** Slot 1 is *nowhere*. The first copy went over its old value, and its new value is in the hand. Slot 0 is
# there twice, since it was the last that passed: one of the two is the hole.
#
# The kernel's comment said at first that the slot's index is "updated". The maintainer, Paolo Bonzini, proposed
# "tracked", and so it was merged: the number is kept, nothing is written. (Reply of 24 October 2019 in the thread of
# version 2 of the patch.)

# %% [markdown]
# ## Two ids, one place
#
# Still the same moment. **Predict:** what does `id_to_index` say for the ids 1 and 5, in that order?

# %%
my_prediction = ...

# %%
compare(my_prediction, [slots.id_to_index[1], slots.id_to_index[5]])

# %% [markdown]
# **Why.** Slot 5 has come forward to index 0, and that is noted. For slot 1 nothing was noted: the table still tells its
# old place. After a create's first steps the new id says -1; here the moved id says something that is no longer true.
#
# A reader would be misled. There is none: nobody else sees this array until it is whole.

# %% [markdown]
# ## When the GFN rises
#
# Slot 0 stands at index 2. Its GFN rises to 0x480, above all others. We call `move_backward()` all the same.
#
# **Predict:** which index does it return, and how many slots does it shift? `(index, shifts)`

# %%
my_prediction = ...

# %%
risen = MemorySlot(id=0, base_gfn=0x480, npages=0x80)
tape = record(move_backward, machine(), risen)
slots = machine()
i = move_backward(slots, risen)

compare(my_prediction, (i, tape.shifts), show(slots))

# %% [markdown]
# **Why.** The first entry behind it, slot 3, has a lower GFN. So the loop ends at once, and the old index comes back. To
# bring the slot forward is the other mover's work, and that one begins at just this index. [Lesson
# 06](06_falling_through.ipynb) puts the two together.
#
# In the hole lies the old value now, with GFN 0x200. Nobody has passed, so nobody has overwritten it.

# %% [markdown]
# ## Where the loop ends
#
# The loop looks at the entry **behind** the hole, `memslots[i + 1]`. The last used entry is at `used_slots - 1`. So the
# loop goes on while `i < used_slots - 1`. Here is one that stops one step earlier.
#
# **Predict:** three slots, and the first one moves below all others. The kernel returns 2. What does `one_early()`
# return?


# %%
def one_early(slots: Memslots, slot: MemorySlot) -> int:
    i = slots.id_to_index[slot.id]
    while i < slots.used_slots - 2:  # one less than the kernel
        other = slots.memslots[i + 1]
        if slot.base_gfn > other.base_gfn:
            break
        slots.memslots[i] = other
        slots.id_to_index[other.id] = i
        i += 1
    return i


# %%
my_prediction = ...


# %%
def three() -> Memslots:
    slots = machine()
    delete(slots, MemorySlot(id=3, base_gfn=0, npages=0))
    return slots


lowest = MemorySlot(id=1, base_gfn=0x80, npages=0x80)
early = one_early(three(), lowest)
tapes = record(one_early, three(), lowest), record(move_backward, three(), lowest)

compare(my_prediction, early)

# %% [markdown]
# **Why.** With i = 1 the loop has ended, and `memslots[2]` was never looked at: the slot with the lowest GFN. Every move
# that ends in front of it comes out right. So a test in which no slot moves to the very back does not see the mistake.
#
# Step through both, one above the other.

# %%
Stepper(tapes[0], other=tapes[1], names=("one early", "the kernel's"))

# %% [markdown]
# ## One step too far
#
# And a loop that goes on while `i < used_slots`? It asks `memslots[used_slots]`, the first entry that is *not* in use.
# What lies there: nothing yet, or the blank slot that a delete has left (GFN 0), or a stale slot with a high GFN.
#
# **Predict:** for slot 1 moving to 0x80, in how many of these three does it come out right?

# %%
my_prediction = ...


# %%
def one_too_far(slots: Memslots, slot: MemorySlot) -> int:
    i = slots.id_to_index[slot.id]
    while i < slots.used_slots and slot.base_gfn <= slots.memslots[i + 1].base_gfn:
        slots.memslots[i] = slots.memslots[i + 1]
        slots.id_to_index[slots.memslots[i].id] = i
        i += 1
    return i


def comes_out_right(behind: MemorySlot | None) -> bool:
    slots = machine()
    slots.memslots[4] = behind
    tape = record(one_too_far, slots, lowest)
    return tape.error is None and tape.after.id_to_index[6] == -1


behind = [None, MemorySlot(6, 0, 0), MemorySlot(6, 0x900, 0x80)]
compare(my_prediction, sum(map(comes_out_right, behind)))

# %% [markdown]
# **Why.** On `None` Python stops with an error, and that is the kind case. The blank slot has GFN 0, which is below 0x80: the loop
# ends, and all is right, by luck. The third is shifted into the array: a slot that was deleted is back.
#
# In C there is no `None`. There it reads whatever lies behind the array.

# %% [markdown]
# ## What it refuses
#
# Before the loop stand two questions. Is there an index for the id? Is any slot in use?
#
# **Predict:** id 7 is not in the machine. What does `move_backward()` return for it, and how many warnings are noted?
# `(returned, warnings)`

# %%
my_prediction = ...

# %%
slots = machine()
returned = move_backward(slots, MemorySlot(id=7, base_gfn=0x480, npages=0x80))

compare(my_prediction, (returned, len(slots.warnings)))

# %% [markdown]
# **Why.** The warning is `MOVE_UNKNOWN_ID`, and -1 says that there is no place. The second question would note
# `MOVE_EMPTY`: the id has an index, and yet nothing is in use. Neither can happen through KVM's door: a request for an
# id that is not there is a create.
#
# What the caller does with the -1 is a trap. [Lesson 06](06_falling_through.ipynb) steps into it.

# %% [markdown]
# ## What does it cost?
#
# **Predict:** the machine of four; slot 1, the front, moves below all others. How many shifts, and how many comparisons
# of GFNs? `(shifts, comparisons)`

# %%
my_prediction = ...

# %%
tape = record(move_backward, machine(), lowest)

compare(my_prediction, (tape.shifts, tape.compares))

# %% [markdown]
# **Why.** From index *p* to index *q* there are q - p shifts: here 3 - 0. Each shift costs a comparison. One more says
# stop, but at the very back nobody is left to be asked.
#
# That is the worst that can happen: one less than there are slots.

# %% [markdown]
# ## Two slots with one GFN
#
# No legal caller does it: slot 1 moves to 0x300, where slot 5 is.
#
# **Predict:** which index does `move_backward()` return, and how many warnings are noted? `(index, warnings)`

# %%
my_prediction = ...

# %%
slots = machine()
index = move_backward(slots, MemorySlot(id=1, base_gfn=0x300, npages=0x80))

compare(my_prediction, (index, len(slots.warnings)))

# %% [markdown]
# **Why.** The loop ends only where the moved slot's GFN is **higher** than the next one's. An equal one passes, with the
# warning `BACKWARD_EQUAL_GFN`. Then `move_forward()` has its turn. It stops only at a *higher* GFN as well, so it lets
# slot 5 go back again, with a warning of its own: two shifts for nothing.
#
# **Change it:** call `update_memslots()` in the cell above, with `Change.MOVE`, and see where slot 1 ends.

# %% [markdown]
# ## Play with it
#
# Six slots. Drag one along the axis to move it. **Find out:** which move shifts five slots? And how far can you move a
# slot without shifting anybody?

# %%
Playground(seed=5)

# %% [markdown]
# ## Make it
#
# Now write it yourself: [exercise 05](../exercises/05_move_backward.ipynb). Your function is judged alone, without the
# forward move that might bring a slot back.

# %% [markdown]
# ## Check yourself
#
# Say the answer aloud, then open it.
#
# <details><summary>A slot's GFN falls. Which way does it go, and which way do those that it passes go?</summary>It goes
# backward, to a larger index. They go forward, to smaller ones.</details>
#
# <details><summary>Eight slots; the one at index 2 moves to rank 6. How many shifts?</summary>6 - 2 = 4.</details>
#
# <details><summary>Which is the last entry that the loop may ask?</summary><code>memslots[used_slots - 1]</code>, when i is
# <code>used_slots - 2</code>.</details>
#
# <details><summary>Where does the moved slot stand when <code>move_backward()</code> returns?</summary>Nowhere, it is in the
# hand. If nobody passed, its old value lies in the hole.</details>

# %% [markdown]
# ## What surprises people
#
# * Backward is toward *larger* indices.
# * The function that moves a slot never writes that slot.
# * It is called for every change that is no create and no delete, also when the GFN rises, also when only flags change.
# * Going one entry too far is right as long as the stale entry behind is a blank one.
# * The name of the second version was `kvm_shift_memslots_forward()`: the others go forward. (Sean Christopherson, 24
#   October 2019.)

# %% [markdown]
# ## Glossary
#
# * **backward**: toward the back: larger index, lower GFN
# * **hole**: the index kept for the slot in the hand; it begins at the slot's old place
# * **old value, new value**: what the array holds of the moved slot, and what is in the hand
# * **rank**: how many slots in use have a higher GFN; in an array in order, the index
# * **tracked**: kept as a number, not written into the array
#
# Next: [06 Falling through](06_falling_through.ipynb), where both movers meet.
#
# **Sources:** the mails named above; virt/kvm/kvm_main.c, kernels 5.7 and 5.10;
# tools/testing/selftests/kvm/memslot_perf_test.c, kernel 6.1.
