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
# # 06 Falling through
#
# **You will be able to** say why a moved slot goes backward *and* forward, why nobody asks which way it went, what a
# change of flags costs, and where a failed move stores its slot.
#
# **You need** lessons [03](03_deleting.ipynb), [04](04_creating.ipynb) and [05](05_moving_backward.ipynb): the four
# helpers.
#
# **How long:** 40 minutes, then half an hour for the exercise.

# %% [markdown]
# ## The words
#
# | kernel word | meaning | example |
# |---|---|---|
# | `update_memslots()` | keeps the array in order, whatever happens to a slot | called with one of four changes |
# | CREATE, DELETE | a slot comes, a slot goes | `Change.CREATE` |
# | MOVE | same id, another GFN | `Change.MOVE` |
# | FLAGS_ONLY | same id, same GFN, other flags | dirty pages are logged from now on |
# | to fall through | to go on, after its own step, with the steps of the next case | a move goes on like a create |
# | `before_array` | where this laboratory keeps what C writes in front of the array | after a failed move |

# %%
from random import Random
from struct import pack, unpack

from memslot_lab.cost import cost_of
from memslot_lab.course import compare
from memslot_lab.engine import Change, MemorySlot, Memslots, move_backward, move_forward, update_memslots, violations
from memslot_lab.views.array import show, show_diff
from memslot_lab.watch import Table, record
from memslot_lab.widgets import Playground, Stepper


# %%
def machine() -> Memslots:
    slots = Memslots(capacity=8)
    for slot_id, gfn in [(3, 0x100), (0, 0x200), (5, 0x300), (1, 0x400)]:
        update_memslots(slots, MemorySlot(slot_id, gfn, npages=0x80), Change.CREATE)
    return slots


show(machine())

# %% [markdown]
# ## Four changes, four helpers
#
# | change | first | then | at last |
# |---|---|---|---|
# | DELETE | `delete()` | | |
# | CREATE | `insert_back()` | `move_forward()` | store the slot and its index |
# | MOVE | `move_backward()` | `move_forward()` | store the slot and its index |
# | FLAGS_ONLY | `move_backward()` | `move_forward()` | store the slot and its index |
#
# A delete is alone. The other three differ in their **first** step only, and all it gives is a number: where the hole is.
#
# (`update_memslots()` in virt/kvm/kvm_main.c, kernel 5.7.)

# %% [markdown]
# ## The question that is missing
#
# Look at the row of MOVE. You might expect a question there: has the GFN fallen, then backward; has it risen, then
# forward. There is none. *Both* movers are called, for each move.
#
# **Predict:** slot 1 *falls* from 0x400 to 0x180. How many slots does each of the movers shift? `(backward, forward)`

# %%
my_prediction = ...

# %%
fallen = MemorySlot(id=1, base_gfn=0x180, npages=0x80)


def shifts_of_both(slot: MemorySlot, change: Change = Change.MOVE) -> tuple[int, int]:
    shifts = record(update_memslots, machine(), slot, change).shifts_by_function
    return shifts["move_backward"], shifts["move_forward"]


compare(my_prediction, shifts_of_both(fallen))

# %% [markdown]
# **Why.** Slot 5 and slot 0 pass the hole, which ends at index 2. Then `move_forward()` begins there and asks the entry
# in front, slot 0 at 0x200. That one is higher than 0x180, of course: it has just passed *because* it is higher. So the
# forward move ends at its first comparison. Watch it:

# %%
Stepper(record(update_memslots, machine(), fallen, Change.MOVE))

# %% [markdown]
# **Predict:** and when slot 3, at the back, *rises* to 0x480?

# %%
my_prediction = ...

# %%
risen = MemorySlot(id=3, base_gfn=0x480, npages=0x80)

compare(my_prediction, shifts_of_both(risen))

# %% [markdown]
# **Why.** Backward from the last index is no way at all, so the old index comes back. From there the forward move does
# what it does for a new slot: all three lower ones make way.
#
# For it, a moved slot at index 3 is the same thing as a new one for which index 3 was opened.

