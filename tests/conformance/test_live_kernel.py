"""The ioctl's rules against this machine's own kernel, where /dev/kvm can be opened."""

import os
import platform
import struct
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import errorcode
from pathlib import Path
from random import Random

import pytest

from memslot_lab.engine import UserspaceMemoryRegion, Vm, id_to_memslot
from memslot_lab.engine.region import PAGE_SHIFT, PAGE_SIZE, UserspaceMemoryRegion2

from .requests import HOST, load_lines, parse_request, verdict

fcntl = pytest.importorskip("fcntl", reason="no ioctl() here")

KVM_CREATE_VM = 0xAE01
KVM_CHECK_EXTENSION = 0xAE03
KVM_SET_USER_MEMORY_REGION = 0x4020AE46
KVM_SET_USER_MEMORY_REGION2 = 0x40A0AE49
KVM_CREATE_GUEST_MEMFD = 0xC040AED4
KVM_CAP_NR_MEMSLOTS, KVM_CAP_MULTI_ADDRESS_SPACE, KVM_CAP_GUEST_MEMFD = 10, 118, 234

SEEDS = range(400)
LENGTH = 50  # requests a seed
NO_FD = 0xFFFF_FFFF
ODD_ADDRESSES = [1, 0xFFF, PAGE_SIZE + 1, 1 << 43, 1 << 52, 1 << 63, (1 << 64) - PAGE_SIZE]
# Subtle: the kernel spends memory on each page of a slot that it accepts, and a slot may have 8 TiB. So the large
# sizes are those that every version refuses by their form.
ODD_SIZES = [1, 0xFFF, PAGE_SIZE + 1, 1 << 43, 1 << 63, (1 << 64) - PAGE_SIZE]


