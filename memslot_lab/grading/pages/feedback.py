"""What a student reads of one submission, as one page: points, the mistake's name, both runs to step through, hints.

What a hidden case was made of is not on the page, unless the teacher wants it there: not its arguments, not what was
got and wanted, not what was printed, and no recording.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from memslot_lab.course.catalog import Exercise, Task
from memslot_lab.course.errors import VariantError
from memslot_lab.course.results import Failure, GroupResult, Runs, TaskResult
from memslot_lab.course.told import call, mistake, parting, title
from memslot_lab.course.variants import Variant, is_mirrored
from memslot_lab.grading.marks import Mark
from memslot_lab.grading.pages.shell import inline, points_text, shown, with_runs
from memslot_lab.grading.sandbox import Tier
from memslot_lab.grading.submission import Submission
from memslot_lab.grading.unfit import STATUSES
from memslot_lab.watch.page import packed

__all__ = ["feedback_page"]

_NO_HEAD = re.compile(r'<th scope="col"[^>]*></th>')  # for a screen reader, a column without a name
_ODD = re.compile("[^ -~]")  # in HTML, of which every sign of its own is ASCII
_HIDDEN = (
    "A hidden case fails here: every case that you can run yourself passes, so think of one that is not among them."
)
_TURNED = "Your variant is turned around: where a hint or an explanation says higher, read lower, and lower for higher."


def feedback_page(
    submission: Submission,
    exercise: Exercise | None,
    results: Sequence[TaskResult],
    mark: Mark,
    *,
    show_hidden: bool = False,
    tier: Tier | None = None,
) -> str:
    """Return the page on one submission, which asks no network and runs no script but its own.

    Parameters
    ----------
    submission : Submission
        What was handed in.
    exercise : Exercise or None
        What it answers; None where nothing says so.
    results : Sequence[TaskResult]
        From the judge; empty where it was not judged.
    mark : Mark
        What it got.
    show_hidden : bool, optional
        Whether hidden cases are shown like the others.
    tier : Tier or None, optional
        How it was confined.
    """
    told = [_open(result) for result in results] if show_hidden else results
    runs = {_place(result): _stepper(parted) for result in told if (parted := _runs(_shown(result)))}
    body = [_header(submission, exercise, mark, tier), "<main>"]
    body += [_note(words, bad=mark.status != "graded") for words in _sentences(submission, mark)]
    body += [_note(_TURNED)] if exercise and _mirrored(exercise, submission) else []
    body += [_task(result) for result in told]
    body += [_next_step(mark), "</main>"]
    return with_runs(
        f"{submission.exercise or 'no exercise'}: feedback for {submission.student}", "\n".join(body), runs
    )


def _open(result: TaskResult) -> TaskResult:
    groups = (replace(g, failure=g.failure and replace(g.failure, hidden=False)) for g in result.groups)
    return replace(result, groups=tuple(groups))


def _shown(result: TaskResult) -> Failure | None:
    """Return the failure that is shown; None where there is none, or a hidden one."""
    shown = result.smallest
    return None if shown is None or shown.hidden else shown


def _sentences(submission: Submission, mark: Mark) -> Iterator[str]:
    """Yield why it is not judged, and which of several files counts."""
    if words := mark.sentence or STATUSES.get(mark.status, ""):
        yield words
    if submission.sentence and submission.sentence not in mark.sentence:
        yield submission.sentence


def _mirrored(exercise: Exercise, submission: Submission) -> bool:
    try:
        return is_mirrored(exercise, Variant(submission.variant)) if submission.variant else False
    except VariantError:  # the mark says so
        return False


# The parts.


def _header(submission: Submission, exercise: Exercise | None, mark: Mark, tier: Tier | None) -> str:
    about = f"{submission.exercise}: {exercise.topic}" if exercise else submission.exercise or "no exercise"
    share = mark.score / mark.max_score if mark.max_score else 0
    points = points_text(mark.score, mark.max_score)
    facts = [("file", f"<code>{shown(submission.place)}</code>")]
    facts += [("variant", f"<code>{shown(submission.variant)}</code>")] if submission.variant else []
    facts += [("judged", _confined(tier))] if tier and mark.tasks else []
    return f"""\
