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
# # 10 Publishing a change
#
# **You will be able to** say what a reader of the array may see at each moment of a change, why that is never half of
# it, and why a delete takes two steps.
#
# **You need** [lesson 02](02_finding_a_slot.ipynb) (the search) and [lesson 03](03_deleting.ipynb) (deleting).
#
# **How long:** 45 minutes, then as long for the exercise.

# %% [markdown]
# ## The words
#
# | kernel word | meaning | example |
# |---|---|---|
# | reader | who looks a frame up, such as a virtual CPU | it enters, looks, leaves |
# | active set | the array that a reader finds who enters now | a pointer names it |
# | publish | make another set the active one: one store | `rcu_assign_pointer` |
# | SRCU | lets a writer wait until old readers have left | `synchronize_srcu` |
# | INVALID | a flag: this slot is about to go or to move | bit 16 of `flags` |
# | generation | a number that tells one installed set from the next | 4, then 5 |

# %%
from memslot_lab.course import compare
from memslot_lab.engine import Change, MemorySlot, Memslots, delete, update_memslots
from memslot_lab.publish import Publisher, set_memslot, steps
from memslot_lab.views.array import show
from memslot_lab.views.publishing import Timeline, seen_text
from memslot_lab.watch import record
from memslot_lab.widgets import Stepper

# %% [markdown]
# ## Somebody is looking
#
# So far the array was ours alone. In a real machine it is not. Each virtual CPU that touches guest memory for the
# first time has to find the slot, and several of them do so at once, on other cores, while one thread changes the map.
#
# They take no lock: a search must not wait for a change. So what do they see while the entries are being shifted?

# %%
SLOTS = [(3, 0x0), (0, 0x100), (5, 0x200), (1, 0x300)]


def machine() -> Memslots:
    slots = Memslots(capacity=8)
    for slot_id, gfn in SLOTS:
        update_memslots(slots, MemorySlot(slot_id, gfn, 0x80), Change.CREATE)
    return slots


show(machine())

# %% [markdown]
# ## Editing in place
#
# Suppose that the writer shifts entries in the array that everybody looks at. It creates slot 6 at 0x400: a new
# front, so all four slots move one place back.
#
# Step through it and stop after any write. Is each of the four slots in the used part at that moment, once?

# %%
creating = record(update_memslots, machine(), MemorySlot(6, 0x400, 0x80), Change.CREATE)
Stepper(creating)

# %% [markdown]
# ## Predict: a reader in between
#
# A reader may look after any step. **Predict:** over all steps of this create, what is the largest number of slots
# that a reader finds *twice* at one moment?

# %%
my_prediction = ...

# %%
found = [[slot and slot.id for slot in s.memslots[: s.used_slots]] for s in map(creating.state, range(len(creating)))]
twice = max(len(ids) - len(set(ids)) for ids in found)

compare(my_prediction, twice)

# %% [markdown]
# **Why.** The hole holds a copy of a slot that has already moved on. Twice is odd, but it is still the right slot.
#
# A delete is worse. There the entries go forward, under the feet of a search that goes backward.

# %% [markdown]
# ## A search that is overtaken
#
# The binary search looks at one entry, thinks, looks at the next. Between the two looks a whole delete may happen.
# This reader looks for 0x40, in slot 3 at the back. It has read `used_slots` and the middle entry, index 2. Slot 0
# stood there, at 0x100, so it goes on to the right: index 3.
#
# **Predict:** meanwhile slot 5 is deleted. Which id does the reader find at index 3?

# %%
my_prediction = ...

# %%
shared = machine()
start, end = 0, shared.used_slots
pivot = (start + end) // 2  # the reader has looked here, and goes on to the right
delete(shared, MemorySlot(5, 0, 0))  # meanwhile, the writer
entry = shared.memslots[pivot + 1]

compare(my_prediction, entry.id, show(shared))

# %% [markdown]
# **Why.** Slot 3 has moved to index 2, and at index 3 lies the stale copy of the slot that was deleted, blank. The
# reader says that nothing holds 0x40. A piece of guest memory that nobody touched is gone, for as long as one
# search takes.
#
# Two threads have to meet within a few instructions, so a test hardly ever shows it. That is why the kernel does not
# edit in place.

# %% [markdown]
# ## Read, copy, update
#
# The kernel's way has three parts.
#
# 1. The writer **copies** the array and edits the copy. Nobody knows of it yet.
# 2. It **publishes** the copy: it stores one pointer. A reader finds the old set or the new one, each of them whole.
# 3. It **waits** until every reader has left who entered before. Then the old set may be freed.
#
# (`kvm_set_memslot()` and `install_new_memslots()` in virt/kvm/kvm_main.c, kernel 5.7.)