# %% [markdown]
# ## Every move there is
#
# Two examples prove nothing. Let us take every move: each slot of each array of two to five slots, to each rank.
#
# **Predict:** in how many of these moves do *both* movers shift somebody?

# %%
my_prediction = ...


# %%
def shifts_of(n: int, old: int, rank: int) -> tuple[int, int]:
    """Move one of n slots from an index to a rank; return the shifts of both movers."""
    slots = Memslots(capacity=n)
    for i in range(n):
        update_memslots(slots, MemorySlot(i, 0x100 * (n - i), npages=0x40), Change.CREATE)
    gfn = 0x100 * (n - rank) + (0x80 if rank < old else -0x80 if rank > old else 0)
    tape = record(update_memslots, slots, MemorySlot(old, gfn, 0x40), Change.MOVE)
    return tape.shifts_by_function["move_backward"], tape.shifts_by_function["move_forward"]


ways = [(n, old, rank) for n in range(2, 6) for old in range(n) for rank in range(n)]
compare(my_prediction, sum(min(shifts_of(*way)) > 0 for way in ways))

# %% [markdown]
# **Why.** There are only two cases, as long as no two slots share a GFN:
#
# * `move_backward()` has shifted somebody. The last one that passed is in front of the hole now, and it is higher. The
#   forward move stops at once.
# * It has shifted nobody. The array is as it was, and the forward move does all there is to do.
#
# So the two can be put one after the other without a thought, and nobody needs to know the direction.

# %% [markdown]
# Here is the same as a map of six slots: a row for each index before the move, a column for each index after it; 0 is
# the front, 5 the back. `b2` means two shifts of the backward mover, `f2` two of the forward one.

# %%
def cell(old: int, new: int) -> str:
    cost = cost_of(Change.MOVE, used_slots=6, old=old, new=new)
    return f"b{cost.backward}" if cost.backward else f"f{cost.forward}" if cost.forward else "."


print(f"{'':16} FRONT{'':25}BACK")
print(f"{'after:':16}", *(f"{new:<5}" for new in range(6)))
for old in range(6):
    name = {0: "0 FRONT", 5: "5 BACK"}.get(old, str(old))
    print(f"before: {name:8}", *(f"{cell(old, new):5}" for new in range(6)))

# %% [markdown]
# ## Why it is called so
#
# The comment that came with the functions says it in words: a moved slot is first moved backward, in case its GFN was
# changed to a lower value; then the function *falls through*, and runs the same steps as for a create, in case it was
# changed to a higher one.
#
# The word is known from C's `switch`, where one case runs into the next. Here it is an if and an else, and what stands
# behind both.
#
# (Sean Christopherson, "Re: [PATCH v2 14/15] KVM: Terminate memslot walks via used_slots", 24 October 2019.)

# %% [markdown]
# ## Would a question be cheaper?
#
# Let us ask it, with the old GFN, and call one mover only.
#
# **Predict:** slot 1 falls to 0x180 once more. How many comparisons of GFNs does the kernel's way need, and how many this
# one? `(kernel, asking)`

# %%
my_prediction = ...


# %%
def ask_first(slots: Memslots, slot: MemorySlot) -> None:
    old = slots.id_to_index[slot.id]
    fell = slot.base_gfn < slots.memslots[old].base_gfn
    i = move_backward(slots, slot) if fell else move_forward(slots, slot, old)
    slots.memslots[i] = slot
    slots.id_to_index[slot.id] = i


kernels = record(update_memslots, machine(), fallen, Change.MOVE)
asking = record(ask_first, machine(), fallen)
compare(my_prediction, (kernels.compares, asking.compares))

# %% [markdown]
# **Why.** The question is a comparison itself, and it saves one: the one with which the other mover ends. Nothing is
# won, and there is one branch more that may be wrong: which way was backward?
#
# **Change it:** turn the `<` in the cell above around, and look at the array with `show()`. How many slots stand in the
# wrong place?

