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
# # 11 Before and after
#
# **You will be able to** say how Linux kept a virtual machine's slots in order before kernel 5.7, how it does it since
# 5.17, and what each way costs on the same work.
#
# **You need** lesson [09](09_counting.ipynb), and an idea of what a tree is.
#
# **How long:** 50 minutes, then 40 for the exercise.

# %% [markdown]
# ## The words
#
# | kernel word | meaning | example |
# |---|---|---|
# | tail | in 5.6: the unused slots, behind the used ones | with 8 ids, 8 - `used_slots` entries |
# | `gfn_tree` | since 5.17: the slots in a red-black tree, by GFN | lowest GFN on the **left** |
# | node | a slot's place in a tree, with two links down | the root has no parent |
# | `id_hash` | since 5.17: finds a slot by its id | in place of `id_to_index` |
# | active, inactive | since 5.17: the set that readers use, and the other | swapped after each change |

# %%
from memslot_lab.course import compare
from memslot_lab.engine import Change, MemorySlot
from memslot_lab.eras import v5_6, v5_17
from memslot_lab.eras.rbtree import GfnTree
from memslot_lab.eras.visits import WatchedTree
from memslot_lab.views.array import show
from memslot_lab.views.tree import show_tree
from memslot_lab.watch import record
from memslot_lab.widgets import Stepper

# %% [markdown]
# ## Three kernels, one job
#
# | kernels | how | since |
# |---|---|---|
# | to 5.6 | an array of fixed length, one insertion sort | sorted by GFN since December 2014, by size before |
# | 5.7 to 5.16 | the array of this course, its two movers | spring 2020 |
# | 5.17 on | two sets of trees, no array | merged in December 2021 |
#
# (Commits 0e60b0799fed for the order by GFN, a54d806688fe for the trees. The other sources stand at the end.)

# %% [markdown]
# ## 5.6: all slots always exist
#
# There the array is never shorter than the ids that there are: 512 on x86, 8 here. A slot that is not in use is a
# slot without pages at GFN 0. `used_slots` says how many are in use; but nothing is ever absent.
#
# The picture calls *stale* whatever lies behind `used_slots`. (`kvm_alloc_memslots()`, virt/kvm/kvm_main.c, 5.2.)
#
# Why does that work? The array is sorted by GFN, highest first, and an unused slot has GFN 0. So all of them sort to
# the back by themselves. Let us call them the **tail**.

# %%
slots = v5_6.alloc_memslots(capacity=8)
show(slots)

# %% [markdown]
# ## A create in 5.6
#
# A create does not open a new entry: the slot has one already, somewhere in the tail. It goes forward from there.
#
# **Predict:** in the empty array above, slot **6** is created, at 0x100. How many entries are shifted? In kernel 5.7 it
# would be none.

# %%
my_prediction = ...

# %%
first = MemorySlot(id=6, base_gfn=0x100, npages=0x80)
tape = record(v5_6.update_memslots, slots, first, Change.CREATE)

compare(my_prediction, tape.shifts, show(tape.after))

# %% [markdown]
# **Why.** Entry 6 stood at index 6. Its place is index 0. Six unused slots stood between, and each was copied one
# place back: six shifts, 88 bytes each, of slots that hold nothing.
#
# So a create in 5.6 costs its **index in the tail, less its rank**, and the index depends on the *id*. Step through it.

# %%
Stepper(tape)

# %% [markdown]
# ## And with id 0?
#
# **Predict:** the same create in an empty array, but with id 0. How many shifts?

# %%
my_prediction = ...

# %%
first = MemorySlot(id=0, base_gfn=0x100, npages=0x80)
tape = record(v5_6.update_memslots, slots, first, Change.CREATE)

compare(my_prediction, tape.shifts)

# %% [markdown]
# **Why.** Entry 0 is the first of the tail: it stands where 5.7 would put a new slot in. QEMU always takes the smallest
# free id, and so it nearly always hits that place. Somebody else who counts ids down from 511 would pay some 500
# shifts for each slot.

# %% [markdown]
# ## A delete in 5.6
#
# Slots 0, 1 and 2 stand in the array, from front to back; slot 1 goes.
#
# **Predict:** what does `id_to_index[1]` say afterwards? (In 5.7: -1.)

# %%
my_prediction = ...

# %%
slots = v5_6.alloc_memslots(capacity=8)
for slot_id in range(3):
    slot = MemorySlot(slot_id, 0x300 - 0x100 * slot_id, npages=0x80)
    v5_6.update_memslots(slots, slot, Change.CREATE)
