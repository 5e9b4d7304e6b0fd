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
# # 02 Finding a slot
#
# **You will be able to** find the slot of a guest frame by halving the array, say what the search costs, and say what
# it does in a hole and below the lowest slot, where the kernel had a bug for five years.
#
# **You need** [lesson 01](01_highest_gfn_first.ipynb), and Python's lists and loops.
#
# **How long:** 40 minutes, then 40 for the exercise.

# %% [markdown]
# ## The words
#
# | kernel word | meaning | example |
# |---|---|---|
# | `search_memslots()` | find the slot that holds a GFN | 0x240 is in slot 5 |
# | hole | guest frames that no slot holds | 0x280 to 0x2ff |
# | `start`, `end` | the range of indices that is left; `end` is not part of it | 5, 8 |
# | `pivot` | the index in the middle that is looked at | 6 |
# | `last_used_slot` | a cursor: where the last search ended | 5 |

# %%
from memslot_lab.course import compare
from memslot_lab.engine import Change, MemorySlot, Memslots, delete, gfn_to_memslot, search_memslots, update_memslots
from memslot_lab.views.array import show
from memslot_lab.watch import record
from memslot_lab.widgets import Stepper

# %% [markdown]
# ## Why search?
#
# The guest touches a page for the first time. The processor does not know where it is and asks KVM. KVM has the guest
# frame number, and wants the host address. That stands in a slot. Which one?
#
# So this question is asked far more often than the array is changed. Here are eight slots of 0x80 pages, with holes
# between them.


# %%
def machine(count: int = 8, capacity: int = 8) -> Memslots:
    slots = Memslots(capacity)
    for i, slot_id in enumerate([3, 0, 5, 1, 6, 2, 7, 4][:count]):
        update_memslots(slots, MemorySlot(slot_id, 0x100 * i, 0x80), Change.CREATE)
    return slots


slots = machine()
show(slots)

# %% [markdown]
# ## One after the other
#
# The plain way is a walk from the front: is the GFN in this slot? If not, the next. The kernel did it that way until
# December 2014.
#
# **Predict:** how many slots does the walk look at before it has found GFN 0x240?

# %%
my_looks = ...


# %%
def walk(slots: Memslots, gfn: int) -> int:
    """Return the index at which a walk finds the GFN."""
    for i in range(slots.used_slots):
        slot = slots.memslots[i]
        if slot.base_gfn <= gfn < slot.base_gfn + slot.npages:
            return i
    return slots.used_slots


compare(my_looks, walk(slots, 0x240) + 1)

# %% [markdown]
# **Why.** 0x240 is in slot 5, which stands at index 5. Five others stand in front of it. With 512 slots a walk may
# have to look at all of them, and it does not use at all what lesson 01 was about: the array is **in order**.

# %% [markdown]
# ## Look in the middle
#
# Open a dictionary in the middle, and one look tells which half to go on with. Here: index 4, slot 1, GFN 0x300.
#
# **Predict:** we look for 0x240. Which half is left, `"front"` or `"back"`?

# %%
my_half = ...

# %%
pivot = slots.used_slots // 2
compare(my_half, "back" if slots.memslots[pivot].base_gfn > 0x240 else "front")

# %% [markdown]
# **Why.** Slot 1 begins at 0x300, too high. HIGHEST GFN FIRST: whatever begins lower stands *behind* it. In a
# textbook the array rises, and "too high" sends you to smaller indices. Here it sends you to larger ones.
#
# One look, and four of eight are left... or are they three?

# %% [markdown]
# ## A range with an open end
#
# The search keeps two numbers. What it looks for, *the first slot that does not begin above the GFN*, has an index
# from `start` to `end`.
#
# * The pivot begins **above** the GFN: it is not the one. `start = pivot + 1`.
# * It does **not**: it may be the one, and nobody behind it can be. `end = pivot`.
#
# Everything in front of `start` begins above the GFN, and from `end` on nothing does. When the two meet, that place is
# found.


