"""Where a page lies: a file name for each student, whatever they are called, and writing there without harm.

A name of lower-case letters, digits and ``. _ @ + -`` is its own file name. Any other gets a tail made from all of it,
behind a sign that no such name has: ``Ada`` and ``ada``, ``a/b`` and ``a_b`` are never one file, on any system.
"""

import os
import re
from contextlib import suppress
from hashlib import sha256
from pathlib import Path, PurePosixPath

from memslot_lab.course.catalog import read_manifest
from memslot_lab.course.errors import CourseError

__all__ = ["GENERATOR", "PageError", "keep_page", "page_path"]

GENERATOR = '<meta name="generator" content="memslot-lab grade">'  # near the top of every page

_PLAIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,59}")
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?")  # names of Windows that are no files
_HEAD = 400  # bytes that are read of a file to see whose it is


class PageError(CourseError):
    """A page that cannot be written where it belongs."""


def page_path(student: str, exercise: str, place: str) -> PurePosixPath:
    """Return where the page on a submission lies, from the folder of results.

    Parameters
    ----------
    student, exercise, place : str
        As in the `Submission`; the place tells those apart that answer no exercise.
    """
    name = exercise if exercise in read_manifest() else f"no-exercise~{_digest(place)}"
    return PurePosixPath("feedback") / _file_name(student) / f"{name}.html"


def _file_name(name: str) -> str:
    if _PLAIN.fullmatch(name) and not _DEVICES.fullmatch(name) and not name.endswith("."):
        return name
    slug = re.sub(r"[^a-z0-9_@+-]+", "-", name[:40].casefold()).strip("-") or "student"
    return f"{slug}~{_digest(name)}"


def _digest(text: str) -> str:
    return sha256(text.encode(errors="backslashreplace")).hexdigest()[:8]


def keep_page(out: Path, path: PurePosixPath, page: str) -> None:
    """Write a page below the folder of results; the old or the new one is there at any moment.

    Not forced to the disk one by one, which would take longer than the marks.

    Raises
    ------
    PageError
        On the way is a link or a file, or in its place something that is no page of a grading run.
    OSError
        It cannot be written.
    """
    folder = out
    for part in path.parts[:-1]:
        folder /= part
        with suppress(FileExistsError):
            folder.mkdir()
        if folder.is_symlink() or not folder.is_dir():
            raise PageError(f"{folder} is no folder of this run: a link or a file; move it away, or take another --out")
    target = folder / path.name
    if os.path.lexists(target) and not _is_page(target):
        raise PageError(f"{target} was there before and is no page of memslot-lab grade; move it away")
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    with part.open("xb") as file:
        file.write(page.encode())
    part.replace(target)


def _is_page(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return GENERATOR.encode() in file.read(_HEAD)
