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
# # Start here: a virtual machine's memory is a handful of slots
#
# **You will be able to** read what QEMU asks of the Linux kernel while a PC boots, say what the kernel's array
# looks like after each request, and see why a request is refused.
#
# **You need** Python's lists and hexadecimal numbers. No kernel knowledge.
#
# **It takes** about 20 minutes. Run each cell with Shift+Enter, and *predict* before you run.

# %% [markdown]
# ## The words
#
# | word | in the kernel | one example |
# |---|---|---|
# | guest physical address | gpa | `0x100000`, the first byte above 1 MiB |
# | page | | 4096 bytes |
# | guest frame number | gfn | `0x100`, the page at `0x100000` |
# | slot | `struct kvm_memory_slot` | 640 KiB of RAM from address 0 |
# | the array | `memslots` | every slot of one VM, in order |

# %% [markdown]
# ## What QEMU asks for
#
# A guest's RAM is memory of the QEMU process. QEMU tells the kernel which range of *guest* addresses is backed by
# which of its own addresses: one `ioctl()`, `KVM_SET_USER_MEMORY_REGION`, for each range.
#
# The log beside this notebook was recorded while QEMU 7.2 booted a PC with 256 MiB. Count its requests.

# %%
from memslot_lab.captures.replay import requests_of

LOG = "data/q72-pc-boot-vgastd.trace"
requests = list(requests_of(LOG))
len(requests)

# %% [markdown]
# The first request, in bytes, as QEMU passed it:

# %%
first = requests[0].region
print(f"slot {first.slot}: from {first.guest_phys_addr:#x}, {first.memory_size:#x} bytes")

# %% [markdown]
# **Predict.** How many MiB of RAM are `0x10000000` bytes? Put your number in place of the three dots.

# %%
my_mib = ...

# %% [markdown]
# **Run.**

# %%
from memslot_lab.course import compare

