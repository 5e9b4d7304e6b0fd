"""Every file below a folder, or in a zip, that could hold an answer; each can be read later, and only by asking.

Nothing is unpacked and nothing followed: a link named like an answer would be read with the teacher's rights.
"""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from memslot_lab.course.answers import BIGGEST
from memslot_lab.grading.naming import is_lms_name
from memslot_lab.grading.unfit import UnfitError

__all__ = [
    "Place",
    "fit_text",
    "is_answer_name",
    "is_hidden",
    "is_zip_name",
    "marker",
    "not_regular",
    "open_regular",
    "place_of",
    "places_below",
    "too_large",
]

_SUFFIXES = (".ipynb", ".py")
_DEEPEST = 12  # folders
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


@dataclass(frozen=True, slots=True)
class Place:
    """A file, or what stands where one should be.

    Parameters
    ----------
    shown : str
        Its path from the folder of submissions, "all.zip!ada/03_delete.ipynb" in a zip.
    parts : tuple[str, ...]
        The same in pieces, for naming; a zip counts as a folder where it is a student's own.
    saved : tuple[int, ...]
        When, for comparing.
    problem : UnfitError or None
        Why it cannot be read.
    read : Callable[[], bytes]
        Raises `UnfitError`.
    """

    shown: str
    parts: tuple[str, ...]
    saved: tuple[int, ...]
    problem: UnfitError | None
    read: Callable[[], bytes]


def is_answer_name(name: str) -> bool:
    """Return whether a file of this name could be an answer."""
    return name.casefold().endswith(_SUFFIXES)


def is_zip_name(name: str) -> bool:
    """Return whether a file of this name is a zip."""
    return name.casefold().endswith(".zip")


def is_hidden(name: str) -> bool:
    """Return whether a name is none of a student's own: Jupyter's checkpoints, the system's and Python's litter."""
    return name.startswith(".") or name in ("__MACOSX", "__pycache__")


def fit_text(name: str) -> str:
    r"""Return a file's name as text that every file and terminal takes: no control characters, no lone surrogates."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")  # in any locale
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def open_regular(path: str | Path, biggest: int | None) -> int:
    """Open a regular file for reading; return the descriptor.

    Raises
    ------
    UnfitError
        It is none, it has more bytes, or the system does not let it.
    """
    name = fit_text(Path(path).name)
    try:
        handle = os.open(path, _FLAGS)
    except OSError as error:
        raise _unopened(Path(path), name, error) from None
    status = os.fstat(handle)
    if stat.S_ISREG(status.st_mode) and (biggest is None or status.st_size <= biggest):
        return handle
    os.close(handle)
    raise too_large(name) if stat.S_ISREG(status.st_mode) else not_regular(name, status.st_mode)


def _unopened(path: Path, name: str, error: OSError) -> UnfitError:
    try:
        mode = path.lstat().st_mode
    except OSError:
        mode = stat.S_IFREG
    if not stat.S_ISREG(mode):
        return not_regular(name, mode)
    return UnfitError("unreadable", f"{name} cannot be read ({error.strerror}); hand it in again")


def too_large(name: str) -> UnfitError:
    """Return the complaint about too many bytes."""
    return UnfitError("too-large", f"{name} has more than {BIGGEST:,} bytes; clear its outputs and hand it in again")


def not_regular(name: str, mode: int) -> UnfitError:
    """Return the complaint about what is no file."""
    kinds = {stat.S_IFLNK: "a link to another file", stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe"}
    kind = kinds.get(stat.S_IFMT(mode), "a device or a socket")
    return UnfitError("not-regular", f"{name} is {kind}, not a file; hand in the notebook itself")


def places_below(folder: Path, zips: Callable[[Path, str, tuple[str, ...]], Iterator[Place]]) -> Iterator[Place]:
    """Yield what could be an answer below a folder, and a `marker()` for each folder in it.

    Parameters
    ----------
    folder : Path
        Walked in the order of names.
    zips : Callable[[Path, str, tuple[str, ...]], Iterator[Place]]
        Yields what a zip holds, from its path, its path as shown and in pieces.
    """
    yield from _walk(folder, (), zips)


_Zips = Callable[[Path, str, tuple[str, ...]], Iterator[Place]]


def _walk(folder: Path, parts: tuple[str, ...], zips: _Zips) -> Iterator[Place]:
    try:
        with os.scandir(folder) as found:
            entries = sorted((entry for entry in found if not is_hidden(entry.name)), key=lambda entry: entry.name)
    except OSError as error:
        words = f"the folder {fit_text(folder.name)} cannot be read ({error.strerror}); hand it in again"
        yield _unfit(parts, UnfitError("unreadable", words))
        return
    for entry in entries:
        yield from _entry(entry, (*parts, fit_text(entry.name)), zips)


def _entry(entry: os.DirEntry[str], parts: tuple[str, ...], zips: _Zips) -> Iterator[Place]:
    path, shown = Path(entry.path), "/".join(parts)
    mode = entry.stat(follow_symlinks=False).st_mode
    is_file = stat.S_ISREG(mode)
    if stat.S_ISDIR(mode) and not is_answer_name(entry.name):
        yield from _folder(path, parts, zips)
    elif is_file and is_zip_name(entry.name):
        yield from zips(path, shown, parts)
    elif is_answer_name(entry.name) or (not is_file and (len(parts) == 1 or is_zip_name(entry.name))):
        yield place_of(path, parts)
    elif is_lms_name(entry.name):
        yield marker(shown, parts)


def place_of(path: Path, parts: tuple[str, ...]) -> Place:
    """Return one file as a place."""
    status = path.lstat()
    problem = None if stat.S_ISREG(status.st_mode) else not_regular(parts[-1], status.st_mode)
    return Place("/".join(parts), parts, (status.st_mtime_ns,), problem, lambda: _read(path))


def _folder(path: Path, parts: tuple[str, ...], zips: _Zips) -> Iterator[Place]:
    if len(parts) > _DEEPEST:
        yield _unfit(parts, UnfitError("unreadable", f"folders lie more than {_DEEPEST} deep; hand in the file alone"))
    else:
        yield from _walk(path, parts, zips)
    yield marker("/".join(parts), parts)


def marker(shown: str, parts: tuple[str, ...]) -> Place:
    """Return a place that only says that a student handed in something."""
    words = f"{parts[-1]} has no notebook and no Python file with an answer; hand in the exercise's .ipynb"
    return Place(shown, (*parts, ""), (0,), UnfitError("no-notebook", words), lambda: b"")


def _unfit(parts: tuple[str, ...], problem: UnfitError) -> Place:
    return Place("/".join(parts), (*parts, ""), (0,), problem, lambda: b"")


def _read(path: Path) -> bytes:
    with os.fdopen(open_regular(path, BIGGEST), "rb") as file:
        content = file.read(BIGGEST + 1)
    if len(content) > BIGGEST:  # it grows while it is read
        raise too_large(fit_text(path.name))
    return content
