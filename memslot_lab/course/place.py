"""Where the learner's course lies, and which file holds the answer to an exercise."""

from dataclasses import dataclass
from pathlib import Path

__all__ = ["COURSE", "Choice", "answer_file", "answer_files", "course_folder", "later_of"]

COURSE = "memslot_lab_course"  # where `memslot-lab lab` lays the course out unless told otherwise
_SUFFIXES = (".ipynb", ".py")


def course_folder(start: Path | None = None) -> Path | None:
    """Return the course folder that `start` lies in, or that lies in `start` under its usual name; None without one.

    Parameters
    ----------
    start : Path or None, optional
        A folder; None takes the working directory.
    """
    start = (start or Path.cwd()).resolve()
    places = [start, *start.parents, start / COURSE]
    return next((place for place in places if (place / "exercises" / "info.toml").is_file()), None)


@dataclass(frozen=True, slots=True)
class Choice:
    """The file that counts for an exercise.

    Parameters
    ----------
    path : Path
        A notebook or a Python file; it need not be there.
    older : tuple[Path, ...]
        Others with an answer to the same exercise, which do not count because they were saved earlier.
    """

    path: Path
    older: tuple[Path, ...] = ()

    @property
    def remark(self) -> str:
        """A line on which of several files counts, empty when there is one."""
        if not self.older:
            return ""
        others = " and ".join(path.name for path in self.older)
        return f"{self.path.name} counts: it was saved later than {others}"


def answer_files(exercise: str, folder: Path | None) -> list[Path]:
    """Return the places in which an answer to an exercise is looked for, first choice first."""
    folders = [folder / "exercises", folder] if folder else []
    folders += [Path("exercises"), Path()]
    return list(dict.fromkeys(place / f"{exercise}{suffix}" for place in folders for suffix in _SUFFIXES))


def answer_file(exercise: str, folder: Path | None = None) -> Choice:
    """Return the file that counts: of the notebook and the .py that are there, the one that was saved last."""
    places = answer_files(exercise, folder)
    return later_of(next((place for place in places if place.is_file()), places[0]))


def later_of(path: Path) -> Choice:
    """Return the file that counts: this one, or the one beside it that answers the same exercise in the other form.

    The text pair that jupytext keeps of a notebook is no answer of its own.
    """
    found = [place for place in map(path.with_suffix, _SUFFIXES) if place.is_file()]
    if len(found) > 1 and _is_text_pair(found[1]):
        found.pop()
    found.sort(key=lambda place: place.stat().st_mtime_ns, reverse=True)
    return Choice(found[0], tuple(found[1:])) if found else Choice(path)


def _is_text_pair(path: Path) -> bool:
    try:
        return path.read_bytes()[:200].lstrip().startswith(b"# ---\n# jupyter:")
    except OSError:
        return False
