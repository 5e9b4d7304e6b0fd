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
# # 08 From ioctl to change
#
# **You will be able to** say what the kernel answers to any memory region request: done, nothing to do, `EINVAL` or
# `EEXIST`, and which of its rules decides.
#
# **You need** [lesson 00](00_start_here.ipynb), and the difference between a byte and a page of 4096 bytes.
#
# **How long:** 45 minutes, then three quarters of an hour for the exercise.

# %% [markdown]
# ## The words
#
# | kernel word | meaning | example |
# |---|---|---|
# | `KVM_SET_USER_MEMORY_REGION` | the ioctl: one request about one slot | QEMU makes 35 while a PC boots |
# | `guest_phys_addr`, `memory_size` | where in the guest, in bytes | `0x200000`, `0x1000` |
# | `userspace_addr` | where on the host, in bytes | `H+0x0` |
# | `KVM_MR_CREATE` and so on | the change that a request amounts to | `Change.CREATE` |
# | errno | why it is refused, as a number with a name | `EINVAL`, `EEXIST` |

# %%
from memslot_lab.captures.scenarios import parse_request, read_scenarios
from memslot_lab.captures.verdicts import kernel_answers, whose_answers
from memslot_lab.course import compare
from memslot_lab.engine import MemslotError, UserspaceMemoryRegion, Vm
from memslot_lab.views.verdicts import show_steps

scenarios = {one.number: one for one in read_scenarios()}

# %% [markdown]
# ## Who answers here
#
# A real kernel answers the questions of this lesson. Where `/dev/kvm` can be opened it is the one of your machine: each
# scenario makes a new VM without a processor, asks, and closes it. No guest ever runs. Elsewhere you see what Linux
# 6.18.44 answered when the scenarios were recorded. The next cell says which.

# %%
# NBVAL_IGNORE_OUTPUT
print(whose_answers())

# %% [markdown]
# ## One request for four things
#
# There is no "create" and no "delete" in the ioctl. The caller says how slot number so-and-so **should be**, and the
# kernel finds out what that means: create, delete, move, other flags, or nothing. A size of 0 says that the slot should
# not be there.
#
# `H` stands for some host memory; `0` is success.

# %%
scenario = scenarios[15]
show_steps(scenario)

# %% [markdown]
# **Predict:** four requests, all for slot 0. What does the kernel answer to each? Write a list of four of `"0"`,
# `"EINVAL"` and `"EEXIST"`.

# %%
my_answers = ...

# %%
answers = kernel_answers(scenario)
compare(my_answers, answers, show_steps(scenario, answers))

# %% [markdown]
# **Why.** The second delete finds nothing to delete, and that is an error: the caller's idea of the VM is wrong. The
# last request is a create again, at another place and of another size: nothing is remembered of a deleted slot.
#
# (`__kvm_set_memory_region()`, virt/kvm/kvm_main.c, kernel 6.1.)

# %% [markdown]
# ## First, the request by itself
#
# Before the kernel looks at any slot, it looks at the form: the number, the flags, whole pages, and where the ranges
# end. Whatever is wrong here, the answer is `EINVAL`.

# %%
scenario = scenarios[12]
show_steps(scenario)

# %% [markdown]
# Slot 0 has the host address 0, the others lie near the end of user space, at `0x7ffffffff000`, or beyond.
#
# **Predict:** the five answers.

# %%
my_answers = ...

# %%
answers = kernel_answers(scenario)
compare(my_answers, answers, show_steps(scenario, answers))

# %% [markdown]
# **Why.** The kernel asks whether the *range* `[userspace_addr, userspace_addr + memory_size)` lies in user space. It
# does not ask whether anything is mapped there: 0 is fine. The third range ends exactly where user space ends
# and is fine; the fourth begins there.

# %%
scenario = scenarios[17]
show_steps(scenario)

# %% [markdown]
# Now a delete whose guest address is one byte off, and then one that names another, well formed address.
#
# **Predict:** the three answers.

# %%
my_answers = ...

# %%
answers = kernel_answers(scenario)
compare(my_answers, answers, show_steps(scenario, answers))

