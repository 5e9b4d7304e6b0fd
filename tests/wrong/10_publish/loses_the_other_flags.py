"""The mark takes the place of the other flags."""

from dataclasses import replace

from memslot_lab.engine import Change, MemorySlot, update_memslots
from memslot_lab.publish import KVM_MEMSLOT_INVALID, Publisher, install

FAILS = ["marked, then gone", "two in a row"]
NAMED = "publish-loses-the-other-flags"


def delete_memslot(vm: Publisher, slot_id: int) -> None:
    old, new = vm.active, vm.active.copy()
    at = new.id_to_index[slot_id]
    new.memslots[at] = replace(new.memslots[at], flags=KVM_MEMSLOT_INVALID)
    install(vm, new)
    update_memslots(old, MemorySlot(slot_id, 0, 0), Change.DELETE)
    vm.free(install(vm, old))
