"""Find what students handed in, in every shape that they, nbgrader and LMSes give it; one row for each, judged or not.

First all names are read, then one file after the other as it is asked for: ten thousand files take little memory.
Where a student has two answers to an exercise, the one saved later counts, as when a learner checks, and it is said.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import groupby
from json import dumps
from pathlib import Path
from typing import NamedTuple

from memslot_lab.course.catalog import Exercise, find_exercise, read_manifest
from memslot_lab.course.errors import CourseError
from memslot_lab.grading.archives import Archives
from memslot_lab.grading.naming import exercise_of, is_generic, is_lms_name, owner_of, stem_of
from memslot_lab.grading.pieces import functions_in, read_answer, variant_said
from memslot_lab.grading.places import Place, fit_text, is_answer_name, is_zip_name, place_of, places_below
from memslot_lab.grading.unfit import UnfitError

__all__ = ["Submission", "Submissions", "SubmissionsError", "find_submissions"]


_NAMED = 10  # files that do not count


class SubmissionsError(CourseError):
    """A folder of submissions that is not there."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One student's answer to one exercise.

    Parameters
    ----------
    student, exercise : str
        Names; the exercise is empty where nothing says which.
    place : str
        The file's path from the folder of submissions, "all.zip!ada/03_delete.ipynb" in a zip.
    pieces : tuple[tuple[str, str], ...]
        Label and source in the order in which they run: an answer cell a function, or one ("file", text) for a .py.
    variant : str
        The code that the notebook says, an empty string if none. It is the student's word.
    status : str
        Empty when it can be judged, else a key of `STATUSES`.
    sentence : str
        Why it cannot be judged, or which of several files counts, for the student; empty when all is plain.
    """

    student: str
    exercise: str
    place: str
    pieces: tuple[tuple[str, str], ...] = ()
    variant: str = ""
    status: str = ""
    sentence: str = ""

    @property
    def digest(self) -> str:
        """What stands for all that a mark follows from."""
        said = [self.pieces, self.variant, self.status, self.sentence]
        return sha256(dumps(said).encode()).hexdigest()[:32]


class _Named(NamedTuple):
    """A place, whose it is and what it answers."""

    student: str
    exercise: str
    rank: tuple[object, ...]  # of several for the same, the highest counts
    place: Place


_Row = Callable[[], Submission]  # not read yet


def find_submissions(path: Path, exercise: str | None = None) -> Iterator[Submission]:
    """Yield every submission, in the order of students, exercises and places.

    Parameters
    ----------
    path : Path
        A folder, a zip or one file; nothing in it is changed.
    exercise : str or None, optional
        Only this one; a notebook whose name says no exercise is then taken for it.

    Raises
    ------
    SubmissionsError
        There is nothing at this path.
    UnknownExerciseError
        No exercise has this name.
    """
    return iter(Submissions(path, exercise))


class Submissions:
    """As `find_submissions()`, with their number, which is known before any is read; can be gone through again."""

    def __init__(self, path: Path, exercise: str | None = None) -> None:
        wanted = find_exercise(exercise) if exercise is not None else None
        if not path.exists():
            raise SubmissionsError(f"{path} is not there; give the folder, zip or file that the students handed in")
        self._archives = Archives()
        with self._archives:
            self._rows = list(_rows(path, self._archives, wanted))

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Submission]:
        with self._archives:
            for row in self._rows:
                yield row()


def _rows(path: Path, archives: Archives, wanted: Exercise | None) -> Iterator[_Row]:
    manifest = read_manifest()
    named = [_named(place, path, manifest, wanted) for place in _unwrapped(_places(path, archives), path, manifest)]
    named = sorted(filter(lambda one: one.student, named), key=lambda one: (one.student, one.exercise, one.place.shown))
    for _, handed_in in groupby(named, key=lambda one: one.student):
        yield from _of_student(list(handed_in), manifest, wanted)


def _places(path: Path, archives: Archives) -> list[Place]:
    if path.is_dir():
        return list(places_below(path, archives.in_zip))
    if is_zip_name(path.name):
        return list(archives.in_class_zip(path))
    return [place_of(path, (fit_text(path.name),))] if is_answer_name(path.name) else [_no_answer(path)]


def _no_answer(path: Path) -> Place:
    name = fit_text(path.name)
    problem = UnfitError("no-notebook", f"{name} is no notebook, Python file or zip; hand in the exercise's .ipynb")
    return Place(name, (name,), (0,), problem, lambda: b"")


# Whose, and which.


def _unwrapped(places: list[Place], path: Path, manifest: Mapping[str, Exercise]) -> list[Place]:
    """Take folders that are no student's from the front of the pieces of paths."""
    while wrapper := _wrapper(places, path, manifest):
        places = [_without(place, wrapper) for place in places if place.parts != (wrapper, "")]
    return [place for place in places if place.parts not in ((), ("",))]