# %% [markdown]
# **Why.** The form is looked at first, for a delete too. After that a delete looks at the number only: address, host
# address and flags may be anything that is well formed. Slot 0 was at `0x200000`, the delete says `0x4000000`, and the
# kernel does not mind.

# %% [markdown]
# ## Then, the slot with that number
#
# If the slot is there, three things are **fixed** from its create on: its host address, its size, and whether it is
# read-only. A request that wants one of them otherwise is `EINVAL`. What is left is a move, and one flag: the dirty
# log (bit 0).

# %%
for number in (22, 25, 38):
    scenario = scenarios[number]
    print(kernel_answers(scenario)[-1], "<-", scenario.name)

# %% [markdown]
# That is why QEMU deletes a slot and makes a new one whenever a window of ROM opens: it needs another size.
#
# **Predict:** what does the model return, for a slot that is there: the same request again; the dirty log switched on;
# moved and the dirty log switched off at once? Write a list of three of `None`, `"FLAGS_ONLY"` and `"MOVE"`.

# %%
my_changes = ...

# %%
vm = Vm()
places = [(0x200000, 0), (0x200000, 0), (0x200000, 1), (0x800000, 0)]
regions = [UserspaceMemoryRegion(0, flags, gpa, 0x200000, 0x100000000000) for gpa, flags in places]
changes = [vm.set_user_memory_region(region) for region in regions]
names = [change.name if change else None for change in changes[1:]]
compare(my_changes, names)

# %% [markdown]
# **Why.** The place decides first. Another `base_gfn` is a MOVE, whatever else changes with it; only where the place is
# the same do the flags decide. And where nothing differs, the kernel returns 0 and does not touch the array.
#
# The kernel answers 0 to all three. The names are its own, inside: `KVM_MR_MOVE`, `KVM_MR_FLAGS_ONLY`.

# %% [markdown]
# ## Then, room for it
#
# A create and a move need free guest frames. Another slot on one of them gives `EEXIST`.

# %%
scenario = scenarios[28]
show_steps(scenario)

# %% [markdown]
# Slot 0 has 512 pages. It shall move up by *one* page, then down by two.
#
# **Predict:** the three answers.

# %%
my_answers = ...

# %%
answers = kernel_answers(scenario)
compare(my_answers, answers, show_steps(scenario, answers))

# %% [markdown]
# **Why.** The new range overlaps the old one, but it is the slot's own. Only slots with **another** id count.

# %%
scenario = scenarios[29]
show_steps(scenario)

# %% [markdown]
# Two slots of 2 MiB, at `0x200000` and at `0x800000`. Three times slot 1 is asked to move.
#
# **Predict:** the five answers.

# %%
my_answers = ...

# %%
answers = kernel_answers(scenario)
compare(my_answers, answers, show_steps(scenario, answers))

# %% [markdown]
# **Why.** `0x300000` is inside slot 0, `0x200000` is slot 0's own place. `0x400000` is the first byte behind it: ranges
# are half open, and touching is not overlapping.

# %% [markdown]
# ## Which rule comes first
#
# A request may break two rules. Then the answer tells which of them the kernel looks at first.

# %%
scenario = scenarios[95]
show_steps(scenario)

# %% [markdown]
# The last request is for slot 1: it should be twice as large **and** begin where slot 0 is.
#
# **Predict:** the three answers.

# %%
my_answers = ...

# %%
answers = kernel_answers(scenario)
compare(my_answers, answers, show_steps(scenario, answers))

# %% [markdown]
# **Why.** What is fixed is looked at before the overlap. The caller would have to mend the size first, and would then
# hear of the overlap.

# %%
scenario = scenarios[96]
show_steps(scenario)

# %% [markdown]
# The highest byte that this machine maps is `0xfffffffffffff`. The last request overlaps slot 0 **and** ends behind
# that byte.
#
# **Predict:** the two answers.

# %%
my_answers = ...

# %%
answers = kernel_answers(scenario)
compare(my_answers, answers, show_steps(scenario, answers))

