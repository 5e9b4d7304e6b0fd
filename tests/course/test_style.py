"""The limits of a notebook's cells: each is seen when it is broken."""

import pytest

from memslot_lab.course.style import code_lines, style_findings, words

SHORT = [{"cell_type": "markdown", "source": "One idea."}, {"cell_type": "code", "source": "show(slots)"}] * 5


def cell(kind: str, source: str) -> dict[str, str]:
    """Return a cell."""
    return {"cell_type": kind, "source": source}


def test_notebook_within_the_limits_has_no_finding() -> None:
    """Ten short cells are an exercise."""
    assert list(style_findings(SHORT, fewest=10)) == []


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (SHORT[:9], "has 9 cells, not 10..60; split or join some"),
        (SHORT * 7, "has 70 cells, not 10..60; split or join some"),
        ([*SHORT, cell("code", " \n")], "cell 11 is empty; delete it"),
        ([*SHORT, cell("code", "x = 1\n" * 16)], "cell 11 has 16 lines, more than 15; split it"),
        ([*SHORT, cell("markdown", "word " * 121)], "cell 11 has 121 words, more than 120; split it"),
        ([cell("code", "x = 1\n" * 7)] * 10, "half of the code cells have more than 6 lines; shorten some"),
        ([cell("markdown", "word " * 61)] * 10, "half of the markdown cells have more than 60 words; shorten some"),
    ],
)
def test_notebook_beyond_a_limit_is_found(cells: list[dict[str, str]], words: str) -> None:
    """Each limit is kept by a sentence of its own."""
    assert words in list(style_findings(cells, fewest=10))


def test_lines_and_words_count_what_a_reader_takes_in() -> None:
    """No blank lines, no markers of the solution, no targets of links, no rules of tables."""
    assert code_lines("### BEGIN SOLUTION\nx = 1\n\n### END SOLUTION") == ["x = 1"]
    assert words("[a lesson](../x/y.ipynb)\n|---|---|\n<b>two</b>") == ["a", "lesson", "two"]
