"""The quiz: the same for the same seed, right answers right, wrong cells wrong, one slip punished once."""

import json
import subprocess
import sys
from collections import Counter
from hashlib import sha256
from itertools import pairwise

import pytest

from memslot_lab.course.quiz import KINDS, TOPICS, AnswerError, UnknownTopicError, Verdict, making, questions, quiz
from memslot_lab.course.quiz.blocks import cut, distractors
from memslot_lab.course.quiz.cases import Shape, dress
from memslot_lab.course.quiz.cells import Cell, read_answer
from memslot_lab.course.quiz.count import compares_from, shifts_from
from memslot_lab.course.quiz.dice import Dice
from memslot_lab.course.quiz.next_write import NOTHING
from memslot_lab.course.quiz.question import Origin, Question
from memslot_lab.course.quiz.rivals import REFERENCE, Rival, play, rivals_for
from memslot_lab.course.quiz.states import advance, turns_of
from memslot_lab.course.quiz.topics import shapes_of
from memslot_lab.course.quiz.trace import trace
from memslot_lab.engine import violations

PAIRS = [(topic.name, kind) for topic in TOPICS.values() for kind in topic.kinds]
SEEDS = 100  # a kind, over all its topics


def wants(question: Question) -> list[int | str]:
    """Return the right answer."""
    return [cell.want for cell in question.cells]


