"""compare(): a verdict in kind words, and nothing given away before there is a prediction."""

import pytest

from memslot_lab.course import compare
from memslot_lab.engine import Change, Memslots
from memslot_lab.views.array import RIGHT, Picture, show

SECRET = Picture("the <secret>", "<b>secret</b>")


@pytest.mark.parametrize(
    ("prediction", "actual", "words"),
    [
        ([1, 2], [1, 2], "As you expected: [1, 2]."),
        ((1, 2), [1, 2], "As you expected: [1, 2]."),
        ([[1, 2]], [(1, 2)], "As you expected: [(1, 2)]."),
        (10, 9, "You expected 10; it is 9."),
        (None, 9, "You expected None; it is 9."),
        ("x", 9, "You expected 'x'; it is 9."),
        (3, [1, 2], "You expected 3; it is [1, 2]."),
        ([1, 3], [1, 2], "You expected [1, 3]; it is [1, 2]."),
        ([2, 1], [1, 2], "You expected [2, 1]; it is [1, 2]. Where do the two part?"),
        ([2], [1, 2], "You expected [2]; it is [1, 2]. Where do the two part?"),
    ],
)
def test_prediction_right_or_wrong_is_told_in_a_line(prediction: object, actual: object, words: str) -> None:
    """The question where two rows part is asked of rows only, and only where there is more than one place to look."""
    assert compare(prediction, actual).text == words


@pytest.mark.parametrize(
    ("prediction", "actual", "slip"),
    [
        ("256", 256, "a number stands without quotes"),
        ("0x100", 256, "a number stands without quotes"),
        (["create"], ["CREATE"], "upper and lower case count"),
        ([" CREATE"], ["CREATE"], "the spaces count"),
        ([Change.CREATE], ["CREATE"], "a text stands in quotes"),
        ("CREATE", Change.CREATE, "a Change stands without quotes"),
        (["1", "0"], [1, 0], "a number stands without quotes"),
        (9, [9], "it is a list of one"),
        ([9], 9, "it is no list"),
    ],
)
def test_prediction_written_otherwise_is_told_what_differs(prediction: object, actual: object, slip: str) -> None:
    """Quotes, case and type make no wrong answer."""
    text = compare(prediction, actual).text

    assert text.startswith("You expected ")
    assert text.endswith(f"Only the way to write it differs: {slip}.")


@pytest.mark.parametrize("guess", [48, 67, 88, 70.5])
def test_guess_within_what_is_allowed_is_good(guess: float) -> None:
    """The words and the colour agree, and the number is told."""
    verdict = compare(guess, 68, within=20)

    assert verdict.text == f"You expected {guess}; it is 68. A guess within 20 is good."
    assert RIGHT in verdict.html


@pytest.mark.parametrize("guess", [47, 89, [68], "sixty", None])
def test_guess_further_off_is_as_wrong_as_ever(guess: object) -> None:
    """Also one that is no number."""
    assert "is good" not in compare(guess, 68, within=20).text
    assert "is good" not in compare(67, 68).text
    assert compare(68, 68, within=20).text == "As you expected: 68."


def test_no_prediction_gives_nothing_away() -> None:
    """Neither the answer nor a picture is in the saved output of a lesson."""
    verdict = compare(..., [1, 2], SECRET)

    for form in (verdict.text, verdict.html):
        assert "No prediction yet" in form
        assert "[1, 2]" not in form
        assert "secret" not in form


@pytest.mark.parametrize("prediction", [[1, 2], [2, 1], ["1", "2"]])
def test_pictures_come_below_the_verdict(prediction: object) -> None:
    """With a prediction, right or wrong, the pictures are shown in their order, in both forms."""
    array = show(Memslots(4))
    shown = compare(prediction, [1, 2], array, SECRET)

    assert shown.text.endswith(f"\n\n{array.text}\n\n{SECRET.text}")
    assert shown.html.endswith(f"</div>{array.html}{SECRET.html}")
