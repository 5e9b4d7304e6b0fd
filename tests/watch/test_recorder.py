"""What a tape says of a run is what happened: the counts of the original C, the state, the lines."""

import copy
import inspect
import sys
from collections.abc import Callable
from typing import Any

import pytest

from memslot_lab.cost import cost_of
from memslot_lab.course.mutants import load_mutants
from memslot_lab.engine import (
    Change,
    MemorySlot,
    Memslots,
    UserspaceMemoryRegion,
    delete,
    for_each_memslot,
    move_backward,
    move_forward,
    search_memslots,
    update,
    update_memslots,
)
from memslot_lab.eras import v5_6
from memslot_lab.watch import Kind, Table, Tape, record

from ..conformance.operations import apply, load_sequences

SHORT = [sequence for name in ("legal", "illegal") for sequence in load_sequences(name) if len(sequence["ops"]) <= 64]
LONG = [sequence for name in ("legal", "illegal") for sequence in load_sequences(name) if len(sequence["ops"]) > 64]
BLANK = MemorySlot(5, 0, 0)


def sentences(tape: Tape) -> list[str]:
    """Return what each frame says."""
    return [frame.sentence for frame in tape]


# Counts.


def check_counts(sequence: dict[str, Any], *, every: int = 1) -> None:
    """Run a sequence, each step of it recorded or every so many; compare counts and states with the C's."""
    slots = Memslots(sequence["max_slots"])
    names = {"delete": "delete", "backward": "move_backward", "forward": "move_forward"}
    for i, (operation, want) in enumerate(zip(sequence["ops"], sequence["states"], strict=True)):
        if i % every or operation.startswith("POKE"):
            apply(update_memslots, slots, operation)
            continue
        tapes: list[Tape] = []
        apply(
            lambda *args, tapes=tapes: tapes.append(record(update_memslots, *args, steps=1_000_000)), slots, operation
        )
        apply(update_memslots, slots, operation)

        (tape,) = tapes
        assert {name: tape.shifts_by_function[full] for name, full in names.items()} == want["shifts"], operation
        compares = {name: tape.compares_by_function[names[name]] for name in want["compares"]}
        assert compares == want["compares"], operation
        assert tape.after == slots
        assert tape.stopped is False


@pytest.mark.parametrize("sequence", SHORT, ids=lambda sequence: sequence["id"])
def test_record_counts_every_step_of_a_short_vector_as_c_did(sequence: dict[str, Any]) -> None:
    """Shifts and comparisons of a tape are those of the original C, and its end is that of a run unrecorded."""
    check_counts(sequence)


