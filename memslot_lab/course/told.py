"""The outcome of a check in words, and as text for a terminal."""

from collections.abc import Iterator
from textwrap import wrap

from memslot_lab.course.results import Failure, TaskResult
from memslot_lab.views.array import COLUMNS

__all__ = ["Row", "call", "failure_text", "headline", "mistake", "parting", "rows", "task_text", "title"]


def headline(result: TaskResult) -> str:
    """Return the name, what passed, and the points."""
    name = result.task.function
    if result.problem:
        return f"{name}: not checked, 0 of {result.max_points} points"
    groups = f"{result.groups_passed} of {len(result.groups)} case groups passed"
    return f"{name}: {groups}, {result.points} of {result.max_points} points"


Row = tuple[bool, str, str, str, str]


def rows(result: TaskResult) -> list[Row]:
    """Return a row for each group of cases: passed or not, name, call, got, want."""
    found: list[Row] = []
    for group in result.groups:
        failure = group.failure
        if failure:
            found.append((False, group.name, _short_call(result, failure), failure.got, failure.want))
        else:
            found.append((True, group.name, "1 case" if group.cases == 1 else f"{group.cases} cases", "as wanted", ""))
    return found


def _short_call(result: TaskResult, failure: Failure) -> str:
    return failure.case.call_text(result.task.function, failure.case.calls[failure.call], brief=True)


def call(result: TaskResult, failure: Failure) -> str:
    """Return the failing call with all its arguments, and the calls before it."""
    text = failure.case.call_text(result.task.function, failure.case.calls[failure.call])
    if failure.call:
        before = ", ".join(map(failure.case.args_text, failure.case.calls[: failure.call]))
        text += f"  after the same for {before}"
    return text


def title(failure: Failure) -> str:
    """Return which case failed."""
    return f"Failing case: {failure.case.group}, {failure.case.title}"


def mistake(failure: Failure) -> str:
    """Return the known mistake's sentence, or an empty string."""
    return f"Known mistake, {failure.mistake.name}: {failure.mistake.says}" if failure.mistake else ""


def parting(failure: Failure) -> str:
    """Return where the two runs part, or an empty string."""
    runs = failure.runs
    if not runs or not runs.parting:
        return ""
    return f"Step by step: {runs.parting.sentence}{f', in {runs.at}' if runs.at else ''}."


# For a terminal.


def task_text(result: TaskResult) -> str:
    """Return what became of one function."""
    lines = [headline(result)]
    if result.problem:
        return "\n".join([*lines, "", result.problem])
    lines += ["", *_table_text(rows(result)), ""]
    failure = result.smallest
    if not failure:
        return "\n".join([*lines, result.task.explain])
    return "\n".join([*lines, failure_text(result, failure)])


def failure_text(result: TaskResult, failure: Failure) -> str:
    """Return one failure: the case, the call, what was seen, the arrays, a hint."""
    lines = [title(failure), *_folded(call(result, failure)), ""]
    for part in (failure.sentence, mistake(failure), failure.diff.text, parting(failure)):
        lines += [part, ""] if part else []
    if failure.printed:
        lines += ["It printed:", *(f"  {line}" for line in failure.printed.splitlines()), ""]
    return "\n".join([*lines, f"Hint: {failure.hint}"])


def _folded(words: str) -> list[str]:
    return wrap(words, COLUMNS, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)


def _table_text(rows: list[Row]) -> Iterator[str]:
    """Yield the table; a failure that is wider than a terminal takes two lines."""
    table = [("", "case", "call", "got", "want"), *(("ok" if row[0] else "FAIL", *row[1:]) for row in rows)]
    start = sum(max(map(len, column)) + 2 for column in list(zip(*table, strict=True))[:2])
    tall = [start + len("  ".join(row[2:])) > COLUMNS for row in table]
    lines = _aligned([(*row[:2], "", "", "") if high else row for high, row in zip(tall, table, strict=True)])
    for line, high, (_, _, words, got, want) in zip(lines, tall, table, strict=True):
        yield f"{line.ljust(start)}{words}" if high else line
        if high:
            yield f"        got {got}; want {want}".replace("  gfn", " gfn")


def _aligned(table: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    padded = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in table]
    return [line.rstrip() for line in padded]
