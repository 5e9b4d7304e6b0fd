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
# # 01 Highest GFN first
#
# **You will be able to** say in which order the kernel keeps a machine's memory and why, which end is the front, and
# name six promises that the array keeps between any two changes.
#
# **You need** [lesson 00](00_start_here.ipynb), and Python's lists and loops.
#
# **How long:** 40 minutes, then 40 for the exercise.

# %% [markdown]
# ## The words
#
# | kernel word | meaning | example |
# |---|---|---|
# | `base_gfn` | a slot's first guest frame; the key of the order | 0x300 |
# | front | index 0, the **highest** GFN | `memslots[0]` |
# | back | index `used_slots - 1`, the lowest GFN | `memslots[3]` |
# | forward | toward the front: smaller index, higher GFN | from index 2 to 1 |
# | backward | toward the back: larger index, lower GFN | from index 1 to 2 |
# | invariant | what is true before and after every change | the GFNs fall |

# %%
from memslot_lab.course import compare
from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots, violations
from memslot_lab.views.array import show, show_diff
from memslot_lab.watch import record
from memslot_lab.widgets import Playground, Stepper

# %% [markdown]
# ## Three slots, in some order
#
# A machine asks for three slots: first slot 0 at GFN 0x100, then slot 1 at 0x300, then slot 2 at 0x0.
#
# **Predict:** which ids stand in the array then, from index 0 on? Put a list in place of the three dots.

# %%
my_order = ...


# %%
def machine(*slots_of: tuple[int, int], capacity: int = 8) -> Memslots:
    slots = Memslots(capacity)
    for slot_id, gfn in slots_of:
        update_memslots(slots, MemorySlot(slot_id, gfn, 0x80), Change.CREATE)
    return slots


slots = machine((0, 0x100), (1, 0x300), (2, 0x0))
used = slots.memslots[: slots.used_slots]
compare(my_order, [slot.id for slot in used], show(slots))

# %% [markdown]
# **Why.** HIGHEST GFN FIRST. Neither the id nor the order of the requests matters: slot 1 begins highest, so it
# stands at index 0. The kernel's comment above the sorting function says so in capital letters, for everybody expects
# the opposite.
#
# (`update_memslots()` in virt/kvm/kvm_main.c, kernel 5.7.)

# %% [markdown]
# ## The same memory, drawn twice
#
# On the left the guest's memory as an axis of addresses, on the right the kernel's array. Both have the highest GFN on
# top. A picture on its side, such as a Stepper, has it on the **left**. The other way round, it would be turned in the
# head at each step.

# %%
# %matplotlib inline
from matplotlib.figure import Figure

figure = Figure(figsize=(7.5, 3.6), layout="constrained")
memory, array = figure.subplots(1, 2)
for i, colour in enumerate(["#56B4E9", "#E69F00", "#CC79A7"]):
    slot, middle = used[i], {"ha": "center", "va": "center"}
    memory.bar(0, slot.npages, bottom=slot.base_gfn, color=colour)
    memory.text(0, slot.base_gfn + 0x40, f"slot {slot.id}", middle)
    array.barh(i, 1, color=colour)
    array.text(0.5, i, f"slot {slot.id}, GFN {slot.base_gfn:#x}", middle)
memory.set(title="guest memory", ylabel="guest frame number", xticks=[])
memory.set_yticks([0, 0x100, 0x200, 0x300], ["0x0", "0x100", "0x200", "0x300"])
array.set(title="memslots: front on top, back below", ylabel="index", yticks=range(3), xticks=[])
array.invert_yaxis()
figure

# %% [markdown]
# The holes in the memory are gone in the array: it holds what is there, nothing else. The slots keep their order.
#
# ## Which way is backward?
#
# Slot 1 is moved from GFN 0x300 down to 0x80, between the two others.
#
# **Predict:** at which index does it stand then? And is that way, in the kernel's words, `"forward"` or
# `"backward"`? Write a pair, as `(7, "forward")`.

# %%
my_move = ...

# %%
before, moved = slots.copy(), MemorySlot(1, 0x80, npages=0x80)
update_memslots(slots, moved, Change.MOVE)
index = slots.id_to_index[1]
way = "backward" if index > before.id_to_index[1] else "forward"
compare(my_move, (index, way), show_diff(before, slots, names=("before", "after")))

