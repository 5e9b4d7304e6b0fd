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
# # 12 Break it
#
# **You will be able to** tell a wrong implementation from a right one with a few operations, find the smallest case
# that shows it, and say why some mistakes cannot be shown at all.
#
# **You need** lessons [03](03_deleting.ipynb) to [06](06_falling_through.ipynb): delete, create, move.
#
# **How long:** 45 minutes, then as long for the exercise.

# %% [markdown]
# ## The words
#
# | kernel word, or tester's word | meaning | example |
# |---|---|---|
# | mutant | a copy of the program with one small mistake | a loop that stops one early |
# | to expose | to bring about something that only the mutant does | a slot at the wrong index |
# | oracle | whoever says what is right | the kernel's own C code |
# | invariant | what holds after every operation | highest GFN first |
# | legal | what the kernel's caller lets through | no overlap, no id twice |
# | shrink | take away what is not needed to see it | 16 slots become 3 |

# %%
from functools import partial
from random import Random

from memslot_lab.course import compare
from memslot_lab.course.mutants import load_mutants
from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots, violations
from memslot_lab.engine.reference import update as sort_from_scratch
from memslot_lab.views.array import show, show_diff
from memslot_lab.watch import record
from memslot_lab.watch.budget import run_with_budget
from memslot_lab.widgets import Stepper

# %% [markdown]
# ## Finding bugs is a skill
#
# Somebody shows you a program that keeps the array sorted. You may run it. You may not look into it. Is it right?
#
# One run that goes well says little. The question is *which* run. A good tester needs three operations where a
# patient one needs a million.

# %% [markdown]
# ## A box of wrong programs
#
# This laboratory keeps a list of wrong versions of `update_memslots()` and its four helpers. Each has **one** mistake,
# and a sentence on what its writer thinks.

# %%
mutants = {mutant.name: mutant for mutant in load_mutants()}
for name in ("forward-never-stops", "delete-swaps-with-the-last", "backward-never-stops"):
    print(f"{name}: {mutants[name].thinks}")
print(len(mutants), "in all")

# %% [markdown]
# `run()` makes the operations of a sequence on an empty array. It takes the `update_memslots` of anybody.


# %%
def run(update, operations) -> Memslots:
    slots = Memslots(capacity=8)
    for change, slot in operations:
        update(slots, slot, change)
    return slots


def create(slot_id: int, gfn: int) -> tuple:
    return Change.CREATE, MemorySlot(slot_id, gfn, npages=0x80)


show(run(update_memslots, [create(3, 0x0), create(0, 0x100), create(5, 0x200)]))

# %% [markdown]
# ## Predict: is it exposed?
#
# `forward-never-stops` brings each new slot to the very front. We create 3 at 0x0, 0 at 0x100 and 5 at 0x200, as
# above. **Predict:** does the array of the mutant differ from the right one? Write `True` or `False`.

# %%
my_prediction = ...

# %%
rising = [create(3, 0x0), create(0, 0x100), create(5, 0x200)]
wrong = mutants["forward-never-stops"].module().update_memslots

compare(my_prediction, run(wrong, rising) != run(update_memslots, rising))

# %% [markdown]
# **Why.** Each of these slots *belongs* in front. The mutant does the right thing for the wrong reason. A hundred such
# creates would show no more than three.
#
# What would? A slot that has to **stop** on its way. Say which create you would add, then look.

# %%
falling = [create(0, 0x100), create(3, 0x0)]
show_diff(run(wrong, falling), run(update_memslots, falling), names=("mutant", "kernel"))

# %% [markdown]
# Two operations. The second slot goes behind the first, and the mutant cannot put it there.

# %% [markdown]
# ## Who says what is right?
#
# You compared with the kernel's algorithm. Often there is nothing to compare with. Then two other judges help:
#
# * an **invariant**: something that must hold after each operation, whatever it was. `violations()` names those that
#   do not;
# * a **slow twin**: a program that does the same job in a way too simple to be wrong. Ours sorts everything anew.

# %%
violations(run(wrong, falling))

# %% [markdown]
# ## Predict: three judges
#
# `update-forgets-the-table` puts every slot in its place and leaves `id_to_index` alone. One slot is created.
# **Predict:** does `violations()` see it? Does a comparison of the *entries in use* see it? Write
# `(True or False, True or False)`.

# %%
my_prediction = ...

