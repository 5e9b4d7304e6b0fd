"""A fresh copy for each step; both old sets are given back."""

from memslot_lab.engine import Change, MemorySlot, update_memslots
from memslot_lab.publish import (
    KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS,
    KVM_MEMSLOT_INVALID,
    MemslotSet,
    Publisher,
    install,
)


def install_new_memslots(vm: Publisher, slots: MemslotSet) -> MemslotSet:
    before, number = vm.active, vm.active.generation
    slots.generation = number + KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS
    vm.publish(slots)
    vm.wait_for_readers()
    vm.active.generation = number + vm.address_spaces
    return before


def delete_memslot(vm: Publisher, slot_id: int) -> None:
    def edited(slot: MemorySlot, change: Change) -> MemslotSet:
        new = vm.active.copy()
        update_memslots(new, slot, change)
        return new

    index = vm.active.id_to_index[slot_id]
    old = vm.active.memslots[index]
    invalid = MemorySlot(old.id, old.base_gfn, old.npages, old.flags | KVM_MEMSLOT_INVALID, old.userspace_addr)
    first = install(vm, edited(invalid, Change.FLAGS_ONLY))
    vm.free(first)
    vm.free(install(vm, edited(MemorySlot(slot_id, 0, 0), Change.DELETE)))