# %% [markdown]
# **Why.** A lower GFN stands closer to the back, and the back has the larger indices. So slot 1 went *backward*, from
# index 0 to index 1, while its address went *down*.
#
# If you wrote `"forward"`, you are in good company.
#
# ## Experts stumble here
#
# Peter Xu, a kernel developer, reviewed this code on 6 February 2020. To him, "backward" felt like going to a smaller
# index, and he wondered whether he was the only one. Sean Christopherson answered the next day: forward is toward the
# *front*, and the front is element 0, as in C++, JavaScript, Python and Go.
#
# (Thread "[PATCH v5 17/19] KVM: Terminate memslot walks via used_slots", kvm mailing list.)

# %% [markdown]
# ## Who moves?
#
# The author had stumbled too. At first he named the functions after the *other* slots: `move_backward()` was called
# "shift forward". While one slot goes backward, those that it passes go forward. On 24 October 2019 he renamed both
# (v2 14/15 of the same patch; that mail is where this laboratory begins).
#
# Step through, and watch both.

# %%
Stepper(record(update_memslots, before, moved, Change.MOVE))

# %% [markdown]
# So a name of this code always speaks of the **changed** slot, and a *shift* is what happens to the others:
#
# | the changed slot | its GFN | its index | the others are shifted |
# |---|---|---|---|
# | moves forward | gets higher | gets smaller | one place back |
# | moves backward | gets lower | gets larger | one place forward |

# %% [markdown]
# ## Why from high to low?
#
# For a reason that is gone. Up to kernel 5.6 every slot always existed: an array of 512, and those not in use had no
# pages and GFN 0. Sorted from high to low, all of them end up **behind** the slots in use, by themselves.
#
# `eras.v5_6` is that kernel's array. Here are six slots, three of them in use. (The picture calls *stale* whatever lies
# behind `used_slots`; here those are the unused slots.)

# %%
from memslot_lab.eras import v5_6

old = v5_6.alloc_memslots(capacity=6)
for slot_id, gfn in [(0, 0x100), (1, 0x300), (2, 0x200)]:
    v5_6.update_memslots(old, MemorySlot(slot_id, gfn, npages=0x80), Change.CREATE)
show(old)

# %% [markdown]
# **Predict:** the same six entries in *rising* order. At which index would the first slot in use stand?

# %%
my_index = ...

# %%
rising = sorted(old.memslots, key=lambda slot: slot.base_gfn)
compare(my_index, next(i for i, slot in enumerate(rising) if slot.npages))

# %% [markdown]
# **Why.** The three unused ones, at GFN 0, come first. With 512 entries each walk would begin with hundreds of empty
# ones. The other way round, a walk begins at index 0 and ends at the first entry without pages.
#
# Since kernel 5.7 no unused slot stands in the array, and the order could be turned round. Nobody did: the comment
# calls it a matter of history. (Comment above `update_memslots()`, kernel 5.7.)

# %% [markdown]
# ## And before that: by size
#
# Until December 2014 the key was another one, the **size**: the largest slot first. A lookup walked from the front,
# and most of what a guest touches lies in its largest slot. So most walks were over at once.
#
# (Commit 0e60b0799fed, "kvm: change memslot sorting rule from size to GFN".)
#
# Let us count. A walk that ends at index `i` has looked at `i + 1` entries; take the average over all pages.


# %%
def average_walk(slots: list[MemorySlot]) -> float:
    looks = sum((i + 1) * slot.npages for i, slot in enumerate(slots))
    return round(looks / sum(slot.npages for slot in slots), 2)


# %% [markdown]
# The machine is the PC of lesson 00 after its boot, with 256 MiB. All its RAM lies below 4 GiB. **Predict:** is the
# average walk shorter `"by size"` or `"by GFN"`, from high to low?

# %%
my_shorter = ...

# %%
from memslot_lab.captures.replay import requests_of
from memslot_lab.engine import Vm, for_each_memslot

vm = Vm()
for request in requests_of("data/q72-pc-boot-vgastd.trace"):
    vm.set_user_memory_region(request.region)
small = list(for_each_memslot(vm.memslots[0]))
by_size = sorted(small, key=lambda slot: slot.npages, reverse=True)
shorter = "by size" if average_walk(by_size) < average_walk(small) else "by GFN"
compare(my_shorter, shorter, show(vm.memslots[0]))