# %%
forgets = mutants["update-forgets-the-table"].module().update_memslots
one = [create(3, 0x0)]
by_invariant = bool(violations(run(forgets, one)))
by_entries = run(forgets, one).memslots[:1] != run(update_memslots, one).memslots[:1]

compare(my_prediction, (by_invariant, by_entries))

# %% [markdown]
# **Why.** The entries are right; what is wrong is a promise between two tables. Who looks at one table alone lets it
# pass. So ask first: *what* do I compare? Here it is the entries in use, their number, and the index table.

# %% [markdown]
# ## Where mistakes live
#
# A loop has a first round, a last round, and no round at all. An array has a front, a back and a middle. A number has
# a smallest and a largest value. Mistakes live there.
#
# For three slots there are few cases, and most of the kinds are among them. A slot is moved to another GFN; it may end
# at another index, or stay at its own. **Predict:** how many pairs of (index before, index after) are there for three
# slots?

# %%
my_prediction = ...

# %%
pairs = [(old, new) for old in range(3) for new in range(3)]

compare(my_prediction, len(pairs))

# %% [markdown]
# **Why.** Three places to start from, three to end at; one of them may be its own. Nine tests, and every kind of move
# is among them: none, one step or two, in both directions, from an end or from the middle.

# %% [markdown]
# ## Random, by the thousand
#
# When you have no idea, let a machine look. It makes legal operations at random and stops at the first difference.
# A **seed** makes the same ones again.


# %%
def operations(seed: int, count: int) -> list[tuple]:
    rng, held, found = Random(seed), {}, []
    for _ in range(count):
        slot_id, gfn = rng.randrange(6), rng.randrange(12) * 0x100
        if slot_id in held and rng.random() < 0.4:
            found.append((Change.DELETE, MemorySlot(slot_id, 0, 0)))
            del held[slot_id]
        elif gfn not in held.values():
            change = Change.MOVE if slot_id in held else Change.CREATE
            found.append((change, MemorySlot(slot_id, gfn, 0x80)))
            held[slot_id] = gfn
    return found


len(operations(seed=1, count=40))

# %% [markdown]
# The slow twin is the oracle. We compare what we said we would: entries in use, their number, the index table. A
# mutant that raises an error, or does not end within 2,000 steps, is exposed as well.
#
# How many operations does it take until `delete-swaps-with-the-last` differs from the twin?


# %%
def visible(slots) -> tuple:
    return slots.used_slots, slots.memslots[: max(slots.used_slots, 0)], slots.id_to_index


def first_difference(update, sequence) -> int | None:
    mine, twin = Memslots(capacity=8), Memslots(capacity=8)
    for n, (change, slot) in enumerate(sequence, start=1):
        ended = run_with_budget(partial(update, mine, slot, change), 2000)
        sort_from_scratch(twin, slot, change)
        if ended.error or ended.stopped_at or visible(mine) != visible(twin):
            return n
    return None


# %%
swaps = mutants["delete-swaps-with-the-last"].module().update_memslots
[first_difference(swaps, operations(seed, 40)) for seed in range(1, 6)]

# %% [markdown]
# ## Shrink it
#
# Random found it, but nobody understands a sequence of so many operations. Take away one operation after the other,
# as long as the difference is still there. What is left must still be legal: each id is there when it has to be, and
# no two slots have the same GFN.


# %%
def is_legal(sequence) -> bool:
    held = {}
    for change, slot in sequence:
        if (slot.id in held) == (change is Change.CREATE):
            return False
        held.pop(slot.id, None)
        if change is not Change.DELETE:
            if slot.base_gfn in held.values():
                return False
            held[slot.id] = slot.base_gfn
    return True


# %%
def shrink(update, sequence) -> list[tuple]:
    for i in range(len(sequence)):
        shorter = sequence[:i] + sequence[i + 1 :]
        if is_legal(shorter) and first_difference(update, shorter):
            return shrink(update, shorter)
    return sequence


# %% [markdown]
# **Predict:** how many operations are left? Think of how many slots must stand behind the deleted one so that a swap
# is not the same as a shift.

# %%
my_prediction = ...

# %%
long = operations(seed=1, count=40)
short = shrink(swaps, long[: first_difference(swaps, long)])
sides = run(swaps, short), run(update_memslots, short)

compare(my_prediction, len(short), show_diff(*sides, names=("mutant", "kernel")))

