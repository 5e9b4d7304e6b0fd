"""The mark is set in the active set."""

from dataclasses import replace

from memslot_lab.engine import Change, MemorySlot, update_memslots
from memslot_lab.publish import KVM_MEMSLOT_INVALID, Publisher, install

FAILS = ["readers", "marked, then gone", "generation", "two in a row"]
NAMED = "publish-marks-in-place"


def delete_memslot(vm: Publisher, slot_id: int) -> None:
    active = vm.active
    at = active.id_to_index[slot_id]
    active.memslots[at] = replace(active.memslots[at], flags=active.memslots[at].flags | KVM_MEMSLOT_INVALID)
    without = active.copy()
    update_memslots(without, MemorySlot(slot_id, 0, 0), Change.DELETE)
    vm.free(install(vm, without))
