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
# # 09 Counting
#
# **You will be able to** say how many entries any update shifts before it runs, what a whole row of them costs, and
# why the order in which QEMU creates its slots decides about it.
#
# **You need** the lessons [03](03_deleting.ipynb) to 06: delete, create and move. A sum and a square are all the
# mathematics.
#
# **How long:** 45 minutes, then half an hour for the exercise.

# %% [markdown]
# ## The words
#
# | word | in the kernel | meaning | example |
# |---|---|---|---|
# | shift | `mslots[i] = mslots[i - 1]` | one *other* slot copied by one place | from index 2 to 3 |
# | comparison | `new->base_gfn < ...` | which of two GFNs is higher? | 0x380 or 0x300 |
# | rank | | the index at which a slot belongs: how many slots have a higher GFN | 2 |
# | `used_slots` | `used_slots` | slots in use **before** the update | 5 |
# | ascending | | each new slot has the highest GFN so far: it goes to the front | 0x0, 0x100, 0x200 |
# | descending | | each new slot has the lowest GFN so far: it stays at the back | 0x200, 0x100, 0x0 |

# %%
from random import Random

from memslot_lab.cost import cost_of
from memslot_lab.course import compare
from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots
from memslot_lab.views.array import show, show_diff
from memslot_lab.watch import record
from memslot_lab.widgets import Stepper

# %% [markdown]
# ## What is there to count?
#
# An update of the array does two things again and again: it **compares** two GFNs, and it **shifts** a slot by one
# place. A shift copies a whole slot, 88 bytes on x86. Everything else happens once.
#
# (88 bytes: Sean Christopherson's cover letter of the series, September 2019.)
#
# Here is an array of five slots, from 0x100 at the back to 0x500 at the front.


# %%
def machine(n: int = 5) -> Memslots:
    slots = Memslots(capacity=16)
    for i in range(n):
        update_memslots(slots, MemorySlot(i, 0x100 * (i + 1), npages=0x80), Change.CREATE)
    return slots


show(machine())

# %% [markdown]
# ## One create
#
# A slot at 0x380 comes. It belongs behind 0x500 and 0x400, so its rank is 2: two slots have a higher GFN. It starts
# behind the last slot, and goes forward from there.
#
# **Predict:** how many slots are shifted?

# %%
my_prediction = ...

# %%
new = MemorySlot(id=9, base_gfn=0x380, npages=0x40)
tape = record(update_memslots, machine(), new, Change.CREATE)

both = show_diff(machine(), tape.after, names=("before", "after"))
compare(my_prediction, tape.shifts, both)

# %% [markdown]
# **Why.** Whoever has a lower GFN than the new slot ends up behind it, one place further back: three of the five. In
# letters: `used_slots - rank` shifts. Those in front, with higher GFNs, do not notice.
#
# Step through it. The counters stand above the array.

# %%
Stepper(record(update_memslots, machine(), new, Change.CREATE))

# %% [markdown]
# ## A shift is not a move
#
# The two words are mixed up easily. `move_forward()` is named after the **new** slot: it is the one that goes forward.
# But nothing copies it on the way; it waits in the caller's hand. What is copied are the **others**, and they go
# *backward*, toward the lower GFNs.
#
# So when you count the copies of a *forward* move, you count slots that go back.
#
# (`kvm_memslot_move_forward()`, virt/kvm/kvm_main.c, kernel 5.7. In version 2 of the series it was called
# `kvm_shift_memslots_backward()`, after the others.)

# %% [markdown]
# ## And the comparisons?
#
# Before each shift the GFNs are compared. The walk ends for one of two reasons: the next slot is higher, or there is
# no next slot.
#
# **Predict:** into the same five slots comes one at the front, and, another time, one at the back. How many
# comparisons are made each time? Write `(front, back)`.

# %%
my_prediction = ...


# %%
def create_at(gfn: int) -> int:
    return record(update_memslots, machine(), MemorySlot(9, gfn, 0x40), Change.CREATE).compares


compare(my_prediction, (create_at(0x600), create_at(0x80)))

# %% [markdown]
# **Why.** At the front each of the five comparisons led to a shift, and then nobody was left to compare with. At the
# back a single comparison said "stop", and nothing was shifted.
#
# So comparisons = shifts, and one more unless the slot ends at index 0.

# %% [markdown]
# ## All ranks in one table
#
# Count each of the six creates that five slots allow. Nothing is calculated here: each line is a recorded run.

# %%
print("rank  shifts  comparisons")
for rank in range(6):
    new = MemorySlot(id=9, base_gfn=0x580 - 0x100 * rank, npages=0x40)
    tape = record(update_memslots, machine(), new, Change.CREATE)
    print(f"{rank:4}  {tape.shifts:6}  {tape.compares:11}")

# %% [markdown]
# ## A move
#
# The slot with rank 1, id 3 at 0x400, gets the new GFN 0x80, which is the lowest of all: its new rank is 4.
#
# **Predict:** the backward walk runs first, then the forward walk. How many shifts does each make? Write
# `(backward, forward)`.

