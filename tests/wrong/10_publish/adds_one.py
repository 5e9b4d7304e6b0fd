"""The generation grows by one, however many address spaces there are."""

from memslot_lab.publish import KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS, MemslotSet, Publisher

FAILS = ["generation"]
NAMED = "install-adds-one"


def install_new_memslots(vm: Publisher, slots: MemslotSet) -> MemslotSet:
    old, number = vm.active, vm.active.generation
    slots.generation = number | KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS
    vm.publish(slots)
    vm.wait_for_readers()
    number += 1
    slots.generation = number
    return old
