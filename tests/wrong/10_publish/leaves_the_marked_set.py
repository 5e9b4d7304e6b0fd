"""The marked set stays active; the edited one is never installed."""

from memslot_lab.engine import Change, MemorySlot, update_memslots
from memslot_lab.publish import KVM_MEMSLOT_INVALID, Publisher, install

FAILS = ["marked, then gone", "generation", "two in a row"]
NAMED = "publish-leaves-the-marked-set"


def delete_memslot(vm: Publisher, slot_id: int) -> None:
    first, second = vm.active, vm.active.copy()
    at = second.id_to_index[slot_id]
    slot = second.memslots[at]
    second.memslots[at] = MemorySlot(slot.id, slot.base_gfn, slot.npages, slot.flags | KVM_MEMSLOT_INVALID)
    install(vm, second)
    update_memslots(first, MemorySlot(slot_id, 0, 0), Change.DELETE)
    vm.free(first)