# %%
my_prediction = ...

# %%
moved = MemorySlot(id=3, base_gfn=0x80, npages=0x40)
tape = record(update_memslots, machine(), moved, Change.MOVE)
counts = tape.shifts_by_function

compare(my_prediction, (counts["move_backward"], counts["move_forward"]), show(tape.after))

# %% [markdown]
# **Why.** Three slots stood between the old place and the new one; each made one step forward. The forward walk
# then asked once, found a higher GFN before it, and stopped. At most one of the two walks shifts anything.
#
# So a move costs the **distance** between the two ranks. A change of flags is a move by 0: it costs no shift at all.

# %% [markdown]
# ## The three formulas
#
# | update | shifts |
# |---|---|
# | create at rank q | used_slots - q |
# | delete at index p | used_slots - 1 - p |
# | move from p to q | the distance of p and q |
#
# `cost_of()` holds them. Are they right? Make 100 random moves, count each one, and compare with the formula. A
# formula that fits only the examples it was made from would fail here.

# %%
rng = Random(2019)
slots, different = machine(), 0
for _ in range(100):
    slot = MemorySlot(rng.randrange(5), rng.randrange(1 << 30), npages=1)
    old = slots.id_to_index[slot.id]
    tape = record(update_memslots, slots, slot, Change.MOVE)
    slots = tape.after
    new = slots.id_to_index[slot.id]
    different += tape.shifts != cost_of(Change.MOVE, used_slots=5, old=old, new=new).shifts
print(f"seed 2019: {different} of 100 moves differ from the formula")

# %% [markdown]
# The tests of this laboratory do the same with thousands of updates that the original C code was counted on.

# %% [markdown]
# ## A whole row of creates
#
# Now add up. Eight slots are created in an empty array, **ascending**: 0x0, 0x100, 0x200 and so on. Each new one has
# the highest GFN so far.
#
# **Predict:** how many shifts is that in all?

# %%
my_prediction = ...

# %%
from memslot_lab.views.cost_plot import create_costs, gfns_in_order

ascending = create_costs("5.7", gfns_in_order("ascending", 8))

compare(my_prediction, ascending[-1])

# %% [markdown]
# **Why.** Each new slot goes to the front and pushes back everybody who is there: 0, then 1, then 2, up to 7.
# 0 + 1 + ... + 7 = 28. For n slots it is n(n-1)/2, half of a square:
#
# ```
# 2nd slot  #
# 3rd slot  # #
# 4th slot  # # #
# 5th slot  # # # #
# ```

# %% [markdown]
# **Predict:** the same eight slots, **descending**, the highest GFN first. How many shifts now?

# %%
my_prediction = ...

# %%
descending = create_costs("5.7", gfns_in_order("descending", 8))

compare(my_prediction, descending[-1])

# %% [markdown]
# **Why.** Each new slot has the lowest GFN, and the back, where it is put in, is just its place. One comparison tells
# so, and that is all.
#
# The end state is the same array, entry for entry. Only the way there differs.

# %% [markdown]
# ## In any order
#
# Take two of the slots. If the lower one is created first, the higher one pushes it back, later, by one place. If the
# higher one comes first, the two never meet.
#
# So a row of creates costs as many shifts as there are **pairs in which the lower one comes first**. Eight slots have
# 28 pairs.
#
# **Predict:** in a random order, how many shifts do eight slots cost on average?

# %%
my_prediction = ...

# %%
rng = Random(2019)
rows = [rng.sample(range(8), 8) for _ in range(2000)]
totals = [sum(a < b for j, b in enumerate(row) for a in row[:j]) for row in rows]

compare(my_prediction, round(sum(totals) / len(totals)))

# %% [markdown]
# **Why.** Each pair comes in the one order or the other, with equal chance: half of 28. For n slots it is n(n-1)/4.
# (2000 random orders, seed 2019.)

# %% [markdown]
# ## The curves
#
# 509 slots were the most that a virtual machine on x86 could have until kernel 5.12. Here is each order, counted
# create by create, and the two formulas as dotted lines.

# %%
# %matplotlib inline
from memslot_lab.views.cost_plot import orders_figure

orders_figure()

# %% [markdown]
# **Read it.** Twice the slots, four times the shifts: that is what a square does. A PC that boots has some ten slots,
# and nobody would notice. At 32 slots the worst order costs 496 shifts, at 509 it is 129,286.
#
# **Change it:** call `orders_figure(200, seed=1)` in a cell of your own. How far from the dotted line does a random
# order get?

# %% [markdown]
# ## What does QEMU do?
#
# These two logs are from a QEMU 7.2 that starts with 256 MiB and then gets 100 memory modules of 128 MiB plugged in.
# In one log each module is put at the next higher address. In the other the addresses are shuffled.
#
# **Predict:** one of them costs 5,457 shifts, the other 3,089. Which is `"ascending"`, which is `"shuffled"`? Write the
# two names, the dearer one first.

