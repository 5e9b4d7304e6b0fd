"""The marked set is edited and installed once more."""

from dataclasses import replace

from memslot_lab.engine import Change, MemorySlot, update_memslots
from memslot_lab.publish import KVM_MEMSLOT_INVALID, Publisher, install

FAILS = ["readers", "marked, then gone", "generation", "freed", "two in a row"]
NAMED = "publish-installs-one-set-twice"


def delete_memslot(vm: Publisher, slot_id: int) -> None:
    copy = vm.active.copy()
    i = copy.id_to_index[slot_id]
    copy.memslots[i] = replace(copy.memslots[i], flags=copy.memslots[i].flags | KVM_MEMSLOT_INVALID)
    install(vm, copy)
    update_memslots(copy, MemorySlot(slot_id, 0, 0), Change.DELETE)
    install(vm, copy)