@pytest.fixture(scope="module")
def machine() -> Callable[[], Vm]:
    """Return a function that makes the engine's twin of this kernel's machines, or skip with a reason."""
    if sys.platform != "linux" or platform.machine() != "x86_64" or "la57" in Path("/proc/cpuinfo").read_text():
        pytest.skip("the recorded rules are those of Linux on x86-64 with four-level page tables")
    try:
        kvm = os.open("/dev/kvm", os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        pytest.skip(f"/dev/kvm cannot be opened: {error.strerror}")
    try:
        user_slots = fcntl.ioctl(kvm, KVM_CHECK_EXTENSION, KVM_CAP_NR_MEMSLOTS)
        spaces = max(1, fcntl.ioctl(kvm, KVM_CHECK_EXTENSION, KVM_CAP_MULTI_ADDRESS_SPACE))
        if user_slots != 32764 or not fcntl.ioctl(kvm, KVM_CHECK_EXTENSION, KVM_CAP_GUEST_MEMFD):
            pytest.skip(f"this kernel is older than the recorded rules: {user_slots} slots, or no guest_memfd")
        with live_vm() as vm:
            bits = [b for b in range(36, 53) if ask(vm, page_below(1 << b, slot=b)) == "0"]
    finally:
        os.close(kvm)
    return lambda: Vm(user_slots, address_spaces=spaces, max_gfn=(1 << bits[-1] - PAGE_SHIFT) - 1)


def test_engine_on_each_live_scenario_agrees_with_this_kernel(machine: Callable[[], Vm]) -> None:
    """The verdicts are this kernel's own, not only the recorded kernel's."""
    for scenario in load_lines("live_scenarios"):
        twin = machine()
        with live_vm() as vm:
            for text, _ in scenario["steps"]:
                request = parse_request(text)

                assert verdict(twin, request) == ask(vm, request), f"{scenario['number']}: {text}"


def test_engine_with_a_guest_memfd_agrees_with_this_kernel(machine: Callable[[], Vm]) -> None:
    """The verdicts are this kernel's own, step by step; descriptors are matched by name."""
    twin = machine()
    with live_vm() as vm:
        here, there = {"VM": 4}, {"VM": vm}
        for line in load_lines("live_guest_memfd"):
            if line["request"].startswith("create_guest_memfd"):
                size = int(line["request"].split("=")[1], 16)
                here["F"] = twin.create_guest_memfd(size)
                there["F"] = fcntl.ioctl(vm, KVM_CREATE_GUEST_MEMFD, bytearray(struct.pack("<8Q", size, *[0] * 7)))
                continue
            got = verdict(twin, parse_request(line["request"], descriptors=here))

            assert got == ask(vm, parse_request(line["request"], descriptors=there)), line["step"]
        os.close(there["F"])


def test_engine_on_20_000_random_requests_agrees_with_this_kernel(machine: Callable[[], Vm]) -> None:
    """Well formed or not, in any state that the requests before have made: the same verdict."""
    met: Counter[str] = Counter()
    for seed in SEEDS:
        rng, twin = Random(seed), machine()
        asked: list[UserspaceMemoryRegion] = []
        with live_vm() as vm:
            for _ in range(LENGTH):
                asked.append(random_request(rng, twin))
                want = ask(vm, asked[-1])
                met[want] += 1

                assert verdict(twin, asked[-1]) == want, f"seed {seed}, after {asked}"
    sys.stdout.write(f"seeds {SEEDS.start}..{SEEDS.stop - 1}: {dict(met)}\n")  # docs/exactness.md quotes it
    assert {"0", "EINVAL", "EEXIST", "EBADF"} <= set(met)


def random_request(rng: Random, vm: Vm) -> UserspaceMemoryRegion:
    """Draw a request that is often well formed, and often about a slot that is there."""

    def sometimes(usual: int, unusual: list[int]) -> int:
        return usual if rng.random() < 0.95 else rng.choice(unusual)

    slot = sometimes(rng.randrange(9), [32763, 32764, 65535, 1 << 16, 5 << 16, 0xFFFF_0000])
    flags = sometimes(rng.choice([0, 0, 0, 1, 2, 3]), [4, 5, 6, 8, 1 << 31])
    gpa = sometimes(rng.randrange(40) * PAGE_SIZE, ODD_ADDRESSES)
    size = sometimes(rng.choice([0, 1, 2, 3, 5]) * PAGE_SIZE, ODD_SIZES)
    hva = sometimes(HOST, [0, HOST + PAGE_SIZE, 1 << 47, (1 << 47) - PAGE_SIZE, *ODD_ADDRESSES])
    old = id_to_memslot(vm.memslots[0], slot)
    if old is not None and rng.random() < 0.6:
        size, hva = old.npages * PAGE_SIZE, old.userspace_addr
        flags = old.flags ^ rng.choice([0, 0, 1])
        gpa = rng.choice([gpa, gpa, old.base_gfn * PAGE_SIZE])
    if rng.random() < 0.3:
        return UserspaceMemoryRegion2(slot, flags, gpa, size, hva, NO_FD)
    return UserspaceMemoryRegion(slot, flags, gpa, size, hva)


def page_below(end: int, *, slot: int) -> UserspaceMemoryRegion:
    """Return a request for the page that ends at a guest physical address."""
    return UserspaceMemoryRegion(slot, 0, end - PAGE_SIZE, PAGE_SIZE, HOST)


@contextmanager
def live_vm() -> Iterator[int]:
    """Make a virtual machine without memory; yield its descriptor."""
    kvm = os.open("/dev/kvm", os.O_RDWR | os.O_CLOEXEC)
    try:
        vm = fcntl.ioctl(kvm, KVM_CREATE_VM, 0)
    finally:
        os.close(kvm)
    try:
        yield vm
    finally:
        os.close(vm)


def ask(vm: int, region: UserspaceMemoryRegion) -> str:
    """Make the request of the kernel; return 0 or the errno's name."""
    code = KVM_SET_USER_MEMORY_REGION
    packed = struct.pack(
        "<IIQQQ", region.slot, region.flags, region.guest_phys_addr, region.memory_size, region.userspace_addr
    )
    if isinstance(region, UserspaceMemoryRegion2):
        code = KVM_SET_USER_MEMORY_REGION2
        packed += struct.pack("<QI4x14Q", region.guest_memfd_offset, region.guest_memfd, *[0] * 14)
    try:
        fcntl.ioctl(vm, code, packed)
    except OSError as error:
        return errorcode[error.errno or 0]
    return "0"
