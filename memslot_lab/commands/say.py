"""How the commands speak: notes, questions, and what fits the terminal."""

import json
import os
import shutil
import sys
import textwrap
from pathlib import Path
from typing import Any

__all__ = [
    "agreed",
    "at_home",
    "find_folder",
    "is_dialogue",
    "is_plain",
    "lit",
    "note",
    "print_json",
    "require_folder",
    "short",
    "unusable",
    "width",
    "wrapped",
]

_WIDEST = 100  # columns of prose, however wide the terminal


def find_folder() -> Path | None:
    """Return the course folder here, None without one."""
    from memslot_lab.course.place import course_folder

    return course_folder()


def require_folder() -> Path:
    """Return the course folder here.

    Raises
    ------
    CourseError
        There is none.
    """
    from memslot_lab.course.errors import CourseError

    if folder := find_folder():
        return folder
    raise CourseError("no course folder here; run `memslot-lab lab` to lay one out, or go to the one that you have")


def note(words: str) -> None:
    """Print a note for a person on standard error, and nothing for no words."""
    if words:
        sys.stdout.flush()
        print(f"memslot-lab: {words}", file=sys.stderr)


def unusable(error: Exception | str) -> int:
    """Say on standard error why a call or its input is unusable; return the exit status for that."""
    note(str(error))
    return 2


def print_json(data: dict[str, Any]) -> None:
    """Print data for programs."""
    print(json.dumps(data, indent=2))


def is_dialogue() -> bool:
    """Return whether somebody can read a question and answer it."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def agreed(question: str) -> bool:
    """Ask, and return whether the answer is yes."""
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        print()
        return False


def short(path: Path) -> str:
    """Return a path as seen from here where that is shorter."""
    relative = os.path.relpath(path)
    return relative if len(relative) < len(str(path)) else str(path)


def at_home(path: Path) -> str:
    """Return a path with ~ for the home folder."""
    home = Path.home()
    return f"~{os.sep}{path.relative_to(home)}" if path != home and path.is_relative_to(home) else str(path)


def is_plain() -> bool:
    """Return whether the terminal, or the file, takes no bars and rules but in ASCII."""
    try:
        "█░─".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return True
    return False


def lit(text: str) -> str:
    """Return text with the line of the next exercise in bold, where a terminal shows that."""
    bare = not sys.stdout.isatty() or "NO_COLOR" in os.environ or os.environ.get("TERM", "dumb") == "dumb"
    if bare:
        return text
    return "\n".join(f"\x1b[1m{line}\x1b[0m" if line.startswith(">") else line for line in text.splitlines())


def width() -> int:
    """Return the columns that a line may take."""
    return min(shutil.get_terminal_size().columns, _WIDEST)


def wrapped(text: str) -> str:
    """Return text with its prose folded to the terminal's width; tables and code stay as they are."""
    return "\n".join(_fold(line) for line in text.splitlines())


def _fold(line: str) -> str:
    prose = line[:1].strip() and "  " not in line
    return textwrap.fill(line, width(), break_long_words=False, break_on_hyphens=False) if prose else line