# %% [markdown]
# `Publisher` is such a machine. `enter()` gives a reader, and what that reader sees is the set that was active then.
# `set_memslot()` makes a change from the first step to the last.


# %%
def published() -> Publisher:
    vm = Publisher(capacity=8)
    for slot_id, gfn in SLOTS:
        set_memslot(vm, MemorySlot(slot_id, gfn, 0x80), Change.CREATE)
    return vm


seen_text(published().active)

# %% [markdown]
# That is how we write a set here: the ids, highest GFN first.
#
# ## Predict: who sees the new slot?
#
# Reader A enters. Then the writer creates slot 6 at 0x400, and stops after each step. Right after the store of the
# pointer, reader B enters. **Predict:** does A find 0x400 now, and does B? Write `(True or False, True or False)`.

# %%
my_prediction = ...

# %%
vm = published()
a = vm.enter("A")
for moment in steps(vm, MemorySlot(6, 0x400, 0x80), Change.CREATE):
    if moment.waits_for:
        break
b = vm.enter("B")

compare(my_prediction, (a.find(0x400) is not None, b.find(0x400) is not None))

# %% [markdown]
# **Why.** A entered before, so A sees the old set until it leaves, however long that takes. Both are right: the
# change and A's search happen at the same time, and nobody can say which of them is first.
#
# What no reader ever sees is a third thing, something between the two.

# %% [markdown]
# ## The same, moment by moment
#
# Each row is a moment. The second column is what a reader finds who enters then; the last is what A sees, who entered
# before the change.

# %%
vm = published()
a = vm.enter("A")
timeline = Timeline(vm)
for moment in steps(vm, MemorySlot(6, 0x400, 0x80), Change.CREATE):
    timeline.note(moment)
    if moment.waits_for:
        a.leave()  # the writer waits for A, and A is done
timeline

# %% [markdown]
# ## How long does the writer wait?
#
# As long as the slowest reader. `synchronize_srcu()` returns when everybody has left who was inside when it was
# called; who enters later finds the new set and does not matter.
#
# **Predict:** A stays inside for three looks of the writer. How many moments in a row name A as one to wait for?

# %%
my_prediction = ...

# %%
vm = published()
a = vm.enter("A")
waiting = 0
for moment in steps(vm, MemorySlot(6, 0x400, 0x80), Change.CREATE):
    waiting += "A" in moment.waits_for
    if waiting == 3:
        a.leave()

compare(my_prediction, waiting)

# %% [markdown]
# **Why.** The writer asks again and again, and goes on as soon as A has left. So a change can be slow while a search
# never is. That is the bargain: searches happen all the time, changes are rare.

# %% [markdown]
# ## The generation
#
# A virtual CPU remembers what it found, so as not to search again. How does it notice that the set was replaced?
#
# Each installed set has a number, its **generation**. Who remembers a slot remembers the generation with it, and
# compares. While the writer waits, bit 63 of the new number is set: *in progress*. What is found then is right, but
# should not be remembered, for the number is about to change.

# %% [markdown]
# With two address spaces (x86 has a second one for system management mode) both count by two: one has the even
# numbers, the other the odd ones.
#
# **Predict:** four slots were created, so the generation of our machine is 4. One more create: which numbers does a
# reader find, in order, without the in-progress bit? Write a list.

# %%
my_prediction = ...

# %%
vm = published()
numbers = [vm.active.generation]
for _ in steps(vm, MemorySlot(6, 0x400, 0x80), Change.CREATE):
    number = vm.active.generation & ~(1 << 63)
    numbers += [number] if number != numbers[-1] else []

compare(my_prediction, numbers)

# %% [markdown]
# **Why.** During the wait the number is still 4, with bit 63; then it is 5.
#
# (`install_new_memslots()` in virt/kvm/kvm_main.c and KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS in
# include/linux/kvm_host.h, kernel 5.7.)

# %% [markdown]
# ## Why a delete takes two steps
#
# A slot is more than an entry of the array. Virtual CPUs have *mapped* its pages, and go on using those mappings
# without any search. Before the slot goes, its mappings must be thrown away. But while one thread throws them away,
# a reader could find the slot and make a new one.
#
# So the slot is first marked INVALID, in a set that is published. From then on, who finds it makes no mapping. Now
# the old ones are thrown away. Then the slot goes, in a second set.

# %% [markdown]
# **Predict:** slot 5 is deleted in our machine of 1, 5, 0 and 3. A reader enters at each moment. Which *different*
# sets can be found, in order? Write each as a text, like `"1 5 0 3"`, with `!` behind a marked slot.

# %%
my_prediction = ...

