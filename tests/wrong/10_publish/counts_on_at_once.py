"""The generation is counted on before the readers have left."""

from memslot_lab.publish import MemslotSet, Publisher

FAILS = ["generation"]
NAMED = "install-counts-on-at-once"


def install_new_memslots(vm: Publisher, slots: MemslotSet) -> MemslotSet:
    before = vm.active
    slots.generation = before.generation
    slots.generation += vm.address_spaces
    vm.publish(slots)
    vm.wait_for_readers()
    return before
