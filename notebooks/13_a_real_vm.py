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
# # 13 A real virtual machine
#
# **You will be able to** replay what a real QEMU asked of a real kernel, check the result against two witnesses, say
# what it cost, and send the same requests to the kernel under your own hands.
#
# **You need** lessons [00](00_start_here.ipynb), [08](08_from_ioctl_to_change.ipynb) and
# [09](09_counting.ipynb).
#
# **How long:** 45 minutes, then an hour for the exercise.

# %% [markdown]
# ## The words
#
# | kernel word, or QEMU's | meaning | example |
# |---|---|---|
# | ioctl | a request of a program to a driver | KVM_SET_USER_MEMORY_REGION |
# | VMM | the program that makes the VM | QEMU |
# | trace event | a line that QEMU prints at each request | `kvm_set_user_memory Slot#0 ...` |
# | flat view | QEMU's own list of what lies where | `info mtree -f` |
# | verdict | what a request came to | CREATE, or EEXIST |
# | replay | make recorded requests again | on the engine, on a kernel |

# %%
from collections import Counter
from pathlib import Path

from memslot_lab.captures.live import LiveKernelError, LiveVm, verdict
from memslot_lab.captures.replay import replay, requests_of
from memslot_lab.course import compare
from memslot_lab.engine import Vm, for_each_memslot
from memslot_lab.views.array import show

BOOT = Path("data/q72-mtree-f-pc-kvm.trace")
MONITOR = Path("data/q72-mtree-f-pc-kvm.mtree")

# %% [markdown]
# ## A log of a real machine
#
# A PC with 256 MiB of memory was started in QEMU 7.2 with KVM, and QEMU printed each region request that it made. The
# file has been copied as it was, a warning of QEMU's included. Here are its first lines.

# %%
for line in BOOT.read_text().splitlines()[:4]:
    print(line)

# %% [markdown]
# The kernel's answer stands at the end of each line: `ret=0`. Addresses and sizes are bytes, in hex.
#
# `requests_of()` reads such a log. Each request becomes the object that you know from lesson 08.

# %%
requests = [request.region for request in requests_of(BOOT)]
requests[0]

# %% [markdown]
# ## Predict: what does a PC ask for?
#
# There are creates, deletes, moves, and changes of flags. **Predict:** which of these four kinds occur while the
# firmware starts? Write a list of names, like `["CREATE", "MOVE"]`, in the order of the alphabet.

# %%
my_prediction = ...

# %%
vm = Vm()
kinds = Counter(change.name for region in requests if (change := vm.set_user_memory_region(region)))

compare(my_prediction, sorted(kinds))

# %% [markdown]
# **Why.** QEMU never moves a slot and does not change its size: when a window is opened in a range, it deletes the slot
# and makes others around the window. So a boot is creates and deletes. Flags change when a machine is migrated and its
# pages are logged.

# %%
dict(kinds)

# %% [markdown]
# ## The array in the end
#
# Thirty-five requests later, this is what the kernel's array looked like, **highest GFN first**.

# %%
show(vm.memslots[0])

# %% [markdown]
# **Find them:** the firmware's ROM at the very front, just below 4 GiB (its flags say read-only). The graphics card's
# memory. And, at the back, the 256 MiB of the PC, cut into pieces around the old windows below 1 MiB.

# %% [markdown]
# ## The first witness: the recorded answers
#
# `replay()` does what you just did, and compares the engine's verdict on each request with the recorded one.
#
# **Predict:** on how many of the 35 do the two disagree?

# %%
my_prediction = ...

# %%
result = replay(BOOT)

compare(my_prediction, len(result.disagreements))

# %% [markdown]
# **Why.** None. That is no surprise if the rules of lesson 08 are the kernel's: QEMU asks only for what it may have.
# But one wrong rule in the engine, and the first overlap that QEMU steps around would show here.

# %% [markdown]
# ## The second witness: QEMU's own list
#
# QEMU keeps another account of the same memory, its flat view, and prints it when its monitor is asked `info mtree -f`.
# Rows that are backed by a slot end in `KVM`. This was asked of the same machine, right after the boot.

# %%
for line in MONITOR.read_text().splitlines():
    if line.rstrip().endswith("KVM"):
        print(line.strip())

# %% [markdown]
# The ends are **included** here.
#
# **Predict:** take base and size of each slot of our array, and of each `KVM` row. Are the two sets equal? Write
# `True` or `False`.

# %%
my_prediction = ...

# %%
other = Vm()
for request in requests_of(MONITOR):
    other.set_user_memory_region(request.region)
ranges = [{(slot.base_gfn, slot.npages) for slot in for_each_memslot(each.memslots[0])} for each in (vm, other)]

compare(my_prediction, ranges[0] == ranges[1])

# %% [markdown]
# **Why.** The list of QEMU's monitor says nothing of slots, ids or order. It was made by other code, from the other
# end, and it names the same nine ranges. So the replay has not only kept its own rules: it arrived at the truth.

# %% [markdown]
# ## What did it cost?
#
# Count what the array had to do: shifts and comparisons, over the whole boot.
#
# **Predict:** 22 creates and 13 deletes on an array of at most 9 slots. How many shifts in all? A guess within 20 of
# the number is good.

