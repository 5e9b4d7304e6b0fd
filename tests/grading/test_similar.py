"""Which submissions are alike: copies in disguise are found, different answers and the given code are not."""

import re
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

import pytest

from memslot_lab.course.answers import answer_source, read_cells
from memslot_lab.course.catalog import find_exercise
from memslot_lab.grading.pages.similar import ALIKE, Alike, similar_groups
from memslot_lab.grading.submission import Submission

ROOT = Path(__file__).parents[2]
RIGHT = sorted((ROOT / "tests/right").glob("*/*.py"))
OTHERS = {path.parent.name for path in RIGHT}
# Written from one another, with the larger part the same: rightly a group.
TWINS = {("13_capstone", frozenset({"kernel_functions", "recursion", "returns_a_list", "sorts_the_used_part"}))}


def handed_in(student: str, exercise: str, text: str) -> Submission:
    """Return a submission of one file."""
    return Submission(student, exercise, f"{student}/{exercise}.py", (("file", text),))


def students(groups: Iterable[Alike]) -> list[set[str]]:
    """Return who is in each group."""
    return [{member.student for member in group.members} for group in groups]


def right_of(exercise: str) -> list[Submission]:
    """Return the right answers to an exercise, each of another student."""
    paths = [path for path in RIGHT if path.parent.name == exercise]
    return [handed_in(path.stem, exercise, path.read_text()) for path in paths]


