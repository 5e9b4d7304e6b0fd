"""The kernel of this machine itself: a VM on /dev/kvm that gets region requests and nothing else.

No vCPU is ever made, so no guest runs and nobody reads or writes the memory behind a slot: it is reserved, and its
pages are never touched. A request may also name host addresses that nobody holds; the kernel looks at the range alone.

Source: KVM_CREATE_VM, KVM_CHECK_EXTENSION, KVM_SET_USER_MEMORY_REGION and KVM_CREATE_GUEST_MEMFD,
include/uapi/linux/kvm.h, v6.8.
"""

import ctypes
import mmap
import os
import platform
import struct
from errno import EACCES, ENOENT
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, cast

from memslot_lab.captures.result import errno_name
from memslot_lab.engine.errors import MemslotError
from memslot_lab.engine.model import Change
from memslot_lab.engine.region import PAGE_SHIFT, PAGE_SIZE, UserspaceMemoryRegion, UserspaceMemoryRegion2, Vm

__all__ = [
    "Capabilities",
    "KernelRefusedError",
    "LiveKernelError",
    "LiveVm",
    "verdict",
]

KVM_CREATE_VM = 0xAE01
KVM_CHECK_EXTENSION = 0xAE03
KVM_SET_USER_MEMORY_REGION = 0x4020AE46
KVM_SET_USER_MEMORY_REGION2 = 0x40A0AE49
KVM_CREATE_GUEST_MEMFD = 0xC040AED4
KVM_CAP_NR_MEMSLOTS, KVM_CAP_MULTI_ADDRESS_SPACE, KVM_CAP_GUEST_MEMFD = 10, 118, 234

_RESERVED = 4 << 30  # bytes of address space behind H; the scenarios use 3 GiB of it
_ALIGNMENT = 2 << 20
_PROT_NONE, _MAP_NORESERVE = 0, 0x4000
_MAP_FAILED = (1 << 8 * struct.calcsize("P")) - 1
_NEXT_STEPS = {
    ENOENT: "load the module (modprobe kvm_intel or kvm_amd), or switch virtualisation on in the firmware",
    EACCES: "join the group that owns it (usermod -aG kvm), or run as root",
}


class LiveKernelError(Exception):
    """The kernel of this machine cannot be asked."""


class KernelRefusedError(MemslotError):
    """A request that the kernel of this machine refuses; it tells an errno and no reason.

    Parameters
    ----------
    number : int
        The errno.
    message : str
        What was refused.
    """

    def __init__(self, number: int, message: str) -> None:
        super().__init__(message)
        self.errno = number

    def __str__(self) -> str:
        return f"[{errno_name(self.errno)}] {Exception.__str__(self)}"


class Capabilities(NamedTuple):
    """What a kernel says of itself.

    Parameters
    ----------
    user_slots : int
        Slot ids for user space.
    address_spaces : int
        How many arrays a VM has.
    guest_memfd : bool
        Whether guest_memfd files are there.
    """

    user_slots: int
    address_spaces: int
    guest_memfd: bool