# %%
vm = published()
seen = [seen_text(vm.active)]
timeline = Timeline(vm)
for moment in steps(vm, MemorySlot(5, 0, 0), Change.DELETE):
    timeline.note(moment)
    seen += [seen_text(vm.active)] if seen_text(vm.active) != seen[-1] else []

compare(my_prediction, seen, timeline.picture)

# %% [markdown]
# **Why.** Whole, marked, gone. The generation went from 4 to 6: two sets were installed. A move goes the same way,
# since it too takes a slot away from where it was.
#
# Look at the row where the set is edited: what a reader finds did not change there.

# %% [markdown]
# ## Which set is edited?
#
# There are two sets, the first one and the marked copy. After the first step the copy is active, and the writer has
# waited. Nobody can enter the first set any more, and nobody is left in it. Where would *you* take the slot out: in the
# first set, in the marked copy, or in a third one?
#
# **Predict:** is the active set after the delete the very object that was active before it? Write `True` or `False`.

# %%
my_prediction = ...

# %%
vm = published()
first = vm.active
set_memslot(vm, MemorySlot(5, 0, 0), Change.DELETE)

compare(my_prediction, vm.active is first)

# %% [markdown]
# **Why.** The kernel edits the **first** set, for nobody can see it, and installs that one again; the marked copy is
# freed. That saves a third copy. It is also the reason for something that you saw in lesson 03: stale entries pile up
# over several deletes, since the same array is edited again and again. A create starts from a fresh copy, and a copy
# takes only the entries in use.

# %% [markdown]
# ## Backing out
#
# Between the two steps the architecture is asked to prepare. It may say no. Then the first set is installed again,
# unchanged.
#
# **Predict:** a delete of slot 5 that fails there. What does a reader find afterwards, and which generation? Write
# `(text, number)`.

# %%
my_prediction = ...

# %%
vm = published()
set_memslot(vm, MemorySlot(5, 0, 0), Change.DELETE, prepare=lambda: False)

compare(my_prediction, (seen_text(vm.active), vm.active.generation))

# %% [markdown]
# **Why.** Nothing has changed but the number: two sets were installed, the marked one and the first one. Up to
# kernel 5.6 the marked one stayed active in this case, and the slot was as good as lost; the first patch of the series
# that brought our algorithm mended it.

# %% [markdown]
# ## Change it
#
# Take the wait away: in the cell below the writer frees the old set at once. What happens to a reader that is still
# inside? In C nothing would tell.

# %%
vm = published()
a = vm.enter("A")
old = vm.active
vm.publish(old.copy())
vm.free(old)  # before anybody has waited
try:
    a.find(0x40)
except RuntimeError as error:
    print(error)

# %% [markdown]
# **Change it:** put `vm.wait_for_readers()` in front of the free. What does A say then, and why is that a bug of
# this little program and not of the writer?

# %% [markdown]
# ## Make it
#
# Write both halves yourself in [exercise 10](../exercises/10_publish.ipynb): the install, and the delete in two steps.
# The check lets readers enter at every moment and compares what they saw.

# %% [markdown]
# ## Check yourself
#
# Say the answer aloud, then open it.
#
# <details><summary>May a reader that entered before a create find the new slot?</summary>No. It sees the set it
# entered with until it leaves.</details>
#
# <details><summary>For whom does the writer wait?</summary>For readers that entered before the store of the pointer;
# not for later ones.</details>
#
# <details><summary>How many sets does a move install?</summary>Two: one with the slot marked INVALID, one with the
# slot at its new place.</details>
#
# <details><summary>Why is the generation's bit 63 set during the wait?</summary>What is found then must not be
# remembered under a number that is about to change.</details>

# %% [markdown]
# ## What surprises people
#
# * The array that is edited in a delete is the *old* one, not the copy.
# * The copy takes every slot in use. The shift that follows moves at most as many, and often none.
# * A reader with the old set is not wrong. It is just early.
# * A new flag takes one step, a delete two: only what goes away has to be announced.

# %% [markdown]
# ## Glossary
#
# * **active set**: what a reader finds who enters now
# * **generation**: number of an installed set; bit 63 says that an update is in progress
# * **INVALID**: flag of a slot that is about to go or to move
# * **publish**: store the pointer to a set
# * **read section**: from entering to leaving; what was found stays valid in it
# * **SRCU**: sleepable read-copy-update, the kernel's way to wait for readers
#
# Next: [11 Before and after](11_before_and_after.ipynb), on the kernels without these movers.
#
# **Sources:** `kvm_set_memslot()`, `install_new_memslots()`, `kvm_dup_memslots()` in virt/kvm/kvm_main.c and
# KVM_MEMSLOT_INVALID in include/linux/kvm_host.h, kernel 5.7.