# %% [markdown]
# **Why.** Slot 8 is nearly all of the RAM. By size it stands at index 0; by GFN, the firmware and the screen's memory
# lie above it, at index 0 and 1. The average walk looks at 1.07 entries by size, at 2.96 by GFN.
#
# Now a guest of 12 GiB: 3 GiB of RAM as before, below the hole for devices, and 9 GiB in one slot of their own, from
# the 4 GiB line (GFN 0x100000) up.

# %%
big = [MemorySlot(8, 0x100, 0xBFF00) if slot.id == 8 else slot for slot in small]
big.append(MemorySlot(9, 0x100000, 0x240000))
big.sort(key=lambda slot: slot.base_gfn, reverse=True)
by_size = sorted(big, key=lambda slot: slot.npages, reverse=True)
print("by size:", average_walk(by_size))
print("by GFN, high to low:", average_walk(big))
print("by GFN, low to high:", average_walk(big[::-1]))

# %% [markdown]
# The largest slot is often the highest one too. That was a second reason for high to low, and Paolo Bonzini, who
# maintains KVM, recalled it on 24 October 2019. Christopherson's answer: only a walk gains from it. The binary search
# that came with the new key begins in the *middle* of the array, where nobody stands on purpose.
#
# So both reasons are history. What is left is a habit, and every line of the code relies on it.

# %% [markdown]
# ## Six promises
#
# An **invariant** is a promise that holds before and after every change. `violations()` looks at six of them, and
# returns a sentence for each that is broken. Each sentence begins with a name.
#
# | name | what it promises |
# |---|---|
# | `TABLE_LENGTH` | both lists have `capacity` entries |
# | `USED_IN_RANGE` | `used_slots` is 0 to `capacity` |
# | `ENTRY_PRESENT` | every entry in use is a slot |
# | `HIGHEST_GFN_FIRST` | the GFNs fall; no two are equal |
# | `INDEX_NAMES_ENTRY` | the table finds each slot in use |
# | `ABSENT_IS_MINUS_ONE` | of every other id it says -1 |
#
# Now three arrays in which something is broken. Predict its **name** each time.
#
# **The first:** two entries have been swapped, and the index table was told.

# %%
first = machine((0, 0x100), (1, 0x300), (2, 0x0))
first.memslots[0], first.memslots[1] = first.memslots[1], first.memslots[0]
first.id_to_index[0], first.id_to_index[1] = 0, 1
show(first)

# %%
my_name = ...


# %%
def names(slots: Memslots) -> list[str]:
    return sorted({sentence.partition(":")[0] for sentence in violations(slots)})


compare(my_name, names(first))

# %% [markdown]
# **Why.** Each slot is found by its id, but slot 0 now stands in front of slot 1, which begins higher. A binary
# search would take the wrong half.
#
# **The second:** somebody has deleted slot 2 by making the array shorter, and has done nothing else.

# %%
second = machine((0, 0x100), (1, 0x300), (2, 0x0))
second.used_slots -= 1
show(second)

# %%
my_name = ...

# %%
compare(my_name, names(second))

# %% [markdown]
# **Why.** The two slots in use are in order, and the table finds them. But id 2 is in use nowhere, and the table still
# says 2. The next create may put its slot at index 2, and then id 2 finds a stranger.
#
# **The third** is the meanest. Slot 2 stands at the back of a *full* array, and the table says -1 for it.

# %%
third = machine((0, 0x100), (1, 0x300), (2, 0x0), capacity=3)
third.id_to_index[2] = -1
third.memslots[third.id_to_index[2]]

# %% [markdown]
# Python finds slot 2! **Predict** the name all the same.

# %%
my_name = ...

# %%
compare(my_name, names(third))

# %% [markdown]
# **Why.** `memslots[-1]` is Python's last entry, and here that is slot 2, by chance. In C, index -1 is the memory in
# front of the array. So the promise speaks of the *index*: it has to be 2.

# %% [markdown]
# ## Before and after, not in between
#
# An invariant may be broken while a function works. **Predict:** in the middle of the move from above, between its
# first write and its last, how many different ids are in use in the array of three?

# %%
my_ids = ...

# %%
tape = record(update_memslots, before, moved, Change.MOVE)
step = next(frame.step for frame in tape if frame.shifts)
middle = tape.state(step)
compare(my_ids, len({slot.id for slot in middle.memslots[:3]}), show(middle))

