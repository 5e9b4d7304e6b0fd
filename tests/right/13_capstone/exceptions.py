"""The machine's own rules, caught."""

from errno import errorcode

from memslot_lab.engine import MemslotError, Vm


def replay_boot(requests):
    vm, verdicts = Vm(509), []
    for region in requests:
        try:
            verdicts.append(vm.set_user_memory_region(region))
        except MemslotError as error:
            verdicts.append(errorcode[error.errno])
    return vm.memslots[0], verdicts
