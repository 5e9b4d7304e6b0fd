"""What the model and the kernel say to each scenario, as a table."""

from collections.abc import Sequence
from html import escape

from memslot_lab.captures.scenarios import Scenario
from memslot_lab.captures.verdicts import Answers, Verdict
from memslot_lab.views.array import MONO, Picture

__all__ = ["show_steps", "verdicts_text"]


def show_steps(scenario: Scenario, answers: Sequence[str] = ()) -> Picture:
    """Return the requests of a scenario, one a line; with answers, each with its own, and the scenario's name.

    The name often tells the answer, so it comes with it.
    """
    name = f"Scenario {scenario.number}: {scenario.name if answers else f'{len(scenario.steps)} requests'}"
    said = [*answers, *[""] * (len(scenario.steps) - len(answers))]
    width = max(len(step.request) for step in scenario.steps)
    rows = [(str(i), step.request, said[i]) for i, step in enumerate(scenario.steps)]
    text = [f"{i}  {request.ljust(width)}  {answer}".rstrip() for i, request, answer in rows]
    cells = ("".join(f'<td style="{MONO}">{escape(cell)}</td>' for cell in row) for row in rows)
    html = f"<table><caption>{escape(name)}</caption>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"
    return Picture("\n".join([name, *text]), html)


def verdicts_text(answers: Answers) -> str:
    """Return the table of verdicts, for people: one row a request, those of a scenario under its name.

    The column of a kernel that was not asked now is headed "recorded".
    """
    heading = "kernel" if answers.live else "recorded"
    rows = [("  request", "model", heading, "agree")]
    for before, one in zip((None, *answers.verdicts), answers.verdicts, strict=False):
        if before is None or before.scenario is not one.scenario:
            rows.append((f"{one.scenario.number}. {one.scenario.name}", "", "", ""))
        rows.append((f"  {one.request}", one.model, one.kernel, "yes" if one.agree else "NO"))
    return "\n".join([*_whose(answers), "", *_table(rows), "", _summary(answers)])


def _whose(answers: Answers) -> list[str]:
    if answers.live:
        return [f"kernel: {answers.kernel}, asked now through /dev/kvm; no vCPU was made, no guest ran"]
    return [
        f"NOT LIVE: {answers.why_recorded}",
        f"recorded: what {answers.kernel} answered when these scenarios were made",
    ]


def _table(rows: list[tuple[str, str, str, str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _summary(answers: Answers) -> str:
    scenarios = len({one.scenario.number for one in answers.verdicts})
    counted = f"{len(answers.verdicts)} requests in {scenarios} scenarios"
    whose = "this kernel" if answers.live else "the recorded kernel"
    differences = answers.differences
    if not differences:
        return f"{counted}: the model and {whose} agree on all of them"
    heading = f"{counted}: {len(differences)} on which the model and {whose} differ:"
    return "\n".join([heading, *map(_line, differences)])


def _line(one: Verdict) -> str:
    return f"  {one.scenario.number}. {one.scenario.name}: {one.request}: model {one.model}, kernel {one.kernel}"
