"""The outcome of a check: for a learner as text or in a notebook, for a program as plain data."""

import re
from dataclasses import dataclass
from html import escape
from typing import Any

from memslot_lab.course.cases import Args, Case, reference_of
from memslot_lab.course.catalog import Task
from memslot_lab.engine.model import Memslots
from memslot_lab.views.array import CELL, MONO, RIGHT, WRONG, ArrayState, Picture, in_words, is_slot, show_diff

__all__ = ["Failure", "GroupResult", "Report", "TaskResult"]


@dataclass(frozen=True, slots=True)
class Failure:
    """The call at which a case failed.

    Parameters
    ----------
    case : Case
        Its array and calls.
    call : int
        Which of its calls, from 0.
    got, want : str
        In a few words each.
    sentence, hint : str
        What was seen, and a question that leads on.
    states : tuple[ArrayState, ArrayState, ArrayState]
        The array before the call, after it, and as it should be.
    printed : str
        What the function printed in that call.
    """

    case: Case
    call: int
    got: str
    want: str
    sentence: str
    hint: str
    states: tuple[ArrayState, ArrayState, ArrayState]
    printed: str = ""

    @property
    def absent(self) -> bool:
        """Whether the call was about an id that was not in the array."""
        slots = [arg for arg in self.case.calls[self.call] if is_slot(arg)]
        return any(self.states[0].id_to_index[slot.id] == -1 for slot in slots)

    @property
    def diff(self) -> Picture:
        """The three states side by side."""
        before, got, want = self.states
        return show_diff(got, want, before=before)


@dataclass(frozen=True, slots=True)
class GroupResult:
    """What became of one group of cases; no failure means that all of them passed."""

    name: str
    points: int
    cases: int
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class TaskResult:
    """What became of one function.

    Parameters
    ----------
    task : Task
        From the manifest.
    groups : tuple[GroupResult, ...]
        In the manifest's order; empty when no case could be run.
    problem : str
        Why no case could be run.
    """

    task: Task
    groups: tuple[GroupResult, ...] = ()
    problem: str = ""

    @property
    def passed(self) -> bool:
        """Whether every case passed."""
        return bool(self.groups) and not any(group.failure for group in self.groups)

    @property
    def groups_passed(self) -> int:
        """Number of groups whose cases all passed."""
        return sum(group.failure is None for group in self.groups)

    @property
    def points(self) -> int:
        """Points earned."""
        return sum(group.points for group in self.groups if group.failure is None)

    @property
    def max_points(self) -> int:
        """Points to be had."""
        return sum(group.points for group in self.task.groups)

    @property
    def smallest(self) -> Failure | None:
        """The failure to look at first.

        An id that is there comes before one that is not: the guard matters less than what it guards. Then the
        smallest case counts, then the order of the groups.
        """
        failures = [group.failure for group in self.groups if group.failure]
        return min(failures, key=lambda failure: (failure.absent, failure.case.size), default=None)

    def failure_text(self, group: GroupResult) -> str:
        """Return the smallest failure of one group as text, an empty string if it passed."""
        return _failure_text(self, group.failure) if group.failure else ""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a check; shows itself in a notebook.

    Parameters
    ----------
    name : str
        Of the function or of the exercise.
    tasks : tuple[TaskResult, ...]
        One a function.
    problem : str
        Why nothing could be checked.
    """

    name: str
    tasks: tuple[TaskResult, ...] = ()
    problem: str = ""

    @property
    def passed(self) -> bool:
        """Whether everything was checked and passed."""
        return bool(self.tasks) and not self.problem and all(task.passed for task in self.tasks)

    @property
    def points(self) -> int:
        """Points earned."""
        return sum(task.points for task in self.tasks)

    @property
    def max_points(self) -> int:
        """Points to be had."""
        return sum(task.max_points for task in self.tasks)

    def example(self) -> tuple[Memslots, *tuple[Any, ...]]:
        """Return the array and the arguments of the smallest failing call, to try it by hand.

        Raises
        ------
        LookupError
            Nothing failed at a case.
        """
        for task in self.tasks:
            if failure := task.smallest:
                slots = failure.case.start()
                for args in failure.case.calls[: failure.call]:
                    reference_of(task.task.function)(slots, *args)
                return slots, *failure.case.calls[failure.call]
        raise LookupError(f"{self.name}: no case failed, so there is no example; read what the check says")

    def text(self) -> str:
        """Return the report for a terminal."""
        parts = [self.problem] if self.problem else []
        return "\n\n".join(parts + [_task_text(task) for task in self.tasks])

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return {
            "name": self.name,
            "passed": self.passed,
            "points": self.points,
            "max_points": self.max_points,
            "problem": self.problem,
            "tasks": [_task_json(task) for task in self.tasks],
        }

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        parts = [_box(_inline(self.problem), good=False)] if self.problem else []
        return "".join(parts + [_task_html(task) for task in self.tasks])


# Words that both forms share.


def _headline(result: TaskResult) -> str:
    name = result.task.function
    if result.problem:
        return f"{name}: not checked, 0 of {result.max_points} points"
    groups = f"{result.groups_passed} of {len(result.groups)} case groups passed"
    return f"{name}: {groups}, {result.points} of {result.max_points} points"


_Row = tuple[bool, str, str, str, str]


def _rows(result: TaskResult) -> list[_Row]:
    rows: list[_Row] = []
    for group in result.groups:
        failure = group.failure
        if failure:
            rows.append((False, group.name, _short_call(result, failure), failure.got, failure.want))
        else:
            rows.append((True, group.name, "1 case" if group.cases == 1 else f"{group.cases} cases", "as wanted", ""))
    return rows


def _short_call(result: TaskResult, failure: Failure) -> str:
    words = [f"slot {arg.id}" if is_slot(arg) else in_words(arg) for arg in failure.case.calls[failure.call]]
    return f"{result.task.function}(slots, {', '.join(words)})"


def _call(result: TaskResult, failure: Failure) -> str:
    call = f"{result.task.function}(slots{''.join(f', {_argument(arg)}' for arg in failure.case.calls[failure.call])})"
    if failure.call:
        before = ", ".join(_brief(args) for args in failure.case.calls[: failure.call])
        call += f"  after the same for {before}"
    return call


def _argument(value: object) -> str:
    if not is_slot(value):
        return in_words(value)
    extra = "".join(
        f", {name}={getattr(value, name):#x}" for name in ("flags", "userspace_addr") if getattr(value, name)
    )
    return f"MemorySlot(id={value.id}, base_gfn={value.base_gfn:#x}, npages={value.npages:#x}{extra})"


def _brief(args: Args) -> str:
    return " ".join(f"slot {arg.id}" if is_slot(arg) else in_words(arg) for arg in args)


def _title(failure: Failure) -> str:
    used = len(failure.case.used)
    array = f"an array of {used} slot{'' if used == 1 else 's'}" if used else "an empty array"
    return f"Failing case: {failure.case.group}, {array}"


# For a terminal.


def _task_text(result: TaskResult) -> str:
    lines = [_headline(result)]
    if result.problem:
        return "\n".join([*lines, "", result.problem])
    lines += ["", *_table_text(_rows(result)), ""]
    failure = result.smallest
    if not failure:
        return "\n".join([*lines, result.task.explain])
    return "\n".join([*lines, _failure_text(result, failure)])


def _failure_text(result: TaskResult, failure: Failure) -> str:
    lines = [_title(failure), f"  {_call(result, failure)}", "", failure.sentence, "", failure.diff.text, ""]
    if failure.printed:
        lines += ["It printed:", *(f"  {line}" for line in failure.printed.splitlines()), ""]
    return "\n".join([*lines, f"Hint: {failure.hint}"])


def _table_text(rows: list[_Row]) -> list[str]:
    table = [("", "case", "call", "got", "want"), *(("ok" if row[0] else "FAIL", *row[1:]) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    padded = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in table]
    return [line.rstrip() for line in padded]


# For a notebook.


def _task_html(result: TaskResult) -> str:
    parts = [_box(f"<b>{escape(_headline(result))}</b>", good=result.passed)]
    if result.problem:
        return "".join([*parts, _sentence(result.problem)])
    parts.append(_table_html(_rows(result)))
    failure = result.smallest
    if not failure:
        return "".join([*parts, _paragraph(_inline(result.task.explain))])
    parts += [_paragraph(f"<b>{escape(_title(failure))}</b>"), _code(_call(result, failure))]
    parts += [_sentence(failure.sentence), failure.diff.html]
    if failure.printed:
        parts += [_paragraph("It printed:"), _code(failure.printed)]
    parts += [_paragraph(f"<b>Hint:</b> {_inline(failure.hint)}")]
    name = result.task.function
    by_hand = f"args = check({name}).example()\n{name}(*args)\nshow(args[0])"
    return "".join([*parts, _paragraph("To try it by hand:"), _code(by_hand)])


def _box(inner: str, *, good: bool) -> str:
    sign, tint = ("✓", RIGHT) if good else ("✗", WRONG)
    return f'<div style="{tint}; padding: 6px 12px; margin: 4px 0">{sign} {inner}</div>'


def _inline(text: str) -> str:
    """Return text as HTML, with what stands in backticks as code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(text))