# %% [markdown]
# **Why.** Three slots and a delete. With one slot behind the gap, the last *is* the next, and a swap is a shift. With
# two, the order tells. That is the smallest case there is, and now anybody sees the mistake.
#
# Step through both runs of the last operation.

# %%
before, (change, slot) = run(update_memslots, short[:-1]), short[-1]
Stepper(
    record(swaps, before, slot, change),
    other=record(update_memslots, before, slot, change),
    names=("mutant", "kernel"),
)

# %% [markdown]
# ## A loop that never stops
#
# `backward-never-stops` shifts a moved slot to the very back, whatever its GFN. **Predict:** does any legal operation
# leave an array in which this can be seen? Write `True` or `False`.

# %%
my_prediction = ...

# %%
never = mutants["backward-never-stops"].module().update_memslots
seen = [first_difference(never, operations(seed, 60)) for seed in range(20)]

compare(my_prediction, any(seen))

# %% [markdown]
# **Why.** Whatever goes too far back is brought forward again: `update_memslots()` falls through to the forward move.
# The array is right after every operation, only the work is not. So what exposes it is a **count**.

# %%
array = run(update_memslots, [create(3, 0x0), create(0, 0x100), create(5, 0x200), create(1, 0x300)])
stays = MemorySlot(1, 0x310, 0x80)
record(never, array, stays, Change.MOVE).shifts, record(update_memslots, array, stays, Change.MOVE).shifts

# %% [markdown]
# Six shifts where none is needed. A test of results would pass for ever, and a machine with 500 slots would be slow
# for no reason that anybody can see.
#
# The other way to be invisible is to be wrong only where nobody is allowed to go: two slots with the same GFN, an id
# that is not there. The kernel's caller refuses such requests, and the `WARN_ON` lines in the five functions are there
# for the day on which it does not.

# %% [markdown]
# ## Change it
#
# Put another name from `mutants` into the cell below, and look at the shortest sequence that exposes it. Which of them
# needs four operations? For which is nothing found?

# %%
name = "backward-stops-one-early"
candidate = mutants[name].module().update_memslots
found = []
for seed in range(1, 21):
    long = operations(seed, 40)
    if at := first_difference(candidate, long):
        found.append(shrink(candidate, long[:at]))
shortest = min(found, key=len, default=[])
print(f"{name}: {len(found)} of 20 random sequences expose it; the shortest, shrunk:")
for change, slot in shortest:
    print(" ", change.name, slot.id, hex(slot.base_gfn))

# %% [markdown]
# To shrink by one operation at a time gets stuck now and then: a delete and the create after it can only go together.
# So try several seeds, and keep the shortest.
#
# And look at `operations()` again: it never changes flags. What it does not make, it cannot find.

# %% [markdown]
# ## Make it
#
# Now without a machine that searches: [exercise 12](../exercises/12_break_it.ipynb) names eleven wrong implementations.
# Expose them all with at most eight operations.

# %% [markdown]
# ## Check yourself
#
# Say the answer aloud, then open it.
#
# <details><summary>Why do creates from low to high show so little?</summary>Each new slot belongs in front, so nobody
# ever has to stop.</details>
#
# <details><summary>What are the two judges when there is no second program?</summary>Invariants, and a slow twin that
# is too simple to be wrong.</details>
#
# <details><summary>When is a swap with the last slot the same as a shift?</summary>When at most one slot stands behind
# the gap.</details>
#
# <details><summary>How does one see a mistake that leaves every array right?</summary>By what it costs: count the
# shifts.</details>

# %% [markdown]
# ## What surprises people
#
# * A long random sequence is good for finding and bad for understanding. Shrink before you think.
# * Most mistakes of this algorithm show with three slots. A test with 500 mostly repeats them.
# * A program can be wrong and never give a wrong result.
# * To look at fewer things is not simpler: an index table that nobody compares is wrong first.

# %% [markdown]
# ## Glossary
#
# * **expose**: make a difference visible
# * **invariant**: what holds after every operation
# * **mutant**: a program with one small mistake
# * **oracle**: who says what is right
# * **seed**: a number from which the same random choices come again
# * **shrink**: take away what is not needed
#
# Next: [13 A real virtual machine](13_a_real_vm.ipynb), where all of it comes together.
#
# **Sources:** update_memslots() and its helpers in virt/kvm/kvm_main.c, kernel 5.7; the wrong versions are this
# laboratory's own (`memslot_lab/course/mutants.toml`).
