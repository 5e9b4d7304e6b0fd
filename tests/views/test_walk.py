"""Walking through a log: the arrays are the replay's, forward and back, however long the log is."""

import random
from pathlib import Path

import pytest

from memslot_lab.captures.log import CaptureError
from memslot_lab.engine import Memslots, for_each_memslot, violations
from memslot_lab.views.walk import Walk

CAPTURES = Path(__file__).parents[1] / "data" / "captures"
LOGS = sorted(path for path in CAPTURES.iterdir() if "tcg" not in path.name)
EVENT = "kvm_set_user_memory Slot#{} flags={:#x} gpa={:#x} size={:#x} ua={:#x} ret={}\n"


def after(walk: Walk) -> Memslots:
    """Return the array after the request looked at."""
    return walk.tape.after if walk.tape else walk.slots.copy()


@pytest.mark.parametrize("path", LOGS, ids=lambda path: path.name)
def test_walk_to_the_end_leaves_the_arrays_of_the_replay(path: Path) -> None:
    """What the tapes do one after the other is what the replay did; each begins where the one before ended."""
    walk = Walk(path)
    arrays: dict[tuple[int, int], Memslots] = {}
    for number, answer in enumerate(walk.answers):
        assert walk.go_to(number)
        array = answer.request.vm, answer.request.region.slot >> 16
        if array in arrays:
            assert list(for_each_memslot(walk.slots)) == list(for_each_memslot(arrays[array]))
        arrays[array] = after(walk)
        assert violations(arrays[array]) == []

    for vm, report in enumerate(walk.result.vms):
        for space, slots in enumerate(report.memslots):
            assert list(for_each_memslot(arrays.get((vm, space), Memslots(1)))) == slots
    assert not walk.go_to(len(walk.answers))


def test_walk_right_and_left_visits_the_same_frames() -> None:
    """Each frame of a boot is seen once on the way forward, and again in reverse on the way back."""
    walk = Walk(CAPTURES / "q72-pc-boot-vgastd.trace")
    seen = [(walk.number, walk.step)]
    while walk.next_frame():
        seen.append((walk.number, walk.step))
    back = [(walk.number, walk.step)]
    while walk.previous_frame():
        back.append((walk.number, walk.step))

    assert back == seen[::-1]
    assert len(set(seen)) == len(seen) > 1000
    assert seen[-1] == (34, walk.go_to(34, -1) and walk.step)


def test_walk_by_writes_stops_at_each_and_passes_refusals_over() -> None:
    """Every frame that writes, and no other, forward and back; a request that does nothing is no stop."""
    walk = Walk(CAPTURES / "s61-live-scenarios.strace")
    forward: list[tuple[int, int]] = []
    while walk.next_write():
        assert walk.tape
        assert walk.tape[walk.step].writes
        forward.append((walk.number, walk.step))
    assert not walk.next_write()
    back = [(walk.number, walk.step)]
    while walk.previous_write():
        back.append((walk.number, walk.step))

    assert back == forward[::-1]
    assert {number for number, _ in forward} == {i for i, answer in enumerate(walk.answers) if answer.applied}


def test_walk_through_a_long_log_jumps_and_keeps_few_copies(tmp_path: Path) -> None:
    """10,000 requests: any one can be looked at, in any order, and the arrays kept are a handful."""
    chance, log = random.Random(3), tmp_path / "long.trace"
    with log.open("w") as file:
        for i in range(10_000):
            file.write(EVENT.format(i % 40, 0, (i % 40) << 24, 0 if i // 40 % 2 else 0x100000, 0x7F0000000000, 0))
    walk = Walk(log)

    used: dict[int, int] = {}
    for number in [9_999, *chance.sample(range(10_000), 100), 0]:
        assert walk.go_to(number)
        used[number] = walk.slots.used_slots
    assert used == {number: 40 - number % 40 if number // 40 % 2 else number % 40 for number in used}
    (history,) = walk._histories.values()
    assert len(history._copies) == 10_000 // 256 + 1


def test_walk_without_requests_says_so() -> None:
    """A machine without KVM has no slots, and so nothing to step through."""
    with pytest.raises(CaptureError, match="no request to step through"):
        Walk(CAPTURES / "q72-mtree-f-q35-tcg.mtree")
