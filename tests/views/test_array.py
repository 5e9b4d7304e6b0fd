"""Pictures of an array: both ends, what is stale, and what a half-finished function leaves."""

import re
from html.parser import HTMLParser

import pytest

from memslot_lab.engine import Change, MemorySlot, Memslots, delete, update_memslots
from memslot_lab.views.array import entry_text, in_words, read_state, same_entry, show, show_diff


def machine() -> Memslots:
    """Return slots 1, 0, 3, highest GFN first."""
    slots = Memslots(capacity=6)
    for slot_id, gfn in [(3, 0x0), (0, 0x100), (1, 0x200)]:
        update_memslots(slots, MemorySlot(slot_id, gfn, 0x80), Change.CREATE)
    return slots


class Untouchable:
    """Answers every question with an exception."""

    def __repr__(self) -> str:
        raise RuntimeError("no")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no")

    __hash__ = None


def garbage() -> list[Memslots]:
    """Return arrays as no engine function leaves them."""
    broken = [machine() for _ in range(9)]
    broken[0].memslots = None
    broken[1].id_to_index = "12"
    broken[2].used_slots = "2"
    broken[3].used_slots = 99
    broken[4].used_slots = -1
    broken[5].memslots[1] = Untouchable()
    broken[6].memslots[:] = [5, None]
    broken[7].warnings = 7
    broken[8].memslots[:2] = [object.__new__(MemorySlot), MemorySlot(1, 2.5, 1)]
    return broken


def test_picture_of_an_array_labels_both_ends_and_the_stale_entries() -> None:
    """A reader sees which end is which, where use ends, and what each id says."""
    slots = machine()
    delete(slots, MemorySlot(0, 0, 0))

    assert show(slots).text.splitlines() == [
        "FRONT (index 0, highest GFN)",
        "  [0]  slot 1  gfn 0x200..0x27f  0x80 pages",
        "  [1]  slot 3  gfn 0x0..0x7f  0x80 pages",
        "BACK (lowest GFN); used_slots = 2",
        "  [2]  slot 0  blank  (stale)",
        "  [3]..[5]  never written",
        "id_to_index  [1] = 0  [3] = 1  all others -1",
    ]


def test_picture_of_an_empty_array_shows_both_ends() -> None:
    """Nothing in use is a state like any other."""
    assert show(Memslots(capacity=1)).text.splitlines() == [
        "FRONT (index 0, highest GFN)",
        "BACK (lowest GFN); used_slots = 0",
        "  [0]  never written",
        "id_to_index  all -1",
    ]


def test_picture_of_a_full_index_table_speaks_of_no_others() -> None:
    """Where each id stands somewhere, nothing is left to sum up; nor where the table has no entry."""
    full, bare = Memslots(capacity=1), Memslots(capacity=1)
    update_memslots(full, MemorySlot(0, 0x0, 0x80), Change.CREATE)
    bare.id_to_index = []

    assert show(full).text.splitlines()[-1] == "id_to_index  [0] = 0"
    assert show(bare).text.splitlines()[-1] == "id_to_index  empty"


def test_diff_marks_each_row_that_differs_by_a_sign() -> None:
    """The sign stands in exactly the rows that a delete changes."""
    got, want = machine(), machine()
    delete(want, MemorySlot(0, 0, 0))

    marked = [line.strip().split("   ")[0] for line in show_diff(got, want).text.splitlines() if "!=" in line]
    assert marked == ["used_slots", "BACK [1]", "[2]", "id_to_index[0]", "id_to_index[3]"]


def test_diff_marks_by_colour_as_often_as_by_sign() -> None:
    """Who sees no colour and who sees no sign are told the same."""
    got, want = machine(), machine()
    delete(want, MemorySlot(0, 0, 0))
    html = show_diff(got, want).html

    assert html.count("≠") == html.count("rgba(213, 94, 0") == html.count("rgba(0, 114, 178") == 5


def test_diff_of_equal_arrays_marks_nothing() -> None:
    """No sign without a difference."""
    assert "!=" not in show_diff(machine(), machine()).text


def test_diff_shows_a_difference_that_the_short_words_leave_out() -> None:
    """Two entries that differ in the host address alone do not look alike."""
    got, want = machine(), machine()
    want.memslots[0] = MemorySlot(1, 0x200, 0x80, userspace_addr=0x1000)
    row = next(line for line in show_diff(got, want).text.splitlines() if "FRONT" in line)

    assert "userspace_addr=0 " in row.replace(")", " ")
    assert "userspace_addr=4096" in row