# %%
my_prediction = ...

# %%
machine = result.vms[0].to_json()

compare(my_prediction, machine["shifts"], within=20)

# %% [markdown]
# **Why.** About two shifts a request. For a PC that boots, any algorithm would do. It is the machine with many slots
# that needs a good one.

# %% [markdown]
# ## A machine with a hundred memory modules
#
# The same PC, with 100 DIMMs plugged in after its start: once from the lowest address to the highest, once shuffled.
# Both are real logs.
#
# **Predict:** which of the two shifts more? Write `"ascending"` or `"shuffled"`.

# %%
my_prediction = ...

# %%
shifts = {
    order: replay(f"data/q72-pc-dimm-100-{order}.trace").vms[0].to_json()["shifts"]
    for order in ("ascending", "shuffled")
}

compare(my_prediction, max(shifts, key=shifts.get))

# %% [markdown]
# **Why.** Each module that is higher than all before it goes to the front, past everybody. Ascending order is the
# *worst* for this array, and it is the order in which everybody plugs in memory.

# %%
shifts

# %% [markdown]
# ## Your own kernel
#
# Now the real thing. Where `/dev/kvm` may be opened, `LiveVm` makes a virtual machine of *this* kernel: no CPU, no
# guest, only its memory regions. It takes the same requests as `Vm`.
#
# The next cell sends the whole boot to both, and says which of two things it did: ask this kernel, or take the answers
# from the log.

# %%
# NBVAL_IGNORE_OUTPUT
model, recorded = Vm(), [request.errno for request in requests_of(BOOT)]
try:
    with LiveVm() as kernel:
        answers = [verdict(kernel, region) for region in requests]
    print("asked the kernel of this machine")
except LiveKernelError as error:
    answers = ["0" if errno == 0 else str(errno) for errno in recorded]
    print(f"took the recorded answers: {error}")

# %% [markdown]
# **Predict:** on how many of the 35 requests do the model and those answers differ?

# %%
my_prediction = ...

# %%
differ = sum(verdict(model, region) != answer for region, answer in zip(requests, answers, strict=True))

compare(my_prediction, differ)

# %% [markdown]
# **Why.** A kernel of today keeps no such array any more: since 5.17 it has trees. But the *rules* in front of it, and
# what a program can see of the result, are what they were. A program written for kernel 5.7 must not notice.

# %% [markdown]
# ## Change it
#
# Ask for something that must be refused. In a cell of your own, make two requests for a slot 20
# (`UserspaceMemoryRegion`, from `memslot_lab.engine`): one that overlaps slot 0 of the boot, one of 100 bytes. Ask
# `verdict(vm, ...)`, for `vm` holds the slots of the boot; in a fresh `Vm()` there is nothing to overlap. To ask your
# kernel, write `print(verdict(kernel, ...))` at the end of the `with` block above.
#
# The whole list of 105 such scenarios, side by side, is one command in a terminal:
#
# ```
# memslot-lab live
# ```

# %% [markdown]
# ## Your own machine
#
# If you have QEMU and KVM, record one:
#
# ```
# qemu-system-x86_64 -accel kvm -trace kvm_set_user_memory 2> my.trace
# memslot-lab replay my.trace --step
# ```
#
# Any other program that uses KVM will do, with `strace -f -e trace=ioctl -o my.strace PROGRAM`.

# %% [markdown]
# ## Make it
#
# All that you have written comes together in [exercise 13](../exercises/13_capstone.ipynb): your functions replay this
# boot, and the hundred modules.

# %% [markdown]
# ## Check yourself
#
# Say the answer aloud, then open it.
#
# <details><summary>Why does a boot have no moves?</summary>QEMU deletes a slot and creates another one; it never moves
# one.</details>
#
# <details><summary>What makes the flat view a good witness?</summary>Other code made it, from the other end, and it
# knows nothing of slots.</details>
#
# <details><summary>Which order of creates is the worst?</summary>From the lowest GFN up: each one passes all
# others.</details>
#
# <details><summary>What of all this holds for a kernel of today?</summary>The rules and the verdicts; the array has
# become trees.</details>

# %% [markdown]
# ## What surprises people
#
# * A PC with one stick of memory has nine slots: holes below 1 MiB and devices cut it up.
# * Slot 0 is made, deleted, and made again shorter, all in the first milliseconds.
# * The order that is worst for the array is the one that everybody uses.
# * Nothing of the guest runs in any of this. Memory regions are book-keeping.

# %% [markdown]
# ## Glossary
#
# * **flat view**: QEMU's list of what lies at which guest address
# * **ioctl**: a program's request to a driver
# * **replay**: recorded requests, made again
# * **trace event**: what QEMU prints about itself when asked to
# * **verdict**: the change that a request made, or its errno
# * **VMM**: virtual machine monitor, the program that makes the machine
#
# Next: that was the last lesson. `memslot-lab review` repeats what you have learnt, after longer and longer pauses.
#
# **Sources:** logs of QEMU 7.2.22 and its monitor, copied byte for byte;
# `__kvm_set_memory_region()` in virt/kvm/kvm_main.c, kernel 6.1; `kvm_set_phys_mem()` in QEMU's
# accel/kvm/kvm-all.c.