def _without(place: Place, wrapper: str) -> Place:
    own = place.parts[1:] if place.parts[0] == wrapper and len(place.parts) > 1 else place.parts
    return Place(place.shown, own, place.saved, place.problem, place.read)


def _wrapper(places: list[Place], path: Path, manifest: Mapping[str, Exercise]) -> str:
    """Return a first folder that holds students' folders or an LMS's files, an empty string if there is none."""
    firsts = {place.parts[0] for place in places if len(place.parts) > 1 and place.parts != (place.parts[0], "")}
    files = [place.parts for place in places if place.parts[-1]]
    for first in sorted(firsts):
        seconds = {parts[1] for parts in files if parts[0] == first and len(parts) > 1}
        of_lms = seconds and all(map(is_lms_name, seconds)) and not is_lms_name(first)
        if of_lms or is_generic(first, manifest):
            return first
    if len(firsts) != 1 or not files or any(len(parts) < 3 for parts in files) or is_lms_name(files[0][0]):
        return ""
    seconds = {parts[1] for parts in files}
    of_class = is_zip_name(path.name) or is_zip_name(files[0][0])
    many = (of_class and len(seconds) > 1) or _repeats(files)
    many = many and not any(is_generic(second, manifest) for second in seconds)
    return files[0][0] if many or seconds <= {"submissions", "submitted"} else ""


def _repeats(files: list[tuple[str, ...]]) -> bool:
    """Return whether folders that lie in one have a file of the same name: they are students, or one would lose it."""
    level = next((i for i, pieces in enumerate(zip(*files, strict=False)) if len({*pieces}) > 1), 0)
    names = Counter(name for _, name in {(parts[level], parts[-1].casefold()) for parts in files})
    return level > 0 and max(names.values()) > 1


def _named(place: Place, path: Path, manifest: Mapping[str, Exercise], wanted: Exercise | None) -> _Named:
    home = fit_text(path.resolve().name if path.is_dir() else path.resolve().parent.name)
    parts = tuple(stem_of(part) if is_zip_name(part) else part for part in place.parts)
    student, attempt = owner_of(parts, manifest, stem_of(path.name) if is_zip_name(path.name) else home)
    if not parts[-1]:
        return _Named(student, "", (), place)
    is_python = parts[-1].casefold().endswith(".py")
    whole = [stem_of(part) for part in re.split("[/!]", place.shown)[:-1]]  # with folders that are no student's
    name = by_name = exercise_of([*whole, parts[-1]], manifest, by_folder=not is_python)
    if not name and is_answer_name(parts[-1]):
        name = _by_content(place, manifest)
        if wanted and not is_python:
            name = name or wanted.name
    rank = (place.problem is None, by_name != "", attempt, place.saved, place.shown)
    return _Named(student, name, rank, place)


def _by_content(place: Place, manifest: Mapping[str, Exercise]) -> str:
    """Return the one exercise whose functions a file answers, an empty string if that is not sure."""
    homes = {task.function: exercise.name for exercise in manifest.values() for task in exercise.tasks}
    try:
        content = b"" if place.problem else place.read()
    except UnfitError:
        content = b""
    names = {homes[function] for function in functions_in(place.parts[-1], content, homes)}
    return names.pop() if len(names) == 1 else ""


# Rows.