def test_diff_with_before_has_three_columns() -> None:
    """Where both came from stands beside them."""
    head = show_diff(machine(), machine(), before=machine()).text.splitlines()[0]

    assert head.split() == ["before", "got", "want"]


def test_diff_that_is_too_wide_for_a_terminal_takes_fewer_words() -> None:
    """Three columns of slots fit into 80; two have room for all words."""
    got, want, failed = machine(), machine(), machine()
    failed.before_array = failed.memslots[0]
    delete(want, MemorySlot(0, 0, 0))
    three, two = show_diff(failed, want, before=got).text, show_diff(got, want).text

    assert max(map(len, three.splitlines())) <= 80
    assert "FRONT [0]  slot 1 0x200..0x27f  slot 1 0x200..0x27f" in three
    assert "in front [-1]" in three
    assert "slot 1  gfn 0x200..0x27f" in two


@pytest.mark.parametrize("number", range(len(garbage())))
def test_picture_of_garbage_is_drawn(number: int) -> None:
    """Whatever a function left behind can be looked at, alone and beside what is right."""
    broken = garbage()[number]

    assert "FRONT" in show(broken).text
    assert show_diff(broken, machine()).html.startswith("<table")


@pytest.mark.parametrize(
    ("number", "trouble"),
    [
        (0, "memslots is None, not a list"),
        (1, "id_to_index is '12', not a list"),
        (2, "used_slots is '2', not an int"),
        (3, "used_slots is 99, and memslots has 6 entries"),
        (4, "used_slots is -1, and memslots has 6 entries"),
        (7, "warnings is 7, not a list"),
    ],
)
def test_garbage_is_named(number: int, trouble: str) -> None:
    """What cannot be read is said in words."""
    assert read_state(garbage()[number]).troubles == (trouble,)


def test_list_that_is_too_short_is_told_beside_the_number() -> None:
    """used_slots may be right where memslots has lost its entries."""
    slots = machine()
    del slots.memslots[:]

    assert read_state(slots).troubles == ("used_slots is 3, and memslots has 0 entries",)


def test_picture_of_nothing_is_drawn() -> None:
    """Not even an array is needed."""
    assert "memslots is None, not a list" in show(None).text


def test_entries_are_compared_without_asking_them() -> None:
    """A class that calls itself equal to everything, and a float that is, are not the same slot."""

    class Liar:
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = None

    slot = MemorySlot(1, 0x200, 0x80)

    assert same_entry(slot, MemorySlot(1, 0x200, 0x80))
    assert same_entry(None, None)
    assert not same_entry(Liar(), slot)
    assert not same_entry(slot, Liar())
    assert not same_entry(MemorySlot(1.0, 0x200, 0x80), slot)
    assert not same_entry(None, slot)


def test_words_for_a_value_are_short_and_without_address() -> None:
    """A value is shown in one line that is the same in every run."""
    assert in_words(object()) == "<object object>"
    assert in_words(Untouchable()) == "<Untouchable>"
    assert len(in_words("x" * 500)) == 60
    assert in_words(Change.MOVE) == "Change.MOVE"
    assert "\n" not in in_words(type("Tall", (), {"__repr__": lambda self: "a\nb"})())


def test_words_for_a_slot_tell_its_flags() -> None:
    """A slot under dirty logging is seen as one."""
    assert entry_text(MemorySlot(1, 0x200, 0x80, flags=1)).endswith("log-dirty")


class Tags(HTMLParser):
    """Collects the tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and its attributes."""
        self.open.append(tag)
        self.seen |= {tag, *(name for name, _ in attrs)}

    def handle_endtag(self, tag: str) -> None:
        """Check that tags are nested."""
        assert self.open.pop() == tag


@pytest.mark.parametrize("number", range(len(garbage())))
def test_html_uses_what_the_sanitiser_of_jupyterlab_lets_through(number: int) -> None:
    """Tables, paragraphs and inline styles; no script, no style sheet, no class, no svg."""
    broken = garbage()[number]
    for html in (show(broken).html, show_diff(broken, machine(), before=machine()).html):
        tags = Tags()
        tags.feed(html)

        assert tags.seen <= {"table", "thead", "tbody", "tr", "td", "th", "b", "style", "colspan", "scope"}
        assert tags.open == []


def test_html_of_a_hostile_value_is_escaped() -> None:
    """What a learner's object calls itself cannot become a tag."""
    slots = machine()
    slots.memslots[0] = "<script>alert(1)</script>"

    assert "<script" not in show(slots).html + show_diff(slots, machine()).html
    assert re.search("&lt;script", show(slots).html)