def _sentence(text: str) -> str:
    bar = "margin: 10px 0; padding: 4px 12px; border-left: 4px solid #D55E00; max-width: 60em"
    return f'<p style="{bar}">{_inline(text)}</p>'


def _paragraph(inner: str) -> str:
    return f'<p style="margin: 8px 0; max-width: 60em">{inner}</p>'


def _code(text: str) -> str:
    return f'<pre style="margin: 4px 12px; white-space: pre-wrap">{escape(text)}</pre>'


def _table_html(rows: list[_Row]) -> str:
    head = "".join(f'<th scope="col" style="{CELL}">{name}</th>' for name in ("", "case", "call", "got", "want"))
    body = "".join(map(_row_html, rows))
    return f'<table style="border-collapse: collapse"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _row_html(row: _Row) -> str:
    good, name, call, got, want = row
    tints = ("", "") if good else (f"; {WRONG}", f"; {RIGHT}")
    cells = "".join(
        f'<td style="{MONO}{tint}">{escape(cell)}</td>'
        for cell, tint in zip((call, got, want), ("", *tints), strict=True)
    )
    sign = "✓" if good else "<b>✗</b>"
    return f'<tr><td style="{CELL}">{sign}</td><th scope="row" style="{CELL}">{escape(name)}</th>{cells}</tr>'


def _task_json(result: TaskResult) -> dict[str, Any]:
    return {
        "function": result.task.function,
        "passed": result.passed,
        "points": result.points,
        "max_points": result.max_points,
        "problem": result.problem,
        "groups": [
            {
                "name": group.name,
                "passed": group.failure is None,
                "points": group.points if group.failure is None else 0,
                "max_points": group.points,
                "cases": group.cases,
                "failure": group.failure and _failure_json(result, group.failure),
            }
            for group in result.groups
        ],
    }


def _failure_json(result: TaskResult, failure: Failure) -> dict[str, str]:
    return {
        "call": _call(result, failure),
        "got": failure.got,
        "want": failure.want,
        "sentence": failure.sentence,
        "hint": failure.hint,
        "printed": failure.printed,
    }
