"""The active set itself is edited."""

from memslot_lab.engine import Change, MemorySlot, update_memslots
from memslot_lab.publish import Publisher

FAILS = ["readers", "marked, then gone", "generation", "two in a row"]
NAMED = "publish-edits-in-place"


def delete_memslot(vm: Publisher, slot_id: int) -> None:
    readers_look_here = vm.active
    update_memslots(readers_look_here, MemorySlot(slot_id, base_gfn=0, npages=0), Change.DELETE)
