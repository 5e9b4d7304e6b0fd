"""The ioctl above the array: a request in bytes, the kernel's rules in the kernel's order, a change or an errno.

Source: kvm_vm_ioctl_set_memory_region() and __kvm_set_memory_region(), virt/kvm/kvm_main.c, v6.1, v6.12;
every verdict was compared with a live v6.18 (docs/exactness.md).
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import memslot_lab.engine.errors as err
from memslot_lab.engine.lookup import id_to_memslot
from memslot_lab.engine.model import Change, Gfn, Hva, MemorySlot, Memslots, NPages
from memslot_lab.engine.update import update_memslots

__all__ = [
    "KVM_MEM_GUEST_MEMFD",
    "KVM_MEM_LOG_DIRTY_PAGES",
    "KVM_MEM_READONLY",
    "PAGE_SHIFT",
    "UserspaceMemoryRegion",
    "UserspaceMemoryRegion2",
    "Vm",
]

Gpa: TypeAlias = int  # guest physical address, in bytes

PAGE_SHIFT = 12
PAGE_SIZE = 1 << PAGE_SHIFT
KVM_MEM_LOG_DIRTY_PAGES = 1 << 0
KVM_MEM_READONLY = 1 << 1
KVM_MEM_GUEST_MEMFD = 1 << 2
KVM_MEM_MAX_NR_PAGES = (1 << 31) - 1

_INTERNAL_SLOTS = 3  # x86: TSS, APIC access page, identity page table
_TASK_SIZE_MAX = (1 << 47) - PAGE_SIZE  # end of user space with four-level page tables
_U32, _U64 = 1 << 32, 1 << 64


@dataclass(frozen=True, slots=True)
class UserspaceMemoryRegion:
    """A KVM_SET_USER_MEMORY_REGION request; sizes and addresses in bytes.

    Parameters
    ----------
    slot : int
        Slot id in bits 0-15, address space in bits 16-31.
    flags : int
        KVM_MEM_LOG_DIRTY_PAGES, KVM_MEM_READONLY.
    guest_phys_addr : Gpa
        First byte of the range in the guest.
    memory_size : int
        Length in bytes; 0 deletes the slot.
    userspace_addr : Hva
        Host address that backs the first byte.

    Raises
    ------
    FieldWidthError
        A value that does not fit its C field (u32, u32, u64, u64, u64).

    Notes
    -----
    Source: struct kvm_userspace_memory_region, include/uapi/linux/kvm.h, v5.7.
    """

    slot: int
    flags: int
    guest_phys_addr: Gpa
    memory_size: int
    userspace_addr: Hva

    def __post_init__(self) -> None:
        addresses = self.guest_phys_addr, self.memory_size, self.userspace_addr
        if max(self.slot, self.flags) >= _U32 or max(addresses) >= _U64 or min(self.slot, self.flags, *addresses) < 0:
            raise err.FieldWidthError(f"{self!r} does not fit: slot and flags are u32, the others u64; no such request")


@dataclass(frozen=True, slots=True)
class UserspaceMemoryRegion2(UserspaceMemoryRegion):
    """A KVM_SET_USER_MEMORY_REGION2 request: the same, and perhaps a guest_memfd.

    Parameters
    ----------
    guest_memfd : int
        Descriptor from `Vm.create_guest_memfd()`; only looked at with KVM_MEM_GUEST_MEMFD.
    guest_memfd_offset : int
        First byte of the file that backs the range.

    Notes
    -----
    Source: struct kvm_userspace_memory_region2, include/uapi/linux/kvm.h, v6.8.
    """

    guest_memfd: int = 0
    guest_memfd_offset: int = 0


class Vm:
    """A virtual machine's memory regions, as the kernel keeps and guards them.

    A request that is refused changes nothing. The kernel edits a copy and publishes it; here nobody reads
    meanwhile, so the array is edited in place and only the publications are counted.

    Parameters
    ----------
    user_slots : int
        Slot ids for user space: 32764 on x86 since v5.12, 509 before.
    address_spaces : int
        1, or 2 on x86 with system management mode.
    max_gfn : Gfn
        Highest guest frame that the machine maps; 2**40 - 1 (52 address bits) without two-level paging.

    Attributes
    ----------
    memslots : list[Memslots]
        The array of each address space.
    user_end : Hva
        Where the host's user space ends: that of x86 with four-level page tables.
    publications : int
        How many times a set of memslots was installed: once for a create or new flags, twice for a delete or a
        move (the slot is marked invalid first). The kernel's generation grows by `address_spaces` each time.

    Examples
    --------
    >>> vm = Vm()
    >>> vm.set_user_memory_region(UserspaceMemoryRegion(0, 0, 0x0, 0x200000, 0x7F0000000000))
    <Change.CREATE: 'CREATE'>
    >>> vm.set_user_memory_region(UserspaceMemoryRegion(1, 0, 0x100000, 0x200000, 0x7F0000200000))
    Traceback (most recent call last):
    ...
    memslot_lab.engine.errors.OverlapError: [EEXIST] slot 1 (gfn 0x100..0x2ff) overlaps slot 0 (gfn 0x0..0x1ff); \
