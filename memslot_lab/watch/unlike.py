"""What tells two slots of one id apart."""

from dataclasses import fields

from memslot_lab.engine.model import MemorySlot

__all__ = ["unlike"]


def unlike(one: MemorySlot, other: MemorySlot) -> tuple[str, str]:
    """Return the fields in which two slots differ, at least one, as each of them has it.

    Examples
    --------
    >>> unlike(MemorySlot(3, 0x100, 0x80), MemorySlot(3, 0x200, 0x80, flags=1))
    ('base_gfn 0x100 and flags 0x0', 'base_gfn 0x200 and flags 0x1')
    """
    names = [field.name for field in fields(MemorySlot) if getattr(one, field.name) != getattr(other, field.name)]
    return _told(one, names), _told(other, names)


def _told(slot: MemorySlot, names: list[str]) -> str:
    *most, last = (f"{name} {getattr(slot, name):#x}" for name in names)
    return f"{', '.join(most)} and {last}" if most else last
