"""A log of requests with a cursor: verdicts, undo and redo, code and links there and back, captures."""

import ast
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memslot_lab.captures.log import CaptureError
from memslot_lab.captures.replay import replay
from memslot_lab.engine import Change, MemslotError, UserspaceMemoryRegion, Vm, for_each_memslot, violations
from memslot_lab.widgets.log_text import PlaygroundError, read_log
from memslot_lab.widgets.session import LONGEST_LOG, USER_SLOTS, Entry, Session, random_start
from memslot_lab.widgets.typed import flags_of, number_of

CAPTURES = Path(__file__).parents[1] / "data/captures"
BOOT = CAPTURES / "q72-pc-boot-vgastd.trace"
NO_KVM = CAPTURES / "q72-mtree-f-q35-tcg.mtree"
MANY_VMS = CAPTURES / "s61-live-scenarios.strace"

MIB = 1 << 20


def ids(session: Session) -> list[int]:
    """Return the ids in the array, highest GFN first."""
    return [slot.id for slot in for_each_memslot(session.memslots)]


def words(session: Session) -> list[str]:
    """Return every verdict in a word."""
    return [session.verdict_of(number).word for number in range(len(session.entries))]


@pytest.fixture
def session() -> Session:
    """Slots 0, 1, 2 of 1 MiB, at 0, 4 and 8 MiB."""
    session = Session()
    for slot in range(3):
        session.set_region(slot, 4 * slot * MIB, MIB)
    return session


# Requests.


def test_set_region_new_range_creates_with_a_host_address_of_its_own(session: Session) -> None:
    """Each create gets memory of the host that no other slot has."""
    hosts = [slot.userspace_addr for slot in for_each_memslot(session.memslots)]

    assert ids(session) == [2, 1, 0]
    assert len({host >> 20 for host in hosts}) == 3


def test_set_region_overlap_is_refused_with_whom_it_hits(session: Session) -> None:
    """The verdict names the errno and the slots in the way, and the array stays."""
    verdict = session.set_region(3, 0, 5 * MIB)

    assert (verdict.errno, verdict.change) == ("EEXIST", None)
    assert [slot.id for slot in verdict.collides] == [1, 0]
    assert ids(session) == [2, 1, 0]


def test_move_is_one_request_and_keeps_the_host_address(session: Session) -> None:
    """A move asks once, for another guest_phys_addr."""
    before = session.present(0)

    verdict = session.move(0, 12 * MIB)

    assert verdict.change is Change.MOVE
    assert verdict.sentence == (
        "slot 0 moves to 0xc00000..0xcfffff (1 MiB) and goes from index 2 to index 0; 2 other slots are shifted"
    )
    assert len(session.entries) == 4
    assert session.present(0).userspace_addr == before.userspace_addr


def test_request_that_changes_nothing_says_so(session: Session) -> None:
    """Asking for what is there is accepted."""
    verdict = session.move(1, 4 * MIB)

    assert (verdict.error, verdict.change) == (None, None)
    assert "nothing changes" in verdict.sentence


@pytest.mark.parametrize(
    ("slot", "gpa", "size", "errno"),
    [
        (600, 0x100000 * 99, MIB, "EINVAL"),
        (5, 0x100, MIB, "EINVAL"),
        (1, 4 * MIB, 2 * MIB, "EINVAL"),
        (9, 0, 0, "EINVAL"),
    ],
)
def test_set_region_against_the_rules_is_refused_by_the_vm(
    session: Session, slot: int, gpa: int, size: int, errno: str
) -> None:
    """An id outside, an address inside a page, another size, a delete of nothing."""
    verdict = session.set_region(slot, gpa, size)

    assert verdict.errno == errno
    assert ids(session) == [2, 1, 0]


def test_flip_dirty_logging_twice_restores_the_flags(session: Session) -> None:
    """On, then off; both are changes of flags alone."""
    assert [session.flip_dirty_logging(1).change for _ in range(2)] == [Change.FLAGS_ONLY] * 2
    assert session.present(1).flags == 0


def test_renumber_is_a_delete_and_a_create(session: Session) -> None:
    """The range stays, the id is another."""
    session.renumber(1, 7)

    assert ids(session) == [2, 7, 0]
    assert words(session)[-2:] == ["DELETE", "CREATE"]