def _of_student(everything: list[_Named], manifest: Mapping[str, Exercise], wanted: Exercise | None) -> Iterator[_Row]:
    """Yield a student's rows: an exercise each, what cannot be told apart each, or that there is nothing."""
    handed_in = [one for one in everything if not wanted or one.exercise in ("", wanted.name)]
    files = [one for one in handed_in if one.rank]
    markers = [one for one in handed_in if not one.rank]
    unsaid = [one for one in files if not one.exercise and _is_told(one, files)]
    troubles = [one for one in markers if one.place.problem and one.place.problem.status != "no-notebook"]
    yield from (partial(_unsaid, one) for one in [*unsaid, *troubles])
    known = [one for one in files if one.exercise]
    for name, several in groupby(known, key=lambda one: one.exercise):
        yield partial(_counting, list(several), manifest[name])
    if not (unsaid or troubles or known):
        yield partial(_nothing, everything, wanted)


def _is_told(one: _Named, files: list[_Named]) -> bool:
    """Return whether a file without an exercise is worth a row: a .py beside answers is a helper."""
    return not one.place.parts[-1].casefold().endswith(".py") or not any(other.exercise for other in files)


def _unsaid(one: _Named) -> Submission:
    problem = one.place.problem or _unread(one.place)
    name = one.place.parts[-1]
    words = f"{name} does not say which exercise it answers; name it as the exercise, such as 03_delete.ipynb"
    problem = problem or UnfitError("unknown-exercise", words)
    return Submission(one.student, "", one.place.shown, status=problem.status, sentence=problem.sentence)


def _unread(place: Place) -> UnfitError | None:
    """Return why a file cannot be read at all, None if it can."""
    try:
        read_answer(place.parts[-1], place.read(), next(iter(read_manifest().values())))
    except UnfitError as problem:
        return None if problem.status in ("no-answer", "duplicate-cells") else problem
    return None


def _counting(several: list[_Named], exercise: Exercise) -> Submission:
    """Return what counts of a student's answers to an exercise."""
    best = max(several, key=lambda one: one.rank)
    remark = _remark(best, [one for one in several if one is not best])
    place = best.place
    try:
        if place.problem:
            raise place.problem
        read = read_answer(place.parts[-1], place.read(), exercise)
        variant = read.variant or _variant_beside(best, several)
    except UnfitError as problem:
        words = " ".join(filter(None, [f"{problem.sentence}.", remark])) if remark else problem.sentence
        return Submission(best.student, exercise.name, place.shown, status=problem.status, sentence=words)
    return Submission(best.student, exercise.name, place.shown, read.pieces, variant, "", remark)


def _variant_beside(best: _Named, several: list[_Named]) -> str:
    """Return the variant of a Python file: that of the notebook that lies beside it, as when a learner checks."""
    notebook = f"{stem_of(best.place.shown)}.ipynb"
    beside = [one.place for one in several if one.place.shown == notebook and one is not best]
    try:
        return variant_said(beside[0].parts[-1], beside[0].read()) if beside and not beside[0].problem else ""
    except UnfitError:
        return ""


def _remark(best: _Named, others: Iterable[_Named]) -> str:
    passed = sorted(one.place.shown for one in others)
    if not passed:
        return ""
    more = f" and {len(passed) - _NAMED:,} more" if len(passed) > _NAMED else ""
    named = ", ".join(passed[:_NAMED])
    return f"{best.place.shown} counts as the last of {len(passed) + 1:,}; not looked at: {named}{more}"


def _nothing(handed_in: list[_Named], wanted: Exercise | None) -> Submission:
    first = min(handed_in, key=lambda one: (len(one.place.parts), one.place.shown))
    problem = first.place.problem
    sentence = problem.sentence if problem else "nothing that could be an answer; hand in the exercise's .ipynb"
    others = sorted({one.exercise for one in handed_in if one.exercise})
    if wanted and others:
        sentence = f"answers to {', '.join(others)}, and none to {wanted.name}; hand in {wanted.name}.ipynb"
    return Submission(
        first.student, wanted.name if wanted else "", first.place.shown, status="no-notebook", sentence=sentence
    )
