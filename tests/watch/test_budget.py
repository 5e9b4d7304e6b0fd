"""A function gets so many steps, whatever it does with them."""

import itertools
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import FrameType
from typing import Any

import pytest

from memslot_lab.watch.budget import RoughTracer, Tracer, run_with_budget


def for_ever_on_one_line() -> None:
    """Jump to the same instruction again and again."""
    exec("while True: pass", {})


def for_ever() -> None:
    """Run a plain loop without an end."""
    i = 0
    while i >= 0:
        i += 1


def in_a_comprehension() -> object:
    """Loop in a list comprehension."""
    return [i for i in itertools.count() if i < 0]


def in_a_generator() -> object:
    """Loop in a generator that C code pulls at."""
    return any(i < 0 for i in itertools.count())


def in_a_lambda() -> object:
    """Loop in C code that calls back."""
    return any(map(lambda i: i < 0, itertools.count()))  # noqa: C417


def in_recursion() -> None:
    """Call itself, with an end far away."""

    def down(n: int) -> None:
        for _ in range(1000):
            if n:
                down(n - 1)

    down(50)


def behind_except_exception() -> None:
    """Catch what a loop may raise, and go on."""
    while True:
        with suppress(Exception):
            for_ever()


def behind_a_bare_except() -> None:
    """Catch everything, and go on."""
    while True:
        try:
            for_ever()
        except:  # noqa: E722  # a learner's own
            continue


def behind_finally() -> None:
    """Throw every exception away."""
    with warnings.catch_warnings(action="ignore"):  # newer Pythons warn of it
        code = compile("while True:\n  try: for_ever()\n  finally: continue", "text", "exec")
    exec(code, {"for_ever": for_ever})


ENDLESS = [
    for_ever_on_one_line,
    for_ever,
    in_a_comprehension,
    in_a_generator,
    in_a_lambda,
    in_recursion,
    behind_except_exception,
    behind_a_bare_except,
    behind_finally,
]


@pytest.mark.parametrize("function", ENDLESS)
def test_function_without_an_end_is_stopped(function: Callable[[], object]) -> None:
    """Every form of a loop costs steps, and no except clause keeps it alive."""
    run = run_with_budget(function, 3000)

    assert run.stopped_at is not None
    assert run.error is not None
    assert run.steps < 3100


@pytest.mark.parametrize("function", ENDLESS)
def test_rough_count_finds_each_function_without_an_end(function: Callable[[], object]) -> None:
    """It is stopped too, and rather earlier than later."""
    tracer = RoughTracer()
    tracer.start(3000)
    run = run_with_budget(function, 3000, tracer=tracer)

    assert run.stopped_at is not None


