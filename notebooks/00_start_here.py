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
# **It takes** about 20 minutes. Run each cell with Shift+Enter, and *predict* before you run: where you see three
# dots, put your guess in their place. A wrong guess costs nothing.

# %% [markdown]
# ## The words
#
# | word | in the kernel | one example |
# |---|---|---|
# | virtual machine, guest | VM | the PC that boots in this lesson |
# | QEMU | userspace | the program that plays the PC's hardware |
# | KVM | `kvm.ko` | the part of Linux that runs the guest's code |
# | guest physical address | gpa | `0x100000`, the first byte above 1 MiB |
# | page | | 4096 bytes |
# | guest frame number | gfn | `0x100`, the page at `0x100000` |
# | slot | `struct kvm_memory_slot` | 640 KiB of RAM from address 0 |
# | the array | `memslots` | every slot of one VM, in order |

# %% [markdown]
# ## What QEMU asks for
#
# A guest's RAM is memory of the QEMU process. QEMU tells the kernel which range of *guest* addresses is backed by
# which of its own, the *host addresses*: one request, `KVM_SET_USER_MEMORY_REGION`, for each range. (A request to the
# kernel on an open file is called an `ioctl()`.)
#
# The log beside this notebook was recorded while QEMU 7.2 booted a small PC. Count its requests.

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

Vm().set_user_memory_region(first)

# %% [markdown]
# `CREATE`: there was no slot 0, now there is. The second request is for the firmware, the program in read-only memory
# (ROM) that a PC runs first:

# %%
second = requests[1].region
print(f"slot {second.slot}: from {second.guest_phys_addr:#x}, {second.memory_size:#x} bytes")

# %% [markdown]
# A function to come back to any moment of the boot. A `Vm` has an array for each of its address spaces; this one has
# a single address space, so its array is `memslots[0]` of the `Vm`.


# %%
def array_after(count):
    vm = Vm()
    for request in requests[:count]:
        vm.set_user_memory_region(request.region)
    return vm.memslots[0]


# %% [markdown]
# **Predict.** After two requests the array holds slots 0 and 1, *sorted*. Which comes first? Write the ids as a list,
# as `[7, 8]`.

# %%
my_order = ...

# %% [markdown]
# **Run.** `for_each_memslot()` walks the array from its front to its back. With a prediction you also see the array.

# %%
from memslot_lab.engine import for_each_memslot
from memslot_lab.views.array import show

array = array_after(2)
compare(my_order, [slot.id for slot in for_each_memslot(array)], show(array))

# %% [markdown]
# **Why.** HIGHEST GFN FIRST. The front, index 0, belongs to the highest guest frame, whatever the ids are. The ROM ends
# at 4 GiB, far above the RAM.
#
# Most people expect it the other way round. The kernel's reason is old: an unused entry once had GFN 0, and this order
# left all of those at the end.

# %% [markdown]
# ## A slot never changes its size
#
# An old PC has a window for the screen and some ROM just below 1 MiB, so the one big slot has to be cut up. The next
# four requests:

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
vm = Vm()
changes = [vm.set_user_memory_region(request.region).name for request in requests[:6]]
compare(my_changes, changes[2:], show(array_after(6)))

# %% [markdown]
# **Why.** The kernel refuses another size for a slot that is there, so QEMU deletes the slot and makes it anew, shorter.
# For a moment the guest has no RAM at all; nothing runs in it yet.
#
# The new slot 0 went to the back, behind slot 1, and slots 2 and 3 in between: the *address* decides the place.

# %% [markdown]
# ## The whole boot
#
# 29 more requests follow: the firmware looks for ROMs, copies itself into RAM and protects the copy. Of all 35 requests,
# 22 are a `CREATE` and 13 a `DELETE`.
#
# **Predict.** How many slots are there at the end? Write a number.

# %%
my_slots = ...

# %% [markdown]
# **Run.**

# %%
array = array_after(35)
compare(my_slots, array.used_slots, show(array))

# %% [markdown]
# **Why.** Each create adds one, each delete takes one away. What is left is a handful, from the firmware at the top to
# the lowest RAM. (`readonly`: the guest may not write there. `log-dirty`: the kernel notes which pages it writes, here
# so that QEMU need not redraw the whole screen.)

# %% [markdown]
# ## The same boot as a picture
#
# One column a request, the highest address on top, each slot with its id (colours repeat). The address axis is not to
# scale: a page and a gigabyte both have to be seen.

# %%
# %matplotlib inline
from memslot_lab.captures.replay import replay
from memslot_lab.views.memory_plot import memory_figure

