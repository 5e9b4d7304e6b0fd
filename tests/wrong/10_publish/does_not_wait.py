"""The pointer is stored twice, and nobody waits."""

from dataclasses import replace

from memslot_lab.engine import Change, MemorySlot, update_memslots
from memslot_lab.publish import KVM_MEMSLOT_INVALID, Publisher

FAILS = ["readers", "generation", "freed", "two in a row"]
NAMED = "publish-does-not-wait"


def delete_memslot(vm: Publisher, slot_id: int) -> None:
    marked = vm.active.copy()
    i = marked.id_to_index[slot_id]
    marked.memslots[i] = replace(marked.memslots[i], flags=marked.memslots[i].flags | KVM_MEMSLOT_INVALID)
    first = vm.active
    vm.publish(marked)
    update_memslots(first, MemorySlot(slot_id, 0, 0), Change.DELETE)
    vm.publish(first)
    vm.free(marked)