v5_6.update_memslots(slots, MemorySlot(1, base_gfn=0, npages=0), Change.DELETE)

compare(my_prediction, slots.id_to_index[1], show(slots))

# %% [markdown]
# **Why.** A delete is a move to GFN 0, where the tail begins: index 2, which is `used_slots` now. The id keeps an
# index, for its slot still exists, without pages.
#
# How does a walk over the slots know where to end? It stops at the first entry without pages. That is what the mail of
# this course put an end to: "Terminate memslot walks via used_slots" ([lesson 07](07_where_walks_end.ipynb)).

# %% [markdown]
# ## A trap at GFN 0
#
# Most machines have a slot at GFN 0. Its key is the same as that of the whole tail! If equals stopped the walk, it
# would stay behind unused entries, and no walk over the slots would reach it.
#
# So the second walk of 5.6 goes past equals, `>=`, without a warning. When the order by GFN was new, the comparison
# was another one, and it had to be mended ("kvm: fix sorting of memslots with base_gfn == 0").
#
# In 5.7 no unused entry is in reach, equals cannot happen, and a warning says so if they do.

# %% [markdown]
# ## What 5.6 copies
#
# Each update first copies the array, for its readers' sake. In 5.6 it has its full length: 512 slots of 88 bytes.
#
# **Predict:** a PC that boots has 9 slots. How many bytes of slots does one update copy in 5.6, and how many in 5.7,
# which copies only the entries in use? Write `(old, new)`.

# %%
my_prediction = ...

# %%
compare(my_prediction, (512 * 88, 9 * 88))

# %% [markdown]
# **Why.** 45,056 bytes against 792. This, and not the sorting, was what the series of 2019 was about: about 90
# thousand bytes for each virtual machine (two address spaces), where 30 slots need 2,600.
#
# (Cover letter of the series, September 2019; `kvm_dup_memslots()`, virt/kvm/kvm_main.c, kernel 5.7.)

# %% [markdown]
# ## 5.17: a tree
#
# Now the other end of the story. Here are fifteen slots in kernel 5.17. Each circle is a slot, its id inside, its GFN
# below.
#
# **Mind the order:** the array has its highest GFN first. A tree is drawn, and walked, from the **lowest** GFN on the
# left.

# %%
fifteen = [MemorySlot(i, 0x100 * i, npages=0x80) for i in range(15)]
tree = WatchedTree(fifteen)
show_tree(tree)

# %% [markdown]
# Below each node, everything on the left has a lower GFN, everything on the right a higher one. The colours keep the
# tree in shape: no red node hangs below a red one, and each way down meets equally many black ones. So no way down is
# more than twice as long as another.
#
# (lib/rbtree.c, include/linux/rbtree.h.)
#
# ## A search on the tree
#
# Which slot holds GFN 0x450? Begin at the root; too high, go left; too low, go right.
#
# **Predict:** which slots are looked at on the way? Write their ids in the order of the way, `[3, ...]`.

# %%
my_prediction = ...


# %%
def way(tree: GfnTree, gfn: int) -> list[int]:
    node, ids = tree.root, []
    while node:
        ids.append(node.slot.id)
        if node.slot.base_gfn <= gfn < node.slot.base_gfn + node.slot.npages:
            break
        node = node.left if gfn < node.slot.base_gfn else node.right
    return ids


compare(my_prediction, way(tree, 0x450), show_tree(tree, looked_at=way(tree, 0x450)))

# %% [markdown]
# **Why.** From 3 to the right, since 0x450 is higher; and so on, until the range of a slot holds the GFN. Four nodes of
# fifteen.
#
# It is no quicker than the bisection of the array, which also halves at each step. The tree is not there for the
# search.

# %% [markdown]
# ## What is it there for?
#
# A create hangs one node somewhere below; nobody is shifted. To keep the shape, some colours change, and at most twice
# two nodes trade places.
#
# **Predict:** slot 15 at 0xf00 comes, the highest of all: the front, in the array, with 15 shifts. How many nodes of
# the tree are looked at? Guess!

# %%
my_prediction = ...

# %%
tree = WatchedTree(fifteen)
tree.insert(MemorySlot(15, 0xF00, npages=0x80))

compare(my_prediction, tree.visits, show_tree(tree, looked_at=tree.visited))

