"""The wait comes before the pointer is stored."""

from memslot_lab.publish import KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS, MemslotSet, Publisher

FAILS = ["readers"]
NAMED = "install-waits-for-nobody"


def install_new_memslots(vm: Publisher, slots: MemslotSet) -> MemslotSet:
    old = vm.active  # still in use
    slots.generation = old.generation | KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS
    vm.wait_for_readers()
    vm.publish(slots)
    slots.generation = old.generation + vm.address_spaces
    return old