# %%
def rounds(slots: Memslots, gfn: int) -> list[tuple[int, int, int]]:
    """Return start, pivot and end of each round."""
    start, end, seen = 0, slots.used_slots, []
    while start < end:
        pivot = start + (end - start) // 2
        seen.append((start, pivot, end))
        if gfn >= slots.memslots[pivot].base_gfn:
            end = pivot
        else:
            start = pivot + 1
    return seen


# %% [markdown]
# **Predict:** after index 4, which two indices are looked at, in order, to find 0x240? Write a list, as `[2, 3]`.

# %%
my_pivots = ...

# %%
compare(my_pivots, [pivot for _, pivot, _ in rounds(slots, 0x240)[1:]])

# %% [markdown]
# **Why.** After the first round, indices 5, 6 and 7 are left: `start` is 5, `end` is 8. The middle is 6, slot 0 at
# 0x100, not too high: `end` is 6. One index is left, 5. It is not too high either, so `end` is 5, and the two have
# met.
#
# The same as a picture, one bar a round:


# %%
# %matplotlib inline
from matplotlib.axes import Axes
from matplotlib.figure import Figure


def bars(axes: Axes, slots: Memslots, gfn: int) -> None:
    for number, (start, pivot, end) in enumerate(rounds(slots, gfn), start=1):
        name = f"{slots.memslots[pivot].base_gfn:#x}"
        axes.barh(number, end - start, left=start - 0.5, color="#56B4E9")
        axes.barh(number, 1, left=pivot - 0.5, color="#E69F00")
        axes.text(pivot, number, name, ha="center", va="center")
    axes.set(ylim=(4.6, 0.4), yticks=range(1, 5), ylabel="round", xlim=(-0.6, 7.6))
    axes.set_xlabel("index: front (highest GFN) on the left, back on the right")
    axes.set_title(f"GFN {gfn:#x}")


# %%
figure = Figure(figsize=(8, 4.6), layout="constrained")
for axes, gfn in zip(figure.subplots(2, 1), (0x240, 0x740), strict=True):
    bars(axes, slots, gfn)
figure

# %% [markdown]
# Blue is the range that is left, orange the pivot with its GFN. A pivot below the GFN leaves what is in front of it, a
# pivot above it what is behind. For 0x740 it takes four rounds, and no GFN takes more.

# %% [markdown]
# ## Watch it
#
# The kernel's function, line by line. It writes nothing, so look at `start`, `end` and `pivot` below the code, and at
# the entry that is read.
#
# (`search_memslots()` in include/linux/kvm_host.h, kernels 5.7 to 5.16.)

# %%
Stepper(record(search_memslots, slots, 0x240))

# %% [markdown]
# ## In a hole
#
# The search has found the first slot that does not begin above the GFN. That is not enough. **Predict:** which slot
# ids come back for the GFNs 0x27f and 0x280? Write a pair; `None` where there is none.

# %%
my_pair = ...


# %%
def id_of(slot: MemorySlot | None) -> int | None:
    return None if slot is None else slot.id


found = tuple(id_of(search_memslots(slots, gfn)) for gfn in (0x27F, 0x280))
compare(my_pair, found)

# %% [markdown]
# **Why.** Slot 5 has 0x80 pages from 0x200 on: the last one is 0x27f. For both GFNs the halving ends at slot 5. Only
# the **range test** behind the loop tells them apart: `gfn < base_gfn + npages`.
#
# It is asked once, not in every round.

# %% [markdown]
# ## Below everything
#
# Now an array whose lowest slot is gone: slot 3, at GFN 0. Whoever deleted it handed in the whole slot, and it lies
# behind the used ones.

# %%
seven = machine()
delete(seven, MemorySlot(3, 0x0, 0x80))
show(seven)

# %% [markdown]
# **Predict:** somebody looks for GFN 0x40. With which `start` does the loop end?

# %%
my_start = ...


# %%
def first_not_above(slots: Memslots, gfn: int) -> int:
    """Return where the halving ends."""
    ranges = rounds(slots, gfn)
    start, pivot, _ = ranges[-1]
    return start if gfn >= slots.memslots[pivot].base_gfn else pivot + 1


compare(my_start, first_not_above(seven, 0x40))

