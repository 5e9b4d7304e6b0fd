"""What things are called: values in short, functions by their kernel name, warnings in plain English."""

import re
from enum import Enum
from typing import NamedTuple

__all__ = ["COMPARISONS", "KERNEL", "WARNINGS", "KernelFunction", "in_words"]


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
