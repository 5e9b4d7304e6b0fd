"""What the model and the kernel say to each scenario, as a table."""

from memslot_lab.captures.verdicts import Answers, Verdict

__all__ = ["verdicts_text"]


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
