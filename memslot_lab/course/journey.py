"""The way through the course: how far a learner is, and what comes next."""

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Literal

from memslot_lab.course.catalog import Exercise, Task, read_manifest
from memslot_lab.course.progress import Progress, choose_task, read_progress
from memslot_lab.views.array import CELL, RIGHT, Picture

__all__ = ["Journey", "Stage", "bar", "read_journey"]

State = Literal["solved", "begun", "not begun"]

_BAR = 10  # characters


@dataclass(frozen=True, slots=True)
class Stage:
    """One exercise on the way.

    Parameters
    ----------
    exercise : Exercise
        From the manifest.
    points : int
        Of the last checks.
    hints : int
        Hints that were given.
    state : "solved", "begun" or "not begun"
        Solved is what passed at some time.
    checked : str
        When it was checked last, empty for never.
    """

    exercise: Exercise
    points: int
    hints: int
    state: State
    checked: str

    @property
    def words(self) -> str:
        """The state in words."""
        anew = self.state == "solved" and self.points < self.exercise.points
        parts = ["solved once" if anew else self.state]
        if self.hints:
            parts.append(f"{self.hints} hint{'' if self.hints == 1 else 's'}")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Journey:
    """The whole way.

    Parameters
    ----------
    stages : tuple[Stage, ...]
        In the order of the course.
    progress : Progress
        What they were made from.
    folder : Path or None
        The course folder.
    """

    stages: tuple[Stage, ...]
    progress: Progress
    folder: Path | None = None

    @property
    def points(self) -> int:
        """Points earned."""
        return sum(stage.points for stage in self.stages)

    @property
    def max_points(self) -> int:
        """Points to be had."""
        return sum(stage.exercise.points for stage in self.stages)

    @property
    def next(self) -> tuple[Stage, Task] | None:
        """Where to go on: the open exercise that was checked last, or the first open one; None when all is solved."""
        waiting = [stage for stage in self.stages if stage.state != "solved"]
        if not waiting:
            return None
        latest = max(waiting, key=lambda stage: stage.checked)
        stage = latest if latest.checked else waiting[0]
        return stage, choose_task(stage.exercise, None, self.progress)

    @property
    def next_words(self) -> str:
        """A sentence on where to go on."""
        if not self.next:
            return "Everything is solved. `memslot-lab review` keeps it fresh."
        stage, task = self.next
        begun = "You stopped at" if stage.checked else "Next:"
        return f"{begun} {stage.exercise.name}, task {task.number}: {task.function}."

    def text(self, *, plain: bool = False) -> str:
        """Return a line an exercise with a bar each; `plain` draws it in ASCII."""
        return "\n".join([*self._rows(plain), "", f"  {self.total_words}", "", self._next_text()])

    @property
    def total_words(self) -> str:
        """Points and exercises so far."""
        solved = sum(stage.state == "solved" for stage in self.stages)
        return f"{self.points} of {self.max_points} points; {solved} of {len(self.stages)} exercises solved"

    def _rows(self, plain: bool) -> list[str]:
        here = self.next and self.next[0]
        names, points, most = (
            max(map(len, column)) for column in zip(*(map(str, _columns(stage)) for stage in self.stages), strict=True)
        )
        rows: list[str] = []
        for stage in self.stages:
            name, got, full = _columns(stage)
            sign = ">" if stage is here else " "
            filled = bar(stage.points, stage.exercise.points, plain=plain)
            rows.append(f"{sign} {name:<{names}}  {filled}  {got:>{points}} of {full:>{most}}  {stage.words}")
        return rows

    def _next_text(self) -> str:
        if not self.next:
            return self.next_words
        exercise = self.next[0].exercise
        return "\n".join(
            [
                self.next_words,
                f"  lesson    notebooks/{exercise.lesson}.ipynb",
                f"  exercise  exercises/{exercise.name}.ipynb",
                f"  to check  memslot-lab check {exercise.name}",
            ]
        )

    def to_json(self) -> dict[str, Any]:
        """Return the journey as plain data."""
        return {
            "folder": self.folder and str(self.folder),
            "points": self.points,
            "max_points": self.max_points,
            "next": self.next and {"exercise": self.next[0].exercise.name, "task": self.next[1].function},
            "note": self.progress.note,
            "exercises": [_stage_json(stage, self.progress) for stage in self.stages],
        }

    def picture(self) -> Picture:
        """Return the journey for a notebook."""
        note = self.progress.note
        text = "\n\n".join(filter(None, [note, self.text()]))
        rows = "".join(_row_html(stage, here=bool(self.next) and stage is self.next[0]) for stage in self.stages)
        words = "".join(f"<p>{escape(line)}</p>" for line in (note, self.total_words, self.next_words) if line)
        return Picture(text, f'<table style="border-collapse: collapse">{rows}</table>{words}')


def read_journey(folder: Path | None) -> Journey:
    """Return how far a learner is, as the last checks found it; nothing is run."""
    progress = read_progress(folder)
    return Journey(tuple(_stage(exercise, progress) for exercise in read_manifest().values()), progress, folder)


def _stage(exercise: Exercise, progress: Progress) -> Stage:
    known = [progress.of(task) for task in exercise.tasks]
    begun = any(task.checked or task.hints for task in known)
    state: State = "solved" if progress.passed(exercise) else "begun" if begun else "not begun"
    checked = max(task.checked for task in known)
    return Stage(exercise, progress.points(exercise), sum(task.hints for task in known), state, checked)


def bar(points: int, most: int, *, plain: bool = False) -> str:
    """Return a bar of ten characters; it is full only when every point is there, and empty only without one.

    Examples
    --------
    >>> bar(3, 10, plain=True), bar(1, 100, plain=True), bar(99, 100, plain=True)
    ('###-------', '#---------', '#########-')
    """
    full, empty = ("#", "-") if plain else ("█", "░")
    filled = _BAR if points >= most else 0 if points <= 0 else min(_BAR - 1, max(1, _BAR * points // most))
    return full * filled + empty * (_BAR - filled)


def _columns(stage: Stage) -> tuple[str, int, int]:
    return stage.exercise.name, stage.points, stage.exercise.points


def _row_html(stage: Stage, *, here: bool) -> str:
    name = escape(stage.exercise.name)
    meter = f'<progress value="{stage.points}" max="{stage.exercise.points}" aria-label="{name}"></progress>'
    cells = (f"<b>▸ {name}</b>" if here else name, meter, f"{stage.points} of {stage.exercise.points}", stage.words)
    style = f"{CELL}; {RIGHT}" if here else CELL
    row = "".join(f'<td style="{style}">{cell}</td>' for cell in cells)
    return f"<tr>{row}</tr>"


def _stage_json(stage: Stage, progress: Progress) -> dict[str, Any]:
    tasks = {
        task.function: {
            "points": progress.of(task).points,
            "max_points": sum(group.points for group in task.groups),
            "hints": progress.of(task).hints,
            "checks": progress.of(task).checks,
            "passed": progress.of(task).passed or None,
        }
        for task in stage.exercise.tasks
    }
    return {
        "name": stage.exercise.name,
        "topic": stage.exercise.topic,
        "state": stage.state,
        "points": stage.points,
        "max_points": stage.exercise.points,
        "tasks": tasks,
    }
