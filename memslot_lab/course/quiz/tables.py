"""What a question shows: a picture with code, a list or a trace table, as text and as HTML that a sanitiser keeps."""

from collections.abc import Sequence
from html import escape

from memslot_lab.views.array import CELL, MONO, Picture

__all__ = ["blank", "block", "joined", "listed", "table"]

_BLANK = "border: 2px dashed currentColor; font-weight: bold; text-align: center"


def joined(*pictures: Picture) -> Picture:
    """Put pictures below each other."""
    return Picture("\n\n".join(p.text for p in pictures), "".join(p.html for p in pictures))


def block(caption: str, text: str) -> Picture:
    """Return lines of code below a caption."""
    html = f'<p style="margin: 8px 0 2px">{escape(caption)}</p><pre style="margin: 0 0 8px 12px">{escape(text)}</pre>'
    lines = "\n".join(f"    {line}" for line in text.splitlines())
    return Picture(f"{caption}\n{lines}" if caption else lines, html if caption else html[html.index("<pre") :])


def listed(caption: str, rows: Sequence[tuple[str, str]]) -> Picture:
    """Return named choices, whose text may go over several lines."""
    width = max(len(name) for name, _ in rows)
    lines = [caption]
    for name, text in rows:
        first, *more = text.splitlines()
        lines += [f"  {name:>{width}}  {first}", *(f"  {'':>{width}}  {line}" for line in more)]
    cells = "".join(
        f'<tr><th scope="row" style="{MONO}; border: 2px solid currentColor">{escape(name)}</th>'
        f'<td style="{MONO}">{escape(text)}</td></tr>'
        for name, text in rows
    )
    html = f'<p style="margin: 8px 0 2px">{escape(caption)}</p><table style="border-collapse: collapse">{cells}</table>'
    return Picture("\n".join(lines), html)


def blank(name: str) -> str:
    """Return what stands in a table where something is to be filled in."""
    return f"({name})"


def table(heads: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]]) -> Picture:
    """Return a table with row headings; cells made by `blank()` are framed."""
    grid = [["", *heads], *([label, *cells] for label, cells in rows)]
    widths = [max(map(len, column)) for column in zip(*grid, strict=True)]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))])
        for row in grid
    ]
    top = "".join(f'<th scope="col" style="{CELL}; text-align: center">{escape(head)}</th>' for head in ["", *heads])
    body = "".join(
        f'<tr><th scope="row" style="{CELL}">{escape(label)}</th>{"".join(map(_cell, cells))}</tr>'
        for label, cells in rows
    )
    html = f'<table style="border-collapse: collapse"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>'
    return Picture("\n".join(line.rstrip() for line in lines), html)


def _cell(text: str) -> str:
    style = f"{MONO}; {_BLANK}" if text.startswith("(") else f"{MONO}; text-align: center"
    return f'<td style="{style}">{escape(text)}</td>'