pick a free range or delete slot 0 first
    """

    def __init__(self, user_slots: int = 32764, *, address_spaces: int = 1, max_gfn: Gfn = (1 << 40) - 1) -> None:
        if not 1 <= user_slots <= 32764 or address_spaces < 1:
            raise err.FieldWidthError(f"Vm({user_slots}, address_spaces={address_spaces}): use 1..32764 and 1 or more")
        self.user_slots = user_slots
        self.user_end = _TASK_SIZE_MAX
        self.max_gfn = max_gfn
        self.memslots = [Memslots(user_slots + _INTERNAL_SLOTS) for _ in range(address_spaces)]
        self.publications = 0
        # What the descriptors of the process name; a guest_memfd is named by its size in bytes.
        self._files: list[str | int] = ["standard input", "standard output", "standard error", "/dev/kvm", "this VM"]
        self._bindings: dict[int, tuple[int, int, int]] = {}  # slot number: descriptor, first byte, end

    def set_user_memory_region(self, region: UserspaceMemoryRegion) -> Change | None:
        """Create, delete, move or re-flag a slot; return which, or None if the request changes nothing.

        Raises
        ------
        MemslotError
            The first rule that the request breaks, with the kernel's `errno`; no slot is changed.

        Notes
        -----
        Cost: O(log used_slots) to check, O(used_slots) to update.
        Source: __kvm_set_memory_region(), virt/kvm/kvm_main.c, v6.1.
        """
        try:
            change = self.classify(region)
        except err.GpaLimitError:
            # Subtle: a move has already installed the slot's invalid copy; backing out installs the old set again.
            if id_to_memslot(self.memslots[region.slot >> 16], region.slot & 0xFFFF):
                self.publications += 2
            raise
        if change is not None:
            self.apply(region, change)
        return change

    def classify(self, region: UserspaceMemoryRegion) -> Change | None:
        """Return what `region` would do, None for nothing to do; change nothing.

        Raises
        ------
        MemslotError
            As `set_user_memory_region()`.
        """
        self._require_form(region)
        slots = self.memslots[region.slot >> 16]
        slot_id = region.slot & 0xFFFF
        base_gfn, npages = region.guest_phys_addr >> PAGE_SHIFT, region.memory_size >> PAGE_SHIFT
        old = id_to_memslot(slots, slot_id)

        if not npages:
            if old is None:
                raise err.NoSuchSlotError(f"slot {slot_id} is not there to delete (memory_size is 0); create it first")
            return Change.DELETE

        if old is None:
            change = Change.CREATE
        else:
            _require_fixed(region, old)
            if base_gfn == old.base_gfn:
                return Change.FLAGS_ONLY if region.flags != old.flags else None
            change = Change.MOVE

        _require_free(slots, slot_id, base_gfn, npages)
        if region.flags & KVM_MEM_GUEST_MEMFD and isinstance(region, UserspaceMemoryRegion2):
            self._require_memfd(region)
        if base_gfn + npages - 1 > self.max_gfn:
            raise err.GpaLimitError(
                f"slot {slot_id} ({_gfns(base_gfn, npages)}) ends above gfn {self.max_gfn:#x}, "
                f"the highest that this machine maps; pick a lower range"
            )
        return change

    def apply(self, region: UserspaceMemoryRegion, change: Change) -> None:
        """Carry out a change that `classify()` returned for this region."""
        slots, slot_id = self.memslots[region.slot >> 16], region.slot & 0xFFFF
        if change is Change.DELETE:
            update_memslots(slots, MemorySlot(slot_id, 0, 0), change)
            self._bindings.pop(region.slot, None)
        else:
            base_gfn, npages = region.guest_phys_addr >> PAGE_SHIFT, region.memory_size >> PAGE_SHIFT
            update_memslots(slots, MemorySlot(slot_id, base_gfn, npages, region.flags, region.userspace_addr), change)
            if isinstance(region, UserspaceMemoryRegion2) and region.flags & KVM_MEM_GUEST_MEMFD:
                end = region.guest_memfd_offset + region.memory_size
                self._bindings[region.slot] = (region.guest_memfd, region.guest_memfd_offset, end)
        # A delete and a move first install the slot marked as invalid, then the array without it or with it moved.
        self.publications += 2 if change is Change.DELETE or change is Change.MOVE else 1

    def create_guest_memfd(self, size: int) -> int:
        """Make a guest_memfd of `size` bytes; return its descriptor.

        Raises
        ------
        SizeError
            `size` is no whole number of pages, or none.

        Notes
        -----
        Source: kvm_gmem_create(), virt/kvm/guest_memfd.c, v6.8.
        """
        if size <= 0 or size % PAGE_SIZE:
            raise err.SizeError(f"guest_memfd size {size:#x}: pass a multiple of {PAGE_SIZE:#x}, not 0")
        self._files.append(size)
        return len(self._files) - 1

    def _require_form(self, region: UserspaceMemoryRegion) -> None:
        """Raise for the first rule that the request breaks by itself, whatever the VM holds."""
        slot_id, flags, gpa, size = region.slot & 0xFFFF, region.flags, region.guest_phys_addr, region.memory_size
        if slot_id >= self.user_slots:
            raise err.SlotNumberError(f"slot {slot_id} is outside the ids 0..{self.user_slots - 1}; use a free one")
        private = isinstance(region, UserspaceMemoryRegion2) and flags & KVM_MEM_GUEST_MEMFD
        allowed = KVM_MEM_GUEST_MEMFD if private else KVM_MEM_LOG_DIRTY_PAGES | KVM_MEM_READONLY
        if flags & ~allowed:
            raise err.FlagsError(
                f"slot {slot_id} flags {flags:#x}: only the bits {allowed:#x} go here; clear the others"
            )
        if size % PAGE_SIZE:
            raise err.SizeError(f"slot {slot_id} memory_size {size:#x} is no multiple of {PAGE_SIZE:#x}; round it")
        if gpa % PAGE_SIZE:
            raise err.GpaAlignmentError(f"slot {slot_id} guest_phys_addr {gpa:#x} is inside a page; align it")
        hva = region.userspace_addr
        if hva % PAGE_SIZE or hva + size > self.user_end:
            raise err.UserspaceAddrError(
                f"slot {slot_id} userspace_addr {hva:#x}, size {size:#x}: must be page aligned and end at or below "
                f"{self.user_end:#x}; pass an address that mmap() returned"
            )
        if flags & KVM_MEM_GUEST_MEMFD and isinstance(region, UserspaceMemoryRegion2):
            offset = region.guest_memfd_offset
            if offset % PAGE_SIZE or not 0 <= offset < _U64 - size:
                raise err.GuestMemfdOffsetError(f"slot {slot_id} guest_memfd_offset {offset:#x}: align it to a page")
        if region.slot >> 16 >= len(self.memslots):
            raise err.AddressSpaceError(
                f"slot {region.slot:#x} names address space {region.slot >> 16}, "
                f"but this VM has {len(self.memslots)}; clear bits 16-31"
            )
        if gpa + size >= _U64:
            raise err.GpaWrapError(f"slot {slot_id} runs from gpa {gpa:#x} for {size:#x} bytes, past 2**64; shorten it")
        if size >> PAGE_SHIFT > KVM_MEM_MAX_NR_PAGES:
            raise err.TooManyPagesError(
                f"slot {slot_id} has {size >> PAGE_SHIFT:#x} pages, more than {KVM_MEM_MAX_NR_PAGES:#x}; "
                f"use several slots"
            )

    def _require_memfd(self, region: UserspaceMemoryRegion2) -> None:
        fd, start = region.guest_memfd, region.guest_memfd_offset
        end = start + region.memory_size
        if not 0 <= fd < len(self._files):
            raise err.NoSuchDescriptorError(f"descriptor {fd} is not open; pass one from create_guest_memfd()")
        file = self._files[fd]
        if isinstance(file, str):
            raise err.GuestMemfdError(f"descriptor {fd} is {file}, no guest_memfd; pass one from create_guest_memfd()")
        if end > file:
            raise err.GuestMemfdError(
                f"bytes {start:#x}..{end - 1:#x} end past the file's {file:#x} bytes; shorten them"
            )
        for number, (other_fd, other_start, other_end) in self._bindings.items():
            if fd == other_fd and start < other_end and other_start < end:
                raise err.GuestMemfdError(
                    f"bytes {start:#x}..{end - 1:#x} of descriptor {fd} overlap those of slot {number}; use others"
                )


def _require_fixed(region: UserspaceMemoryRegion, old: MemorySlot) -> None:
    """Raise if the request changes what is fixed from the create on."""
    slot = f"slot {old.id} ({_gfns(old.base_gfn, old.npages)})"
    again = "delete the slot and create it anew"
    if region.flags & KVM_MEM_GUEST_MEMFD:
        raise err.GuestMemfdFixedError(f"{slot} cannot change, not even to itself, with KVM_MEM_GUEST_MEMFD; {again}")
    if region.userspace_addr != old.userspace_addr:
        raise err.UserspaceAddrFixedError(
            f"{slot} has userspace_addr {old.userspace_addr:#x}, not {region.userspace_addr:#x}, for good; {again}"
        )
    if region.memory_size >> PAGE_SHIFT != old.npages:
        raise err.SizeFixedError(
            f"{slot} has {old.npages:#x} pages, not {region.memory_size >> PAGE_SHIFT:#x}, for good; {again}"
        )
    if (region.flags ^ old.flags) & (KVM_MEM_READONLY | KVM_MEM_GUEST_MEMFD):
        raise err.ReadonlyFixedError(
            f"{slot} has flags {old.flags:#x}, not {region.flags:#x}: only KVM_MEM_LOG_DIRTY_PAGES can change; {again}"
        )


def _require_free(slots: Memslots, slot_id: int, base_gfn: Gfn, npages: NPages) -> None:
    """Raise if another slot holds a part of the range; its own old range does not count."""
    for other in _overlapping(slots, base_gfn, npages):
        if other.id != slot_id:
            raise err.OverlapError(
                f"slot {slot_id} ({_gfns(base_gfn, npages)}) overlaps slot {other.id} "
                f"({_gfns(other.base_gfn, other.npages)}); pick a free range or delete slot {other.id} first"
            )


def _overlapping(slots: Memslots, base_gfn: Gfn, npages: NPages) -> Iterator[MemorySlot]:
    """Yield the slots that share a frame with the range; bisected, where v5.7 asks every slot."""
    # Negated keys: the array falls, bisect wants it to rise. First entry whose base_gfn is below the range's end.
    i = bisect_right(slots.memslots, -(base_gfn + npages), hi=slots.used_slots, key=lambda slot: -slot.base_gfn)
    while i < slots.used_slots and slots.memslots[i].base_gfn + slots.memslots[i].npages > base_gfn:
        yield slots.memslots[i]
        i += 1


def _gfns(base_gfn: Gfn, npages: NPages) -> str:
    return f"gfn {base_gfn:#x}..{base_gfn + npages - 1:#x}"