def shapes() -> object:
    """Do what lines and instructions can be made of."""

    def numbers(n: int) -> Iterator[int]:
        for i in range(n):
            yield i if i % 2 else -i
        yield from (7, 8)

    def down(n: int) -> int:
        return down(n - 1) + 1 if n > 0 and n < 100 else 0

    def cleaning_up() -> list[int]:
        seen: list[int] = []
        for i in (2, 1, 0, 3):
            try:
                seen.append(6 // i)
            except ZeroDivisionError:
                continue
            finally:
                seen.append(i)
        with suppress(ValueError):
            seen.remove(77)
        return seen

    grid = [[a * b for a in range(4) if a] for b in range(4)]; total = 0  # fmt: skip  # noqa: E702
    while total < 30: total += 7  # fmt: skip  # noqa: E701
    return (
        sorted(numbers(9), key=lambda n: (n < 0 or n > 3, -n)),
        sum(x for row in grid for x in row), down(20),
        cleaning_up(), [*map(str, numbers(3))], {n: n and -n for n in numbers(4)},
    )  # fmt: skip


class BothCounts(Tracer):
    """Counts in both ways at once."""

    def __init__(self) -> None:
        super().__init__(100_000)
        self.rough = RoughTracer()
        self.rough.start(1_000_000)
        self.followers: dict[FrameType, Any] = {}
        self.gaps: list[int] = []

    def trace(self, frame: FrameType, event: str, arg: Any) -> Any:
        """Give each event to both; the rough count asks for no instructions."""
        follow = super().trace(frame, event, arg)
        if event == "call":
            self.followers[frame] = self.rough.trace(frame, event, arg)
        elif event != "opcode":
            self.followers[frame](frame, event, arg)
        self.gaps.append((1_000_000 - self.rough.left) - (100_000 - self.left))
        return follow


def test_rough_count_is_never_behind_the_exact_one() -> None:
    """At no moment of a run: so what stays within the budget by it does so by any count."""
    both = BothCounts()
    run = run_with_budget(shapes, 0, tracer=both)

    assert run.error is None
    assert len(both.gaps) > 1000
    assert min(both.gaps) >= 0


def test_rough_count_of_a_plain_loop_is_near_the_exact_one() -> None:
    """Else it would be of no use."""
    tracer = RoughTracer()
    tracer.start(100_000)
    run_with_budget(for_ever, 0, tracer=tracer)

    assert 1 <= tracer.stopped_at.numbers["i"] / run_with_budget(for_ever, 100_000).stopped_at.numbers["i"] * 2 <= 2


def test_swallowed_stop_is_told_all_the_same() -> None:
    """A function that catches the end of its budget and returns has still spent it."""

    def swallow() -> int:
        try:
            for_ever()
        except BaseException:  # a learner's own
            return 7
        return 8

    assert run_with_budget(swallow, 3000).stopped_at is not None


def test_kept_exception_starts_no_tracing_later() -> None:
    """The exception that ended the budget does nothing when it is thrown away after the run."""
    kept: list[BaseException] = []

    def keep() -> None:
        try:
            for_ever()
        except BaseException as error:  # a learner's own
            kept.append(error)

    before = sys.gettrace()
    run_with_budget(keep, 3000)
    kept.clear()

    assert sys.gettrace() is before


def test_function_with_an_end_returns_its_value() -> None:
    """Within the budget nothing is changed."""
    run = run_with_budget(lambda: sum(range(10)), 3000)

    assert (run.value, run.error, run.stopped_at) == (45, None, None)


def test_steps_are_the_same_in_every_run() -> None:
    """The verdict does not hang on the machine's speed."""

    def work() -> int:
        return sum(i * i for i in range(50))

    assert len({run_with_budget(work, 3000).steps for _ in range(5)}) == 1


def test_steps_of_the_standard_library_are_free() -> None:
    """Who calls a library function pays for the call, not for its inside."""
    import fractions

    run = run_with_budget(lambda: [fractions.Fraction(1, 3) + 1 for _ in range(20)], 800)

    assert run.stopped_at is None


def test_trace_function_is_put_back() -> None:
    """A debugger or a coverage tool goes on as before, whatever happened."""

    def tracer(*_: object) -> None: ...

    before = sys.gettrace()
    try:
        sys.settrace(tracer)
        run_with_budget(for_ever, 100)
        after = sys.gettrace()
    finally:
        sys.settrace(before)

    assert after is tracer


def test_exit_is_caught_and_the_keyboard_is_not() -> None:
    """exit() ends the call; Ctrl-C is the person's, and goes through."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    assert isinstance(run_with_budget(sys.exit, 100).error, SystemExit)
    with pytest.raises(KeyboardInterrupt):
        run_with_budget(interrupt, 100)


def test_place_names_the_line_and_the_numbers() -> None:
    """Where the function was stopped can be shown."""
    run = run_with_budget(for_ever, 3000)

    assert run.stopped_at is not None
    assert run.stopped_at.filename == __file__
    assert run.stopped_at.numbers["i"] > 100


def leaving_an_except_clause() -> None:
    """Raise and catch without an end."""
    while True:
        try:
            1 / 0  # noqa: B018
        except ZeroDivisionError:
            continue


@pytest.mark.parametrize("steps", range(100, 130))
def test_budget_spent_in_an_except_clause_leaves_no_exception_behind(steps: int) -> None:
    """Wherever in the clause: what is raised after the run has nothing to do with it."""
    run = run_with_budget(leaving_an_except_clause, steps)

    assert run.stopped_at is not None
    assert sys.exc_info() == (None, None, None)
    with pytest.raises(KeyError) as raised:
        raise KeyError
    assert raised.value.__context__ is None


def test_stop_iteration_is_the_functions_error() -> None:
    """As any other exception."""
    assert isinstance(run_with_budget(lambda: next(iter(())), 100).error, StopIteration)
