"""Copy, edit, install: one step, without INVALID."""

from memslot_lab.engine import Change, MemorySlot, update_memslots
from memslot_lab.publish import Publisher, install

FAILS = ["marked, then gone", "generation", "two in a row"]
NAMED = "publish-never-marks"


def delete_memslot(vm: Publisher, slot_id: int) -> None:
    without = vm.active.copy()
    update_memslots(without, MemorySlot(slot_id, 0, 0), Change.DELETE)
    old = install(vm, without)
    vm.free(old)
