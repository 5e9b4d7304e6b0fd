"""The kernel's way, step by step."""

from dataclasses import replace

from memslot_lab.engine import Change, MemorySlot, update_memslots
from memslot_lab.publish import (
    KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS,
    KVM_MEMSLOT_INVALID,
    MemslotSet,
    Publisher,
)


def install_new_memslots(vm: Publisher, slots: MemslotSet) -> MemslotSet:
    old = vm.active
    slots.generation = old.generation | KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS
    vm.publish(slots)
    vm.wait_for_readers()
    slots.generation = (slots.generation & ~KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS) + vm.address_spaces
    return old


def delete_memslot(vm: Publisher, slot_id: int) -> None:
    marked = vm.active.copy()
    i = marked.id_to_index[slot_id]
    slot = marked.memslots[i]
    marked.memslots[i] = replace(slot, flags=slot.flags | KVM_MEMSLOT_INVALID)
    original = install_new_memslots(vm, marked)
    update_memslots(original, MemorySlot(slot_id, 0, 0), Change.DELETE)
    vm.free(install_new_memslots(vm, original))
