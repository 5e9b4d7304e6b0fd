"""Every form in which strace prints a region request."""

from errno import EEXIST, EINVAL, EPERM

import pytest

from memslot_lab.captures.log import BadLine, Event, NewVm, Request, Undecoded, Unused
from memslot_lab.captures.strace import read_requests
from memslot_lab.engine import UserspaceMemoryRegion

FIELDS = "{slot=0, flags=0, guest_phys_addr=0x100000, memory_size=2097152, userspace_addr=0x7f0000000000}"
REGION = UserspaceMemoryRegion(0, 0, 0x100000, 2097152, 0x7F0000000000)


def events(*lines: str, end: str = "\n") -> list[Event]:
    """Read the lines of a log; `end` is what stands behind the last."""
    raw = [f"{line}\n".encode() for line in lines[:-1]] + [f"{lines[-1]}{end}".encode()]
    return list(read_requests(enumerate(raw, 1)))


@pytest.mark.parametrize("prefix", ["", "123 ", "123   ", "[pid   123] ", "123<qemu-system-x86> ", "12:00:01 "])
@pytest.mark.parametrize("clock", ["", "05:34:01.134975 ", "1795411875.493124 ", "     0.000023 "])
@pytest.mark.parametrize("fd", ["8", "8<anon_inode:kvm-vm>", "8<anon_inode:[kvm-vm]<char 10:232>>"])
@pytest.mark.parametrize(
    "name", ["KVM_SET_USER_MEMORY_REGION", "0x4020ae46", "0x4020ae46 /* KVM_SET_USER_MEMORY_REGION */"]
)
@pytest.mark.parametrize("answer", [" = 0", "        = 0", " = 0 <0.000309>"])
def test_region_line_in_every_form_reads_alike(prefix: str, clock: str, fd: str, name: str, answer: str) -> None:
    """-f, -t, -tt, -ttt, -r, -T, -y, -X raw and -X verbose change nothing in what is read."""
    assert events(f"{prefix}{clock}ioctl({fd}, {name}, {FIELDS}){answer}") == [Request(1, 0, REGION, 0)]


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("0", 0),
        ("KVM_MEM_LOG_DIRTY_PAGES", 1),
        ("KVM_MEM_READONLY", 2),
        ("KVM_MEM_LOG_DIRTY_PAGES|KVM_MEM_READONLY", 3),
        ("0x2", 2),
        ("0x3 /* KVM_MEM_LOG_DIRTY_PAGES|KVM_MEM_READONLY */", 3),
        ("0x8 /* KVM_MEM_??? */", 8),
        ("KVM_MEM_READONLY|0x8", 10),
        ("KVM_MEM_GUEST_MEMFD", 4),
    ],
)
def test_flags_by_name_number_or_comment_are_bits(text: str, flags: int) -> None:
    """Flags are read as names, as numbers, and with a comment."""
    fields = FIELDS.replace("flags=0", f"flags={text}")

    (event,) = events(f"ioctl(8, KVM_SET_USER_MEMORY_REGION, {fields}) = 0")

    assert isinstance(event, Request)
    assert event.region.flags == flags


@pytest.mark.parametrize(
    ("text", "errno"),
    [
        ("-1 EINVAL (Invalid argument)", EINVAL),
        ("-1 EEXIST (File exists) <0.000009>", EEXIST),
        ("-1 (errno 1)", EPERM),
    ],
)
def test_failed_call_keeps_its_errno(text: str, errno: int) -> None:
    """An error is recorded by its number."""
    assert events(f"ioctl(8, KVM_SET_USER_MEMORY_REGION, {FIELDS}) = {text}") == [Request(1, 0, REGION, errno)]


def test_split_calls_of_two_threads_join_by_thread() -> None:
    """An unfinished call takes effect where it is resumed, and is known by its first line."""
    other = FIELDS.replace("slot=0", "slot=1")

    got = events(
        f"11 ioctl(8, KVM_SET_USER_MEMORY_REGION, {FIELDS} <unfinished ...>",
        f"12 ioctl(8, KVM_SET_USER_MEMORY_REGION, {other} <unfinished ...>",
        "12 <... ioctl resumed>)              = -1 EEXIST (File exists)",
        "11 <... ioctl resumed> ) = 0 <0.000100>",
        "11 <... ioctl resumed>) = 0",
    )

    half = Unused(other=False)
    second = UserspaceMemoryRegion(1, 0, 0x100000, 2097152, 0x7F0000000000)
    assert got == [half, half, Request(2, 0, second, EEXIST), Request(1, 0, REGION, 0), Unused(other=True)]


