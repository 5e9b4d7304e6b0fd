"""Compare what a learner expected with what came out, kindly."""

from collections.abc import Sequence
from enum import Enum
from html import escape
from types import EllipsisType
from typing import TypeGuard

from memslot_lab.views.array import RIGHT, WRONG, Picture, in_words

__all__ = ["compare"]

_NONE_YET = "No prediction yet: put one in place of the three dots above, then run both cells again."


def compare(prediction: object, actual: object, *pictures: Picture, within: int = 0) -> Picture:
    """Return a line on a prediction, and the pictures below it.

    Parameters
    ----------
    prediction : object
        What the learner wrote; ``...`` stands for nothing yet, and then nothing is given away.
    actual : object
        What came out.
    *pictures : Picture
        From `show()` and its like; they come with the verdict and not before.
    within : int, optional
        How far off a number may be and still be a good guess.

    Examples
    --------
    >>> compare([1, 0], [1, 0, 3])
    You expected [1, 0]; it is [1, 0, 3]. Where do the two part?
    >>> compare((1, 0, 3), [1, 0, 3])
    As you expected: [1, 0, 3].
    >>> compare(10, 9)
    You expected 10; it is 9.
    >>> compare(60, 68, within=20)
    You expected 60; it is 68. A guess within 20 is good.
    >>> compare("256", 256)
    You expected '256', and it is 256. Only the way to write it differs: a number stands without quotes.
    >>> compare(..., [1, 0, 3])
    No prediction yet: put one in place of the three dots above, then run both cells again.
    """
    if isinstance(prediction, EllipsisType):
        return _line(_NONE_YET, "")
    slip = _slip(prediction, actual)
    if _same(prediction, actual):
        verdict = _line(f"As you expected: {in_words(actual)}.", RIGHT)
    elif slip:
        words = f"You expected {in_words(prediction)}, and it is {in_words(actual)}."
        verdict = _line(f"{words} Only the way to write it differs: {slip}.", RIGHT)
    elif _near(prediction, actual, within):
        words = f"You expected {in_words(prediction)}; it is {in_words(actual)}."
        verdict = _line(f"{words} A guess within {within} is good.", RIGHT)
    else:
        question = " Where do the two part?" if _differ_at_places(prediction, actual) else ""
        verdict = _line(f"You expected {in_words(prediction)}; it is {in_words(actual)}.{question}", WRONG)
    shown = (verdict, *pictures)
    return Picture("\n\n".join(picture.text for picture in shown), "".join(picture.html for picture in shown))


def _line(text: str, tint: str) -> Picture:
    return Picture(text, f'<div style="{tint}; padding: 6px 12px">{escape(text)}</div>')


def _is_row(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, list | tuple)


def _same(one: object, other: object) -> bool:
    """Return whether two values are equal; a tuple is as good as a list."""
    if _is_row(one) and _is_row(other):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def _near(one: object, other: object, within: int) -> bool:
    """Return whether two numbers are no further apart than that."""
    return isinstance(one, int | float) and isinstance(other, int | float) and abs(one - other) <= within


def _differ_at_places(one: object, other: object) -> bool:
    """Return whether two rows differ in length, or at more than one place."""
    if not _is_row(one) or not _is_row(other):
        return False
    return len(one) != len(other) or sum(not _same(*pair) for pair in zip(one, other, strict=True)) > 1


def _slip(one: object, other: object) -> str:
    """Return what to write otherwise where two values mean the same, an empty string where they do not."""
    if _same(_meant(one), _meant(other)):
        ways = (_other_way(*pair) for pair in zip(_leaves(one), _leaves(other), strict=True))
        return next((way for way in ways if way), "")
    if _is_row(other) and not _is_row(one) and _same([_meant(one)], _meant(other)):
        return "it is a list of one"
    if _is_row(one) and not _is_row(other) and _same(_meant(one), [_meant(other)]):
        return "it is no list"
    return ""


def _meant(value: object) -> object:
    """Return a value without quotes, case and type: the number in a text, the name of an enum's member."""
    if _is_row(value):
        return [_meant(item) for item in value]
    if isinstance(value, Enum):
        value = value.name
    if not isinstance(value, str):
        return value
    try:
        return int(value, 0)
    except ValueError:
        return value.strip().casefold()


def _leaves(value: object) -> list[object]:
    return [leaf for item in value for leaf in _leaves(item)] if _is_row(value) else [value]


def _other_way(one: object, other: object) -> str:
    if _same(one, other):
        return ""
    if isinstance(one, str) and isinstance(other, str):
        return "upper and lower case count" if one.strip() != other.strip() else "the spaces count"
    if isinstance(one, str):
        return f"{'a number' if isinstance(other, int) else f'a {type(other).__name__}'} stands without quotes"
    return "a text stands in quotes" if isinstance(other, str) else f"it is a {type(other).__name__}"
