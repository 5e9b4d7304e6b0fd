"""How long the cells of a lesson and of an exercise may be."""

import re
from collections.abc import Iterator
from typing import Any

from memslot_lab.course.answers import source_of
from memslot_lab.course.stubs import BEGIN, END

__all__ = ["CODE_LIMIT", "PROSE_LIMIT", "code_lines", "style_findings", "words"]

CODE_LIMIT = 15  # lines; half of the cells have 6 at most
PROSE_LIMIT = 120  # words; half of the cells have 60 at most
_CODE_AIM, _PROSE_AIM = 6, 60


def code_lines(source: str) -> list[str]:
    """Return the lines that a reader has to take in."""
    return [line for line in source.splitlines() if line.strip() and line.strip() not in (BEGIN, END)]


def words(source: str) -> list[str]:
    """Return the words of prose: no link targets, tags, table rules or marks."""
    plain = re.sub(r"\]\([^)]*\)|<[^>]*>|^\|?[-| :]+$", " ", source, flags=re.MULTILINE)
    return re.findall(r"\w[\w'().,-]*", plain)


def style_findings(cells: list[dict[str, Any]], *, fewest: int, most: int = 60) -> Iterator[str]:
    """Yield a sentence for each limit that a notebook breaks.

    Parameters
    ----------
    cells : list[dict[str, Any]]
        Of the notebook.
    fewest, most : int
        How many cells it may have.
    """
    if not fewest <= len(cells) <= most:
        yield f"has {len(cells)} cells, not {fewest}..{most}; split or join some"
    for number, cell in enumerate(cells, start=1):
        if not source_of(cell).strip():
            yield f"cell {number} is empty; delete it"
    yield from _lengths(cells, "code", code_lines, CODE_LIMIT, _CODE_AIM, "lines")
    yield from _lengths(cells, "markdown", words, PROSE_LIMIT, _PROSE_AIM, "words")


def _lengths(cells: list[dict[str, Any]], kind: str, measure: Any, limit: int, aim: int, unit: str) -> Iterator[str]:
    sized = sorted(
        (len(measure(source_of(cell))), number)
        for number, cell in enumerate(cells, start=1)
        if cell.get("cell_type") == kind
    )
    for length, number in sized:
        if length > limit:
            yield f"cell {number} has {length} {unit}, more than {limit}; split it"
    if sized and sized[len(sized) // 2][0] > aim:
        yield f"half of the {kind} cells have more than {aim} {unit}; shorten some"