# %% [markdown]
# **Why.** All seven slots begin above 0x40, so `start` is pushed to the end: 7, which is `used_slots`. There is no
# such slot in use. But there is an entry!
#
# **Predict:** a search that does not ask whether `start` is in use: which id does it return for 0x40?

# %%
my_id = ...


# %%
def search_without_the_question(slots: Memslots, gfn: int) -> MemorySlot | None:
    slot = slots.memslots[first_not_above(slots, gfn)]
    return slot if slot.base_gfn <= gfn < slot.base_gfn + slot.npages else None


compare(my_id, id_of(search_without_the_question(seven, 0x40)))

# %% [markdown]
# **Why.** It reads the stale entry and takes it for a slot: the guest would get memory that was taken away from it.
# The right search returns `None`.
#
# And if the array is full, there is no entry behind it at all:

# %%
full = Memslots(capacity=1)
update_memslots(full, MemorySlot(0, 0x100, 0x80), Change.CREATE)
try:
    search_without_the_question(full, 0x40)
except IndexError as error:
    print(f"IndexError: {error}")

# %% [markdown]
# ## The kernel did just that
#
# The question was missing from December 2014 on. It did no harm: the array had room for all slots, so behind the used
# ones stood an empty one, and the range test said no. Only with *all* slots in use one entry too many was read.
#
# On the way to kernel 5.7 the array was made as long as it has to be. Now any search below the lowest slot could read
# behind it. syzbot, a robot that throws random calls at kernels, reported it, and on 7 April 2020 the question was
# added.
#
# ("KVM: Check validity of resolved slot when searching memslots", Sean Christopherson.)

# %% [markdown]
# ## What does it cost?
#
# Each round compares two GFNs once. Take the most expensive search of each array. **Predict:** how many rounds for 512
# slots?

# %%
my_count = ...


# %%
def array_of(count: int) -> Memslots:
    slots = Memslots(capacity=count)
    for i in range(count):
        update_memslots(slots, MemorySlot(i, 0x100 * i, 0x80), Change.CREATE)
    return slots


sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
arrays = [array_of(count) for count in sizes]
most = [max(len(rounds(a, slot.base_gfn)) for slot in a.memslots) for a in arrays]
compare(my_count, most[-1])

# %% [markdown]
# **Why.** Each round throws half of the range away: 512, 256, 128 and so on down to 1, and one more to look at the
# last. Twice the slots cost **one** round more. (The range test adds two comparisons at the end.)

# %%
figure = Figure(figsize=(7.5, 3.8), layout="constrained")
axes = figure.subplots()
axes.plot(sizes, sizes, "s--", color="#D55E00", label="walk: as many as slots")
axes.plot(sizes, most, "o-", color="#0072B2", label="halving: one more for a doubling")
axes.set_xscale("log", base=2)
axes.set(ylim=(0, 70), xlabel="slots in use")
axes.set_ylabel("rounds of the most expensive search")
axes.set_xticks(sizes, [str(size) for size in sizes])
axes.legend()
figure

# %% [markdown]
# *Counted by the cells above. The walk leaves the picture at 64 slots; at 512 it would be seven times as high as the
# picture.*

# %% [markdown]
# ## What the author measured
#
# Igor Mammedov, who brought in the halving, counted processor cycles for a lookup while a Windows guest ran:
#
# | | average while it boots | average later, lookups at random |
# |---|---|---|
# | 13 slots, walk | 28 | 30 |
# | 13 slots, halving | 30 | 40 |
# | 117 slots, walk | 30 | 460 |
# | 117 slots, halving | 35 | 180 |
#
# For many slots it gains a lot. For few it even **loses** a little. Can you say why?
#
# (Commit 9c1a5d38780e, December 2014.)

# %% [markdown]
# One reason: the walk came with the old order, largest slot first. Most lookups want that slot, and it stood at index 0
# (lesson 01). The halving begins in the middle, whoever stands there.
#
# ## The cursor
#
# A guest that boots uses two or three slots, and mostly the same one as a moment ago. So the kernel remembers the
# **index** at which the last search ended, and looks there first. That brought the average from 46 to 28 cycles.
#
# (Commit d4ae84a02bc6, December 2014. The cursor was called `lru_slot` up to kernel 5.14, `last_used_slot` since.)

