"""Compare what a learner expected with what came out, kindly."""

from html import escape
from types import EllipsisType
from typing import cast

from memslot_lab.views.array import RIGHT, WRONG, Picture, in_words

__all__ = ["compare"]


def compare(prediction: object, actual: object) -> Picture:
    """Return a line on a prediction; ``...`` stands for none yet, and then nothing is given away.

    Examples
    --------
    >>> compare([1, 0], [1, 0, 3])
    You expected [1, 0]; it is [1, 0, 3]. Where do the two part?
    >>> compare((1, 0, 3), [1, 0, 3])
    As you expected: [1, 0, 3].
    >>> compare(..., [1, 0, 3])
    No prediction yet: put one in place of the three dots above, then run both cells again.
    """
    if isinstance(prediction, EllipsisType):
        text, tint = "No prediction yet: put one in place of the three dots above, then run both cells again.", ""
    elif _plain(prediction) == _plain(actual):
        text, tint = f"As you expected: {in_words(actual)}.", RIGHT
    else:
        text, tint = f"You expected {in_words(prediction)}; it is {in_words(actual)}. Where do the two part?", WRONG
    return Picture(text, f'<div style="{tint}; padding: 6px 12px">{escape(text)}</div>')


def _plain(value: object) -> object:
    return list(cast("tuple[object, ...]", value)) if isinstance(value, tuple) else value
