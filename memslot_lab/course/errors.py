"""What can be wrong with an exercise, a manifest or a notebook; each message says what to do."""

__all__ = [
    "CourseError",
    "ManifestError",
    "NotSolvedError",
    "NotebookError",
    "ResetError",
    "UnknownExerciseError",
    "UnknownTaskError",
    "VariantError",
]


class CourseError(Exception):
    """Something of the course that cannot be used."""


class UnknownExerciseError(CourseError):
    """A name that no exercise has."""


class UnknownTaskError(UnknownExerciseError):
    """A name that no task of an exercise has."""


class ResetError(CourseError):
    """An exercise that cannot be begun anew."""


class ManifestError(CourseError):
    """An exercises/info.toml that does not say what it must."""


class NotebookError(CourseError):
    """A notebook that is missing, broken, or without its answer cells."""


class NotSolvedError(CourseError):
    """An exercise whose checks do not all pass; one line in a notebook, and still an error to nbval."""

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


class VariantError(CourseError):
    """A code that names no variant, or a notebook that answers another variant than it should."""
