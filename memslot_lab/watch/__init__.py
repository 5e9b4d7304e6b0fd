"""Watch any function at work on a memslot array: a recording is a tape of frames."""

from memslot_lab.watch.difference import Difference, diff
from memslot_lab.watch.moment import Kind
from memslot_lab.watch.recorder import record
from memslot_lab.watch.tape import Frame, Tape
from memslot_lab.watch.tape_json import TapeError
from memslot_lab.watch.watched import Table

__all__ = ["Difference", "Frame", "Kind", "Table", "Tape", "TapeError", "diff", "record"]
