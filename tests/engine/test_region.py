"""The ioctl's rules: every verdict of the live kernel, the order of the rules, and what a refusal leaves behind."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from random import Random
from typing import TypeAlias

import pytest

from memslot_lab.captures.live import verdict
from memslot_lab.captures.scenarios import HOST, Scenario, parse_request, read_scenarios
from memslot_lab.engine import Change, MemorySlot, MemslotError, UserspaceMemoryRegion, Vm, errors, violations
from memslot_lab.engine.errors import (
    AddressSpaceError,
    FieldWidthError,
    FlagsError,
    GpaAlignmentError,
    GpaLimitError,
    GpaWrapError,
    GuestMemfdError,
    GuestMemfdFixedError,
    GuestMemfdOffsetError,
    NoSuchDescriptorError,
    NoSuchSlotError,
    OverlapError,
    ReadonlyFixedError,
    SizeError,
    SizeFixedError,
    SlotNumberError,
    TooManyPagesError,
    UserspaceAddrError,
    UserspaceAddrFixedError,
)
from memslot_lab.engine.region import (
    KVM_MEM_GUEST_MEMFD,
    KVM_MEM_LOG_DIRTY_PAGES,
    KVM_MEM_READONLY,
    PAGE_SIZE,
    UserspaceMemoryRegion2,
)

from ..conformance.requests import load_lines, snapshot

MIB = 1 << 20


# The live kernel's verdicts


def test_live_scenarios_are_105_with_208_steps() -> None:
    """No step was lost on the way here; one in three was refused."""
    results = [result for scenario in read_scenarios() for _, result in scenario.steps]

    assert [scenario.number for scenario in read_scenarios()] == list(range(1, 106))
    assert Counter(results) == {"0": 133, "EINVAL": 62, "EEXIST": 13}


@pytest.mark.parametrize("scenario", read_scenarios(), ids=lambda one: f"{one.number} {one.name}")
def test_vm_in_each_step_of_a_live_scenario_gives_the_kernels_verdict(scenario: Scenario) -> None:
    """Every verdict is the recorded one; what is refused changes nothing."""
    vm = Vm()
    for text, want in scenario.steps:
        before = snapshot(vm)
        got = verdict(vm, parse_request(text))

        assert got == want, text
        assert got == "0" or snapshot(vm) == before, text
        assert violations(vm.memslots[0]) == []


def test_vm_in_each_step_with_a_guest_memfd_gives_the_kernels_verdict() -> None:
    """Create, delete and refusals of slots that a guest_memfd backs are as recorded."""
    vm = Vm()
    descriptors = {"VM": 4}
    for line in load_lines("live_guest_memfd"):
        if line["request"].startswith("create_guest_memfd"):
            descriptors["F"] = vm.create_guest_memfd(int(line["request"].split("=")[1], 16))
            continue
        before = snapshot(vm)
        got = verdict(vm, parse_request(line["request"], descriptors=descriptors))

        assert got == line["result"], line["step"]
        assert got == "0" or snapshot(vm) == before, line["step"]


@pytest.mark.parametrize(
    ("count", "order", "one_more"),
    [
        (509, "ascending", "0"),
        (509, "descending", "0"),
        (4096, "ascending", "0"),
        (4096, "random", "0"),
        # The kernel was filled in ascending order; in an array that is 536 million shifts, and no other verdict.
        (32764, "descending", "EINVAL"),
    ],
)
def test_vm_filled_with_one_page_slots_takes_each_and_one_more_only_below_the_limit(
    count: int, order: str, one_more: str
) -> None:
    """All ids up to 32763 fit, whatever the order of their GPAs; 32764 is refused."""
    places = list(range(count))
    if order != "ascending":
        places.reverse()
    if order == "random":
        Random(count).shuffle(places)
    vm = Vm()
    for slot_id, place in enumerate(places):
        vm.set_user_memory_region(UserspaceMemoryRegion(slot_id, 0, place * PAGE_SIZE, PAGE_SIZE, HOST))

    assert vm.memslots[0].used_slots == count
    assert violations(vm.memslots[0]) == []
    assert verdict(vm, UserspaceMemoryRegion(count, 0, count * PAGE_SIZE, PAGE_SIZE, HOST)) == one_more


# The order of the rules: a request that breaks two of them gets the earlier's error.

Break: TypeAlias = Callable[[Vm, UserspaceMemoryRegion2], UserspaceMemoryRegion2]
Rule: TypeAlias = tuple[type[MemslotError], Break]

TARGET, SIZE = 4 * MIB, 2 * MIB


def edit(**changes: Callable[[int], int]) -> Break:
    """Return a break that changes fields of the request."""
    return lambda vm, request: replace(
        request, **{key: change(getattr(request, key)) for key, change in changes.items()}
    )


def occupy_target(vm: Vm, request: UserspaceMemoryRegion2) -> UserspaceMemoryRegion2:
    """Put another slot where the request wants to go."""
    vm.set_user_memory_region(UserspaceMemoryRegion(9, 0, TARGET, PAGE_SIZE, HOST))
    return request


def lower_limit(vm: Vm, request: UserspaceMemoryRegion2) -> UserspaceMemoryRegion2:
    """Let the last page of the target be one that the machine cannot map."""
    vm.max_gfn = (TARGET + SIZE) // PAGE_SIZE - 2
    return request


def make_readonly(vm: Vm, request: UserspaceMemoryRegion2) -> UserspaceMemoryRegion2:
    """Make the slot that is there a read-only one."""
    vm.set_user_memory_region(replace(request, memory_size=0, guest_phys_addr=0))
    vm.set_user_memory_region(UserspaceMemoryRegion(0, KVM_MEM_READONLY, 0, SIZE, HOST))
    return request


FORM: list[Rule] = [
    (SlotNumberError, edit(slot=lambda slot: slot | 16)),
    (FlagsError, edit(flags=lambda flags: flags | 1 << 3)),
    (SizeError, edit(memory_size=lambda size: size | 1)),
    (GpaAlignmentError, edit(guest_phys_addr=lambda gpa: gpa | 1)),
    (UserspaceAddrError, edit(userspace_addr=lambda hva: hva | 1)),
    (
        GuestMemfdOffsetError,
        edit(flags=lambda flags: flags | KVM_MEM_GUEST_MEMFD, guest_memfd_offset=lambda offset: offset | 1),
    ),
    (AddressSpaceError, edit(slot=lambda slot: slot | 1 << 16)),
    (GpaWrapError, edit(guest_phys_addr=lambda gpa: gpa | (1 << 64) - PAGE_SIZE)),
    (TooManyPagesError, edit(memory_size=lambda size: size | 1 << 43)),
]
OVERLAP: Rule = (OverlapError, occupy_target)
LIMIT: Rule = (GpaLimitError, lower_limit)
CREATE: list[Rule] = [
    *FORM,
    OVERLAP,
    (NoSuchDescriptorError, edit(flags=lambda flags: flags | KVM_MEM_GUEST_MEMFD, guest_memfd=lambda _: 999)),
    LIMIT,
]
CHANGE: list[Rule] = [
    *FORM,
    (GuestMemfdFixedError, edit(flags=lambda flags: flags | KVM_MEM_GUEST_MEMFD)),
    (UserspaceAddrFixedError, edit(userspace_addr=lambda hva: hva + PAGE_SIZE)),
    (SizeFixedError, edit(memory_size=lambda size: size + PAGE_SIZE)),
    (ReadonlyFixedError, make_readonly),
    OVERLAP,
    LIMIT,
]
DELETE: list[Rule] = [
    *(rule for rule in FORM if rule[0] not in (SizeError, GpaWrapError, TooManyPagesError)),  # a size of 0 breaks none
    (NoSuchSlotError, edit(memory_size=lambda _: 0)),
]
SITUATIONS = {"create": CREATE, "move": CHANGE, "delete of nothing": DELETE}


def situation_of(name: str) -> tuple[Vm, UserspaceMemoryRegion2]:
    """Return a machine with 16 ids, and a request that breaks no rule: slot 0 to TARGET."""
    vm = Vm(16)
    if name == "move":
        vm.set_user_memory_region(UserspaceMemoryRegion(0, 0, 0, SIZE, HOST))
    return vm, UserspaceMemoryRegion2(0, 0, TARGET, SIZE, HOST)


def refusal(vm: Vm, request: UserspaceMemoryRegion) -> MemslotError:
    """Make a request that is refused; return the error."""
    with pytest.raises(MemslotError) as caught:
        vm.set_user_memory_region(request)
    return caught.value


@pytest.mark.parametrize("name", SITUATIONS)
def test_request_that_breaks_no_rule_is_accepted(name: str) -> None:
    """What the rules below break is accepted before."""
    vm, request = situation_of(name)

    assert vm.set_user_memory_region(request) is (Change.MOVE if name == "move" else Change.CREATE)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        pytest.param(name, rule, id=f"{name}: {rule[0].__name__}")
        for name, rules in SITUATIONS.items()
        for rule in rules
    ],
)
def test_request_that_breaks_one_rule_gets_its_error_and_changes_nothing(name: str, rule: Rule) -> None:
    """Each rule has its own class; the state is as it was; the message ends in a next step."""
    vm, request = situation_of(name)
    broken = rule[1](vm, request)
    before, published = snapshot(vm), vm.publications
    error = refusal(vm, broken)

    assert type(error) is rule[0]
    assert snapshot(vm) == before
    # The kernel has installed the invalid copy of a moved slot when it meets this limit, and takes it back.
    assert vm.publications == published + (2 if (name, rule) == ("move", LIMIT) else 0)
    assert re.match(r"\[E[A-Z]+\] (slot|descriptor) [^A-Z]*[0-9a-z_]+.*[,:;] .*[^.]$", str(error))
    assert isinstance(error, SlotNumberError | NoSuchSlotError | NoSuchDescriptorError) or "0x" in str(error)


@pytest.mark.parametrize(
    ("name", "earlier", "later"),
    [
        pytest.param(name, earlier, later, id=f"{name}: {earlier[0].__name__} before {later[0].__name__}")
        for name, rules in SITUATIONS.items()
        for earlier, later in combinations(rules, 2)
    ],
)
def test_request_that_breaks_two_rules_gets_the_error_of_the_earlier(name: str, earlier: Rule, later: Rule) -> None:
    """The rules are asked in the kernel's order."""
    vm, request = situation_of(name)
    broken = later[1](vm, request)
    broken = earlier[1](vm, broken)

    assert type(refusal(vm, broken)) is earlier[0]