compare(my_mib, first.memory_size // 2**20)

# %% [markdown]
# **Why.** `0x10000000` is 2<sup>28</sup>, and a MiB is 2<sup>20</sup>: 2<sup>8</sup> are left. It is the whole RAM
# of the machine, in one slot, from address 0.
#
# The kernel counts in pages of 4096 bytes, 2<sup>12</sup>. In hexadecimal that is easy: strike the last three digits.
# `0x10000000` bytes are `0x10000` pages.

# %% [markdown]
# ## The kernel answers
#
# `Vm` plays the kernel: hand it a request, and it says what it did.

# %%
from memslot_lab.engine import Vm

vm = Vm()
vm.set_user_memory_region(first)

# %% [markdown]
# `CREATE`: there was no slot 0, now there is. The second request is the firmware's ROM:

# %%
second = requests[1].region
print(f"slot {second.slot}: from {second.guest_phys_addr:#x}, {second.memory_size:#x} bytes")
vm.set_user_memory_region(second)

# %% [markdown]
# **Predict.** The array now holds slots 0 and 1, *sorted*. Which comes first? Write the ids as a list, as `[7, 8]`.

# %%
my_order = ...

# %% [markdown]
# **Run.** `for_each_memslot()` walks the array from its front to its back.

# %%
from memslot_lab.engine import for_each_memslot

compare(my_order, [slot.id for slot in for_each_memslot(vm.memslots[0])])

# %% [markdown]
# And the array itself:

# %%
from memslot_lab.views.array import show

show(vm.memslots[0])

# %% [markdown]
# **Why.** HIGHEST GFN FIRST. The front, index 0, belongs to the highest guest frame, whatever the ids are. The ROM ends
# at 4 GiB, far above the RAM.
#
# Most people expect it the other way round. The kernel's reason is old: an unused entry once had GFN 0, and this order
# left all of those at the end.

# %% [markdown]
# ## A slot never changes its size
#
# The ROM and the VGA window need the addresses below 1 MiB for themselves, so the one big slot has to be cut up. The
# next four requests:

# %%
for request in requests[2:6]:
    region = request.region
    print(f"slot {region.slot}: from {region.guest_phys_addr:#x}, {region.memory_size:#x} bytes")

# %% [markdown]
# **Predict.** A size of 0 deletes. Is each of the four a `CREATE` or a `DELETE`? Write a list of four words, as
# `["CREATE", "CREATE", "DELETE", "DELETE"]`.

# %%
my_changes = ...

# %% [markdown]
# **Run.**

# %%
changes = [vm.set_user_memory_region(request.region).name for request in requests[2:6]]
compare(my_changes, changes)

# %%
show(vm.memslots[0])

# %% [markdown]
# **Why.** The kernel refuses another size for a slot that is there, so QEMU deletes the slot and makes it anew, shorter.
# For a moment the guest has no RAM at all; nothing runs in it yet.
#
# The new slot 0 went to the back, behind slot 1, and slots 2 and 3 in between: the *address* decides the place.

# %% [markdown]
# ## The whole boot
#
# 29 more requests follow: the firmware looks for ROMs, copies itself into RAM and protects the copy.
#
# **Predict.** How many slots are there at the end: about 5, 10 or 35? Write a number.

# %%
my_slots = ...

# %% [markdown]
# **Run.**

# %%
for request in requests[6:]:
    vm.set_user_memory_region(request.region)
compare(my_slots, vm.memslots[0].used_slots)

# %% [markdown]
# A handful. Every one of them, from the highest to the lowest:

# %%
show(vm.memslots[0])

# %% [markdown]
# ## The same boot as a picture
#
# One column a request, one colour a slot id, the highest address on top. The address axis is not to scale: a page and
# a gigabyte both have to be seen.

# %%
# %matplotlib inline
from memslot_lab.captures.replay import replay
from memslot_lab.views.memory_plot import memory_figure

memory_figure(replay(LOG, history=100), most=100)

# %% [markdown]
# **Look for** three things: the one big slot 0 that lives for two requests only; the three times that the range between
# `0xc0000` and 1 MiB is cut up anew; and slot 4 after request 23, a graphics ROM that is mapped for one request.

# %% [markdown]
# **Predict.** Request 31 makes slot 8, the RAM from 1 MiB up. Eight slots are there already; two of them, the ROM and
# the VGA memory, lie higher. The new slot goes in at the *back*. How many slots have to shift to let it through?

# %%
my_shifts = ...

# %% [markdown]
# **Run.** `cost_of()` knows the answer from the ranks alone: 8 slots in use, and index 2 at the end.

# %%
from memslot_lab.cost import cost_of
from memslot_lab.engine import Change

compare(my_shifts, cost_of(Change.CREATE, used_slots=8, old=-1, new=2).shifts)

# %% [markdown]
# **Why.** All slots with a *lower* address stand between the back and the new slot's place: eight less the two that
# lie higher. Each moves one place back. That walk is what this course is about.

# %% [markdown]
# ## When the kernel says no
#
# Two slots may not share a guest address. Ask for 32 KiB of RAM inside slot 0:

# %%
from memslot_lab.engine import MemslotError, UserspaceMemoryRegion

try:
    vm.set_user_memory_region(UserspaceMemoryRegion(9, 0, 0x90000, 0x8000, 0x7F0000000000))
except MemslotError as error:
    print(error)

# %% [markdown]
# `EEXIST` is what the real kernel returns, and the array is as it was. The message names frames, which are addresses
# without their last three digits.

# %% [markdown]
# ## Change it
#
# Find an address at which the same 32 KiB are accepted, first by looking at the picture, then here. What does the
# kernel say to `0x90001`, and why is that another error? `classify()` only asks: it changes nothing.

# %%
try:
    print(vm.classify(UserspaceMemoryRegion(9, 0, 0x90000, 0x8000, 0x7F0000000000)))
except MemslotError as error:
    print(error)

# %% [markdown]
# ## Make it
#
# The command line replays any log of yours. Record one with
# `qemu-system-x86_64 -accel kvm ... -trace kvm_set_user_memory 2> my.trace`, or run
# `strace -f -e trace=ioctl -o my.strace` in front of any program that uses KVM. Then `memslot-lab replay my.trace`
# prints what this cell prints:

# %%
from memslot_lab.views.replay import replay_text

print(replay_text(replay(LOG)))

# %% [markdown]
# ## Check yourself
#
# 1. A guest has slots at `0x0`, `0xc0000` and `0xfffc0000`. Which one is `memslots[0]`?
# 2. Why does QEMU delete a slot to make it shorter?
# 3. Which slots shift when a slot with the lowest address of all is created?
#
# <details><summary>Answers</summary>
#
# 1. The one at `0xfffc0000`: highest GFN first.
# 2. The kernel refuses another size for a slot that is there (`EINVAL`).
# 3. None: it goes in at the back and stays there.
#
# </details>

# %% [markdown]
# ## What surprises people
#
# - The array runs from high to low, and its *front* is the high end.
# - The slot id says nothing about the place. QEMU takes the smallest free number.
# - A whole PC needs nine slots, and its boot no more than 35 requests.
# - More than a third of a boot's requests are deletes: a slot cannot be cut, only made anew.

# %% [markdown]
# ## Glossary
#
# - **gpa**: guest physical address, in bytes. **gfn**: the same without the last 12 bits.
# - **slot**: a range of guest frames with its host address and flags. **id**: its number.
# - **front, forward**: toward index 0, higher addresses. **back, backward**: toward lower addresses.
#
# Next: [03 Deleting](03_deleting.ipynb), where you write the kernel's function yourself.
#
# Sources: the log is real (QEMU 7.2.22, `-machine pc -m 256 -vga std`); the rules are those of
# `__kvm_set_memory_region()`, `virt/kvm/kvm_main.c`, v6.1.
