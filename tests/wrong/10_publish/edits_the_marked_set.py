"""The second step edits the marked set, which is active."""

from memslot_lab.engine import Change, MemorySlot, update_memslots
from memslot_lab.publish import KVM_MEMSLOT_INVALID, Publisher, install

FAILS = ["readers", "marked, then gone", "generation", "freed", "two in a row"]
NAMED = "publish-edits-the-marked-set"


def delete_memslot(vm: Publisher, slot_id: int) -> None:
    first, second = vm.active, vm.active.copy()
    at = second.id_to_index[slot_id]
    slot = second.memslots[at]
    second.memslots[at] = MemorySlot(slot.id, slot.base_gfn, slot.npages, slot.flags | KVM_MEMSLOT_INVALID)
    assert install(vm, second) is first
    update_memslots(vm.active, MemorySlot(slot_id, 0, 0), Change.DELETE)