# %% [markdown]
# **Why.** One way down, from the root to the right edge, and on the way back the "uncles", whose colour decides. The
# picture shows them, if you made a prediction.
#
# That number grows with the *logarithm* of the number of slots: twice the slots, one or two more nodes.

# %% [markdown]
# ## Two sets
#
# A tree cannot be changed while others read it. And it is not copied either. Kernel 5.17 has **two** sets of trees:
# readers use the active one, changes are made in the other, then the two are swapped, and the change is made once
# more. (`kvm_replace_memslot()`, `kvm_activate_memslot()`, virt/kvm/kvm_main.c, kernel 5.17.)
#
# **Predict:** a slot has been put into the inactive set, and no swap was made yet. How many slots do readers see, and
# how many are in the inactive set? Write `(active, inactive)`.

# %%
my_prediction = ...

# %%
sets, slot = v5_17.MemslotSets(), MemorySlot(7, 0x100, npages=0x80)
v5_17.replace_memslot(sets, None, slot)  # nothing old, something new
seen, edited = list(sets.active.gfn_tree), list(sets.inactive.gfn_tree)
compare(my_prediction, (len(seen), len(edited)))

# %% [markdown]
# **Why.** Readers see the old state, whole, until the swap, and the new state, whole, after it. The price: everything
# is done twice. The gain: nothing is ever copied, however many slots there are.

# %% [markdown]
# ## An equal GFN
#
# In 5.7, two slots with the same GFN give a warning, and the work goes on. What does 5.17 do?

# %%
sets = v5_17.MemslotSets()
v5_17.update_memslots(sets, slot, Change.CREATE)
try:
    v5_17.update_memslots(sets, MemorySlot(8, 0x100, npages=0x10), Change.CREATE)
except AssertionError as error:
    print(error)

# %% [markdown]
# `BUG()` ends the kernel's task on the spot. No legal request gets there, in either kernel: an overlap is answered with
# `EEXIST` before. And it is just that test which the tree makes cheap.
#
# ## Does it overlap?
#
# Each create and each move must not overlap another slot. 5.7 asks every slot. A tree can do better: it finds the
# first slot that may reach the range, and goes from neighbour to neighbour until one begins behind it.

# %%
tree.forget()
found = [slot.id for slot in v5_17.for_each_memslot_in_gfn_range(tree, 0x450, 0x710)]
show_tree(tree, looked_at=tree.visited, found=found)

# %% [markdown]
# Four slots have frames in 0x450..0x70f: the bars. The rings are what was looked at for it.
#
# **Predict:** a tree of 509 slots and the range 0x450..0x46f, which lies in one of them. How many nodes are looked at?
# The array: 509.

# %%
my_prediction = ...

# %%
large = WatchedTree(MemorySlot(i, 0x100 * i, npages=0x80) for i in range(509))
found = list(v5_17.for_each_memslot_in_gfn_range(large, 0x450, 0x470))

compare(my_prediction, large.visits)

# %% [markdown]
# **Why.** One way down, and a neighbour or two. The longest way in this tree has 15 nodes.
#
# (`kvm_for_each_memslot_in_gfn_range`, include/linux/kvm_host.h, kernel 5.17. You write it yourself in a moment.)
#
# ## One day's work on three kernels
#
# Three logs of a real QEMU: a PC that boots, and 100 memory modules plugged in, upward and shuffled. Each request that
# the kernel took goes to all three kernels.


# %%
from memslot_lab.captures.replay import replay
from memslot_lab.eras.workload import counts_of


def changes(log: str) -> list[tuple[MemorySlot, Change]]:
    answers = []
    replay(f"data/{log}.trace", each=answers.append)
    taken = [(answer.request.region, answer.change) for answer in answers if answer.applied]
    return [
        (MemorySlot(region.slot, region.guest_phys_addr >> 12, region.memory_size >> 12), change)
        for region, change in taken
    ]


# %% [markdown]
# **Predict:** for the boot, which has at most 9 slots: which kernel has the smallest count, `"5.6"`, `"5.7"` or
# `"5.17"`? Shifts count for the first two, nodes looked at for the last.

# %%
my_prediction = ...

# %%
boot = counts_of(changes("q72-pc-boot-vgastd"))
counts = {"5.6": boot.v5_6, "5.7": boot.v5_7, "5.17": boot.v5_17}

compare(my_prediction, min(counts, key=counts.get))

# %% [markdown]
# **Why.** With so few slots hardly anything has to be shifted, and the trees do everything twice. Here is the whole
# table. Count the copied entries, too: an update copies the array before it changes it.

