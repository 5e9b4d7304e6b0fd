"""The memslot array of one VM: what a slot is, and the two tables that hold the slots.

HIGHEST GFN FIRST.  memslots[0] has the highest guest frame number, memslots[used_slots - 1] the lowest.
"Forward" and "front" mean toward index 0, which is toward HIGHER GFNs; "backward" means toward larger
indices, which is toward LOWER GFNs.

Source: struct kvm_memory_slot and struct kvm_memslots, include/linux/kvm_host.h, v5.7.
"""

from copy import copy
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal, TypeAlias, cast

from memslot_lab.engine.errors import ArrayFullError, FieldWidthError, NotAChangeError, SlotNumberError

__all__ = ["Change", "Gfn", "Hva", "KernelWarning", "MemorySlot", "Memslots", "NPages", "WarningSite"]

Gfn: TypeAlias = int  # guest frame number: guest physical address / 4096
NPages: TypeAlias = int  # a count of 4 KiB pages
Hva: TypeAlias = int  # host virtual address, in bytes

# Every place where the five functions warn. The kernel prints the first once per call and the others once
# per boot (WARN_ON, WARN_ON_ONCE); here every occurrence is kept.
WarningSite: TypeAlias = Literal[
    "DELETE_UNKNOWN_ID",
    "MOVE_UNKNOWN_ID",
    "MOVE_EMPTY",
    "BACKWARD_EQUAL_GFN",
    "FORWARD_EQUAL_GFN",
]

_MAX_CAPACITY = 32767  # id_to_index holds C shorts


class Change(Enum):
    """What happens to a slot.

    Source: enum kvm_mr_change (KVM_MR_*), include/linux/kvm_host.h, v5.7.
    """

    CREATE = "CREATE"
    DELETE = "DELETE"
    MOVE = "MOVE"
    FLAGS_ONLY = "FLAGS_ONLY"


@dataclass(frozen=True, slots=True)
class MemorySlot:
    """One memory region of the guest; all fields are unsigned.

    Parameters
    ----------
    id : int
        Slot id, unique in its address space.
    base_gfn : Gfn
        First guest frame.
    npages : NPages
        Length; 0 only in the blank slot that a delete hands over.
    flags : int
        KVM_MEM_* bits.
    userspace_addr : Hva
        Host address of the first byte.

    Raises
    ------
    FieldWidthError
        A negative value: C has no such slot, and Python would take a negative id for the table's end.

    Notes
    -----
    Source: struct kvm_memory_slot, include/linux/kvm_host.h, v5.7.
    """

    id: int
    base_gfn: Gfn
    npages: NPages
    flags: int = 0
    userspace_addr: Hva = 0

    def __post_init__(self) -> None:
        if self.id < 0 or self.base_gfn < 0 or self.npages < 0 or self.flags < 0 or self.userspace_addr < 0:
            raise FieldWidthError(f"{self!r} has a negative field; all are unsigned in C, use 0 or more")


@dataclass(frozen=True, slots=True)
class KernelWarning:
    """One WARN_ON that the kernel would have printed.

    Parameters
    ----------
    site : WarningSite
        Which of the five warnings.
    """

    site: WarningSite


@dataclass(slots=True)
class Memslots:
    """The sorted array, its id table, and how much of it is in use.

    Nothing here keeps the order: that is the work of `update_memslots()`.

    Parameters
    ----------
    capacity : int
        Number of slot ids, 1..32767; ids are 0..capacity-1. The kernel calls it KVM_MEM_SLOTS_NUM.

    Attributes
    ----------
    memslots : list[MemorySlot]
        `capacity` entries, highest GFN first. Entries from `used_slots` on are stale, or None if never written.
    id_to_index : list[int]
        `capacity` entries: where each id stands in `memslots`; -1 for an id that is absent.
    used_slots : int
        Number of entries in use.
    last_used_slot : int
        Index that `gfn_to_memslot()` looks at first; may be stale.
    warnings : list[KernelWarning]
        Every warning so far, in order.
    before_array : MemorySlot | None
        What C would have stored in front of the array, at index -1.

    Raises
    ------
    FieldWidthError
        `capacity` outside 1..32767.

    Notes
    -----
    Source: struct kvm_memslots, include/linux/kvm_host.h, v5.7.

    Examples
    --------
    >>> Memslots(capacity=3)
    Memslots(capacity=3, used_slots=0, memslots=[])
    """

    capacity: int = 512
    memslots: list[MemorySlot] = field(init=False)
    id_to_index: list[int] = field(init=False)
    used_slots: int = field(default=0, init=False)
    last_used_slot: int = field(default=0, init=False)
    warnings: list[KernelWarning] = field(default_factory=list[KernelWarning], init=False)
    before_array: MemorySlot | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        if not 1 <= self.capacity <= _MAX_CAPACITY:
            raise FieldWidthError(
                f"capacity {self.capacity} is outside 1..{_MAX_CAPACITY}: the kernel keeps indices in a short"
            )
        # Subtle: typed without the None, because no used entry is ever None.
        self.memslots = cast("list[MemorySlot]", [None] * self.capacity)
        self.id_to_index = [-1] * self.capacity

    def __repr__(self) -> str:
        used = self.memslots[: max(self.used_slots, 0)]
        return f"Memslots(capacity={self.capacity}, used_slots={self.used_slots}, memslots={used})"

    def copy(self) -> "Memslots":
        """Return an independent copy, stale entries and warnings included."""
        new = copy(self)
        new.memslots, new.id_to_index, new.warnings = self.memslots[:], self.id_to_index[:], self.warnings[:]
        return new

    def warn(self, site: WarningSite) -> None:
        """Note that the kernel would warn here."""
        self.warnings.append(KernelWarning(site))

    def require_id(self, slot: MemorySlot, change: Change) -> None:
        """Refuse an id or a change that C would follow out of its tables.

        Raises
        ------
        SlotNumberError
            `slot.id` is `capacity` or more.
        NotAChangeError
            `change` is no Change.
        """
        if slot.id not in range(self.capacity):  # a fraction is in no range
            raise SlotNumberError(
                f"slot {slot.id} is outside this array's ids 0..{self.capacity - 1}; "
                f"use a free id, or Memslots(capacity={slot.id + 1})"
            )
        if not isinstance(change, Change):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise NotAChangeError(f"change {change!r} is no Change; use one of {', '.join(map(str, Change))}")

    def require_room(self) -> None:
        """Refuse a create that C would write behind its array.

        Raises
        ------
        ArrayFullError
            All entries are in use.
        """
        if self.used_slots >= self.capacity:
            raise ArrayFullError(
                f"array full: {self.used_slots} of {self.capacity} entries are in use; "
                f"delete a slot first, or use Memslots(capacity={self.used_slots + 1})"
            )