def test_rules_broken_here_are_all_that_the_errors_name() -> None:
    """No class of errors.py is without a request that raises it."""
    by_rule = {rule[0].__name__ for rules in SITUATIONS.values() for rule in rules}
    elsewhere = {"MemslotError", "FieldWidthError", "ArrayFullError", "NotAChangeError", "GuestMemfdError"}

    assert by_rule | elsewhere == set(errors.__all__)


# What a request becomes


def test_vm_on_each_kind_of_request_returns_its_change_and_counts_publications() -> None:
    """Create and new flags publish once, move and delete twice, nothing to do not at all."""
    vm = Vm(16)
    made = UserspaceMemoryRegion(3, 0, 0x1000, 0x2000, HOST)
    moved = replace(made, guest_phys_addr=0x8000)
    logged = replace(moved, flags=KVM_MEM_LOG_DIRTY_PAGES)
    both = replace(made, flags=0)
    for request, change, publications, slot in (
        (made, Change.CREATE, 1, MemorySlot(3, 1, 2, 0, HOST)),
        (made, None, 1, MemorySlot(3, 1, 2, 0, HOST)),
        (moved, Change.MOVE, 3, MemorySlot(3, 8, 2, 0, HOST)),
        (logged, Change.FLAGS_ONLY, 4, MemorySlot(3, 8, 2, 1, HOST)),
        (logged, None, 4, MemorySlot(3, 8, 2, 1, HOST)),
        (both, Change.MOVE, 6, MemorySlot(3, 1, 2, 0, HOST)),
    ):
        before = snapshot(vm)
        foretold = vm.classify(request)
        assert snapshot(vm) == before

        assert vm.set_user_memory_region(request) is change is foretold
        assert vm.publications == publications
        assert vm.memslots[0].memslots[0] == slot

    assert vm.set_user_memory_region(replace(made, memory_size=0)) is Change.DELETE
    assert vm.publications == 8
    assert vm.memslots[0].used_slots == 0
    assert vm.memslots[0].memslots[0] == MemorySlot(3, 0, 0)