@pytest.mark.parametrize("sequence", LONG, ids=lambda sequence: sequence["id"])
def test_record_counts_steps_of_a_long_vector_as_c_did(sequence: dict[str, Any]) -> None:
    """Also on long arrays; some twenty steps of each are recorded."""
    check_counts(sequence, every=max(1, len(sequence["ops"]) // 20))


@pytest.mark.parametrize("n", [1, 2, 5, 33])
def test_record_counts_of_creates_are_the_closed_forms(n: int) -> None:
    """Ascending, each create shifts all others; descending, none: recorded or not, and as cost.py says."""
    for gfns, new in [(range(n), lambda used: 0), (range(n, 0, -1), lambda used: used)]:
        slots = Memslots(capacity=n)
        for used, gfn in enumerate(gfns):
            slot = MemorySlot(used, gfn * 16, 16)
            tape = record(update_memslots, slots, slot, Change.CREATE)
            update_memslots(slots, slot, Change.CREATE)

            cost = cost_of(Change.CREATE, used_slots=used, old=-1, new=new(used))
            assert (tape.shifts, tape.compares) == (cost.shifts, cost.compares)
            assert slots.id_to_index[used] == new(used)


# Frames.


def test_record_leaves_what_it_is_given_untouched(slots: Memslots) -> None:
    """The array is copied, and the tape holds its own end."""
    before = slots.copy()

    tape = record(delete, slots, BLANK)

    assert slots == before == tape.before
    assert tape.after.used_slots == 3


def test_record_states_go_forward_and_back(slots: Memslots) -> None:
    """The state before a frame is that after the one before it, in whatever order they are asked for."""
    tape = record(update_memslots, slots, MemorySlot(7, 0x180, 0x80), Change.CREATE)
    states = [tape.state(step) for step in range(len(tape))]

    for step in (len(tape) - 1, 0, 7, 3, len(tape) // 2):
        assert tape[step].after == states[step]
        assert tape[step].before == (states[step - 1] if step else tape.before)
    assert tape[-1].after == tape.after


def test_record_follows_helpers_and_names_the_kernels_functions(slots: Memslots) -> None:
    """One tape across update_memslots() and what it calls, each line with its function."""
    tape = record(update_memslots, slots, MemorySlot(5, 0x380, 0x80), Change.MOVE)

    calls = [(frame.function, frame.depth, frame.kernel) for frame in tape if frame.kind is Kind.CALL]
    assert calls == [
        ("update_memslots", 0, "update_memslots()"),
        ("move_backward", 1, "kvm_memslot_move_backward()"),
        ("move_forward", 1, "kvm_memslot_move_forward()"),
    ]
    assert [frame.source for frame in tape if frame.shifts] == ["mslots[i] = other"]
    assert all(frame.sentence for frame in tape)


def test_record_tells_a_mutants_functions_from_the_kernels(slots: Memslots) -> None:
    """A function of the same name is another's own, also in the JSON; the kernel's says nothing of it."""
    wrong = load_mutants()[0].module().delete
    tapes = [record(function, slots, BLANK) for function in (wrong, delete)]

    assert [tape.codes[0].kernel.name for tape in tapes] == ["kvm_memslot_delete()"] * 2
    assert [Tape.from_json(tape.to_json()).codes[0].own for tape in tapes] == [True, False]
    assert [tape.to_json()["functions"][0].get("own") for tape in tapes] == [True, None]


def test_record_shows_lines_after_equal_code_that_has_none(slots: Memslots) -> None:
    """A copy of the engine compiled from a text, as the quiz compiles it, has no lines; the engine keeps its own."""
    text = inspect.getsource(update)
    copied: dict[str, Any] = {"__name__": "copied"}
    exec(compile(text, "<a text>", "exec"), copied)
    assert copied["update_memslots"].__code__ == update_memslots.__code__

    without, with_lines = (
        record(function, slots, MemorySlot(5, 0x380, 0x80), Change.MOVE)
        for function in (copied["update_memslots"], update_memslots)
    )

    assert not any(frame.source for frame in without)
    assert all(frame.source for frame in with_lines if frame.kind is Kind.LINE)


def test_record_sentences_of_a_create_tell_the_story(slots: Memslots) -> None:
    """What is moved, from where to where, and why; where the hole is; when the slot is stored."""
    tape = record(update_memslots, slots, MemorySlot(7, 0x180, 0x80), Change.CREATE)

    told = [(frame.sentence, frame.hole) for frame in tape if frame.writes]
    assert told == [
        ("used_slots goes from 4 to 5", 4),
        ("move slot 3 from index 3 to index 4: its GFN 0x0 is below 0x180", 3),
        ("note the place: id 3 is at index 4", 3),
        ("move slot 0 from index 2 to index 3: its GFN 0x100 is below 0x180", 2),
        ("note the place: id 0 is at index 3", 2),
        ("store slot 7 at index 2", None),
        ("note the place: id 7 is at index 2", None),
    ]


def test_record_of_the_old_sort_tells_the_hole_where_i_stands() -> None:
    """Kernel 5.6 begins in the tail, at the entry of the unused id; from there the hole is at its local i."""
    slots = v5_6.alloc_memslots(8)
    tape = record(v5_6.update_memslots, slots, MemorySlot(6, 0x100, 0x80), Change.CREATE)

    assert tape[0].hole == 6
    noted = [frame for frame in tape if frame.source == "i -= 1"]
    assert [frame.hole for frame in noted] == [frame.locals["i"] for frame in noted] == [5, 4, 3, 2, 1, 0]
    assert tape[-1].hole is None


def swaps(slots: Memslots, slot: MemorySlot) -> None:
    """Take the old value along to the back."""
    mslots = slots.memslots
    for i in range(3):
        mslots[i], mslots[i + 1] = mslots[i + 1], mslots[i]


def forward(slots: Memslots, slot: MemorySlot) -> None:
    """Shift all toward the front at once."""
    slots.memslots[0:3] = slots.memslots[1:4]


def backward(slots: Memslots, slot: MemorySlot) -> None:
    """Shift all toward the back at once."""
    slots.memslots[1:4] = slots.memslots[0:3]


def fills(slots: Memslots, slot: MemorySlot) -> None:
    """Put a slot from nowhere into the hole."""
    slots.memslots[0] = MemorySlot(6, 0x900, 0x80)


@pytest.mark.parametrize(
    ("function", "slot_id", "holes"),
    [(swaps, 1, [0, 1, 1, 2, 2, 3, 3]), (forward, 1, [0, 3]), (backward, 3, [3, 0]), (fills, 1, [0, None])],
)
def test_record_tells_the_hole_of_swaps_and_slices(
    function: Callable[[Memslots, MemorySlot], None], slot_id: int, holes: list[int | None], slots: Memslots
) -> None:
    """The old value of a slot is a hole wherever it is; what fills the hole ends it."""
    tape = record(function, slots, MemorySlot(slot_id, 0x80, 0x8))

    assert [frame.hole for frame in tape if frame.writes or not frame.step] == holes


def test_record_sentences_of_a_delete_tell_the_gap_and_the_stale_copy(slots: Memslots) -> None:
    """Nothing is compared; the last entry is stale."""
    told = sentences(record(delete, slots, BLANK))

    assert told[0] == "delete(slots, slot 5) begins: slot 5 is in the hand, blank but for its id"
    assert "move slot 0 from index 2 to index 1 and close the gap there" in told
    assert told[-3:-1] == [
        "leave slot 5 at index 3, behind the used entries: stale",
        "id 5 has no index any more: -1",
    ]


def test_record_sentences_of_a_move_down_tell_the_higher_gfns(slots: Memslots) -> None:
    """The mirror of a create."""
    told = sentences(record(move_backward, slots, MemorySlot(5, 0x80, 0x8)))

    assert "is GFN 0x80 of slot 5 above 0x100 of slot 0? no" in told
    assert "move slot 0 from index 2 to index 1: its GFN 0x100 is above 0x80" in told
    assert "go on while i < slots.used_slots - 1? i is 2, used_slots is 4" in told


def test_record_tells_gfns_in_hex_and_indices_as_they_are(slots: Memslots) -> None:
    """In the title, in questions, in calls, and by name in the JSON; the start of a bisection is an index."""
    tape = record(search_memslots, slots, 0x240)

    assert tape.title == "search_memslots(slots, 0x240)"
    assert "go on while start < end? start is 0, end is 4" in sentences(tape)
    assert any("gfn is 0x240" in sentence for sentence in sentences(tape))
    assert tape.to_json()["hex"] == ["gfn"]


def test_record_tells_a_request_in_hex(slots: Memslots) -> None:
    """Addresses and bytes of a dataclass, and a range of addresses in variables."""

    def classify(slots: Memslots, region: UserspaceMemoryRegion) -> None:
        start, slot_id = region.guest_phys_addr, region.slot
        slots.used_slots = slot_id if start else 0

    tape = record(classify, slots, UserspaceMemoryRegion(4, 0, 0x110000, 0x2000, 0x7F0000000000))

    assert tape.title == (
        "classify(slots, UserspaceMemoryRegion(slot=4, flags=0, guest_phys_addr=0x110000, memory_size=0x2000, "
        "userspace_addr=0x7f0000000000))"
    )
    assert tape.to_json()["hex"] == ["start"]
    assert "start is 0x110000 now" in sentences(tape)


def test_record_frames_know_reads_locals_and_lines(slots: Memslots) -> None:
    """The line, what it read, and the integers after it."""
    tape = record(move_forward, slots, MemorySlot(5, 0x400, 0x80), 1)

    frame = next(frame for frame in tape if frame.source == "other = mslots[i - 1]")
    assert frame.reads == ((Table.MEMSLOTS, 0),)
    assert frame.locals == {"slot": "slot 5", "start": 1, "i": 1, "other": "slot 1"}
    assert tape[0].hole == 1
    assert tape.returned == "0"


def test_record_search_tells_comparisons_with_a_plain_gfn(slots: Memslots) -> None:
    """A GFN of no slot is compared with those of slots."""
    tape = record(search_memslots, slots, 0x110)

    assert "is GFN 0x200 of slot 5 at or below 0x110? no" in sentences(tape)
    assert tape[-1].sentence == "search_memslots() returns slot 0"
    assert tape.compares_by_function["search_memslots"] == 2


def test_record_generator_is_drawn_to_its_end(slots: Memslots) -> None:
    """What it yields is on the tape."""
    tape = record(for_each_memslot, slots)

    assert [frame.sentence[-6:] for frame in tape if frame.kind is Kind.YIELD] == [f"slot {i}" for i in (1, 5, 0, 3)]


def test_record_warnings_are_writes_of_a_frame(slots: Memslots) -> None:
    """The kernel's warning, with what it means, at the line that gives it; the store at -1 as well."""
    tape = record(update_memslots, slots, MemorySlot(7, 0x180, 0x80), Change.MOVE)

    told = [frame.sentence for frame in tape if frame.writes]
    assert told[0] == "the kernel warns: MOVE_UNKNOWN_ID: the slot to move has no index"
    assert told[1].startswith("store slot 7 in front of the array, at index -1")
    assert [warning.site for warning in tape.after.warnings] == ["MOVE_UNKNOWN_ID"]


# Any way to write it.


def by_insert_and_pop(slots: Memslots, slot: MemorySlot) -> None:
    """Delete as somebody who likes lists."""
    slots.memslots.insert(slots.used_slots, slot)
    slots.memslots.pop(slots.id_to_index[slot.id])
    slots.used_slots -= 1
    slots.id_to_index[slot.id] = -1
    for i, other in enumerate(slots.memslots[: slots.used_slots]):
        slots.id_to_index[other.id] = i


def by_slices(slots: Memslots, slot: MemorySlot) -> None:
    """Delete by one slice assignment."""
    gap, end = slots.id_to_index[slot.id], slots.used_slots
    slots.memslots[gap:end] = [*slots.memslots[gap + 1 : end], slot]
    for i in range(gap, end):
        slots.id_to_index[slots.memslots[i].id] = i
    slots.id_to_index[slot.id] = -1
    slots.used_slots = end - 1


def by_new_lists(slots: Memslots, slot: MemorySlot) -> None:
    """Bind both names anew."""
    rest = [other for other in slots.memslots[: slots.used_slots] if other.id != slot.id]
    slots.memslots = [*rest, slot, *slots.memslots[slots.used_slots :]]
    slots.used_slots = len(rest)
    slots.id_to_index = [next((i for i, s in enumerate(rest) if s.id == n), -1) for n in range(slots.capacity)]


def by_recursion(slots: Memslots, slot: MemorySlot) -> None:
    """Close the gap from call to call."""
    i = slots.id_to_index[slot.id]
    slots.id_to_index[slot.id] = -1
    slots.used_slots -= 1
    close(slots, i)
    slots.memslots[slots.used_slots] = slot


def close(slots: Memslots, i: int) -> None:
    """Pull one entry forward, then the rest."""
    if i < slots.used_slots:
        slots.memslots[i] = slots.memslots[i + 1]
        slots.id_to_index[slots.memslots[i].id] = i
        close(slots, i + 1)


def by_deep_copy(slots: Memslots, slot: MemorySlot) -> None:
    """Work on copies and put them back."""
    work = copy.deepcopy(slots)
    delete(work, slot)
    slots.memslots[:], slots.id_to_index[:], slots.used_slots = work.memslots, work.id_to_index, work.used_slots


def by_sorting(slots: Memslots, slot: MemorySlot) -> None:
    """Give the slot the lowest place of all and sort."""
    used = slots.used_slots
    part = slots.memslots[:used]
    part.sort(key=lambda other: (other.id == slot.id, -other.base_gfn))
    part[-1] = slot
    slots.memslots[:used] = part
    slots.used_slots -= 1
    for i in range(slots.used_slots):
        slots.id_to_index[slots.memslots[i].id] = i
    slots.id_to_index[slot.id] = -1


WAYS = [by_insert_and_pop, by_slices, by_new_lists, by_recursion, by_deep_copy, by_sorting]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("slot_id", [1, 5, 3])
def test_record_sees_through_every_way_to_write_a_list(
    slots: Memslots, way: Callable[[Memslots, MemorySlot], None], slot_id: int
) -> None:
    """The end of the tape is what the function leaves without a recorder, and JSON keeps every state."""
    slot = MemorySlot(slot_id, 0, 0)
    tape = record(way, slots, slot)
    way(slots, slot)

    assert tape.error is None
    assert tape.after == slots
    assert Tape.from_json(tape.to_json()).after == slots


def test_record_swap_of_two_entries_is_two_frames(slots: Memslots) -> None:
    """Each write has its own frame, both on the same line."""

    def swap(slots: Memslots) -> None:
        slots.memslots[0], slots.memslots[1] = slots.memslots[1], slots.memslots[0]

    tape = record(swap, slots)

    assert [write.place for frame in tape for write in frame.writes] == [0, 1]
    assert [slot.id for slot in tape.after.memslots[:2]] == [5, 1]


def test_record_list_that_was_replaced_is_not_watched_any_more(slots: Memslots) -> None:
    """A write to the old list does not reach the array."""

    def write_to_the_old_one(slots: Memslots) -> None:
        old = slots.memslots
        slots.memslots = list(old)
        old[0] = None  # type: ignore[call-overload]

    assert record(write_to_the_old_one, slots).after == slots


def test_record_nonsense_in_the_array_is_kept_in_words(slots: Memslots) -> None:
    """Text, None, no number: all of it is on the tape, and none of it ends the recording."""

    def nonsense(slots: Any) -> None:
        slots.memslots[0] = "x"
        slots.memslots[1] = None
        slots.id_to_index[1] = "y"
        slots.used_slots = 2.5
        slots.warnings.append("z")
        slots.memslots = None

    tape = record(nonsense, slots)
    after = tape.state(5)

    assert (repr(after.memslots[0]), after.memslots[1]) == ("'x'", None)
    assert (repr(after.id_to_index[1]), repr(after.used_slots)) == ("'y'", "2.5")
    assert tape.after.memslots == []
    assert sentences(Tape.from_json(tape.to_json())) == sentences(tape)


def test_record_libraries_do_not_appear(slots: Memslots) -> None:
    """What repr() or a dataclass reads on its own is no step of the function."""

    def talks(slots: Memslots) -> str:
        return repr(slots) + str(slots.memslots[0] == slots.memslots[1])

    tape = record(talks, slots)

    assert {frame.function for frame in tape} == {"talks"}
    assert [place for frame in tape for _, place in frame.reads] == [0, 1]
    assert tape.compares == 0


def test_record_library_function_that_calls_back_loses_no_write(slots: Memslots) -> None:
    """What is not followed still writes, also behind a call of what is."""

    def count(slots: Memslots) -> None:
        slots.used_slots -= 1

    space: dict[str, Any] = {"__name__": "memslot_lab.course.anything", "count": count}
    exec("def library(slots):\n    count(slots)\n    slots.memslots[0] = None\n    slots.used_slots = 1", space)

    tape = record(space["library"], slots)

    assert (tape.after.memslots[0], tape.after.used_slots) == (None, 1)


# Ends.


def test_record_exception_is_the_last_frame(slots: Memslots) -> None:
    """It says what, and stands at the line that raised, inside the helper."""

    def helper(slots: Memslots) -> None:
        slots.used_slots -= 1
        slots.memslots[99] = BLANK

    def answer(slots: Memslots) -> None:
        helper(slots)

    tape = record(answer, slots)

    assert tape[-1].kind is Kind.ERROR
    assert tape[-1].sentence == "the run ends with an error: IndexError: list assignment index out of range"
    assert (tape[-1].function, tape[-1].source) == ("helper", "slots.memslots[99] = BLANK")
    assert tape.after.used_slots == 3
    assert tape.returned is None


def test_record_exception_that_is_caught_is_no_end(slots: Memslots) -> None:
    """The run goes on behind the except."""

    def answer(slots: Memslots) -> int:
        try:
            return slots.memslots[99].id
        except IndexError:
            return 7

    tape = record(answer, slots)

    assert (tape.error, tape.returned) == (None, "7")


@pytest.mark.parametrize(
    "body",
    [
        "while True:\n    pass",
        "while True: pass",
        "[0 for _ in iter(int, 1)]",
        "sum(1 for _ in iter(int, 1))",
        "while True:\n    try:\n        x = slots.used_slots\n    except: pass",
        "f = lambda: f()\nwhile True:\n    try: f()\n    except RecursionError: pass",
        "for slot in iter(lambda: slots.memslots[0], 0): pass",
        "slots.memslots[0].base_gfn in range(1 << 60, 1 << 61)",
    ],
)
def test_record_endless_loop_is_stopped_and_says_so(slots: Memslots, body: str) -> None:
    """The budget ends it, whatever catches what; the tape is still good."""
    lines = "\n".join(f"    {line}" for line in body.split("\n"))
    space: dict[str, Any] = {}
    exec(f"def answer(slots):\n    slots.used_slots = 1\n{lines}", space)

    tape = record(space["answer"], slots, steps=2000)

    assert tape.stopped
    assert "budget" in tape[-1].sentence
    assert tape.after.used_slots == 1
    assert len(tape) < 4000


def test_record_keyboard_interrupt_is_passed_on(slots: Memslots) -> None:
    """It is the person at the keyboard; the trace function of before is back."""

    def answer(slots: Memslots) -> None:
        raise KeyboardInterrupt

    before = sys.gettrace()
    with pytest.raises(KeyboardInterrupt):
        record(answer, slots)

    assert sys.gettrace() is before


@pytest.mark.parametrize("function", [len, 3])
def test_record_what_is_no_python_function_gives_a_tape_of_its_error(slots: Memslots, function: Any) -> None:
    """A builtin has no lines; the tape still begins and ends."""
    tape = record(function, slots)

    assert [frame.kind for frame in tape] == [Kind.CALL, Kind.ERROR]
    assert "TypeError" in str(tape.error)


def test_record_watched_values_do_not_leak(slots: Memslots) -> None:
    """What the function keeps is not watched after the run: it may compare as long as it likes."""
    kept: list[Memslots] = []

    def keep(slots: Memslots) -> None:
        kept.append(slots)

    tape = record(keep, slots)
    kept[0].memslots[0] = BLANK
    kept[0].used_slots = 0
    assert kept[0].memslots[1].base_gfn > kept[0].memslots[2].base_gfn

    assert tape.after == slots
    assert len(tape) == len(record(keep, slots))