def another(cell: Cell) -> object:
    """Return a value that is wrong."""
    if cell.choices:
        return next(choice for choice in cell.choices if choice != cell.want)
    return 77


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each kind of question, made without choosing among candidates, which costs most of the time."""
    monkeypatch.setattr(making, "_CANDIDATES", 1)
    return request.param


def of_kind(kind: str, count: int) -> "list[Question]":
    """Return so many questions of a kind, each of another seed, over all topics that have it."""
    topics = [topic for topic, known in PAIRS if known == kind]
    return [questions(topics[seed % len(topics)], seed=seed, count=1, kinds=[kind])[0] for seed in range(count)]


@pytest.mark.slow
def test_right_answers_are_right_and_each_wrong_cell_is_wrong(kind: str) -> None:
    """For each of many seeds a kind."""
    for question in of_kind(kind, SEEDS):
        right = wants(question)
        assert question.grade(right).right, question
        assert question.grade({c.name: c.want for c in question.cells}).points == len(right)
        if kind == "order":  # one name twice; other orders may do the same
            assert not question.grade([right[1], *right[1:]]).right, question
            continue
        for k, cell in enumerate(question.cells):
            grade = question.grade([*right[:k], another(cell), *right[k + 1 :]])
            assert grade.cells[k].verdict is Verdict.WRONG, (question, cell)
            assert not grade.right


@pytest.mark.parametrize(("topic", "kind"), PAIRS)
def test_same_seed_gives_the_same_question(topic: str, kind: str) -> None:
    """And another seed another one."""
    one, two, other = (questions(topic, seed=seed, count=1, kinds=[kind]) for seed in (5, 5, 6))

    assert one[0].to_json() == two[0].to_json()
    assert one[0].to_json() != other[0].to_json()


def test_questions_do_not_depend_on_how_many_are_asked() -> None:
    """So that more of them is never a re-roll."""
    assert questions("counting", seed=4, count=2) == questions("counting", seed=4, count=4)[:2]


def test_questions_are_the_same_in_another_process() -> None:
    """No hash and no clock is asked, whatever the version of Python."""
    code = "from memslot_lab.course.quiz import questions; print([q.to_json() for q in questions('deleting', seed=1)])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    ours = str([q.to_json() for q in questions("deleting", seed=1)])

    assert out.strip() == ours


def test_draws_are_what_they_were() -> None:
    """Only `Random.random()` is asked, whose numbers Python promises to keep: 3.11 and later draw the same."""
    assert Dice(1, "x").sample(range(100), 5) == [48, 21, 53, 86, 91]
    assert [q.case.call_text() for q in questions("counting", seed=1, count=2)] == [
        "update_memslots(slots, MemorySlot(id=4, base_gfn=0xa00, npages=0x80), Change.MOVE)",
        "update_memslots(slots, MemorySlot(id=4, base_gfn=0x800, npages=0x80), Change.CREATE)",
    ]


def test_right_choice_is_not_always_in_the_same_place() -> None:
    """Neither over seeds nor over the parts of one seed."""
    sets = [questions("deleting", seed=seed, count=2, kinds=["next-write", "find-mutant"]) for seed in range(24)]
    places = [tuple(q.cells[0].want for q in both) for both in sets]

    for k in (0, 1):
        assert len({both[k] for both in places}) >= 4
        assert Counter(both[k] for both in places).most_common(1)[0][1] <= 14
    assert sum(one == two for one, two in places) <= 14


def test_pairs_of_lines_have_the_right_one_on_both_sides() -> None:
    """2a is not always the one."""
    found = Counter(
        str(name)[-1]
        for seed in range(40)
        for name in wants(questions("deleting", seed=seed, count=1, kinds=["order"])[0])
        if str(name)[-1] in "ab"
    )
    assert min(found["a"], found["b"]) >= 20


@pytest.mark.parametrize("call", ["delete", "create", "move_backward", "move", "search"])
def test_cases_are_arrays_that_the_kernel_could_have(call: str) -> None:
    """Every shape dressed keeps the invariants, and ends where it says."""
    for n, shape in enumerate(shapes_of(call)):  # pyright: ignore[reportArgumentType]
        case = dress(shape, Dice(n))
        assert violations(case.array()) == []
        tape = play(REFERENCE, case)
        assert tape.error is None
        if call in ("create", "move"):
            assert tape.after.id_to_index[case.slot.id] == shape.target
            assert violations(tape.after) == []


@pytest.mark.parametrize("call", ["delete", "create", "move_backward", "move"])
def test_carried_turns_and_counts_are_those_of_the_tape(call: str) -> None:
    """What follows from a right row is the next right row, and the closed forms count as a watched run does."""
    for n, shape in enumerate(shapes_of(call)):  # pyright: ignore[reportArgumentType]
        case = dress(shape, Dice(n))
        tape = play(REFERENCE, case)
        turns = turns_of(tape)
        for before, turn in pairwise(turns):
            assert advance(before.state, turn, case) == turn.state
        index = shape.place if call == "delete" else shape.target
        assert shifts_from(case, index) == tape.shifts
        if call != "delete":
            assert compares_from(case, index) == tape.compares


def test_trace_one_slip_is_punished_once() -> None:
    """Who starts one place too far forward and goes on rightly from there loses the cell of the slip alone."""
    question = trace(Origin("deleting", 1, 1), dress(Shape("delete", 5, 1, 5), Dice("trace")))
    assert question
    counter = [spot.field == "i" for spot in question.spots]
    answer = [
        cell.want - 1 if i and isinstance(cell.want, int) else None
        for cell, i in zip(question.cells, counter, strict=True)
    ]
    verdicts = [c.verdict for c, i in zip(question.grade(answer).cells, counter, strict=True) if i]

    assert verdicts == [Verdict.WRONG, *[Verdict.AFTER_SLIP] * (len(verdicts) - 1)]
    assert len(verdicts) >= 3


def test_count_follows_from_the_own_index() -> None:
    """A wrong index with the shifts and comparisons that belong to it costs one cell."""
    for seed in range(10):
        (question,) = questions("creating", seed=seed, count=1, kinds=["count"])
        index, shifts, compares = wants(question)
        assert isinstance(index, int)
        own = index - 1 if index else 1
        answer = (own, shifts_from(question.case, own), compares_from(question.case, own))
        verdicts = [cell.verdict for cell in question.grade(answer).cells]
        assert verdicts[0] is Verdict.WRONG
        assert Verdict.WRONG not in verdicts[1:]
        assert (shifts, compares) != answer[1:]


def test_order_that_does_the_same_is_right_and_a_line_moved_costs_itself() -> None:
    """The two stores of a turn may be swapped; a line moved to the front leaves the others in order."""
    (question,) = questions("deleting", seed=1, count=1, kinds=["order"])
    right = wants(question)
    store = next(k for k, text in enumerate(cut("delete").blocks) if "mslots[i] = other" in text)
    swapped = [*right[:store], right[store + 1], right[store], *right[store + 2 :]]
    moved = [right[-1], *right[:-1]]

    assert question.grade(swapped).right
    assert [cell.verdict for cell in question.grade(moved).cells].count(Verdict.WRONG) == 1


def test_mistake_is_named_as_a_fact_when_every_cell_is_its() -> None:
    """And not when one cell differs, or when nothing was said."""
    (question,) = questions("deleting", seed=3, count=1, kinds=["trace"])
    mistake = next(m for m in question.mistakes if None not in m.values)
    grade = question.grade(mistake.values)
    assert mistake in grade.mistakes
    assert f"That is what comes out when {mistake.function}() is written by this rule" in grade.text()
    assert "you" not in grade.text().casefold().split()

    assert question.grade([88, *mistake.values[1:]]).mistakes == ()
    assert question.grade("?").mistakes == ()


def test_question_chosen_tells_the_most_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the candidates of a seed the one with the most different answers is asked."""
    made: list[Question] = []
    original = making.make

    def keeping(*args: object) -> "Question | None":
        question = original(*args)  # type: ignore[arg-type]
        made.extend([question] if question else [])
        return question

    monkeypatch.setattr(making, "make", keeping)
    (chosen,) = questions("falling_through", seed=2, count=1, kinds=["count"])

    assert len(made) == making._CANDIDATES
    assert chosen.spread == max(question.spread for question in made) > min(question.spread for question in made)


