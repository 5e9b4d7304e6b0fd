"""What moves in a notebook: anywidget classes whose front end lies in static/."""

from memslot_lab.widgets.playground import Playground
from memslot_lab.widgets.stepper import Stepper

__all__ = ["Playground", "Stepper"]
