"""The ioctl's rules against this machine's own kernel, where /dev/kvm can be opened."""

import platform
import sys
from collections import Counter
from collections.abc import Callable
from errno import errorcode
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from memslot_lab.captures.live import LiveKernelError, LiveVm, verdict
from memslot_lab.captures.scenarios import HOST, parse_request, read_scenarios
from memslot_lab.captures.verdicts import ask_this_kernel
from memslot_lab.engine import MemslotError, UserspaceMemoryRegion, Vm, id_to_memslot, violations
from memslot_lab.engine.region import PAGE_SIZE, UserspaceMemoryRegion2

from .requests import load_lines

SEEDS = range(400)
LENGTH = 50  # requests a seed
RUNS, STEPS, BURST = 60, 20, 40  # of the state machine, of a run, requests of some steps
NO_FD = 0xFFFF_FFFF
ODD_ADDRESSES = [1, 0xFFF, PAGE_SIZE + 1, 1 << 43, 1 << 52, 1 << 63, (1 << 64) - PAGE_SIZE]
ODD_SLOTS = [32763, 32764, 65535, 1 << 16, 5 << 16, 0xFFFF_0000]
ODD_FLAGS = [4, 5, 6, 8, 1 << 31]
ODD_HOSTS = [0, HOST + PAGE_SIZE, 1 << 47, (1 << 47) - PAGE_SIZE, *ODD_ADDRESSES]
# Subtle: the kernel spends memory on each page of a slot that it accepts, and a slot may have 8 TiB. So the large
# sizes are those that every version refuses by their form.
ODD_SIZES = [1, 0xFFF, PAGE_SIZE + 1, 1 << 43, 1 << 63, (1 << 64) - PAGE_SIZE]


@pytest.fixture(scope="module")
def machine() -> Callable[[], Vm]:
    """Return a function that makes the engine's twin of this kernel's machines, or skip with a reason."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        pytest.skip("the recorded rules are those of Linux on x86-64")
    try:
        with LiveVm() as vm:
            user_slots, spaces, guest_memfd = vm.capabilities
            twin = vm.twin()
    except LiveKernelError as error:
        pytest.skip(str(error))
    if user_slots != 32764 or not guest_memfd:
        pytest.skip(f"this kernel is older than the recorded rules: {user_slots} slots, or no guest_memfd")
    if twin.user_end != Vm().user_end:
        pytest.skip("the recorded rules are those of four-level page tables")
    return lambda: Vm(user_slots, address_spaces=spaces, max_gfn=twin.max_gfn)


def test_engine_on_each_live_scenario_agrees_with_this_kernel(machine: Callable[[], Vm]) -> None:
    """The verdicts are this kernel's own, not only the recorded kernel's."""
    for scenario in read_scenarios():
        twin = machine()
        with LiveVm() as vm:
            for text, _ in scenario.steps:
                request = parse_request(text, host=vm.host)

                assert verdict(twin, request) == verdict(vm, request), f"{scenario.number}: {text}"


def test_table_of_verdicts_agrees_on_each_step(machine: Callable[[], Vm]) -> None:
    """What the command prints is the same comparison: 208 steps, no difference."""
    answers = ask_this_kernel()

    assert answers.live
    assert len(answers.verdicts) == 208
    assert answers.differences == []


def test_engine_with_a_guest_memfd_agrees_with_this_kernel(machine: Callable[[], Vm]) -> None:
    """The verdicts are this kernel's own, step by step; descriptors are matched by name."""
    twin = machine()
    with LiveVm() as vm:
        here, there = {"VM": 4}, {"VM": vm.fileno()}
        for line in load_lines("live_guest_memfd"):
            if line["request"].startswith("create_guest_memfd"):
                size = int(line["request"].split("=")[1], 16)
                here["F"], there["F"] = twin.create_guest_memfd(size), vm.create_guest_memfd(size)
                continue
            got = verdict(twin, parse_request(line["request"], descriptors=here))

            assert got == verdict(vm, parse_request(line["request"], descriptors=there)), line["step"]


def test_engine_on_20_000_random_requests_agrees_with_this_kernel(machine: Callable[[], Vm]) -> None:
    """Well formed or not, in any state that the requests before have made: the same verdict."""
    met: Counter[str] = Counter()
    for seed in SEEDS:
        rng, twin = Random(seed), machine()
        asked: list[UserspaceMemoryRegion] = []
        with LiveVm() as vm:
            for _ in range(LENGTH):
                asked.append(random_request(rng, twin))
                want = verdict(vm, asked[-1])
                met[want] += 1

                assert verdict(twin, asked[-1]) == want, f"seed {seed}, after {asked}"
    sys.stdout.write(f"seeds {SEEDS.start}..{SEEDS.stop - 1}: {dict(met)}\n")  # docs/exactness.md quotes it
    assert {"0", "EINVAL", "EEXIST", "EBADF"} <= set(met)


