"""Real logs through the engine: every verdict, the end states, and what a damaged log does."""

import gzip
import json
import os
import tracemalloc
from errno import EEXIST, EINVAL, ENOMEM
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from memslot_lab.captures.log import CaptureError
from memslot_lab.captures.replay import replay
from memslot_lab.captures.result import Answer, Replay
from memslot_lab.engine import Change, MemorySlot

CAPTURES = Path(__file__).parents[1] / "data" / "captures"
LOGS = sorted(path for path in CAPTURES.iterdir() if path.suffix in (".trace", ".strace"))
EVENT = "kvm_set_user_memory Slot#{} flags={:#x} gpa={:#x} size={:#x} ua={:#x} ret={}\n"


def write(path: Path, *requests: tuple[int, ...]) -> Path:
    """Write a trace of (slot, flags, gpa, size, ua, ret) rows."""
    path.write_text("".join(EVENT.format(*row) for row in requests))
    return path


def ranges(result: Replay) -> set[tuple[int, int]]:
    """Return the guest frames of the last VM's slots."""
    return {(slot.base_gfn, slot.npages) for slots in result.vms[-1].memslots for slot in slots}


@pytest.mark.parametrize("path", LOGS, ids=lambda path: path.name)
def test_real_log_replays_without_disagreement(path: Path) -> None:
    """Every region line is replayed, and the engine's verdict is the kernel's."""
    marks = ("kvm_set_user_memory Slot#", "kvm_set_user_memory AddrSpace#", "MEMORY_REGION, {", "0x4020ae46")
    lines = sum(any(mark in line for mark in marks) for line in path.read_text().splitlines())

    result = replay(path)

    assert result.requests == lines > 0
    assert result.disagreements == result.bad_lines == []
    assert not any(vm.warnings for vm in result.vms)
    for vm in result.vms:
        for slots in vm.memslots:
            gfns = [slot.base_gfn for slot in slots]
            assert gfns == sorted(set(gfns), reverse=True)


def test_replay_tells_each_answer_in_order(tmp_path: Path) -> None:
    """A change, nothing to do, a refusal with its reason, and a change that the kernel refused."""
    ram = (0, 0, 0x0, 0x100000, 0x7F0000000000)
    log = write(
        tmp_path / "a.trace", (*ram, 0), (*ram, 0), (1, 0, 0x1000, 0x1000, 0, -17), (2, 0, 0x200000, 0x1000, 0, -12)
    )
    answers: list[Answer] = []

    result = replay(log, each=answers.append)

    assert [(answer.change, answer.errno, answer.applied) for answer in answers] == [
        (Change.CREATE, 0, True),
        (None, 0, False),
        (None, EEXIST, False),
        (Change.CREATE, 0, False),
    ]
    assert answers[2].why.startswith("[EEXIST] slot 1")
    assert [answer.request.line for answer in answers] == [1, 2, 3, 4]
    assert len(result.disagreements) == 1


def test_log_of_the_live_scenarios_has_its_vms_and_refusals() -> None:
    """105 VMs, one after the other on one descriptor; 74 refusals; 7 requests without fields."""
    result = replay(CAPTURES / "s61-live-scenarios.strace")

    assert len(result.vms) == 105
    assert result.refused == 74
    assert len(result.undecoded) == 7


def test_strace_and_trace_of_one_run_end_alike() -> None:
    """Two recorders of the same boot give the same array."""
    trace = replay(CAPTURES / "q72-strace-pc-boot-vgastd.trace")
    strace = replay(CAPTURES / "q72-strace-pc-boot-vgastd.strace")

    assert trace.vms[0].memslots == strace.vms[0].memslots
    assert trace.vms[0].shifts == strace.vms[0].shifts == 68


@pytest.mark.parametrize("name", ["q72-mtree-f-pc-kvm", "q100-mtree-f-pc-kvm"])
def test_trace_ends_in_the_monitors_flat_view(name: str) -> None:
    """QEMU's own view of its memory, taken in the same run, names the same ranges."""
    trace, view = replay(CAPTURES / f"{name}.trace"), replay(CAPTURES / f"{name}.mtree")

    assert ranges(trace) == ranges(view)
    assert len(ranges(view)) == 9


def test_flat_view_of_a_machine_without_kvm_has_no_slots() -> None:
    """Under TCG no row is a slot."""
    result = replay(CAPTURES / "q72-mtree-f-q35-tcg.mtree")

    assert (result.format, result.requests, result.disagreements) == ("mtree", 0, [])


@pytest.mark.parametrize("name", ["q72-pc-boot-vgastd.trace", "q72-strace-q35-ts.strace", "q72-mtree-f-pc-kvm.mtree"])
def test_gzip_of_a_log_replays_alike(name: str, tmp_path: Path) -> None:
    """A packed log is read as it is."""
    packed = tmp_path / "log.gz"
    packed.write_bytes(gzip.compress((CAPTURES / name).read_bytes()))

    plain, unpacked = replay(CAPTURES / name).to_json(), replay(packed).to_json()

    assert {**plain, "capture": ""} == {**unpacked, "capture": ""}