# %% [markdown]
# `gfn_to_memslot()` looks at the cursor first. **Predict:** the cursor stands at index 0, and these GFNs are
# looked up: 0x240, 0x241, 0x250, 0x640, 0x641, 0x242. How many of the six does it answer, without any search?

# %%
my_hits = ...

# %%
hits, slots = 0, machine()
for gfn in (0x240, 0x241, 0x250, 0x640, 0x641, 0x242):
    before = slots.last_used_slot
    gfn_to_memslot(slots, gfn)
    hits += slots.last_used_slot == before
compare(my_hits, hits)

# %% [markdown]
# **Why.** 0x240 is not in slot 4, where the cursor stands: search, cursor to 5. Two hits. 0x640 is in another slot:
# search, one hit. Then back to slot 5, one more search. Three of six.
#
# The cursor is only a guess. After a delete it may stand behind the array, so its index is tested before it is used.

# %% [markdown]
# ## With Python's own tools
#
# `bisect` wants a rising row. Turn the sign, and the GFNs rise; `key=` does it without a second list.

# %%
from bisect import bisect_left

slots = machine()
used = slots.memslots[: slots.used_slots]
bisect_left(used, -0x240, key=lambda slot: -slot.base_gfn)

# %% [markdown]
# Index 5 again. What is missing? Both questions behind the loop: is that index in use, and does the slot reach as far
# as the GFN?

# %% [markdown]
# ## Change it
#
# The cell lists the GFNs for which your search and the kernel's differ: none yet. Make `>=` a `>`. Which GFNs are lost,
# and why just those? Undo that, and let `end` begin at `used_slots - 1`. Is anything lost? And what if no slot began
# below 0x100?


# %%
def my_search(slots: Memslots, gfn: int) -> MemorySlot | None:
    start, end = 0, slots.used_slots
    while start < end:
        pivot = (start + end) // 2
        if gfn >= slots.memslots[pivot].base_gfn:
            end = pivot
        else:
            start = pivot + 1
    slot = slots.memslots[start] if start < slots.used_slots else None
    return slot if slot and gfn < slot.base_gfn + slot.npages else None


slots = machine()
[f"{gfn:#x}" for gfn in range(0x800) if my_search(slots, gfn) != search_memslots(slots, gfn)]


# %% [markdown]
# ## Make it
#
# Write it yourself: [exercise 02](../exercises/02_search.ipynb). It is judged on what is found, and on how the cost
# grows.

# %% [markdown]
# ## Check yourself
#
# Say the answer aloud, then open it.
#
# <details><summary>The pivot begins above the GFN. Which number changes?</summary><code>start</code>, to
# <code>pivot + 1</code>: lower GFNs stand behind.</details>
#
# <details><summary>1,024 slots: how many rounds at most?</summary>11: one more than for 512.</details>
#
# <details><summary>What is <code>start</code> for a GFN below every slot?</summary><code>used_slots</code>, which is
# no slot.</details>
#
# <details><summary>Why is the range test not in the loop?</summary>Once is enough, for the one candidate that is
# left.</details>

# %% [markdown]
# ## What surprises people
#
# * Going down in memory is going *up* in indices, so both branches of the textbook's search are swapped.
# * The halving does not look for the slot that holds the GFN, but for the first one that does not begin above it.
# * A bug can be harmless for five years and become a hole when somebody saves memory.
# * Better on paper is not better for 13 slots.

# %% [markdown]
# ## Glossary
#
# * **cursor**: the index at which the last search ended; a guess
# * **half-open range**: `start` is part of it, `end` is not
# * **halving, bisection, binary search**: three words for one thing
# * **hole**: guest frames in no slot
# * **pivot**: the entry that is looked at
# * **range test**: does the slot reach as far as the GFN?
#
# Next: [03 Deleting a slot](03_deleting.ipynb).
#
# **Sources:** include/linux/kvm_host.h, kernels 5.2, 5.7 and 5.15; commits 9c1a5d38780e and d4ae84a02bc6 (December
# 2014); mail 20200408064059.8957-2, 7 April 2020, kvm mailing list.