def test_vm_with_two_address_spaces_keeps_an_array_for_each() -> None:
    """The same id and range may be in both; rules look at their own space only."""
    vm = Vm(16, address_spaces=2)
    low = UserspaceMemoryRegion(2, 0, 0, 2 * MIB, HOST)
    high = replace(low, slot=2 | 1 << 16)

    assert vm.set_user_memory_region(low) is Change.CREATE
    assert vm.set_user_memory_region(high) is Change.CREATE
    assert type(refusal(vm, replace(high, slot=3 | 1 << 16))) is OverlapError
    assert type(refusal(vm, replace(high, slot=2 | 2 << 16))) is AddressSpaceError
    assert vm.set_user_memory_region(replace(low, memory_size=0)) is Change.DELETE
    assert [slots.used_slots for slots in vm.memslots] == [0, 1]
    assert vm.memslots[1].memslots[0] == MemorySlot(2, 0, 512, 0, HOST)


def test_vm_of_509_slots_takes_ids_up_to_508() -> None:
    """The id limit is the machine's, the array has room for the three internal slots besides."""
    vm = Vm(509)

    assert vm.set_user_memory_region(UserspaceMemoryRegion(508, 0, 0, MIB, HOST)) is Change.CREATE
    assert type(refusal(vm, UserspaceMemoryRegion(509, 0, MIB, MIB, HOST))) is SlotNumberError
    assert vm.memslots[0].capacity == 512