def test_resume_without_a_number_joins_the_only_open_call() -> None:
    """On a terminal the thread's number is left out once one thread is left."""
    got = events(
        f"[pid   100] ioctl(8, KVM_SET_USER_MEMORY_REGION, {FIELDS} <unfinished ...>",
        "[pid   101] +++ exited with 0 +++",
        "<... ioctl resumed>) = 0",
    )

    assert got == [Unused(other=False), Unused(other=True), Request(1, 0, REGION, 0)]


def test_call_whose_return_is_missing_is_told_when_its_thread_goes_on() -> None:
    """The return of a later call is not taken for that of an earlier one, and nothing is lost in silence."""
    other = FIELDS.replace("slot=0", "slot=1")

    got = events(
        f"100 ioctl(8, KVM_SET_USER_MEMORY_REGION, {FIELDS} <unfinished ...>",
        "100 ioctl(9, KVM_RUN, 0 <unfinished ...>",
        "100 <... ioctl resumed>) = 0",
        f"100 ioctl(8, KVM_SET_USER_MEMORY_REGION, {other}) = 0",
    )

    told = [event for event in got if isinstance(event, Undecoded)]
    assert told == [Undecoded(1, 0, "the call never returned in this log")]
    assert [event.line for event in got if isinstance(event, Request)] == [4]


def test_signal_does_not_end_an_unfinished_call() -> None:
    """A signal's line between the halves of a call changes nothing."""
    got = events(
        f"100 ioctl(8, KVM_SET_USER_MEMORY_REGION, {FIELDS} <unfinished ...>",
        "100 --- SIGUSR1 {si_signo=SIGUSR1} ---",
        "100 <... ioctl resumed>) = 0",
    )

    assert got[-1] == Request(1, 0, REGION, 0)


def test_call_that_never_returns_is_told() -> None:
    """A call without an answer has no effect, and is not lost."""
    got = events(f"11 ioctl(8, KVM_SET_USER_MEMORY_REGION, {FIELDS} <unfinished ...>", "11 +++ killed by SIGKILL +++")

    assert got[-1] == Undecoded(1, 0, "the call never returned in this log")


@pytest.mark.parametrize("answer", ["= ?", "= ? ERESTARTSYS (To be restarted if SA_RESTART is set)"])
def test_interrupted_call_is_told(answer: str) -> None:
    """A call whose answer is not in the log is passed over, by name."""
    assert events(f"ioctl(8, KVM_SET_USER_MEMORY_REGION, {FIELDS}) {answer}") == [
        Undecoded(1, 0, "the call was interrupted")
    ]


def test_unreadable_fields_are_told() -> None:
    """A pointer instead of fields is passed over, by name."""
    (event,) = events("ioctl(8, KVM_SET_USER_MEMORY_REGION, 0x7ffc80e93c80) = -1 EFAULT (Bad address)")

    assert event == Undecoded(1, 0, "strace could not read the fields", effect=False)


@pytest.mark.parametrize("name", ["_IOC(_IOC_WRITE, 0xae, 0x49, 0xa0)", "KVM_SET_USER_MEMORY_REGION2", "0x40a0ae49"])
def test_region2_call_is_told(name: str) -> None:
    """Of KVM_SET_USER_MEMORY_REGION2 only a pointer is printed; the request is passed over, by name."""
    (event,) = events(f"ioctl(4, {name}, 0x7ffc80e93c80) = 0")

    assert isinstance(event, Undecoded)
    assert "KVM_SET_USER_MEMORY_REGION2" in event.why


@pytest.mark.parametrize("name", ["KVM_CREATE_VM", "0xae01", "0xae01 /* KVM_CREATE_VM */"])
@pytest.mark.parametrize("fd", ["4", "4<anon_inode:kvm-vm>", "4<anon_inode:kvm-vm<x y>>"])
def test_new_vm_on_the_same_descriptor_replaces_the_old(name: str, fd: str) -> None:
    """A VM made on a descriptor takes the place of the one that had it."""
    call = f"ioctl(4, KVM_SET_USER_MEMORY_REGION, {FIELDS}) = 0"

    got = events(f"ioctl(3, {name}, 0) = {fd}", call, f"ioctl(3, {name}, 0) = {fd}", call)

    assert got == [NewVm(1, 0, -1), Request(2, 0, REGION, 0), NewVm(3, 1, 0), Request(4, 1, REGION, 0)]


