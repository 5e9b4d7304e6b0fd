"""The old set is freed and returned."""

from memslot_lab.publish import MemslotSet, Publisher, install

FAILS = ["readers"]
NAMED = "install-frees-what-it-returns"


def install_new_memslots(vm: Publisher, slots: MemslotSet) -> MemslotSet:
    old = install(vm, slots)
    vm.free(old)
    return old