def test_vm_on_random_requests_refuses_just_the_overlaps() -> None:
    """The bisected overlap test finds what a look at every slot finds."""
    rng = Random(5700)
    vm = Vm(24)
    for _ in range(4_000):
        slot_id, gfn, npages = rng.randrange(24), rng.randrange(120), rng.randrange(5)
        used = {slot.id: slot for slot in vm.memslots[0].memslots[: vm.memslots[0].used_slots]}
        if npages and slot_id in used:
            npages = used[slot_id].npages
        if not npages and slot_id not in used:
            continue
        wanted = set(range(gfn, gfn + npages))
        taken = {
            frame
            for slot in used.values()
            if slot.id != slot_id
            for frame in range(slot.base_gfn, slot.base_gfn + slot.npages)
        }
        got = verdict(vm, UserspaceMemoryRegion(slot_id, 0, gfn * PAGE_SIZE, npages * PAGE_SIZE, HOST))

        assert got == ("EEXIST" if wanted & taken else "0")
        assert violations(vm.memslots[0]) == []


# Edges


@pytest.mark.parametrize("field", ["slot", "flags", "guest_phys_addr", "memory_size", "userspace_addr"])
def test_request_with_a_value_outside_its_c_field_is_refused(field: str) -> None:
    """Slot and flags have 32 bits, the others 64; none has a sign."""
    widest = (1 << (32 if field in ("slot", "flags") else 64)) - 1
    request = UserspaceMemoryRegion(0, 0, 0, 0, 0)

    assert getattr(replace(request, **{field: widest}), field) == widest
    with pytest.raises(FieldWidthError, match=r"\[EINVAL\] UserspaceMemoryRegion\(.* does not fit"):
        replace(request, **{field: widest + 1})
    with pytest.raises(FieldWidthError, match="does not fit"):
        replace(request, **{field: -1})


def test_request_of_the_largest_size_is_accepted_and_one_page_more_is_not() -> None:
    """A slot has at most 2**31 - 1 pages."""
    vm = Vm(16)
    largest = ((1 << 31) - 1) * PAGE_SIZE

    assert type(refusal(vm, UserspaceMemoryRegion(0, 0, 0, largest + PAGE_SIZE, 0))) is TooManyPagesError
    assert vm.set_user_memory_region(UserspaceMemoryRegion(0, 0, 0, largest, 0)) is Change.CREATE


def test_request_with_host_memory_up_to_the_end_of_user_space_is_accepted_and_one_page_more_is_not() -> None:
    """The last page below 2**47 is not user space's."""
    vm = Vm(16)
    end = (1 << 47) - PAGE_SIZE

    assert type(refusal(vm, UserspaceMemoryRegion(0, 0, 0, MIB, end - MIB + PAGE_SIZE))) is UserspaceAddrError
    assert vm.set_user_memory_region(UserspaceMemoryRegion(0, 0, 0, MIB, end - MIB)) is Change.CREATE


def test_request_that_ends_at_2_to_the_64_wraps() -> None:
    """In C the end is 0, which is below the beginning; one page less is only too high."""
    vm = Vm(16)
    last = (1 << 64) - PAGE_SIZE

    assert type(refusal(vm, UserspaceMemoryRegion(0, 0, last, PAGE_SIZE, HOST))) is GpaWrapError
    assert type(refusal(vm, UserspaceMemoryRegion(0, 0, last - PAGE_SIZE, PAGE_SIZE, HOST))) is GpaLimitError


def test_request_that_deletes_ignores_address_and_flags_when_they_are_well_formed() -> None:
    """A delete needs no fixed field repeated, and leaves a blank slot behind."""
    vm = Vm(16)
    vm.set_user_memory_region(UserspaceMemoryRegion(0, 0, 0, MIB, HOST))
    other = UserspaceMemoryRegion(0, KVM_MEM_READONLY | KVM_MEM_LOG_DIRTY_PAGES, 7 * MIB, 0, HOST + MIB)

    assert vm.set_user_memory_region(other) is Change.DELETE
    assert vm.memslots[0].memslots[0] == MemorySlot(0, 0, 0)


