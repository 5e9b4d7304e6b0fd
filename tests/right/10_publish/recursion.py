"""A list of sets still to be installed, one after the other; waits more often than needed."""

from dataclasses import replace

from memslot_lab.engine import Change, MemorySlot, update_memslots
from memslot_lab.publish import (
    KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS,
    KVM_MEMSLOT_INVALID,
    MemslotSet,
    Publisher,
    install,
)


def install_new_memslots(vm: Publisher, slots: MemslotSet) -> MemslotSet:
    vm.wait_for_readers()
    old = vm.active
    slots.generation = old.generation | KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS
    vm.publish(slots)
    vm.wait_for_readers()
    vm.wait_for_readers()
    slots.generation = old.generation + vm.address_spaces
    return old


def install_all(vm: Publisher, sets: list[MemslotSet]) -> None:
    if sets:
        old = install(vm, sets[0])
        install_all(vm, sets[1:])
        vm.free(old)


def delete_memslot(vm: Publisher, slot_id: int) -> None:
    marked, without = vm.active.copy(), vm.active.copy()
    i = marked.id_to_index[slot_id]
    marked.memslots[i] = replace(marked.memslots[i], flags=marked.memslots[i].flags | KVM_MEMSLOT_INVALID)
    update_memslots(without, MemorySlot(slot_id, 0, 0), Change.DELETE)
    install_all(vm, [marked, without])
