"""Sizes and addresses for people."""

from memslot_lab.engine.region import KVM_MEM_GUEST_MEMFD, KVM_MEM_LOG_DIRTY_PAGES, KVM_MEM_READONLY, PAGE_SHIFT

__all__ = ["address_range", "flag_names", "size_of"]

_FLAGS = {KVM_MEM_LOG_DIRTY_PAGES: "log-dirty", KVM_MEM_READONLY: "readonly", KVM_MEM_GUEST_MEMFD: "guest-memfd"}


def size_of(npages: int) -> str:
    """Return the size of so many pages, in the largest unit that leaves a whole number.

    Examples
    --------
    >>> size_of(0xA0), size_of(0x10000), size_of(1)
    ('640 KiB', '256 MiB', '4 KiB')
    """
    kib = npages << PAGE_SHIFT >> 10
    for unit in ("KiB", "MiB", "GiB"):
        if kib < 1024 or kib % 1024:
            return f"{kib:,} {unit}"
        kib //= 1024
    return f"{kib:,} TiB"


def address_range(base_gfn: int, npages: int) -> str:
    """Return the first and the last byte of a range of guest frames, in hex.

    Examples
    --------
    >>> address_range(0x100, 0x10)
    '0x100000..0x10ffff'
    """
    return f"{base_gfn << PAGE_SHIFT:#x}..{((base_gfn + npages) << PAGE_SHIFT) - 1:#x}"


def flag_names(flags: int) -> str:
    """Return the names of the KVM_MEM_* bits, "-" for none."""
    return ", ".join(name for bit, name in _FLAGS.items() if flags & bit) or "-"
