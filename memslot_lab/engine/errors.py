"""What can go wrong, one class a mistake, each with the errno that the kernel gives for it.

Every message reads: subject, value, rule, next step.
Source: KVM_SET_USER_MEMORY_REGION and __kvm_set_memory_region(), virt/kvm/kvm_main.c, v6.1.
"""

from errno import EBADF, EEXIST, EINVAL, errorcode

__all__ = [
    "AddressSpaceError",
    "ArrayFullError",
    "FieldWidthError",
    "FlagsError",
    "GpaAlignmentError",
    "GpaLimitError",
    "GpaWrapError",
    "GuestMemfdError",
    "GuestMemfdFixedError",
    "GuestMemfdOffsetError",
    "MemslotError",
    "NoSuchDescriptorError",
    "NoSuchSlotError",
    "NotAChangeError",
    "OverlapError",
    "ReadonlyFixedError",
    "SizeError",
    "SizeFixedError",
    "SlotNumberError",
    "TooManyPagesError",
    "UserspaceAddrError",
    "UserspaceAddrFixedError",
]


class MemslotError(Exception):
    """A request that the kernel refuses, or that its C code could not survive."""

    errno: int = EINVAL

    def __str__(self) -> str:
        return f"[{errorcode[self.errno]}] {super().__str__()}"


# The form of the request, in the order in which the kernel looks at it.


class FieldWidthError(MemslotError):
    """A value that does not fit its C field."""


class SlotNumberError(MemslotError):
    """A slot id outside the ids that the array has."""


class FlagsError(MemslotError):
    """A flag bit that is unknown here, or two that exclude each other."""


class SizeError(MemslotError):
    """A memory size that is not whole pages."""


class GpaAlignmentError(MemslotError):
    """A guest physical address inside a page."""


class UserspaceAddrError(MemslotError):
    """A host address inside a page or outside user space."""


class GuestMemfdOffsetError(MemslotError):
    """A guest_memfd offset inside a page, or one that wraps."""


class AddressSpaceError(MemslotError):
    """An address space that the VM does not have."""


class GpaWrapError(MemslotError):
    """A range that runs past the end of the 64-bit address space."""


class TooManyPagesError(MemslotError):
    """A range of 2**31 pages or more."""


# What the VM already holds.


class NoSuchSlotError(MemslotError):
    """A delete of a slot that is not there."""


class GuestMemfdFixedError(MemslotError):
    """A change to a slot that is backed by a guest_memfd."""


class UserspaceAddrFixedError(MemslotError):
    """Another host address for a slot that is there."""


class SizeFixedError(MemslotError):
    """Another size for a slot that is there."""


class ReadonlyFixedError(MemslotError):
    """KVM_MEM_READONLY switched on a slot that is there."""


class OverlapError(MemslotError):
    """A range that another slot holds."""

    errno = EEXIST


class NoSuchDescriptorError(MemslotError):
    """A guest_memfd number that is not open."""

    errno = EBADF


class GuestMemfdError(MemslotError):
    """A guest_memfd that cannot back the range."""


class GpaLimitError(MemslotError):
    """A range above the highest guest frame that the machine can map."""


# What C would not notice before it wrote outside its array.


class ArrayFullError(MemslotError):
    """A create in an array without room."""


class NotAChangeError(MemslotError):
    """A change that is no member of Change."""