# %% [markdown]
# **Why.** Overlap first; then, nearly last, the architecture is asked whether it can map such a frame. That would be
# `EINVAL`.
#
# (`kvm_arch_prepare_memory_region()`, arch/x86/kvm/x86.c, kernel 6.1.)

# %% [markdown]
# ## All of it, in order
#
# | | what is asked | the answer |
# |---|---|---|
# | 1 to 6 | number, flags, whole pages, host range, number of pages | `EINVAL` |
# | 7 | size 0: is the slot there? | a delete, or `EINVAL` |
# | 8, 9 | is it there? Then host address, size and read-only are fixed | a create, or `EINVAL` |
# | 10 | the same place: are the flags the same? | nothing to do, or other flags; another place: a move |
# | 11 | create or move: is another slot on one of the frames? | `EEXIST` |
# | 12 | create or move: is it above the highest frame? | `EINVAL` |
#
# The numbers are those of the twelve rules in the exercise.
#
# The kernel tells an errno and no more. The model says which rule:

# %%
vm = Vm()
for text, _ in scenarios[95].steps:
    try:
        print(vm.set_user_memory_region(parse_request(text)))
    except MemslotError as error:
        print(error)

# %% [markdown]
# ## Does the model tell the truth?
#
# 105 scenarios with 208 requests say so: each answer of the kernel beside that of the model. In a terminal,
# `memslot-lab live` prints the whole table.

# %%
differences = []
for scenario in scenarios.values():
    vm = Vm()
    for step, kernel in zip(scenario.steps, kernel_answers(scenario), strict=True):
        try:
            vm.set_user_memory_region(parse_request(step.request))
            model = "0"
        except MemslotError as error:
            model = "EEXIST" if "EEXIST" in str(error) else "EINVAL"
        differences += [step] if model != kernel else []
print(len(scenarios), "scenarios,", sum(len(one.steps) for one in scenarios.values()), "requests")
print(len(differences), "differences")

# %% [markdown]
# ## Change it
#
# One page at `0x100000`, in an empty VM. Find a size, a flag and an address that turn the answer into `EINVAL`, each by
# itself.

# %%
my_request = UserspaceMemoryRegion(
    slot=0, flags=0, guest_phys_addr=0x100000, memory_size=0x1000, userspace_addr=0x100000000000
)
try:
    print(Vm().classify(my_request))
except MemslotError as error:
    print(error)

# %% [markdown]
# ## Make it
#
# Now write the rules yourself: [exercise 08](../exercises/08_region.ipynb).

# %% [markdown]
# ## Check yourself
#
# Say the answer aloud, then open it.
#
# <details><summary>Slot 7 is not there, and a request for it has size 0. The answer?</summary>EINVAL.</details>
#
# <details><summary>A slot should keep its place and become read-only. The answer?</summary>EINVAL: delete it and create
# it anew.</details>
#
# <details><summary>One slot ends at 0x1fffff, a new one begins at 0x200000. The answer?</summary>0: they only
# touch.</details>
#
# <details><summary>Can two slots change places in two moves?</summary>No, each would land on the other: a swap needs a
# third place and three moves.</details>
#
# <details><summary>Another size, and over another slot: which errno?</summary>EINVAL, the size comes first.</details>

# %% [markdown]
# ## What surprises people
#
# * Host memory need not be mapped, and two slots may share it.
# * A delete ignores where the slot is, but not a guest address that is inside a page.
# * The same request twice is fine; the same delete twice is not.
# * `EEXIST` is about guest frames. Asking for a slot number that is in use is a change, not an error.

# %% [markdown]
# ## Glossary
#
# * **errno**: the number by which a system call says why it failed
# * **fixed**: host address, size and read-only, from the create on
# * **ioctl**: a system call with a request code, here `KVM_SET_USER_MEMORY_REGION`
# * **region**: what userspace asks for; **slot**: what the kernel keeps
#
# Next: [09 Counting](09_counting.ipynb), on what all this costs.
#
# **Sources:** `kvm_vm_ioctl_set_memory_region()` and `__kvm_set_memory_region()`, virt/kvm/kvm_main.c, kernel 6.1;
# answers recorded on Linux 6.18.44, x86-64.
