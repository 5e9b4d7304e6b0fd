"""What goes between the judge and a child: it comes back the same, and nothing else is read."""

import json
from typing import Any

import pytest

from memslot_lab.course.catalog import read_manifest
from memslot_lab.course.stages import coding
from memslot_lab.course.stages.coding import Coded, CodingError, Thing, decode, encode, type_name
from memslot_lab.course.stages.playing import Played, Raised, Spot
from memslot_lab.course.tasks import cases_of
from memslot_lab.engine import Change, KernelWarning, MemorySlot, Memslots, UserspaceMemoryRegion
from memslot_lab.views.array import ArrayState, in_words, read_state

SLOT = MemorySlot(3, 0x100, 0x80, 1, 0x7000)
OTHER = MemorySlot(4, 0, 0x80)
STATE = ArrayState((SLOT, OTHER, None), (-1, 1, 0), 2, (KernelWarning("MOVE_EMPTY"),), ("odd",), OTHER)


def through_json(value: object, *, trusted: bool = False) -> Any:
    """Return what arrives at the other end."""
    return decode(json.loads(json.dumps(encode(value))), trusted=trusted)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -(10**64) + 1,
        "é\n\0",
        2.5,
        [],
        (),
        [1, 2],
        (1, True, None, "x"),
        [[(1,)], ()],
        (SLOT,),
        (SLOT, OTHER, None, None),
        (SLOT, None, OTHER),
        (None, SLOT),
        [SLOT, None],
        (SLOT, 3),
        frozenset((3, 1)),
        Change.MOVE,
        KernelWarning("MOVE_EMPTY"),
        UserspaceMemoryRegion(1, 0, 0x1000, 0x1000, 0),
        STATE,
        Played([SLOT], STATE, 7, Spot(3, "i += 1", (("i", 4),)), Raised(("Odd", "Exception"), "no", None), "hello"),
    ],
    ids=repr,
)
def test_value_comes_back_the_same(value: object) -> None:
    """Type by type, and a list stays a list."""
    assert repr(through_json(value)) == repr(value)
    assert through_json(value) == value


def test_entries_of_an_array_are_one_list_of_numbers() -> None:
    """Which is most of what is written."""
    assert encode((OTHER, None, None)) == ["slots", 2, 4, 0, 0x80, 0, 0]


class EqualToAll:
    """An object of a learner that says it is equal to whatever it is compared with."""

    __hash__ = None

    def __eq__(self, other: object) -> bool:
        return True


def test_last_fields_that_say_nothing_are_left_out() -> None:
    """And nothing that only claims to be as usual."""
    assert encode(Played(None, 1)) == ["Played", None, 1]
    assert encode(ArrayState((), (), 0)) == ["ArrayState", ["tuple"], ["tuple"], 0]
    assert encode(MemorySlot(1, 2, 3)) == ["MemorySlot", 1, 2, 3]
    for value in (Played(None, 1, steps=False), Played(None, 1, raised=EqualToAll())):  # type: ignore[arg-type]
        assert len(encode(value)) > len(["Played", None, 1])  # type: ignore[arg-type]


def test_setting_of_each_case_comes_back_for_whom_trusts_it() -> None:
    """As the child sets its stage up."""
    cases = [cases_of(task.function)[0] for exercise in read_manifest().values() for task in exercise.tasks]

    for case in cases:
        assert through_json(case.setting, trusted=True) == case.setting
        with pytest.raises(CodingError, match="from the judge alone"):
            through_json(case.setting)


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (10**64, "int", f"1{'0' * 56}..."),
        ("\ud800", "str", r"'\ud800'"),
        (type("Odd", (), {"__repr__": lambda self: "odd"})(), "Odd", "odd"),
        (type("Worse", (), {"__repr__": lambda self: 1 / 0})(), "Worse", "<Worse>"),
        (type("MemorySlot", (), {"__repr__": lambda self: "forged"})(), "MemorySlot", "forged"),
    ],
    ids=["long", "surrogate", "odd", "no repr", "namesake"],
)
def test_what_has_no_name_comes_back_as_its_type_and_its_text(value: object, kind: str, text: str) -> None:
    """And is called by its type's name."""
    thing = through_json((value,))[0]

    assert (thing, type_name(thing), repr(thing)) == (Thing(kind, text), kind, text)


def test_slot_that_was_forced_is_a_thing() -> None:
    """A frozen slot can be given anything, and lose anything; also among others."""
    forced, bare = MemorySlot(1, 2, 3), MemorySlot(1, 2, 3)
    object.__setattr__(forced, "id", True)
    object.__delattr__(bare, "id")

    assert through_json((SLOT, forced)) == (SLOT, Thing("MemorySlot", in_words(forced)))
    assert [type(each) for each in through_json((SLOT, bare))] == [MemorySlot, Thing]


@pytest.mark.parametrize(
    "data",
    [
        [],
        [1],
        ["nothing", 1],
        ["MemorySlot", 1, 2],
        ["MemorySlot", 1, 2, 3, 4, 5, 6],
        ["MemorySlot", 1, 2, 3, 4, 5, 1, 2, 3, 4, 5],
        ["MemorySlot", True, 2, 3, 4, 5],
        ["MemorySlot", -1, 2, 3, 4, 5],
        ["slots"],
        ["slots", 0, 1],
        ["slots", -1, 1, 2, 3, 4, 5],
        ["slots", True, 1, 2, 3, 4, 5],
        ["slots", 1 << 40],
        ["slots", 0, 1, 2, 3, 4, None],
        ["slots", 0, 1, 2, 3, 4, ["tuple"]],
        ["ArrayState", ["list"], ["tuple"], 0, ["tuple"], ["tuple"], None],
        ["ArrayState", ["tuple"], ["tuple"], 0, ["tuple"], ["tuple", 3], None],
        ["Played", None, None, False, None, None, ""],
        ["Played", None, None, 0, None, None, None],
        ["KernelWarning", 3],
        ["Change", "GO"],
        ["Thing", "int", 3],
        ["float", "many"],
        ["tuple", 1.5],
    ],
    ids=str,
)
def test_what_encode_does_not_write_is_not_read(data: Coded) -> None:
    """Whoever made it."""
    with pytest.raises(CodingError):
        decode(data)


def test_blank_entries_of_all_arrays_have_one_limit() -> None:
    """None of them takes any from the others."""
    assert len(decode(["list", *[["slots", 1 << 15]] * 64])) == 64
    with pytest.raises(CodingError, match="of too much"):
        decode(["list", *[["slots", 1 << 15]] * 65, ["slots", -(1 << 40)]])


def test_too_little_memory_is_no_garbled_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the judge's trouble."""

    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setitem(coding._READERS, "float", fail)
    with pytest.raises(MemoryError):
        decode(["float", "0x1"])


def test_array_comes_back_as_an_array() -> None:
    """Where the child is to record a call on it."""
    slots = Memslots(3)
    slots.memslots[0], slots.id_to_index[2], slots.used_slots = MemorySlot(2, 0, 1), 0, 1
    slots.warn("MOVE_EMPTY")

    assert read_state(through_json(slots, trusted=True)) == read_state(slots)
