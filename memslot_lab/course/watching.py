"""Look at the answers' files again and again, and tell which was saved."""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from memslot_lab.course.place import answer_files

__all__ = ["saved_exercises"]

_PAUSE = 0.3  # seconds between two looks

_Look = dict[Path, tuple[int, int]]


def saved_exercises(names: Iterable[str], folder: Path | None, *, pause: float = _PAUSE) -> Iterator[str]:
    """Yield the name of an exercise each time that one of its files is saved from now on; does not end by itself.

    A file that is still being written is left until two looks see the same.

    Parameters
    ----------
    names : Iterable[str]
        The exercises that are watched.
    folder : Path or None
        The course folder.
    pause : float, optional
        Seconds between two looks.
    """
    places = {path: name for name in names for path in answer_files(name, folder)}
    return _saved_since(_look(places), places, pause)


def _saved_since(told: _Look, places: dict[Path, str], pause: float) -> Iterator[str]:
    last = told
    while True:
        time.sleep(pause)
        now = _look(places)
        if now == last:
            changed = {places[path]: None for path, state in now.items() if told.get(path) != state}
            told = now
            yield from changed
        last = now


def _look(paths: Iterable[Path]) -> _Look:
    found: _Look = {}
    for path in paths:
        try:
            state = path.stat()
        except OSError:
            continue  # not there, or not at this moment
        found[path] = (state.st_mtime_ns, state.st_size)
    return found
