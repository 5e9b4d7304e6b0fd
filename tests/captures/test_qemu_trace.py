"""QEMU's trace event in the forms of 5.2, 7.2 and 10.0."""

from errno import EINVAL

import pytest

from memslot_lab.captures.log import BadLine, Event, Request, Unused
from memslot_lab.captures.qemu_trace import read_requests
from memslot_lab.engine import UserspaceMemoryRegion
from memslot_lab.engine.region import UserspaceMemoryRegion2

BODY = "flags=0x2 gpa=0xfffc0000 size=0x40000 ua=0x7f0a3b200000"
REGION = UserspaceMemoryRegion(1, 2, 0xFFFC0000, 0x40000, 0x7F0A3B200000)


def event(line: str, end: str = "\n") -> Event:
    """Read one line of a log."""
    (got,) = read_requests([(1, f"{line}{end}".encode())])
    return got


@pytest.mark.parametrize(
    "line",
    [
        f"kvm_set_user_memory Slot#1 {BODY} ret=0",
        f"26051@1795411875.493124:kvm_set_user_memory Slot#1 {BODY} ret=0",
        f"kvm_set_user_memory AddrSpace#0 Slot#1 {BODY} guest_memfd=-1 guest_memfd_offset=0xc0000 ret=0",
        f"kvm_set_user_memory Slot#1 {BODY} ret=0\r",
    ],
)
def test_event_in_every_form_reads_alike(line: str) -> None:
    """The prefix of 5.2 and of timestamps, the fields of 10.0 and DOS line ends change nothing."""
    assert event(line) == Request(1, 0, REGION, 0)


@pytest.mark.parametrize("slot", ["Slot#65537", "AddrSpace#1 Slot#1"])
def test_second_address_space_is_read_in_both_forms(slot: str) -> None:
    """Before the fields were split, the address space stands in bits 16-31 of the slot."""
    got = event(f"kvm_set_user_memory {slot} {BODY} ret=0")

    assert isinstance(got, Request)
    assert got.region.slot == 1 << 16 | 1


def test_failed_request_keeps_its_errno() -> None:
    """An error is a negative errno."""
    assert event(f"kvm_set_user_memory Slot#1 {BODY} ret=-22") == Request(1, 0, REGION, EINVAL)


def test_guest_memfd_is_read_where_its_flag_is_set() -> None:
    """10.0 prints a descriptor and an offset for all memory; only the flag makes them count."""
    line = "kvm_set_user_memory AddrSpace#0 Slot#2 flags=0x4 gpa=0x0 size=0x1000 ua=0x7f0000000000"

    got = event(f"{line} guest_memfd=17 guest_memfd_offset=0x2000 ret=0")

    assert got == Request(1, 0, UserspaceMemoryRegion2(2, 4, 0, 0x1000, 0x7F0000000000, 17, 0x2000), 0)


@pytest.mark.parametrize(
    "line",
    [
        "qemu-system-x86_64: kvm_set_user_memory_region: KVM_SET_USER_MEMORY_REGION failed, slot=1, start=0x0",
        "kvm_set_phys_mem: error registering slot: Invalid argument",
        "kvm_slots_grow 0 -> 16",
        "flatview_new 0x55a57c68bde0 (root (nil))",
        "qemu-system-x86_64: terminating on signal 15 from pid 28148 (python3)",
        "",
    ],
)
def test_other_line_is_unused(line: str) -> None:
    """Other events and QEMU's own words are passed over in silence."""
    assert event(line) == Unused(other=True)


@pytest.mark.parametrize(
    "line",
    [
        f"kvm_set_user_memory Slot#x {BODY} ret=0",
        f"kvm_set_user_memory Slot#1 {BODY}",
        f"kvm_set_user_memory Slot#1 {BODY} ret=0 flatview_new 0x1",
        f"kvm_set_user_memory Slot#1 {BODY.replace('0x40000', hex(1 << 64))} ret=0",
    ],
)
def test_bad_event_is_told(line: str) -> None:
    """An event that cannot be read is named with its line."""
    got = event(line)

    assert isinstance(got, BadLine)
    assert (got.line, got.cut) == (1, False)


def test_log_cut_inside_its_last_line_is_seen() -> None:
    """Wherever the last event is cut, even in its name or its errno, the cut is seen."""
    line = f"kvm_set_user_memory Slot#1 {BODY} ret=-22"
    for length in range(4, len(line) + 1):
        got = event(line[:length], end="")

        assert isinstance(got, BadLine), line[:length]
        assert got.cut