memory_figure(replay(LOG, history=100), most=100)

# %% [markdown]
# **Look for** three things: the one big slot 0 that lives for two requests only; the three times that the range between
# `0xc0000` and 1 MiB is cut up anew; and slot 4 after request 23, the graphics card's ROM, there for one request.

# %% [markdown]
# **Predict.** Request 31 makes slot 8, the RAM from 1 MiB up. Eight slots are there already; two of them, the firmware
# and the graphics memory, lie higher. A new slot always goes in at the *back*, and the others make room by moving one
# place each until it has reached its own. How many have to move?

# %%
my_shifts = ...

# %% [markdown]
# **Run.** Count the slots that stand one place further back after request 31 than before it.

# %%
before, after = array_after(30), array_after(31)
moved = [slot.id for i, slot in enumerate(for_each_memslot(before)) if after.memslots[i + 1] == slot]
compare(my_shifts, len(moved), show(after))

# %% [markdown]
# **Why.** All slots with a *lower* address stand between the back and the new slot's place: eight less the two that
# lie higher. Each is *shifted* one place back. That walk is what this course is about.

# %% [markdown]
# ## Watch the walk
#
# `record()` runs any function on a copy of the array and notes each line, read and write; `Stepper` plays the recording,
# forward and back. Slot 8 is *in the hand*: it is not in the array until the end. Step with the arrow keys, or press
# play; `?` lists the keys.

# %%
from memslot_lab.engine import Change, update_memslots
from memslot_lab.watch import record
from memslot_lab.widgets import Stepper

new = next(slot for slot in for_each_memslot(after) if slot.id == 8)
Stepper(record(update_memslots, before, new, Change.CREATE))

# %% [markdown]
# Six slots go one place toward the back, and slot 8 is stored where the hole ends up. Find the line at which the walk
# *stops*: which two GFNs are compared there?

# %% [markdown]
# ## When the kernel says no
#
# Two slots may not share a guest address. Ask for 32 KiB of RAM inside slot 0:

# %%
from memslot_lab.engine import MemslotError, UserspaceMemoryRegion

vm = Vm()
vm.set_user_memory_region(requests[0].region)
wish = UserspaceMemoryRegion(
    slot=9, flags=0, guest_phys_addr=0x90000, memory_size=0x8000, userspace_addr=0x7F0000000000
)
try:
    vm.set_user_memory_region(wish)
except MemslotError as error:
    print(error)

# %% [markdown]
# `EEXIST` is what the real kernel returns, and the array is as it was. The message names frames, which are addresses
# without their last three digits.

# %% [markdown]
# ## Change it
#
# Slot 0 is the only one here, the whole RAM. Find an address at which the same 32 KiB are accepted. What does the
# kernel say to `0x90001`, and why is that another error? `classify()` only asks: it changes nothing.

# %%
my_address = 0x90000
try:
    print(vm.classify(UserspaceMemoryRegion(9, 0, my_address, 0x8000, 0x7F0000000000)))
except MemslotError as error:
    print(error)

# %% [markdown]
# ## Play with it
#
# The whole boot on an address axis, with the array below. Drag the slider through its requests; then change
# something: drag on the axis to create a slot, drag a slot to move it, or onto another one to hear the kernel's no.

# %%
from memslot_lab.widgets import Playground

playground = Playground(capture=LOG)
playground

# %% [markdown]
# What you see there is the value of its traits. A cell can ask for the kernel's last answer:

# %%
playground.verdict["sentence"]

# %% [markdown]
# ## Make it
#
# The command line replays any log of yours. Record one with
# `qemu-system-x86_64 -accel kvm ... -trace kvm_set_user_memory 2> my.trace`, or run
# `strace -f -e trace=ioctl -o my.strace` in front of any program that uses KVM. Then `memslot-lab replay my.trace`
# prints what this cell prints. The last line above the table counts the shifts of the whole boot and the comparisons of
# GFNs; "no disagreements" says that the engine answered every request as the recorded kernel did.

# %%
from memslot_lab.views.replay import replay_text

print(replay_text(replay(LOG)))

# %% [markdown]
# ## Check yourself
#
# 1. A guest has slots at `0x0`, `0xc0000` and `0xfffc0000`. Which one stands at index 0 of the array?
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
# Next: [01 Highest GFN first](01_highest_gfn_first.ipynb), on the order of the array and what it promises.
#
# Sources: the log is real (QEMU 7.2.22, `-machine pc -m 256 -vga std`); the rules are those of
# `__kvm_set_memory_region()`, `virt/kvm/kvm_main.c`, v6.1.