def test_renumber_to_an_id_that_is_taken_asks_for_nothing(session: Session) -> None:
    """Nothing is deleted when the new id cannot be had."""
    with pytest.raises(PlaygroundError, match="slot 2 is there already; choose a free id, such as 3"):
        session.renumber(1, 2)

    assert len(session.entries) == 3


def test_renumber_to_an_id_outside_is_refused_and_deletes_nothing(session: Session) -> None:
    """Only the create is asked for, and the VM refuses it."""
    assert session.renumber(1, USER_SLOTS).errno == "EINVAL"
    assert ids(session) == [2, 1, 0]


def test_present_absent_slot_is_named(session: Session) -> None:
    """A wish about a slot that is not there says so."""
    for wish in (lambda: session.move(8, 0), lambda: session.flip_dirty_logging(8), lambda: session.renumber(8, 9)):
        with pytest.raises(PlaygroundError, match="slot 8 is not there"):
            wish()


def test_request_beyond_the_longest_log_is_refused() -> None:
    """The log has an end, and what is in it stays."""
    region = UserspaceMemoryRegion(0, 0, 0, 0, 0)
    session = Session([Entry(region)] * LONGEST_LOG)

    with pytest.raises(PlaygroundError, match="undo some, or reset"):
        session.request(region)

    assert len(session.entries) == LONGEST_LOG


# The cursor.


def test_undo_passes_over_what_was_refused(session: Session) -> None:
    """One undo takes back one change, also when a refusal came after it."""
    session.set_region(3, 0, MIB)

    assert session.undo()
    assert ids(session) == [1, 0]
    assert session.redo()
    assert ids(session) == [2, 1, 0]


def test_undo_at_the_beginning_and_redo_at_the_end_tell() -> None:
    """There is nothing to do, and the answer is no."""
    session = Session()

    assert not session.undo()
    assert not session.redo()


def test_request_after_an_undo_shelves_what_followed(session: Session) -> None:
    """A log that was cut can be brought back whole."""
    session.undo()
    session.set_region(5, 20 * MIB, MIB)
    assert ids(session) == [5, 1, 0]

    session.bring_back()

    assert (len(session.entries), ids(session)) == (3, [1, 0])
    session.redo()
    assert ids(session) == [2, 1, 0]


def test_bring_back_empty_shelf_is_an_error() -> None:
    """With nothing on it, the shelf says so."""
    with pytest.raises(PlaygroundError, match="no log to bring back"):
        Session().bring_back()


def test_seek_every_place_equals_a_fresh_machine() -> None:
    """The state at a place hangs on the requests before it alone, whichever way one came."""
    session = Session()
    session.load(BOOT)
    count = len(session.entries)

    for cursor in [*range(count, -1, -3), *range(0, count + 1, 5), count + 9, -4]:
        session.seek(cursor)
        fresh = Session(session.entries[: session.cursor])
        assert session.memslots == fresh.memslots
        assert violations(session.memslots) == []


def test_tape_is_that_of_the_last_change(session: Session) -> None:
    """A refusal leaves the tape of the change before; its end is the array that is shown."""
    session.move(0, 12 * MIB)
    session.set_region(9, 0x10, MIB)
    tape = session.tape()

    assert tape is not None
    assert tape.title == "update_memslots(slots, slot 0, MOVE)"
    assert tape.after == session.memslots
    assert tape.before.used_slots == 3


def test_tape_of_an_empty_log_is_none() -> None:
    """Nothing was changed, nothing can be played."""
    assert Session().tape() is None


# Code and links.


def test_code_runs_and_comes_back(session: Session, tmp_path: Path) -> None:
    """The script prints the array that the session has, and is read to the same log."""
    session.set_region(3, 0, 5 * MIB, 1)
    session.delete(1)
    session.flip_dirty_logging(2)
    script = tmp_path / "log.py"
    script.write_text(session.code)

    run = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True, timeout=60)
    other = Session()
    other.paste(session.code)

    assert run.stdout.splitlines() == [str(slot) for slot in for_each_memslot(session.memslots)]
    assert (other.entries, other.code) == (session.entries, session.code)
    ast.parse(session.code)