def test_not_sure_yet_is_an_answer() -> None:
    """It is no error and no mistake, and the right values come with it."""
    for topic, kind in PAIRS:
        (question,) = questions(topic, seed=1, count=1, kinds=[kind])
        grade = question.grade("?")
        assert grade.unsure
        assert grade.points == 0
        assert "wrong" not in grade.text().casefold().split("\n")[0]


@pytest.mark.parametrize(
    ("answer", "words"),
    [("1 2 3", "3 values for 2 cells"), ("x 1", "no whole number"), ({"z": 1}, "the cells are a, b"), ("1.5 2", "1.5")],
)
def test_answers_that_cannot_be_read_are_refused(answer: str, words: str) -> None:
    """With what can be."""
    cells = [Cell("a", "one", 1), Cell("b", "two", 2)]

    with pytest.raises(AnswerError, match=words):
        read_answer(cells, answer)


def test_answer_forms_mean_the_same() -> None:
    """A text, a list, a dict."""
    cells = [Cell("a", "one", 1), Cell("b", "two", "A", "", ("A", "B"))]

    for answer in ("1 a", "0x1, A", [1, "A"], ("1", "a"), {"b": "a", "a": 1}):
        assert read_answer(cells, answer) == (1, "A")
    assert read_answer(cells, "? ?") == read_answer(cells, ...) == read_answer(cells, None) == (None, None)


def test_questions_as_data_are_json() -> None:
    """For programs; and the right answer is in it."""
    for question in questions(seed=2, count=6):
        data = json.loads(json.dumps(question.to_json()))
        assert question.grade([cell["want"] for cell in data["cells"]]).right
        json.dumps(question.grade("?").to_json())


@pytest.mark.parametrize("name", ["deleting", "03_delete", "03_deleting", "Falling through", "updating"])
def test_topics_are_found_by_lesson_and_exercise(name: str) -> None:
    """Whoever reviews an exercise asks by its name."""
    assert questions(name, seed=1, count=1, kinds=["count"])[0].origin.topic in TOPICS


def test_topic_unknown_names_the_nearest() -> None:
    """As everywhere."""
    with pytest.raises(UnknownTopicError, match="did you mean 'deleting'"):
        questions("deletin", seed=1)
    with pytest.raises(UnknownTopicError, match="searching has no questions of this kind"):
        questions("searching", seed=1, kinds=["next-write"])


def test_every_twin_is_from_a_wrong_version_and_goes_wrong() -> None:
    """Each function that is put in order has some to choose from."""
    for topic in TOPICS.values():
        if topic.function:
            found = distractors(topic.function, topic.calls[0], rivals_for(topic.calls[0]))
            assert len({k for k, _, _ in found}) >= 2, topic.name


def test_search_versions_still_fit_the_engine() -> None:
    """Each text that they replace is in the engine's source, and each behaves otherwise somewhere."""

    def seen(rival: Rival) -> list[object]:
        cases = [dress(shape, Dice(n)) for n, shape in enumerate(shapes_of("search"))]
        return [(tape.returned, tape.compares) for tape in (play(rival, case) for case in cases)]

    assert [rival.name for rival in rivals_for("search") if seen(rival) == seen(REFERENCE)] == []


def test_sheet_remembers_answers_and_says_its_seed() -> None:
    """An answer given again takes the place of the one before, so that a cell may be run twice."""
    q = quiz("counting", seed=7, count=2)
    for _ in range(2):
        assert q.answer(1, wants(q[1])).right

    assert q.score == f"1 of 2 questions right, {len(q[1].cells)} of {len(q[1].cells)} cells; 1 not answered."
    assert "To answer, name the sheet: q = quiz('counting', seed=7, count=2) gives the same ones" in repr(q)
    assert 'q.answer(2, "? ?' in repr(q)
    assert "<script" not in q._repr_html_()
    with pytest.raises(AnswerError, match="the sheet has 1 to 2"):
        q.answer(3, "?")


def test_end_of_a_call_is_a_choice_of_its_own() -> None:
    """Some versions write nothing more where the kernel goes on."""
    shown = [questions("deleting", seed=s, count=1, kinds=["next-write"])[0].shown.text for s in range(8)]

    assert any(NOTHING in text for text in shown) or len({sha256(t.encode()).digest() for t in shown}) == 8