def test_plain_request_with_the_guest_memfd_flag_is_refused_as_an_unknown_flag() -> None:
    """KVM_MEM_GUEST_MEMFD belongs to the second form; there it excludes the other two."""
    vm = Vm(16)
    plain = UserspaceMemoryRegion(0, KVM_MEM_GUEST_MEMFD, 0, MIB, HOST)
    second = UserspaceMemoryRegion2(0, KVM_MEM_GUEST_MEMFD | KVM_MEM_READONLY, 0, MIB, HOST)

    assert type(refusal(vm, plain)) is FlagsError
    assert type(refusal(vm, second)) is FlagsError


@pytest.mark.parametrize(
    ("descriptor", "offset", "error"),
    [
        (-1, 0, NoSuchDescriptorError),
        (6, 0, NoSuchDescriptorError),
        (3, 0, GuestMemfdError),
        (5, 2 * MIB - PAGE_SIZE, GuestMemfdError),
        (5, (1 << 64) - MIB, GuestMemfdOffsetError),
        (5, -MIB, GuestMemfdOffsetError),
    ],
)
def test_request_with_a_guest_memfd_that_cannot_back_it_is_refused(
    descriptor: int, offset: int, error: type[MemslotError]
) -> None:
    """No descriptor, another kind of file, past the end and wrapping are told apart; nothing is bound."""
    vm = Vm(16)
    assert vm.create_guest_memfd(2 * MIB) == 5
    before = snapshot(vm)
    got = refusal(vm, UserspaceMemoryRegion2(0, KVM_MEM_GUEST_MEMFD, 0, MIB, HOST, descriptor, offset))

    assert type(got) is error
    assert snapshot(vm) == before


def test_request_for_bytes_of_a_guest_memfd_in_use_names_the_slot_that_holds_them() -> None:
    """Two slots may share a guest_memfd, but no byte of it, until the first is deleted."""
    vm = Vm(16)
    memfd = vm.create_guest_memfd(2 * MIB)
    first = UserspaceMemoryRegion2(0, KVM_MEM_GUEST_MEMFD, 0, MIB, HOST, memfd, 0)
    vm.set_user_memory_region(first)
    same = UserspaceMemoryRegion2(1, KVM_MEM_GUEST_MEMFD, 4 * MIB, MIB, HOST, memfd, MIB - PAGE_SIZE)
    error = refusal(vm, same)

    assert type(error) is GuestMemfdError
    assert "bytes 0xff000..0x1fefff of descriptor 5 overlap those of slot 0; use others" in str(error)
    other_file = replace(same, slot=3, guest_phys_addr=8 * MIB, guest_memfd=vm.create_guest_memfd(2 * MIB))
    assert vm.set_user_memory_region(other_file) is Change.CREATE
    assert vm.set_user_memory_region(replace(same, guest_memfd_offset=MIB)) is Change.CREATE
    assert vm.set_user_memory_region(replace(first, flags=0, memory_size=0)) is Change.DELETE
    assert vm.set_user_memory_region(replace(first, slot=2)) is Change.CREATE


def test_vm_asked_what_a_refused_move_would_do_stays_as_it_is() -> None:
    """Asking installs nothing; doing installs the invalid copy and takes it back."""
    vm = Vm(max_gfn=0x1000)
    vm.set_user_memory_region(UserspaceMemoryRegion(0, 0, 0, 0x1000, 0))
    beyond = UserspaceMemoryRegion(0, 0, 0x1001000, 0x1000, 0)

    with pytest.raises(MemslotError):
        vm.classify(beyond)
    assert vm.publications == 1

    with pytest.raises(MemslotError):
        vm.set_user_memory_region(beyond)
    assert vm.publications == 3


@pytest.mark.parametrize(("user_slots", "spaces"), [(0, 1), (-1, 1), (32765, 1), (509, 0)])
def test_vm_of_impossible_size_is_refused(user_slots: int, spaces: int) -> None:
    """No more slots than a short can number, and at least one of each."""
    with pytest.raises(MemslotError, match=r"use 1\.\.32764 and 1 or more"):
        Vm(user_slots, address_spaces=spaces)


@pytest.mark.parametrize("size", [0, -0x1000, 0x1001])
def test_guest_memfd_of_no_whole_pages_is_refused(size: int) -> None:
    """A file holds pages."""
    with pytest.raises(MemslotError, match="guest_memfd size"):
        Vm().create_guest_memfd(size)