# %% [markdown]
# ## When only the flags change
#
# Slot 5 stands in the middle, slot 1 at the front, slot 3 at the back. Each gets flag 1: from now on the kernel logs
# which of its pages are written.
#
# **Predict:** how many comparisons of GFNs, for `[front, middle, back]`?

# %%
my_prediction = ...


# %%
def flagged(slot_id: int) -> MemorySlot:
    slots = machine()
    old = slots.memslots[slots.id_to_index[slot_id]]
    return MemorySlot(slot_id, old.base_gfn, old.npages, flags=1)


slots_with_flags = [flagged(slot_id) for slot_id in (1, 5, 3)]
tapes = [record(update_memslots, machine(), slot, Change.FLAGS_ONLY) for slot in slots_with_flags]
compare(my_prediction, [tape.compares for tape in tapes])

# %% [markdown]
# **Why.** Nobody moves, so each mover asks its one neighbour and ends: the one behind, then the one in front. At either
# end there is no such neighbour, and an only slot has none at all. At most **two** comparisons, no shift.
#
# So a change of flags needs no way of its own through the function. It is a move that goes nowhere.

# %% [markdown]
# What changes then? One entry, by the last store:

# %%
slots = machine()
update_memslots(slots, flagged(5), Change.FLAGS_ONLY)
show_diff(machine(), slots, names=("before", "after"))

# %% [markdown]
# ## The last store
#
# **Predict:** of all writes into `memslots` during the move of slot 1 to 0x180, how many write slot 1 itself?

# %%
my_prediction = ...

# %%
writes = [write for frame in kernels for write in frame.writes if write.table is Table.MEMSLOTS]

compare(my_prediction, sum(write.origin is None for write in writes))

# %% [markdown]
# **Why.** Both movers only make way. The slot in the hand is stored once, when its place is known, and its index beside
# it. Everything before was about one number, `i`.

# %% [markdown]
# ## A trap: the index -1
#
# `move_backward()` returns -1 when no slot has the id. Now read the table at the top again: who looks at that?
#
# Nobody. `move_forward()` takes it for a start, finds nothing to do at an index below 1, and hands it on. Then the slot
# is stored at `memslots[-1]`.
#
# **Predict:** if we wrote just that in Python, in a list of eight entries: which index would be overwritten?

# %%
my_prediction = ...

# %%
entries = ["old"] * 8
entries[-1] = "new"

compare(my_prediction, entries.index("new"))

# %% [markdown]
# **Why.** Python counts negative indices from the end. C does not: there, -1 is the place **in front of** the array. So
# the same line does two different things, and neither is what anybody wanted.
#
# This laboratory does what C does, as far as it can: it leaves the list alone and keeps the slot in `before_array`.

# %%
slots = machine()
lost = MemorySlot(id=6, base_gfn=0x480, npages=0x80)
update_memslots(slots, lost, Change.MOVE)

print(*slots.warnings)
show(slots)

# %% [markdown]
# ## What lies in front?
#
# In kernel 5.10 the array is the last member of `struct kvm_memslots`. Directly in front of it lie two numbers of four
# bytes: the lookup cursor, then **`used_slots`**. And a slot ends with these: flags, four bytes; id, two bytes; the
# number of its address space, two bytes.
#
# **Predict:** slot 6, flags 0, address space 0 is stored one slot in front of the array. What is `used_slots` then? Four
# were in use.

# %%
my_prediction = ...

# %%
flags, slot_id, address_space = 0, 6, 0
end_of_the_slot = pack("<IHH", flags, slot_id, address_space)  # 4, 2 and 2 bytes
cursor, used_slots = unpack("<II", end_of_the_slot)  # 4 and 4 bytes

compare(my_prediction, used_slots)

# %% [markdown]
# **Why.** Id and address space fall on the four bytes of `used_slots`. The array now seems to have six slots, and two of
# them are whatever lies behind.
#
# (Worked out from `struct kvm_memslots` and `struct kvm_memory_slot`, include/linux/kvm_host.h, kernel 5.10 on x86; not
# tried. The 88 bytes are written whole: those before fall on the end of `id_to_index`.)

