"""No wait: readers of the old set are still inside."""

from memslot_lab.publish import KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS, MemslotSet, Publisher

FAILS = ["readers"]
NAMED = "install-waits-for-nobody"


def install_new_memslots(vm: Publisher, slots: MemslotSet) -> MemslotSet:
    old = vm.active
    slots.generation = old.generation + KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS
    vm.publish(slots)
    slots.generation = old.generation + vm.address_spaces
    return old