REGIONS = st.builds(
    UserspaceMemoryRegion,
    st.integers(0, 6) | st.integers(0, (1 << 32) - 1),
    st.integers(0, 3) | st.integers(0, (1 << 32) - 1),
    st.integers(0, 64).map(lambda n: n << 18) | st.integers(0, (1 << 64) - 1),
    st.integers(0, 8).map(lambda n: n << 18) | st.integers(0, (1 << 64) - 1),
    st.integers(0, (1 << 64) - 1) | st.just(0x700000000000),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(REGIONS, max_size=12))
def test_any_log_comes_back_from_code_and_link(regions: list[UserspaceMemoryRegion]) -> None:
    """Whatever was asked for, the log survives both ways."""
    session = Session(map(Entry, regions), user_slots=40)

    assert read_log(session.code) == (regions, 40)
    assert read_log(session.link) == (regions, 40)
    assert read_log(f"https://example.org/lab?x=1{session.link}") == (regions, 40)


def test_link_is_short_and_leaves_out_what_follows(session: Session) -> None:
    """Host addresses are left out where they are the usual ones."""
    session.delete(1)

    assert session.link == "#ops=1~0.0.100000~1.400000.100000~2.800000.100000~1.del"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "nothing to read"),
        ("import os", "line 1: 'import os' is not understood"),
        ("vm = Vm(user_slots=509)\n__import__('os').system('x')", "line 2: .* is not understood"),
        ("vm = Vm(9, 9)", "line 1: .* is not understood"),
        ("vm = Vm(user_slots=0)", r"line 1: \[EINVAL\]"),
        ("vm.set_user_memory_region(UserspaceMemoryRegion(1, 0, 2))", "line 1: a request takes five whole numbers"),
        ("vm.set_user_memory_region(UserspaceMemoryRegion(1, 0, 2, 3, f()))", "line 1: a request takes five"),
        ("vm.set_user_memory_region(UserspaceMemoryRegion(1, 0, 2, 3, *x))", "line 1: a request takes five"),
        ("vm.set_user_memory_region(UserspaceMemoryRegion(1, 0, 0, 0, 1 << 64))", "line 1: a request takes five"),
        (f"vm.set_user_memory_region(UserspaceMemoryRegion(1, 0, 0, 0, {1 << 64}))", r"line 1: \[EINVAL\]"),
        ("with open('x'):\n    pass", "line 1: .* is not understood"),
        ("vm = (", "line 1: this is no Python"),
        ("x\0y", "no Python"),
        ("(" * 5000, "no Python"),
        ("#ops=2~0.0.1000", "version '2'"),
        ("#ops=", "version ''"),
        ("#ops=1~0.0", "request 1 of the link"),
        ("#ops=1~0.0.1000~", "request 2 of the link"),
        ("#ops=1~99999999999.0.1000", r"request 1 of the link: \[EINVAL\]"),
        ("#ops=1-99999~0.0.1000", r"the link: \[EINVAL\]"),
        ("#ops=1-x~0.0.1000", "slot ids"),
        ("x" * (1 << 20) + "y", "characters long"),
    ],
)
def test_paste_what_is_neither_says_where_and_loses_nothing(session: Session, text: str, message: str) -> None:
    """A text that is not understood is told with its place, and the log is as it was."""
    before = list(session.entries)

    with pytest.raises(PlaygroundError, match=message):
        session.paste(text)

    assert (session.entries, ids(session), session.shelf) == (before, [2, 1, 0], [])


def test_paste_keywords_are_understood() -> None:
    """A request may name its fields, as the README does."""
    session = Session()
    session.paste(
        "vm.set_user_memory_region(UserspaceMemoryRegion(slot=3, flags=1, guest_phys_addr=0, "
        "memory_size=0x1000, userspace_addr=0x7f0000000000))"
    )

    assert session.present(3).flags == 1


def test_paste_too_many_requests_is_refused() -> None:
    """A log has an end, also a pasted one."""
    with pytest.raises(PlaygroundError, match=f"{LONGEST_LOG} are the most"):
        Session().paste("#ops=1" + "~0.del" * (LONGEST_LOG + 1))