# %%
my_prediction = ...

# %%
from memslot_lab.captures.replay import replay

logs = ("shuffled", "ascending")
shifts = {log: replay(f"data/q72-pc-dimm-100-{log}.trace").vms[0].shifts for log in logs}
compare(my_prediction, sorted(shifts, key=shifts.get, reverse=True))

# %% [markdown]
# **Why.** The slots are the same in both. Plugged in from the bottom up, each module goes to the front and pushes back
# all that are there. Shuffled, it pushes back half of them.
#
# From the bottom up is what one does without thinking of it: the next free address is the next higher one. It is the
# worst order there is.

# %% [markdown]
# What would the best order cost? Take the creates of the log and turn them around. (The very first slot is left out: it
# is deleted again at once.)

# %%
from memslot_lab.captures.replay import requests_of

log = [request.region for request in requests_of("data/q72-pc-dimm-100-ascending.trace")]
gfns = [region.guest_phys_addr >> 12 for region in log if region.memory_size][1:]
up, down = create_costs("5.7", gfns), create_costs("5.7", gfns[::-1])
print(f"{len(gfns)} slots: {up[-1]:,} shifts; turned around {down[-1]}")

# %% [markdown]
# 105 slots could cost 5,460 shifts at worst; as QEMU does it they cost 5,456, and turned around 4. (The whole log has
# one shift more, for a slot that came and went.)

# %% [markdown]
# ## Is it worth the trouble?
#
# A count is no time. The five functions of the mail, compiled with gcc and timed for this course on one machine, took
# per create, in nanoseconds:
#
# | slots | ascending | descending | with a copy: ascending | with a copy: descending |
# |---|---|---|---|---|
# | 32 | 33 | 9 | 82 | 40 |
# | 509 | 591 | 10 | 964 | 415 |
# | 4,096 | 6,126 | 10 | 23,562 | 23,045 |
#
# The first two columns: the update alone. The last two: with a fresh copy of the array before each, as the kernel
# does it. At 509 slots the copy takes some 400 ns, more than half of the worst sorting. At 4,096 it takes 17,000 or
# more, and the sorting is the smaller part.

# %% [markdown]
# ## The copy
#
# Why a copy? Readers look at the array without a lock; so the kernel never changes what they look at
# ([lesson 10](10_publishing.ipynb)). Each create first copies every slot that is in use.
#
# (`kvm_dup_memslots()`, virt/kvm/kvm_main.c, kernel 5.7.)
#
# **Predict:** eight slots are created, in any order. How many *entries* do all these copies copy? Count only slots in
# use.

# %%
my_prediction = ...

# %%
copied = sum(used_slots for used_slots in range(8))

compare(my_prediction, copied)

# %% [markdown]
# **Why.** 0 for the first, then 1, then 2, up to 7. You have seen that sum: it is n(n-1)/2 again, and this time in
# **every** order. The best order saves the shifts, and the copies stay.
#
# That is what the next great change took away: kernel 5.17 has no array to copy
# ([lesson 11](11_before_and_after.ipynb)).

# %% [markdown]
# ## Make it
#
# Now write the formulas yourself: [exercise 09](../exercises/09_cost.ipynb). The last one tells the cost of any row of
# creates, and you can try it on QEMU's log.

# %% [markdown]
# ## Check yourself
#
# Say the answer aloud, then open it.
#
# <details><summary>Ten slots are in use, a new one gets rank 4. Shifts, comparisons?</summary>6 shifts, 7
# comparisons.</details>
#
# <details><summary>A slot goes from index 7 to index 2. Shifts?</summary>5, all of them in the forward
# walk.</details>
#
# <details><summary>20 slots ascending: how many shifts?</summary>20 * 19 / 2 = 190.</details>
#
# <details><summary>Which order of deletes is free?</summary>The lowest GFN first: nobody stands behind it.</details>

# %% [markdown]
# ## What surprises people
#
# * The dearest create makes no comparison in vain; the cheapest is one comparison and nothing else.
# * Ascending, the natural order, is the worst one.
# * A machine with twice the slots pays four times as much, in every order, because of the copy.
# * A forward move shifts others backward.
# * Nobody looked for the place by halving, as a search does: the slots have to be shifted one by one anyway, and each
#   shift asks one question on the way.

# %% [markdown]
# ## Glossary
#
# * **ascending, descending**: creates from the lowest GFN up, from the highest down
# * **closed form**: a formula that gives the result without running through the steps
# * **pair**: two slots; it costs one shift if the lower GFN comes first
# * **quadratic**: twice the input, four times the cost
# * **rank**: how many slots have a higher GFN
# * **shift**: one other slot copied by one place
#
# Next: [10 Publishing a change](10_publishing.ipynb), on the copy and its readers.
#
# **Sources:** `update_memslots()` and its helpers, virt/kvm/kvm_main.c, kernel 5.7; the logs beside this notebook
# (QEMU 7.2); times measured for this course with the functions of the mail of 24 October 2019, gcc -O2.
