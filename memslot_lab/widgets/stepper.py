"""Step through a tape in a notebook, forward and back; or through two side by side; or predict each write."""

from html import escape
from typing import Any, TypeAlias, cast

import traitlets

from memslot_lab.views.array import Picture
from memslot_lab.views.tape import show_pair, show_tape
from memslot_lab.watch import Difference, Tape, TapeError, diff
from memslot_lab.widgets.base import LabWidget

__all__ = ["Stepper"]

_Recorded: TypeAlias = Tape | dict[str, Any]


class Stepper(LabWidget):
    """A tape to step through, in the browser; Python is not asked meanwhile.

    Parameters
    ----------
    tape : Tape or dict
        What `record()` gave, or its `to_json()`.
    other : Tape or dict, optional
        A second run on the same array, to be stepped beside it; the first difference is marked.
    names : tuple[str, str], optional
        What the two are called.
    predict : bool, optional
        Stop before each write until the learner has said which cell it goes to; without effect beside an `other`.
    step : int, optional
        Where to begin; between two tapes a position of their comparison.
    speed : float, optional
        When it plays; 1 is slow enough to read.

    Attributes
    ----------
    score : dict[str, int]
        Predictions so far: ``right``, ``wrong``, ``unsure``.
    answers : list[dict[str, Any]]
        Each of them: ``step``, ``chosen`` (None for "not sure"), ``written`` (the cells) and ``verdict``.

    Raises
    ------
    TypeError
        An unknown keyword; the nearest name is in the message.
    ValueError
        The two tapes begin with different arrays.

    Examples
    --------
    >>> from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots
    >>> from memslot_lab.watch import record
    >>> tape = record(update_memslots, Memslots(capacity=2), MemorySlot(id=1, base_gfn=0, npages=8), Change.CREATE)
    >>> Stepper(tape, pedict=True)
    Traceback (most recent call last):
        ...
    TypeError: Stepper() has no keyword 'pedict'; did you mean 'predict'?
    """

    scripts = ("stepper.js",)
    styles = ("stepper.css",)

    tape = traitlets.Any().tag(sync=True)
    other = traitlets.Any(None, allow_none=True).tag(sync=True)
    comparison = traitlets.Dict(None, allow_none=True).tag(sync=True)
    predict = traitlets.Bool(False).tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)
    speed = traitlets.Float(1.0).tag(sync=True)
    score = traitlets.Dict({"right": 0, "wrong": 0, "unsure": 0}).tag(sync=True)
    answers = traitlets.List[dict[str, Any]]().tag(sync=True)
    playing = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self,
        tape: _Recorded,
        *,
        other: _Recorded | None = None,
        names: tuple[str, str] = ("yours", "the kernel's"),
        **traits: Any,
    ) -> None:
        self._names = names
        super().__init__(tape=tape, other=other, **{"comparison": _comparison(tape, other, names), **traits})

    @traitlets.validate("tape", "other")
    def _check_tape(self, proposal: dict[str, Any]) -> object:
        """Keep plain data; whether it is a tape that can be played is said where it shows."""
        value = proposal["value"]
        if isinstance(value, Tape):
            return value.to_json()
        if isinstance(value, dict) or (value is None and proposal["trait"].name == "other"):
            return cast("object", value)
        kind = type(cast("object", value)).__name__
        raise traitlets.TraitError(f"{kind} is no tape; pass what record() gave, or its to_json()")

    @traitlets.observe("tape", "other")
    def _begin_anew(self, change: dict[str, Any]) -> None:
        """Forget what was said of another tape."""
        if change["old"] is None:  # made just now
            return
        try:
            self.comparison = _comparison(self.tape, self.other, self._names)
        except TapeError:  # said where it shows
            self.comparison = None
        self.step, self.answers, self.score = 0, [], {"right": 0, "wrong": 0, "unsure": 0}

    def picture(self) -> Picture:
        """Return the state and the sentence at this step; while predicting only the beginning, for no answer shows."""
        try:
            return self._picture()
        except (TapeError, IndexError) as error:
            return Picture(str(error), f"<table><tbody><tr><td>{escape(str(error))}</td></tr></tbody></table>")

    def _picture(self) -> Picture:
        tape = _tape(self.tape)
        if not self.comparison:
            return show_tape(tape, 0 if self.predict else self.step)
        return show_pair(tape, _tape(self.other), _difference(self.comparison), self.step)


def _tape(recorded: _Recorded) -> Tape:
    return recorded if isinstance(recorded, Tape) else Tape.from_json(recorded)


def _comparison(tape: _Recorded, other: _Recorded | None, names: tuple[str, str]) -> dict[str, Any] | None:
    if other is None:
        return None
    return diff(_tape(tape), _tape(other), names=names).to_json()


def _difference(data: dict[str, Any]) -> Difference:
    pairs = tuple((one, other) for one, other in data["pairs"])
    return Difference(pairs, data["first"], data["text"], tuple(data["names"]))