# %% [markdown]
# Can it happen? Not through KVM's door: whoever asks for an id that is not there asks for a *create*. Only a mistake in
# the kernel itself gets there, and for that the warning stands in `move_backward()`, once for each start of the machine.

# %% [markdown]
# ## All of it, a thousand times
#
# Random changes, seed 6: creates, deletes, moves, flags. After each one every invariant of lesson 01 is looked at.


# %%
def random_change(slots: Memslots, rng: Random) -> tuple[MemorySlot, Change]:
    slot_id = rng.randrange(slots.capacity)
    taken = {slot.base_gfn for slot in slots.memslots[: slots.used_slots]}
    gfn = rng.choice([gfn for gfn in range(0, 0x4000, 0x100) if gfn not in taken])
    if slots.id_to_index[slot_id] == -1:
        return MemorySlot(slot_id, gfn, 0x80), Change.CREATE
    old = slots.memslots[slots.id_to_index[slot_id]]
    return rng.choice(
        [
            (MemorySlot(slot_id, 0, 0), Change.DELETE),
            (MemorySlot(slot_id, gfn, 0x80, old.flags), Change.MOVE),
            (MemorySlot(slot_id, old.base_gfn, 0x80, old.flags ^ 1), Change.FLAGS_ONLY),
        ]
    )


# %%
slots, rng = Memslots(capacity=16), Random(6)
broken = 0
for _ in range(1000):
    update_memslots(slots, *random_change(slots, rng))
    broken += bool(violations(slots))

print(f"{broken} of 1000 left a broken array, {len(slots.warnings)} noted a warning")
print(f"{slots.used_slots} slots are in use")

# %% [markdown]
# ## Play with it
#
# Drag a slot along the axis: the array below shows both movers at work. **Find out:** can you find a move in which both
# shift?

# %%
Playground(seed=6)

# %% [markdown]
# ## Make it
#
# Now write `update_memslots()` yourself: [exercise 06](../exercises/06_update.ipynb). The four helpers are there; what
# is judged is the array afterwards.

# %% [markdown]
# ## Practice that does not run out
#
# `quiz()` makes questions on this lesson, or on any other of 02 to 06 and 09: another seed, other questions. Below each
# it says how to answer. (A *mutant* is a copy of the code with one small mistake; more in lesson 12.) `memslot-lab quiz`
# asks them in a terminal.

# %%
from memslot_lab.course import quiz

q = quiz("falling_through", seed=1, count=2)
q

# %% [markdown]
# ## Check yourself
#
# Say the answer aloud, then open it.
#
# <details><summary>Why does the forward move stop at once after a backward move has shifted somebody?</summary>In front of
# the hole stands the last one that passed, and it has a higher GFN.</details>
#
# <details><summary>What does a change of flags cost?</summary>At most 2 comparisons and no shift; and one store.</details>
#
# <details><summary>Nine slots; the one at index 7 rises to rank 2. Which mover shifts, and how many?</summary>The forward
# one: 7 - 2 = 5.</details>
#
# <details><summary>Where does C store a slot whose move has failed?</summary>In front of the array, at index -1.</details>

# %% [markdown]
# ## What surprises people
#
# * No line of the function asks which way a slot has gone.
# * To ask would save nothing.
# * FLAGS_ONLY runs through both movers.
# * With **equal** GFNs both movers can shift: down past the equal one, and back again. That is why callers must not allow
#   them.
# * `memslots[-1]` is a perfectly good place in Python.

# %% [markdown]
# ## Glossary
#
# * **before_array**: this laboratory's place for what C stores at index -1
# * **fall through**: go on with the steps of the next case
# * **FLAGS_ONLY**: same id, size and GFN, other flags
# * **mover**: `move_backward()` or `move_forward()`
# * **rank**: how many slots in use have a higher GFN
#
# Next: [07 Where walks end](07_where_walks_end.ipynb), on whoever reads the array.
#
# **Sources:** the mail named above; virt/kvm/kvm_main.c and include/linux/kvm_host.h, kernels 5.7 and 5.10.
