"""The kernel's algorithm and nothing else: the array, its five functions, the lookups, the ioctl's rules."""

from memslot_lab.engine.errors import MemslotError
from memslot_lab.engine.invariants import violations
from memslot_lab.engine.lookup import for_each_memslot, gfn_to_memslot, id_to_memslot, search_memslots
from memslot_lab.engine.model import Change, KernelWarning, MemorySlot, Memslots
from memslot_lab.engine.region import UserspaceMemoryRegion, Vm
from memslot_lab.engine.update import delete, insert_back, move_backward, move_forward, update_memslots

__all__ = [
    "Change",
    "KernelWarning",
    "MemorySlot",
    "MemslotError",
    "Memslots",
    "UserspaceMemoryRegion",
    "Vm",
    "delete",
    "for_each_memslot",
    "gfn_to_memslot",
    "id_to_memslot",
    "insert_back",
    "move_backward",
    "move_forward",
    "search_memslots",
    "update_memslots",
    "violations",
]
