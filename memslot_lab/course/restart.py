"""Begin an exercise anew: what was there is kept under a dated name, then the stub takes its place."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from memslot_lab.course.catalog import Exercise
from memslot_lab.course.checks import variant_in
from memslot_lab.course.errors import CourseError, NotebookError, ResetError, VariantError
from memslot_lab.course.handout import in_variant
from memslot_lab.course.place import answer_files
from memslot_lab.course.progress import note_reset
from memslot_lab.course.store import free_name, write_whole
from memslot_lab.course.stubs import cut_stub
from memslot_lab.course.variants import Variant
from memslot_lab.course.workspace import course_files

__all__ = ["KEPT", "Reset", "files_to_keep", "reset"]

KEPT = "kept"  # folder beside the exercises


@dataclass(frozen=True, slots=True)
class Reset:
    """What a reset did.

    Parameters
    ----------
    fresh : Path
        The exercise as it came.
    kept : tuple[Path, ...]
        Copies of what was there and was not the stub.
    note : str
        What could not be kept of the progress, for a person.
    """

    fresh: Path
    kept: tuple[Path, ...]
    note: str = ""


def files_to_keep(folder: Path, exercise: Exercise) -> list[Path]:
    """Return the files with an answer to an exercise, which a reset copies first."""
    return [path for path in answer_files(exercise.name, folder) if path.is_relative_to(folder) and path.is_file()]


def reset(folder: Path, exercise: Exercise) -> Reset:
    """Put the exercise back as it came, in the student's variant; keep a copy of each file with an answer.

    Parameters
    ----------
    folder : Path
        The course folder.
    exercise : Exercise
        From the manifest.

    Raises
    ------
    CourseError
        A file cannot be kept or written; then the answer is still where it was.
    """
    fresh = folder / "exercises" / f"{exercise.name}.ipynb"
    variant = _variant(fresh)
    stub = in_variant(_stub(folder, exercise), exercise, variant) if variant else _stub(folder, exercise)
    answers = files_to_keep(folder, exercise)
    try:
        worked_in = [path for path in answers if path.read_bytes() != stub]
        kept = tuple(_keep(path, folder / "exercises" / KEPT) for path in worked_in)
        write_whole(fresh, stub)
        for path in answers:
            if path != fresh:
                path.unlink()  # a Python file would count instead of the stub
    except OSError as error:
        raise ResetError(
            f"{error.filename or fresh} cannot be written ({error.strerror}); "
            f"{exercise.name} is as it was: make its folder one that you may write to"
        ) from None
    return Reset(fresh, kept, note_reset(folder, exercise).note)


def _variant(notebook: Path) -> Variant | None:
    """Return the student's variant, which a reset must not change; None where the notebook is gone or tells none."""
    with suppress(NotebookError, VariantError):
        return variant_in(notebook)
    return None


def _stub(folder: Path, exercise: Exercise) -> bytes:
    """Return the exercise as it came; in a checkout, where the learner's file took its place, it is cut again."""
    source = course_files()
    try:
        if source.resolve() == folder.resolve():
            return cut_stub(source / "solutions" / f"{exercise.name}.ipynb", exercise)
        return (source / "exercises" / f"{exercise.name}.ipynb").read_bytes()
    except OSError as error:
        raise CourseError(f"{error.filename}: {error.strerror}; install memslot-lab again") from None


def _keep(path: Path, folder: Path) -> Path:
    """Copy a file under a dated name of its own."""
    folder.mkdir(exist_ok=True)
    content = path.read_bytes()
    while True:
        copy = free_name(folder, path.stem, path.suffix)
        with suppress(FileExistsError), copy.open("xb") as file:  # somebody else may have taken the name by now
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            return copy