# Beginnings.


def test_random_start_same_seed_same_slots() -> None:
    """A seed tells everything, every request is accepted, and another seed gives others."""
    starts = [random_start(seed) for seed in range(50)]

    assert starts == [random_start(seed) for seed in range(50)]
    assert len({tuple(start) for start in starts}) == 50
    assert all(set(words(Session(start))) == {"CREATE"} for start in starts)


def capture_paths() -> list[Path]:
    """Return the real logs of one VM each."""
    return sorted(path for path in CAPTURES.iterdir() if path not in (NO_KVM, MANY_VMS))


@pytest.mark.parametrize("path", capture_paths(), ids=lambda path: path.name)
def test_load_capture_ends_as_its_replay(path: Path) -> None:
    """Every real log ends in the array that a replay ends in, and every verdict is the recorded one."""
    session = Session()
    session.load(path)

    assert list(for_each_memslot(session.memslots)) == replay(path).vms[0].memslots[0]
    assert not [n for n in range(len(session.entries)) if "NOT agree" in session.verdict_of(n).sentence]
    other = Session()
    other.paste(session.link)
    assert list(for_each_memslot(other.memslots)) == list(for_each_memslot(session.memslots))


def test_load_of_many_vms_takes_the_one_asked_for() -> None:
    """By default that with the most requests; another by its number."""
    session = Session()

    assert "of VM" in session.load(MANY_VMS)
    busiest = len(session.entries)
    session.load(MANY_VMS, vm=1)
    assert 0 < len(session.entries) <= busiest
    with pytest.raises(CaptureError, match="no request to VM 9999"):
        session.load(MANY_VMS, vm=9999)


def test_load_log_without_requests_is_refused(session: Session) -> None:
    """A machine without KVM has no slots to show."""
    with pytest.raises(CaptureError, match="no request to a VM"):
        session.load(NO_KVM)

    assert ids(session) == [2, 1, 0]


def test_load_recorded_answer_that_differs_is_said(tmp_path: Path) -> None:
    """Where the recorded kernel refused what the VM takes, the verdict says so."""
    line = next(text for text in BOOT.read_text().splitlines(keepends=True) if "kvm_set_user_memory" in text)
    log = tmp_path / "odd.trace"
    log.write_text(line.replace("ret=0", "ret=-17"))
    session = Session()
    session.load(log)

    assert session.verdict is not None
    assert session.verdict.sentence.endswith("; the recorded kernel did NOT agree: EEXIST")


# What people type.


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("640K", 640 << 10),
        ("640 KiB", 640 << 10),
        ("2m", 2 << 20),
        ("0x1_000", 4096),
        ("1,024", 1024),
        ("3T", 3 << 40),
        (7, 7),
    ],
)
def test_number_of_units_and_hex_are_understood(typed: object, number: int) -> None:
    """Sizes as people write them."""
    assert number_of(typed, "size") == number


@pytest.mark.parametrize("typed", ["", "x", "1.5M", "-4096", "0x", "10 pages", None, 1.5, True, "٣"])
def test_number_of_anything_else_names_field_and_value(typed: object) -> None:
    """What is no whole number is told, with the field."""
    with pytest.raises(PlaygroundError, match=r"^size .* must be a whole number"):
        number_of(typed, "size")


@pytest.mark.parametrize(("typed", "flags"), [("", 0), ("-", 0), ("log-dirty|readonly", 3), ("LOG_DIRTY", 1), (2, 2)])
def test_flags_of_names_and_numbers_are_understood(typed: object, flags: int) -> None:
    """By name or by number."""
    assert flags_of(typed) == flags


def test_flags_of_unknown_name_lists_those_there_are() -> None:
    """A name that is none gets the list."""
    with pytest.raises(PlaygroundError, match="log-dirty, readonly"):
        flags_of("log-dusty")


@pytest.mark.parametrize("act", [lambda: Vm(0), lambda: UserspaceMemoryRegion(-1, 0, 0, 0, 0)])
def test_bad_values_are_the_engines_errors(act: Callable[[], object]) -> None:
    """What the playground hands on to the engine fails there, with an errno."""
    with pytest.raises(MemslotError):
        act()