def test_boot_ends_in_the_known_array() -> None:
    """The end of a real boot, slot by slot, highest GFN first."""
    (vm,) = replay(CAPTURES / "q72-pc-boot-vgastd.trace").vms

    assert [slot.id for slot in vm.memslots[0]] == [1, 3, 8, 7, 6, 5, 4, 2, 0]
    assert vm.memslots[0][0] == MemorySlot(1, 0xFFFC0, 0x40, 2, 0x7FE46A800000)
    assert (vm.kinds, vm.generation) == ({"CREATE": 22, "DELETE": 13}, 22 + 2 * 13)


def test_altered_verdict_is_a_disagreement_with_its_line(tmp_path: Path) -> None:
    """A recorded answer that the engine does not give is told with line and reason, and nothing is applied."""
    path = write(
        tmp_path / "a.trace",
        (0, 0, 0x0, 0x200000, 0x7F0000000000, 0),
        (1, 0, 0x100000, 0x200000, 0x7F0000000000, 0),  # overlaps: the kernel says EEXIST
        (2, 0, 0x400000, 0x200000, 0x7F0000000000, -ENOMEM),  # fine for the engine
        (3, 0, 0x100000, 0x1000, 0x7F0000000000, -EINVAL),  # EEXIST, not EINVAL
    )

    result = replay(path)

    assert [(one.line, one.recorded, one.engine) for one in result.disagreements] == [
        (2, 0, 17),
        (3, 12, 0),
        (4, 22, 17),
    ]
    assert "overlaps slot 0" in result.disagreements[0].why
    assert [slot.id for slot in result.vms[0].memslots[0]] == [0]
    assert (result.requests, result.refused) == (4, 3)


def test_both_address_spaces_hold_the_same_range(tmp_path: Path) -> None:
    """A success in address space 1 shows that the VM has one; its slots are listed behind those of space 0."""
    high = 1 << 16
    path = write(
        tmp_path / "a.trace",
        (0, 0, 0x0, 0x200000, 0x7F0000000000, 0),
        (high, 0, 0x0, 0x200000, 0x7F0000000000, 0),
        (high | 1, 0, 0x200000, 0x1000, 0x7F0000000000, 0),
    )

    data: dict[str, Any] = json.loads(json.dumps(replay(path).to_json()))

    (vm,) = data["vms"]
    assert data["disagreements"] == []
    assert [(slot["address_space"], slot["id"]) for slot in vm["slots"]] == [(0, 0), (1, 1), (1, 0)]
    assert vm["used_slots"] == 3


def test_vm_without_second_address_space_refuses_it(tmp_path: Path) -> None:
    """EINVAL for address space 1 is the answer of a VM that has one."""
    assert replay(write(tmp_path / "a.trace", (1 << 16, 0, 0, 0x1000, 0x7F0000000000, -EINVAL))).disagreements == []


def test_guest_memfd_of_a_log_is_accepted(tmp_path: Path) -> None:
    """A private slot is made and deleted; its descriptor and offset come from the log."""
    body = "kvm_set_user_memory AddrSpace#0 Slot#0 flags=0x4 gpa=0x0 size={:#x} ua=0x0 guest_memfd=17"
    path = tmp_path / "a.trace"
    path.write_text("".join(f"{body.format(size)} guest_memfd_offset=0x0 ret=0\n" for size in (0x1000, 0, 0x1000)))

    result = replay(path)

    assert result.disagreements == []
    assert result.kinds == {"CREATE": 2, "DELETE": 1}


def test_one_bad_region_line_is_reported_and_passed_over(tmp_path: Path) -> None:
    """The rest of the log is replayed."""
    lines = (CAPTURES / "q72-pc-boot-vgastd.trace").read_text().splitlines(keepends=True)
    lines.insert(20, "kvm_set_user_memory Slot#oops flags=0x0\n")
    path = tmp_path / "a.trace"
    path.write_text("".join(lines))

    result = replay(path)

    assert [bad.line for bad in result.bad_lines] == [21]
    assert (result.requests, result.disagreements, result.vms[0].used_slots) == (35, [], 9)


@pytest.mark.parametrize("name", ["q72-pc-boot-vgastd.trace", "q72-strace-q35-ts.strace"])
def test_log_cut_inside_a_request_is_refused_with_its_line(name: str, tmp_path: Path) -> None:
    """A log that ends in the middle of a request is refused, and the error names the line and the way out."""
    lines = (CAPTURES / name).read_bytes().splitlines(keepends=True)[:30]
    path = tmp_path / "a.log"
    path.write_bytes(b"".join(lines)[:-30])

    with pytest.raises(CaptureError, match=r"line 30 inside a request.*delete line 30"):
        replay(path)


