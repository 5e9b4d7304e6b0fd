"""The outcome of a check for a notebook."""

import re
from html import escape

from memslot_lab.course.results import TaskResult
from memslot_lab.course.told import Row, call, headline, mistake, parting, rows, title
from memslot_lab.views.array import CELL, MONO, RIGHT, WRONG

__all__ = ["box", "inline", "task_html"]


def task_html(result: TaskResult) -> str:
    """Return what became of one function."""
    parts = [box(f"<b>{escape(headline(result))}</b>", good=result.passed)]
    if result.problem:
        return "".join([*parts, _sentence(result.problem)])
    parts.append(_table_html(rows(result)))
    failure = result.smallest
    if not failure:
        return "".join([*parts, _paragraph(inline(result.task.explain))])
    parts += [_paragraph(f"<b>{escape(title(failure))}</b>"), _code(call(result, failure))]
    parts += [_sentence(failure.sentence)]
    parts += [_paragraph(inline(text)) for text in (mistake(failure),) if text]
    parts += [failure.diff.html]
    parts += [_paragraph(inline(text)) for text in (parting(failure),) if text]
    if failure.runs:
        parts += [failure.runs.html]
    if failure.printed:
        parts += [_paragraph("It printed:"), _code(failure.printed)]
    parts += [_paragraph(f"<b>Hint:</b> {inline(failure.hint)}")]
    name = result.task.function
    call_it = f"print({name}(*args))\nshow(args[0])" if failure.runs else f"{name}(*args)"
    by_hand = f"args = check({name}).example()\n{call_it}"
    return "".join([*parts, _paragraph("To try it by hand:"), _code(by_hand)])


def box(inner: str, *, good: bool) -> str:
    """Return a line on a tint, with a sign that says the same."""
    sign, tint = ("✓", RIGHT) if good else ("✗", WRONG)
    return f'<div style="{tint}; padding: 6px 12px; margin: 4px 0">{sign} {inner}</div>'


def inline(text: str) -> str:
    """Return text as HTML, with what stands in backticks as code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(text))


def _sentence(text: str) -> str:
    bar = "margin: 10px 0; padding: 4px 12px; border-left: 4px solid #D55E00; max-width: 60em"
    return f'<p style="{bar}">{inline(text)}</p>'


def _paragraph(inner: str) -> str:
    return f'<p style="margin: 8px 0; max-width: 60em">{inner}</p>'


def _code(text: str) -> str:
    return f'<pre style="margin: 4px 12px; white-space: pre-wrap">{escape(text)}</pre>'


def _table_html(rows: list[Row]) -> str:
    head = "".join(f'<th scope="col" style="{CELL}">{name}</th>' for name in ("", "case", "call", "got", "want"))
    body = "".join(map(_row_html, rows))
    return f'<table style="border-collapse: collapse"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _row_html(row: Row) -> str:
    good, name, call, got, want = row
    tints = ("", "") if good else (f"; {WRONG}", f"; {RIGHT}")
    cells = "".join(
        f'<td style="{MONO}{tint}">{escape(cell)}</td>'
        for cell, tint in zip((call, got, want), ("", *tints), strict=True)
    )
    sign = "✓" if good else "<b>✗</b>"
    return f'<tr><td style="{CELL}">{sign}</td><th scope="row" style="{CELL}">{escape(name)}</th>{cells}</tr>'