def test_two_processes_with_one_descriptor_number_are_two_vms() -> None:
    """Threads belong to the process with the nearest lower number that made a VM on their descriptor."""
    got = events(
        "100 ioctl(3, KVM_CREATE_VM, 0) = 8",
        "200 ioctl(3, KVM_CREATE_VM, 0) = 8",
        f"104 ioctl(8, KVM_SET_USER_MEMORY_REGION, {FIELDS}) = 0",
        f"203 ioctl(8, KVM_SET_USER_MEMORY_REGION, {FIELDS}) = 0",
        f"100 ioctl(8, KVM_SET_USER_MEMORY_REGION, {FIELDS}) = 0",
    )

    assert [event.vm for event in got if isinstance(event, Request)] == [0, 1, 0]
    assert [bool(event.guess) for event in got if isinstance(event, NewVm)] == [False, True]


def test_two_vms_of_one_process_are_told_by_descriptor() -> None:
    """One process may hold two VMs."""
    got = events(
        "ioctl(3, KVM_CREATE_VM, 0) = 8",
        "ioctl(3, KVM_CREATE_VM, 0) = 9",
        f"ioctl(9, KVM_SET_USER_MEMORY_REGION, {FIELDS}) = 0",
        f"ioctl(8, KVM_SET_USER_MEMORY_REGION, {FIELDS}) = 0",
    )

    assert [event.vm for event in got if isinstance(event, Request)] == [1, 0]


@pytest.mark.parametrize("answer", ["-1 EBUSY (Device or resource busy)", "?"])
def test_vm_that_could_not_be_made_is_none(answer: str) -> None:
    """A failed KVM_CREATE_VM makes no VM."""
    assert events(f"ioctl(3, KVM_CREATE_VM, 0) = {answer}") == [Unused(other=True)]


@pytest.mark.parametrize(
    "line",
    [
        "ioctl(8, KVM_SET_USER_MEMORY_REGION, {slot=0, flags=0, guest_phys_addr=}) = 0",
        "ioctl(8, KVM_SET_USER_MEMORY_REGION, {slot=0, flags=KVM_MEM_NONSENSE, guest_phys_addr=0, memory_size=0, "
        "userspace_addr=0}) = 0",
        f"ioctl(8, KVM_SET_USER_MEMORY_REGION, {FIELDS}) = -1 ENONSENSE (what)",
        f"ioctl(8, KVM_SET_USER_MEMORY_REGION, {FIELDS})",
        f"ioctl(8, KVM_SET_USER_MEMORY_REGION, {FIELDS.replace('2097152', str(1 << 64))}) = 0",
        f"ioctl(8 KVM_SET_USER_MEMORY_REGION {FIELDS}) = 0",
        f"ioctl({'8' * 5000}, KVM_SET_USER_MEMORY_REGION, {FIELDS}) = 0",
    ],
)
def test_bad_region_line_is_told_and_passed_over(line: str) -> None:
    """A region line that cannot be read does not stop the reader."""
    bad, good = events(line, f"ioctl(8, KVM_SET_USER_MEMORY_REGION, {FIELDS}) = 0")

    assert isinstance(bad, BadLine)
    assert (bad.line, bad.cut) == (1, False)
    assert isinstance(good, Request)


def test_log_cut_inside_its_last_line_is_seen() -> None:
    """Wherever the last line is cut before its answer, the cut is seen."""
    line = f"ioctl(8, KVM_SET_USER_MEMORY_REGION, {FIELDS}) = 0"
    for length in range(5, len(line)):
        (event,) = events(line[:length], end="")

        assert isinstance(event, BadLine), line[:length]
        assert event.cut


@pytest.mark.parametrize(
    "line",
    [
        "28875 --- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_TKILL} ---",
        "strace: Process 28880 attached",
        "ioctl(3, KVM_CHECK_EXTENSION, KVM_CAP_USER_MEMORY) = 1",
        'write(2, "kvm_set_user_memory Slot#0 flags=0x0"..., 95) = 95',
        "",
    ],
)
def test_other_line_is_unused(line: str) -> None:
    """Lines about something else are passed over in silence."""
    assert events(line) == [Unused(other=True)]