# %%
print("                          5.6    5.7   5.17 | copied: 5.6    5.7")
for log in ("boot-vgastd", "dimm-100-ascending", "dimm-100-shuffled"):
    c = counts_of(changes(f"q72-pc-{log}"))
    counts = f"{c.v5_6:8,}{c.v5_7:7,}{c.v5_17:7,}"
    print(f"{log:21}{counts} | {c.copied_5_6:11,}{c.copied_5_7:7,}")

# %% [markdown]
# Read it line by line. In the boot, 5.6 shifts a little more than 5.7: ids come back in another order than they went,
# and the tail is in the way. With 100 modules the tree looks at fewer nodes than the arrays shift entries. And what
# 5.6 copies stands above everything else; 5.7 made *that* small.
#
# ## The curves
#
# 509 creates in each kernel: upward, at random, downward. Lines of 5.6 and 5.7 count entries shifted, the line
# of 5.17 nodes looked at. "High ids first" hands out ids from 508 down.

# %%
# %matplotlib inline
from memslot_lab.views.cost_plot import eras_figure

eras_figure()

# %% [markdown]
# Two lines lie on each other: with ids from 0 up, 5.6 and 5.7 shift exactly the same. 5.17 is nearly straight, whatever
# the order. And downward, at the bottom, the array does *nothing* at all, and the tree its usual work.
#
# **Change it:** `eras_figure(60)` in a cell of your own. Where is the tree the dearest of all?

# %% [markdown]
# ## What was measured
#
# Counts are no times. These are Maciej Szmigiero's, in seconds, array against trees, on a Xeon 8167M (cover letter of
# "KVM: Scalable memslots implementation", version 2, 13 April 2021):
#
# | slots | setting all up | moving one | unmapping |
# |---|---|---|---|
# | 10 | .000342 to .000283 | .000110 to .0000948 | .0313 to .0310 |
# | 509 | .0135 to .00803 | .000101 to .0000792 | .0724 to .0315 |
# | 32k | 16.1 to .59 | .00142 to .0000786 | 3.88 to .0351 |
#
# ("Moving one": of the active memory.) With ten slots the gain is a sixth, or none. With 32 thousand, and so
# many are allowed since kernel 5.12, setting up took 16 seconds, and then about half of one.

# %% [markdown]
# "Unmapping" gained most, and there nothing is sorted or searched by GFN. The kernel is told a range of **host**
# addresses, and asked every slot whether it lies there. 5.17 has a second tree for that, by host address.
#
# It is not in this laboratory's model, which says so: `v5_17` has the tree by GFN, the two sets and the ids.
#
# ## Make it
#
# Write the walk over a range yourself: [exercise 11](../exercises/11_eras.ipynb). The check counts the nodes that you
# look at.

# %% [markdown]
# ## Check yourself
#
# Say the answer aloud, then open it.
#
# <details><summary>5.6, empty array of 512, first create has id 511. Shifts?</summary>511: the whole tail in front of
# it.</details>
#
# <details><summary>How did 5.6 see where the used slots end?</summary>At the first entry without pages.</details>
#
# <details><summary>On which side of 5.17's tree is the highest GFN?</summary>On the right; the array has it at the
# front.</details>
#
# <details><summary>Why does 5.17 make each change twice?</summary>It has two sets, and only the one that nobody reads
# may be changed.</details>

# %% [markdown]
# ## What surprises people
#
# * The step from 5.6 to 5.7 saved no shifts on the usual work. It saved the copies of empty entries, and made walks
#   end where they should.
# * For a small machine the trees look at more than the array ever shifted.
# * Lowest on the left, highest at the front: both are right, each in its own kernel.
# * What hurt with many slots was the copying, and host addresses, not the order by GFN.

# %% [markdown]
# ## Glossary
#
# * **active, inactive set**: what readers use, and what may be changed
# * **insertion sort**: one element walks to its place, the others make room
# * **red-black tree**: a search tree whose colours keep the ways down alike in length
# * **root**: the node at the top
# * **tail**: the unused entries of 5.6's array
#
# Next: [12 Break it](12_break_it.ipynb), where the mistakes are made by others.
#
# **Sources:** virt/kvm/kvm_main.c and include/linux/kvm_host.h, kernels 5.2, 5.7 and 5.17; commits 26b8345abc75 (ids),
# ed922739c919 (host addresses), a54d806688fe (sets of trees); the cover letters of September 2019 (S. Christopherson)
# and April 2021 (M. Szmigiero).
