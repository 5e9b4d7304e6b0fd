"""What things are called: values in short, GFNs and addresses in hex, functions by their kernel name, warnings."""

import re
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import NamedTuple

__all__ = [
    "COMPARISONS",
    "KERNEL",
    "WARNINGS",
    "KernelFunction",
    "in_hex",
    "in_words",
    "local_in_words",
    "named_in_words",
]


class KernelFunction(NamedTuple):
    """The C function that a Python function of this name stands for.

    Parameters
    ----------
    name : str
        As in virt/kvm/kvm_main.c or include/linux/kvm_host.h, v5.7; empty where there is none.
    caption : str
        What it does, in a few words.
    """

    name: str = ""
    caption: str = ""


KERNEL = {
    "update_memslots": KernelFunction("update_memslots()", "sort the array again after one change"),
    "delete": KernelFunction("kvm_memslot_delete()", "close the gap that a slot leaves"),
    "insert_back": KernelFunction("kvm_memslot_insert_back()", "open one more entry at the back"),
    "move_backward": KernelFunction("kvm_memslot_move_backward()", "toward the back, in case the GFN fell"),
    "move_forward": KernelFunction("kvm_memslot_move_forward()", "toward the front, in case the GFN rose"),
    "search_memslots": KernelFunction("search_memslots()", "find the slot of a GFN by bisection"),
    "gfn_to_memslot": KernelFunction("__gfn_to_memslot()", "look where the last search ended, then search"),
    "id_to_memslot": KernelFunction("id_to_memslot()", "find a slot by its id, in one look"),
    "for_each_memslot": KernelFunction("kvm_for_each_memslot", "walk the used slots from the front"),
}

WARNINGS = {
    "DELETE_UNKNOWN_ID": "the slot to delete has no index",
    "MOVE_UNKNOWN_ID": "the slot to move has no index",
    "MOVE_EMPTY": "a slot is to move in an empty array",
    "BACKWARD_EQUAL_GFN": "on its way back the slot meets its own GFN",
    "FORWARD_EQUAL_GFN": "on its way forward the slot meets its own GFN",
}

COMPARISONS = {
    "<": "below",
    ">": "above",
    "<=": "at or below",
    ">=": "at or above",
    "==": "equal to",
    "!=": "other than",
}


_HEX = re.compile(r"(?:^|_)(?:gfn|gpa|hva|addr|npages|memory_size)$")
_EITHER = frozenset({"start", "end", "size"})  # of a range of addresses, or of indices
_MOST_INDEX, _U32 = 0x7FFF, 0xFFFFFFFF


def in_hex(name: str, value: int) -> bool:
    """Return whether a number of this name is written in hex: a GFN, an address or a size, no index and no count.

    Examples
    --------
    >>> in_hex("base_gfn", 0), in_hex("start", 3), in_hex("start", 0x100000), in_hex("used_slots", 3)
    (True, False, True, False)
    """
    if _HEX.search(name):
        return True
    return abs(value) > (_MOST_INDEX if name in _EITHER else _U32)


def named_in_words(name: str, value: object, *, most: int = 60) -> str:
    """Return `in_words()` of a value that has a name, in hex where `in_hex()` says so, also within a dataclass."""
    if type(value) is int and in_hex(name, value):
        return f"{value:#x}"
    if not is_dataclass(value) or isinstance(value, type):
        return in_words(value, most=most)
    parts = [f"{field.name}={named_in_words(field.name, getattr(value, field.name))}" for field in fields(value)]
    return f"{type(value).__name__}({', '.join(parts)})"


def local_in_words(name: str, value: "int | str") -> str:
    """Return a variable and its value, a number in hex where `in_hex()` says so."""
    return f"{name} = {value if isinstance(value, str) else named_in_words(name, value)}"


def in_words(value: object, *, most: int = 60) -> str:
    """Return `repr()` in at most so many characters and without an address, or the type's name where that fails.

    A member of an enumeration is called as in code, ``Change.MOVE``.
    """
    shown = str if isinstance(value, Enum) else repr
    try:
        text = re.sub(" at 0x[0-9A-Fa-f]+", "", " ".join(shown(value).split()))
    except Exception:  # a learner's own __repr__ may do anything
        text = f"<{type(value).__name__}>"
    return text if len(text) <= most else f"{text[: most - 3]}..."