def disguised(text: str) -> str:
    """Return the same function under other names, with other comments and layout, its functions turned about."""
    own = set(re.findall(r"^ +(\w+)(?:, (\w+))? = ", text, re.MULTILINE))
    names = {name for pair in own for name in pair if name} | {"slot", "slots"}
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?<![\w.]){name}\b(?!\()", f"my_{name}", text)
    text = re.sub(r"#.*", "", text).replace("    ", "\t").replace(" = ", "  =  # so it is\n\t\\\n")
    text = re.sub(r"(?m)^\t*\\\n", "", text.replace("# so it is\n\t\\\n", " "))
    pieces = re.split(r"(?m)^(?=def |@)", text)
    return "\n\n\n# mine\n".join([pieces[0], *reversed(pieces[1:])])


@pytest.mark.parametrize("exercise", sorted(OTHERS))
def test_different_right_answers_are_not_alike(exercise: str) -> None:
    """Nobody is suspected of what is another idea."""
    groups = similar_groups(right_of(exercise))

    assert {(group.exercise, frozenset({m.student for m in group.members})) for group in groups} <= TWINS


@pytest.mark.parametrize("path", RIGHT, ids=[f"{path.parent.name}/{path.stem}" for path in RIGHT])
def test_copy_in_disguise_is_found(path: Path) -> None:
    """Other names, comments, white space and order of functions: the same form, whole."""
    exercise, text = path.parent.name, path.read_text()
    class_ = [*right_of(exercise), handed_in("copy", exercise, disguised(text))]
    found = [group for group in similar_groups(class_) if {"copy", path.stem} <= students([group])[0]]
    alone = f"{exercise}/{path.stem}"

    assert disguised(text) != text
    if not found:
        assert _own_part(path, class_) < 10, alone
    else:
        assert found[0].share >= ALIKE


def _own_part(path: Path, class_: list[Submission]) -> int:
    """Return how many hashes an answer has of its own, beside the notebook's and what much of the class has."""
    from memslot_lab.grading.pages import similar

    texts = [path.read_text(), *(submission.pieces[0][1] for submission in class_ if submission.student != path.stem)]
    forms = [similar._fingerprints(text, plain=True) for text in texts]  # pyright: ignore[reportPrivateUsage]
    given = similar._given(path.parent.name)  # pyright: ignore[reportPrivateUsage]
    return len(similar._own(forms, [1] * len(forms), given)[0])  # pyright: ignore[reportPrivateUsage]


def test_copy_with_its_functions_in_another_order_is_the_same_whole() -> None:
    """No run of tokens goes over from one function into the next."""
    text = (ROOT / "tests/right/04_create/sorts_the_front.py").read_text()
    first, *functions = re.split(r"(?m)^(?=def )", text)
    turned = "\n\n".join([first, *reversed(functions)])
    (group,) = similar_groups([handed_in("ada", "04_create", text), handed_in("bob", "04_create", turned)])

    assert len(functions) > 1
    assert group.share == 1.0


def test_copy_with_two_statements_more_is_found_and_said_to_be_renamed() -> None:
    """Less than whole, and the names tell how much was changed."""
    text = (ROOT / "tests/right/05_move_backward/slices.py").read_text()
    lines = disguised(text).splitlines()
    last = max(i for i, line in enumerate(lines) if line.startswith("\t"))
    lines[last:last] = ["\tprint('here')", "\tunused = 0"]
    class_ = [*right_of("05_move_backward"), handed_in("copy", "05_move_backward", "\n".join(lines))]
    (group,) = similar_groups(class_)

    assert students([group]) == [{"copy", "slices"}]
    assert ALIKE <= group.share < 1
    assert group.names < 0.6


def notebook(room: str, exercise: str) -> str:
    """Return the answer cells of a notebook of the course."""
    path = ROOT / room / f"{exercise}.ipynb"
    cells = read_cells(path)
    return "\n".join(answer_source(path, cells, task.function) for task in find_exercise(exercise).tasks)


@pytest.mark.parametrize("room", ["exercises", "solutions"])
@pytest.mark.parametrize("exercise", sorted(OTHERS))
def test_given_code_is_nobodys(room: str, exercise: str) -> None:
    """Ten students with the stub, or with the solution as the lesson leads to it, are no group."""
    text = notebook(room, exercise)

    assert similar_groups(handed_in(f"s{i}", exercise, text) for i in range(10)) == []


def test_what_most_of_a_class_have_does_not_count() -> None:
    """A long helper that the teacher dictated is in all of thirty; the two who share their own part are found."""
    helper = "\n".join(_filler(number) for number in range(100, 104))
    loops = "\n".join(f"    total += slots.used_slots % {i} + len(slots.memslots)" for i in range(3, 6))
    texts = [f"{helper}\n\n{_filler(i)}" for i in range(28)]
    pair = f"{helper}\n\ndef mine(slots):\n    total = 0\n    while total < 9:\n{loops.replace('    ', '        ')}\n"
    class_ = [handed_in(f"s{i}", "03_delete", text) for i, text in enumerate([*texts, pair, pair])]

    assert students(similar_groups(class_)) == [{"s28", "s29"}]


def test_one_answer_of_most_of_a_class_is_no_group() -> None:
    """Twelve of twenty wrote the same: that is the natural answer; five of twenty are worth a look."""
    same, others = _filler(1), [_filler(number) for number in range(50, 70)]

    def groups(copies: int) -> list[set[str]]:
        texts = [same] * copies + others[copies:]
        return students(similar_groups(handed_in(f"s{i}", "03_delete", text) for i, text in enumerate(texts)))

    assert groups(12) == []
    assert groups(5) == [{f"s{i}" for i in range(5)}]


def _filler(number: int) -> str:
    """Return a function that looks like no other one's."""
    rng = Random(number)
    words = [*"+-*/%&|^<>", "[d]", "(e)", ".id", "and", "not f", "if c else", "{a: b}", "in", "is"]
    lines = ("    a = b " + " ".join(rng.choices(words, k=9)) for _ in range(rng.randrange(8, 14)))
    return "\n".join(["def other(b, c, d, e):", *lines])


def test_one_student_with_two_files_is_no_group() -> None:
    """Nobody copies from themselves."""
    text = (ROOT / "tests/right/03_delete/slices.py").read_text()
    two = [Submission("ada", "03_delete", place, (("file", text),)) for place in ("a.py", "b.py")]

    assert similar_groups(two) == []


def test_groups_do_not_depend_on_the_order_in_which_submissions_come() -> None:
    """The same page, whichever worker was first."""
    class_ = [*right_of("03_delete"), handed_in("z", "03_delete", disguised(right_of("03_delete")[2].pieces[0][1]))]

    assert similar_groups(class_) == similar_groups(reversed(class_))
    assert len(similar_groups(class_)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00" * 9000,
        '"""\\"' * 15_000,
        "'" * 60_001,
        "(" * 60_000,
        "1" * 60_000,
        "a" * 60_000,
        "\\\n" * 30_000,
        "def f(:\n  \ud800 = 'half\n",
        "rb'" * 20_000,
        "if x:\n" * 9000,
        "\u202e\u0301" * 9000,
    ],
    ids=range(12),
)
def test_any_text_is_split_within_a_moment(text: str) -> None:
    """No text of a stranger takes long, or raises: it is never compiled."""
    begun = time.process_time()
    similar_groups(handed_in(f"s{i}", "03_delete", text + "\n" * i) for i in range(2))

    assert time.process_time() - begun < 2


def test_many_submissions_are_not_compared_pair_by_pair() -> None:
    """Four times the class takes about four times the steps, not sixteen."""
    texts = [f"{_filler(i)}\n{_filler(i * 31 + 7)}\n{'x += 1;' * (i % 40)}\n" for i in range(400)]

    def steps(class_: list[str]) -> int:
        count = 0

        def trace(frame: FrameType, event: str, arg: object) -> Any:
            nonlocal count
            count += event == "line"
            return trace if frame.f_code.co_qualname.startswith("_alike") else None

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            similar_groups(handed_in(f"s{i}", "03_delete", text) for i, text in enumerate(class_))
        finally:
            sys.settrace(before)
        return count

    assert 500 < steps(texts) < 8 * steps(texts[:100])