@pytest.mark.parametrize(
    "text", ["# Real captures\n", "ioctl(3, KVM_CREATE_VM, 0) = 8\n", "kvm_set_user_memory is an event\n"]
)
def test_file_without_requests_is_refused(text: str, tmp_path: Path) -> None:
    """A text without a region request is a wrong file."""
    path = tmp_path / "a.txt"
    path.write_text(text)

    with pytest.raises(CaptureError, match="request"):
        replay(path)


def test_long_log_takes_no_more_memory(tmp_path: Path) -> None:
    """Ten times the lines, the same memory."""
    unit = [(0, 0, 0, 0x1000, 0x7F0000000000, 0), (0, 1, 0, 0x1000, 0x7F0000000000, 0), (0, 0, 0, 0, 0x7F0000000000, 0)]
    peaks: list[int] = []
    for times in (1, 1000, 10_000):  # the first run fills caches
        path = write(tmp_path / "a.trace", *unit * times)
        tracemalloc.start()
        assert replay(path).requests == 3 * times
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks[2] < 1.1 * peaks[1]


def test_history_tells_who_stood_where_and_when(tmp_path: Path) -> None:
    """A span runs from the request that made it to the one that ended it; beyond the history nothing is kept."""
    rows = [
        (0, 0, 0x0, 0x1000, 0x7F0000000000, 0),
        (0, 0, 0x2000, 0x1000, 0x7F0000000000, 0),  # a move
        (1, 0, 0x0, 0x1000, 0x7F0000000000, 0),
        (0, 0, 0x2000, 0x0, 0x7F0000000000, 0),
        (2, 0, 0x8000, 0x1000, 0x7F0000000000, 0),
    ]

    (vm,) = replay(write(tmp_path / "a.trace", *rows), history=4).vms

    spans = {(span.slot.id, span.slot.base_gfn, span.first, span.end) for span in vm.spans}
    assert spans == {(0, 0x0, 0, 1), (0, 0x2, 1, 3), (1, 0x0, 2, 4)}


def test_user_space_of_another_host_is_learned_from_its_answers(tmp_path: Path) -> None:
    """A success above the end of x86's user space shows that the host has a larger one."""
    assert replay(write(tmp_path / "a.trace", (0, 0, 0x40000000, 0x8000000, 0xFFFF7BE00000, 0))).disagreements == []


def test_flat_view_given_twice_is_two_vms(tmp_path: Path) -> None:
    """Each view of the same machine stands by itself."""
    path = tmp_path / "a.mtree"
    path.write_bytes((CAPTURES / "q72-mtree-f-pc-kvm.mtree").read_bytes() * 2)

    result = replay(path)

    assert [vm.used_slots for vm in result.vms] == [9, 9]
    assert result.disagreements == []


def test_flat_view_cut_inside_a_row_is_refused(tmp_path: Path) -> None:
    """Wherever a row that is a slot is cut, the cut is seen."""
    lines = (CAPTURES / "q72-mtree-f-pc-kvm.mtree").read_bytes().splitlines(keepends=True)
    row = next(i for i, line in enumerate(lines) if line.endswith(b" KVM\r\n"))
    path = tmp_path / "a.mtree"
    for length in range(1, lines[row].index(b" KVM")):
        path.write_bytes(b"".join(lines[:row]) + lines[row][:length])

        with pytest.raises(CaptureError, match="inside a request"):
            replay(path)


def test_flat_view_with_an_impossible_row_reports_it(tmp_path: Path) -> None:
    """A range that no request can carry is a bad line."""
    path = tmp_path / "a.mtree"
    row = "  0000000000000000-ffffffffffffffff (prio 0, ram): pc.ram KVM\n"
    path.write_text(f'FlatView #0\n AS "memory", root: system\n{row}')

    assert [bad.line for bad in replay(path).bad_lines] == [3]


def test_named_pipe_is_read_like_a_file(tmp_path: Path) -> None:
    """A log may come from another program, however long it is."""
    pipe, log = tmp_path / "pipe", tmp_path / "a.trace"
    os.mkfifo(pipe)
    write(log, *[(0, n % 2, 0, 0x1000, 0x7F0000000000, 0) for n in range(40_000)])
    writer = Thread(target=lambda: pipe.write_bytes(log.read_bytes()))
    writer.start()

    result = replay(pipe, progress=True)

    writer.join()
    assert result.requests == 40_000


def test_guess_is_reported_with_its_line(tmp_path: Path) -> None:
    """Two threads that made a VM on one descriptor: the second one's line is named."""
    path = tmp_path / "a.strace"
    fields = "{slot=0, flags=0, guest_phys_addr=0, memory_size=4096, userspace_addr=0}"
    call = f"KVM_SET_USER_MEMORY_REGION, {fields}) = 0"
    path.write_text(f"1 ioctl(3, KVM_CREATE_VM, 0) = 4\n2 ioctl(3, KVM_CREATE_VM, 0) = 4\n2 ioctl(4, {call}\n")

    result = replay(path)

    assert [guess.line for guess in result.guesses] == [2]
    assert [vm.used_slots for vm in result.vms] == [0, 1]