def random_request(rng: Random, vm: Vm) -> UserspaceMemoryRegion:
    """Draw a request that is often well formed, and often about a slot that is there."""

    def sometimes(usual: int, unusual: list[int]) -> int:
        return usual if rng.random() < 0.95 else rng.choice(unusual)

    slot = sometimes(rng.randrange(9), ODD_SLOTS)
    flags = sometimes(rng.choice([0, 0, 0, 1, 2, 3]), ODD_FLAGS)
    gpa = sometimes(rng.randrange(40) * PAGE_SIZE, ODD_ADDRESSES)
    size = sometimes(rng.choice([0, 1, 2, 3, 5]) * PAGE_SIZE, ODD_SIZES)
    hva = sometimes(HOST, ODD_HOSTS)
    old = id_to_memslot(vm.memslots[0], slot)
    if old is not None and rng.random() < 0.6:
        size, hva = old.npages * PAGE_SIZE, old.userspace_addr
        flags = old.flags ^ rng.choice([0, 0, 1])
        gpa = rng.choice([gpa, gpa, old.base_gfn * PAGE_SIZE])
    if rng.random() < 0.3:
        return UserspaceMemoryRegion2(slot, flags, gpa, size, hva, NO_FD)
    return UserspaceMemoryRegion(slot, flags, gpa, size, hva)


# Hypothesis thinks of the requests, and makes what fails as short as it goes.

GPAS = st.integers(0, 39).map(lambda page: page * PAGE_SIZE)
SIZES = st.sampled_from([PAGE_SIZE * pages for pages in (1, 1, 2, 3, 5)])
SLOTS = st.integers(0, 8)
MALFORMED = st.fixed_dictionaries(
    {},
    optional={
        "slot": st.sampled_from(ODD_SLOTS),
        "flags": st.sampled_from(ODD_FLAGS),
        "guest_phys_addr": st.sampled_from(ODD_ADDRESSES),
        "memory_size": st.sampled_from(ODD_SIZES),
        "userspace_addr": st.sampled_from(ODD_HOSTS),
    },
)


class ModelAndKernel(RuleBasedStateMachine):
    """The model and a VM of this kernel, asked for the same."""

    requests = 0  # over all runs
    new_twin: Callable[[], Vm]

    def __init__(self) -> None:
        super().__init__()
        self.twin, self.live = type(self).new_twin(), LiveVm()

    def both(self, region: UserspaceMemoryRegion) -> None:
        """Make a request of both; whatever it is, they say and do the same."""
        ModelAndKernel.requests += 1

        assert outcome(self.twin, region) == outcome(self.live, region), region

    @rule(slot=SLOTS, flags=st.integers(0, 3), gpa=GPAS, size=SIZES)
    def create_or_change(self, slot: int, flags: int, gpa: int, size: int) -> None:
        """Ask for a range: a create, a resize or an overlap, whoever is there."""
        self.both(UserspaceMemoryRegion(slot, flags, gpa, size, HOST))

    @rule(slot=SLOTS, gpa=GPAS)
    def delete(self, slot: int, gpa: int) -> None:
        """Delete a slot, there or not."""
        self.both(UserspaceMemoryRegion(slot, 0, gpa, 0, HOST))

    @precondition(lambda self: self.twin.memslots[0].used_slots)
    @rule(data=st.data(), gpa=st.none() | GPAS, flags=st.integers(0, 3))
    def move_or_set_flags(self, data: st.DataObject, gpa: int | None, flags: int) -> None:
        """Ask for a slot that is there, of the same size, elsewhere or with other flags."""
        slots = self.twin.memslots[0]
        old = slots.memslots[data.draw(st.integers(0, slots.used_slots - 1), "index")]
        place = old.base_gfn * PAGE_SIZE if gpa is None else gpa
        self.both(UserspaceMemoryRegion(old.id, flags, place, old.npages * PAGE_SIZE, old.userspace_addr))

    @rule(odd=MALFORMED, slot=SLOTS, gpa=GPAS, second_form=st.booleans())
    def malformed(self, odd: dict[str, int], slot: int, gpa: int, second_form: bool) -> None:
        """Ask for something odd, in either form of the call."""
        usual = {"slot": slot, "flags": 0, "guest_phys_addr": gpa, "memory_size": PAGE_SIZE, "userspace_addr": HOST}
        if second_form:
            self.both(UserspaceMemoryRegion2(**(usual | odd), guest_memfd=NO_FD))
        else:
            self.both(UserspaceMemoryRegion(**(usual | odd)))

    @rule(seed=st.integers(0, 1 << 16))
    def burst(self, seed: int) -> None:
        """Ask for many things in a row."""
        rng = Random(seed)
        for _ in range(BURST):
            self.both(random_request(rng, self.twin))

    def teardown(self) -> None:
        """Close the kernel's VM; the model's array is in order."""
        self.live.close()

        assert violations(self.twin.memslots[0]) == []


def outcome(vm: Vm | LiveVm, region: UserspaceMemoryRegion) -> str:
    """Make the request; return what it did, or the errno's name."""
    try:
        return str(vm.set_user_memory_region(region))
    except MemslotError as error:
        return errorcode[error.errno]


def test_model_and_kernel_on_10_000_requests_of_a_state_machine_agree(machine: Callable[[], Vm]) -> None:
    """The same verdict and the same change, request by request."""
    ModelAndKernel.new_twin = staticmethod(machine)
    ModelAndKernel.requests = 0

    run_state_machine_as_test(
        ModelAndKernel,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert ModelAndKernel.requests >= 10_000