# %% [markdown]
# **Why.** Slot 0 has been copied forward and not yet been overwritten: it is there twice, and slot 1 is only in the
# hand. Two ids in three entries. A reader who looked now would see an array that never was.
#
# That is why the kernel never edits the array that others read. It edits a **copy**, and publishes it when all
# promises hold again. (Lesson 10.)

# %% [markdown]
# ## What is no promise
#
# Two slots that overlap break none of the six. **Predict:** what does `violations()` return here, and would the
# kernel accept such a request? Write a pair, as `(["NAME"], True)`.

# %%
my_pair = ...

# %%
from memslot_lab.engine import MemslotError, UserspaceMemoryRegion

overlapping = machine((0, 0x100), (1, 0x140))
vm, accepted = Vm(), True
try:
    for slot_id, gpa in [(0, 0x100000), (1, 0x140000)]:
        vm.set_user_memory_region(UserspaceMemoryRegion(slot_id, 0, gpa, 0x80000, 0x7F0000000000))
except MemslotError:
    accepted = False
compare(my_pair, (violations(overlapping), accepted), show(overlapping))

# %% [markdown]
# **Why.** The order depends on where slots *begin*, and those two begin at different frames. That they overlap is
# found earlier: the request is refused with `EEXIST` before the array is touched. Each layer has promises of its own,
# and may rely on those in front of it.
#
# (`__kvm_set_memory_region()` in virt/kvm/kvm_main.c, kernel 5.7.)
#
# ## Does the kernel check?
#
# No: it would look at every entry. But in five places the functions warn if a promise is broken, `WARN_ON`. In the
# thread of February 2020 Christopherson says what for: to write down what the code relies on.
#
# In this laboratory `violations()` runs after every step of every test.

# %% [markdown]
# ## Change it
#
# `my_change()` does something to a good array. Make it break **two** promises at once, and **no more**. Then make it
# break `ENTRY_PRESENT`: are the other names still reported?


# %%
def my_change(slots: Memslots) -> None:
    slots.used_slots -= 1


changed = machine((0, 0x100), (1, 0x300), (2, 0x0))
my_change(changed)
violations(changed)

# %% [markdown]
# ## Play with it
#
# Try to break the order: create slots wherever you like, move them up and down. **Find out:** how far can a slot move
# in memory without changing its index?

# %%
Playground(seed=1)

# %% [markdown]
# ## Make it
#
# Now write `violations()` yourself: [exercise 01](../exercises/01_invariants.ipynb). You will meet this function in
# every exercise that follows, from the other side.

# %% [markdown]
# ## Check yourself
#
# Say the answer aloud, then open it.
#
# <details><summary>Slots at 0x0, 0xc0 and 0xfffc0: which has the largest index?</summary>The one at 0x0: it
# stands at the back.</details>
#
# <details><summary>A slot gets a higher GFN. Forward or backward?</summary>Forward, toward index 0.</details>
#
# <details><summary>What does <code>id_to_index</code> say of an id that no slot has?</summary>-1.</details>
#
# <details><summary>Are overlapping slots a broken invariant?</summary>No. The caller has refused them
# before.</details>

# %% [markdown]
# ## What surprises people
#
# * *Front* is the highest address, and *backward* is toward larger indices.
# * While a slot moves backward, the others are shifted forward. Both words are right, each for somebody else.
# * GFN 0 is a fine place for a slot. When the key became the GFN, that was forgotten: a slot at 0 has the same key as
#   an unused one, and broke the order until that was mended ("kvm: fix sorting of memslots with
#   base_gfn == 0").
# * The reasons for the order are gone, the order is not.

# %% [markdown]
# ## Glossary
#
# * **back, backward**: the end with the lowest GFN; toward it
# * **front, forward**: index 0 with the highest GFN; toward it
# * **invariant**: true before and after every change
# * **key**: what an array is sorted by; here `base_gfn`
# * **unused slot**: up to kernel 5.6, an entry without pages at GFN 0
#
# Next: [02 Finding a slot](02_finding_a_slot.ipynb).
#
# **Sources:** virt/kvm/kvm_main.c, kernels 5.2 and 5.7; commits 0e60b0799fed (December 2014) and its fix; mails of 24
# October 2019 (v2 14/15) and of 6 and 7 February 2020 (v5 17/19), kvm mailing list.