class LiveVm:
    """A virtual machine of this kernel, with the interface of the engine's `Vm`; a context manager.

    Subtle: the kernel may spend memory on each page of a slot that it accepts, and a slot may have 8 TiB. Ask for
    sizes that this machine can afford.

    Parameters
    ----------
    device : Path or str
        Where KVM is.

    Attributes
    ----------
    host : int
        Address of the reserved memory, 2 MiB aligned, 4 GiB long.
    capabilities : Capabilities
        What the kernel says of itself.

    Raises
    ------
    LiveKernelError
        No VM can be made here.

    Examples
    --------
    >>> with LiveVm() as vm:  # doctest: +SKIP
    ...     vm.set_user_memory_region(UserspaceMemoryRegion(0, 0, 0x0, 0x200000, vm.host))
    <Change.CREATE: 'CREATE'>
    >>> LiveVm("/no/such/kvm")  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
        ...
    memslot_lab.captures.live.LiveKernelError: /no/such/kvm cannot be opened ...
    """

    def __init__(self, device: Path | str = "/dev/kvm") -> None:
        self._fds: list[int] = []
        self._reservation = 0
        self._accepted: dict[int, UserspaceMemoryRegion] = {}  # by slot number, address space included
        kvm = _open(device)
        try:
            self.capabilities = Capabilities(
                _ask(kvm, KVM_CHECK_EXTENSION, KVM_CAP_NR_MEMSLOTS),
                max(1, _ask(kvm, KVM_CHECK_EXTENSION, KVM_CAP_MULTI_ADDRESS_SPACE)),
                bool(_ask(kvm, KVM_CHECK_EXTENSION, KVM_CAP_GUEST_MEMFD)),
            )
            self._fds.append(_ask(kvm, KVM_CREATE_VM, 0))
        except OSError as error:
            raise LiveKernelError(_unusable(device, error, "makes no virtual machine")) from error
        finally:
            os.close(kvm)
        self._reserve()

    def __enter__(self) -> "LiveVm":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the VM and its files, and give the reserved addresses back; a second call does nothing."""
        while self._fds:
            os.close(self._fds.pop())
        if self._reservation:
            _libc().munmap(self._reservation, _RESERVED + _ALIGNMENT)
            self._reservation = 0

    def fileno(self) -> int:
        """Return the VM's descriptor.

        Raises
        ------
        LiveKernelError
            The VM is closed.
        """
        if not self._fds:
            raise LiveKernelError("this LiveVm is closed: nothing can be asked of it; make another one")
        return self._fds[0]

    def set_user_memory_region(self, region: UserspaceMemoryRegion) -> Change | None:
        """Make the request of the kernel; return what it did, None if it had nothing to change.

        What it did is told from the requests that it accepted before: its own answer is 0 for all of them.

        Raises
        ------
        KernelRefusedError
            The kernel says no; `errno` is all that it tells.
        """
        code = KVM_SET_USER_MEMORY_REGION
        packed = struct.pack(
            "<IIQQQ", region.slot, region.flags, region.guest_phys_addr, region.memory_size, region.userspace_addr
        )
        if isinstance(region, UserspaceMemoryRegion2):
            code = KVM_SET_USER_MEMORY_REGION2
            packed += struct.pack("<QI4x14Q", region.guest_memfd_offset, region.guest_memfd, *[0] * 14)
        try:
            _ask(self.fileno(), code, bytearray(packed))
        except OSError as error:
            raise KernelRefusedError(error.errno or 0, _refused(region)) from None
        return self._took(region)

    def create_guest_memfd(self, size: int) -> int:
        """Make a guest_memfd of `size` bytes; return its descriptor, which `close()` closes.

        Raises
        ------
        KernelRefusedError
            The kernel says no.
        """
        try:
            fd = _ask(self.fileno(), KVM_CREATE_GUEST_MEMFD, bytearray(struct.pack("<8Q", size, *[0] * 7)))
        except OSError as error:
            raise KernelRefusedError(error.errno or 0, f"guest_memfd of {size:#x} bytes; pass whole pages") from None
        self._fds.append(fd)
        return fd

    def twin(self) -> Vm:
        """Return an empty model of a VM with this kernel's limits; those that it does not tell are tried out.

        Raises
        ------
        LiveKernelError
            The VM is closed.
        """
        user_slots, address_spaces, _ = self.capabilities
        twin = Vm(user_slots, address_spaces=address_spaces)
        # A page below 2**b, in the guest or on the host, is accepted for every b up to the limit.
        gpa_bits = [b for b in range(36, 53) if self._accepts((1 << b) - PAGE_SIZE, self.host)]
        hva_bits = [b for b in range(47, 64) if self._accepts(0, (1 << b) - 2 * PAGE_SIZE)]
        twin.max_gfn = (1 << max(gpa_bits, default=36) - PAGE_SHIFT) - 1
        twin.user_end = (1 << max(hva_bits, default=47)) - PAGE_SIZE
        return twin

    def _accepts(self, gpa: int, hva: int) -> bool:
        """Return whether a VM of its own takes a page there."""
        with LiveVm() as probe:
            return verdict(probe, UserspaceMemoryRegion(0, 0, gpa, PAGE_SIZE, hva)) == "0"

    def _took(self, region: UserspaceMemoryRegion) -> Change | None:
        old = self._accepted.pop(region.slot, None)
        if not region.memory_size:
            return Change.DELETE
        self._accepted[region.slot] = region
        if old is None:
            return Change.CREATE
        if region.guest_phys_addr != old.guest_phys_addr:
            return Change.MOVE
        return Change.FLAGS_ONLY if region.flags != old.flags else None

    def _reserve(self) -> None:
        """Reserve addresses that nobody can read, write or spend a page on."""
        flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _MAP_NORESERVE
        address = _libc().mmap(None, _RESERVED + _ALIGNMENT, _PROT_NONE, flags, -1, 0)
        if address in (None, _MAP_FAILED):
            self.close()
            raise LiveKernelError(f"{_RESERVED:#x} bytes of addresses cannot be reserved; raise ulimit -v")
        self._reservation = address
        self.host = -(-address // _ALIGNMENT) * _ALIGNMENT


def verdict(vm: Vm | LiveVm, request: UserspaceMemoryRegion) -> str:
    """Make a request; return "0" or the errno's name."""
    try:
        vm.set_user_memory_region(request)
    except MemslotError as error:
        return errno_name(error.errno)
    return "0"


def _refused(region: UserspaceMemoryRegion) -> str:
    return (
        f"slot {region.slot:#x} (gpa {region.guest_phys_addr:#x}, size {region.memory_size:#x}) is refused by the "
        f"kernel, which tells the errno alone; make the same request of a Vm to see the rule"
    )


def _ask(fd: int, code: int, argument: int | bytearray) -> int:
    # Not on Windows, where this module is imported all the same: a log replays everywhere.
    import fcntl

    return cast("int", fcntl.ioctl(fd, code, argument))  # bytes would come back as bytes


def _libc() -> Any:
    libc = ctypes.CDLL(None, use_errno=True)
    size, address = ctypes.c_size_t, ctypes.c_void_p
    libc.mmap.restype = address
    libc.mmap.argtypes = [address, size, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_int64]
    libc.munmap.argtypes = [address, size]
    return libc


def _open(device: Path | str) -> int:
    if platform.system() != "Linux":
        raise LiveKernelError(f"{device}: KVM is a part of Linux, this is {platform.system()}; run it on Linux")
    try:
        return os.open(device, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        raise LiveKernelError(_unusable(device, error, "cannot be opened")) from error


def _unusable(device: Path | str, error: OSError, what: str) -> str:
    step = _NEXT_STEPS.get(error.errno or 0, "run it on a machine with KVM, or use the recorded answers")
    return f"{device} {what} ({error.strerror}): only the kernel behind it can be asked; {step}"