<header>
<p class="over">{shown(about)}</p>
<h1>Feedback for <bdi>{shown(submission.student)}</bdi></h1>
<p class="score"><b>{points if mark.tasks else "Not judged"}</b></p>
{_bar(share, points) if mark.tasks else ""}
<dl class="facts">{"".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)}</dl>
</header>"""


def _confined(tier: Tier) -> str:
    how = "confined by" if tier.is_boundary else "not confined:"
    return f"{how} {shown(tier.words)} ({tier.value})"


def _bar(share: float, points: str) -> str:
    width = f"{100 * share:.1f}%"
    return f'<div class="bar" role="img" aria-label="{points}"><span style="width: {width}"></span></div>'


def _note(text: str, *, bad: bool = False) -> str:
    return f'<p class="note{" bad" if bad else ""}">{inline(text)}</p>'


def _task(result: TaskResult) -> str:
    name = shown(result.task.function)
    parts = [f'<section class="card"><h2><code>{name}()</code> <span class="points">{_points(result)}</span></h2>']
    if result.problem:
        parts += [_note(result.problem, bad=True), _hints(result.task)]
    else:
        parts += [f'<ul class="groups">{"".join(map(_group, result.groups))}</ul>', *_failing(result)]
    parts += [f'<p class="why">{inline(result.task.explain)}</p>'] if result.passed else []
    return "\n".join([*parts, "</section>"])


def _points(result: TaskResult) -> str:
    return points_text(result.points, result.max_points)


def _group(group: GroupResult) -> str:
    failure = group.failure
    good = failure is None
    points = points_text(group.points if good else 0, group.points)
    cases = "1 case" if group.cases == 1 else f"{group.cases} cases"
    sign = '<span class="sign" role="img" aria-label="passed">✓</span>'
    sign = sign if good else '<span class="sign" role="img" aria-label="failed">✗</span>'
    line = f'<span class="name">{shown(group.name)}</span> <span class="cases">{cases}</span>'
    line = f'{sign} {line} <span class="points">{points}</span>'
    return f'<li class="{"good" if good else "bad"}">{line}{_seen(failure) if failure else ""}</li>'


def _seen(failure: Failure) -> str:
    if failure.hidden:
        return '<p class="seen">a hidden case fails here</p>'
    got, want = (f"<code>{shown(words, most=300)}</code>" for words in (failure.got, failure.want))
    return f'<p class="seen">got {got}, want {want}</p>'


def _failing(result: TaskResult) -> Iterator[str]:
    """Yield what is said of the failure that is shown, and the hints."""
    if result.smallest is None:
        return
    failure = _shown(result)
    if failure:
        yield from _case(result, failure)
    else:
        yield _note(_HIDDEN)
    yield _hints(result.task, failure.hint if failure else "")


def _case(result: TaskResult, failure: Failure) -> Iterator[str]:
    yield f"<h3>{shown(title(failure))}</h3>"
    yield f'<pre class="call" tabindex="0">{shown(call(result, failure))}</pre>'
    yield f'<p class="told">{inline(failure.sentence)}</p>'
    if words := mistake(failure):
        yield f'<p class="mistake">{inline(words)}</p>'
    if failure.diff.html:
        label = f"before and after, {shown(result.task.function)}"
        table = _ODD.sub(lambda sign: shown(sign[0]), _NO_HEAD.sub("<td></td>", failure.diff.html))
        yield f'<div class="wide" role="region" aria-label="{label}" tabindex="0">{table}</div>'
    if words := parting(failure):
        yield f"<p>{inline(words)}</p>"
    if _runs(failure):
        yield "<h3>Step through both runs: yours, and the kernel's below it</h3>"
        yield f'<div class="stepper" id="{_place(result)}"><p>The runs play here where scripts are allowed.</p></div>'
    if failure.printed:
        yield f'<h3>It printed</h3><pre class="printed" tabindex="0">{shown(failure.printed)}</pre>'


def _runs(failure: Failure | None) -> Runs | None:
    """Return both runs if they part: the first call may be right and only the second wrong."""
    return failure.runs if failure and failure.runs and failure.runs.parting else None


def _place(result: TaskResult) -> str:
    return f"runs-{result.task.function}"


def _stepper(runs: Runs) -> dict[str, Any]:
    """Return what a stepper is given: both tapes, how they lie beside each other, and the first difference."""
    values = {"tape": packed(runs.own.to_json()), "other": packed(runs.right.to_json())}
    return {**values, "comparison": runs.parting.to_json(), "step": runs.parting.first or 0}


def _hints(task: Task, asked: str = "") -> str:
    """Return the question that belongs to the case, the first hint open, and the others folded."""
    first, *rest = task.hints
    parts = [f'<p class="hint">{inline(asked)}</p>'] if asked else []
    parts += [f'<p class="hint">{inline(first)}</p>']
    for number, hint in enumerate(rest, start=2):
        label = "the last hint, which nearly tells" if number == len(task.hints) else "one hint more"
        parts.append(f"<details><summary>{label}</summary><p>{inline(hint)}</p></details>")
    return f"<h3>Hints</h3>{''.join(parts)}"


def _next_step(mark: Mark) -> str:
    if mark.status != "graded" or mark.score == mark.max_score:
        return ""
    words = "run <code>check()</code> in the notebook, or <code>memslot-lab check</code>, before you hand in again"
    but = "but lends what is not lent here"
    return f"<footer><p>Your own check says the same of every case that is not hidden, {but}: {words}.</p></footer>"
