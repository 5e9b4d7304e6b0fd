"""The terminal under the stepper: one key after the other, the whole screen at once, and all put back at the end."""

import os
import re
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import NamedTuple, NoReturn

from memslot_lab.captures.result import Replay
from memslot_lab.views.panels import Line, Style
from memslot_lab.views.stepping import Stepper
from memslot_lab.views.walk import Walk

__all__ = ["TerminalError", "keys_in", "painted", "step_through"]

# Okabe-Ito behind black text: legible in a light and in a dark terminal. Without colour the signs and words remain.
_COLOURED = {
    Style.BOLD: "1",
    Style.FAINT: "2",
    Style.LIT: "7",
    Style.READ: "38;5;16;48;5;117",
    Style.WRITTEN: "38;5;16;48;5;214",
    Style.HOLE: "38;5;16;48;5;227",
    Style.WRONG: "1;38;5;16;48;5;209",
}
_PLAIN = _COLOURED | {Style.READ: "4", Style.WRITTEN: "1", Style.HOLE: "1", Style.WRONG: "1"}
_ASCII = str.maketrans("●○│─…→←↑↓", "*o|-~><^v")

_OPEN, _CLOSE = "\x1b[?1049h\x1b[?25l\x1b[?7l", "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l"  # own screen, cursor, wrapping
_ESCAPE_TIME = 0.05  # seconds within which the rest of an arrow key follows its Esc

_SEQUENCE = re.compile(rb"\x1b(?:\[[0-9;]*|O)([A-Za-z~])|\x1b[\[O][0-9;]*\Z")
_LETTERS = {b"A": "up", b"B": "down", b"C": "right", b"D": "left", b"H": "home", b"F": "end"}
_NUMBERS = {b"1": "home", b"4": "end", b"5": "pageup", b"6": "pagedown", b"7": "home", b"8": "end"}
_BYTES = {
    b"\x03": "ctrl-c",
    b"\x1a": "ctrl-z",
    b"\r": "enter",
    b"\n": "enter",
    b"\x7f": "backspace",
    b"\b": "backspace",
}
_WINDOWS = {"H": "up", "P": "down", "M": "right", "K": "left", "G": "home", "O": "end", "I": "pageup", "Q": "pagedown"}


class TerminalError(Exception):
    """There is no terminal to step in."""


def step_through(path: Path | str) -> Replay:
    """Walk through a log in the terminal until the user leaves; return what the whole log did.

    Raises
    ------
    TerminalError
        Standard input or output is no terminal, or one that cannot move its cursor.
    CaptureError
        The log cannot be read, or holds no request.
    """
    _require_terminal()
    stepper = Stepper(Walk(path, progress=True))
    with _signals(), _Keyboard() as keyboard:
        try:
            _write(_OPEN)
            _run(stepper, keyboard)
        finally:
            with suppress(OSError):  # the terminal has gone
                _write(_CLOSE)
    return stepper.walk.result


def _require_terminal() -> None:
    for name, stream in (("input", sys.stdin), ("output", sys.stdout)):
        if not stream.isatty():
            raise TerminalError(
                f"--step: standard {name} is no terminal, so there is nobody to press keys; "
                f"run it in a terminal without pipes, or leave --step out"
            )
    if os.environ.get("TERM") == "dumb":
        raise TerminalError(
            "--step: TERM is dumb, a terminal without a cursor to move; use another, or leave --step out"
        )


class _Event(NamedTuple):
    keys: list[str]
    ended: bool = False


def _run(stepper: Stepper, keyboard: "_Keyboard") -> None:
    """Draw, wait, obey; a change of size comes as an event without keys."""
    while True:
        _write(painted(stepper.lines(*_size())))
        event = keyboard.read()
        for key in event.keys:
            if key == "ctrl-z":
                keyboard.suspend()
            elif not stepper.press(key):
                return
        if event.ended:
            return


def _size() -> tuple[int, int]:
    """Return columns and lines; COLUMNS and LINES are not asked, since they do not follow the window."""
    with suppress(OSError):
        columns, lines = os.get_terminal_size(sys.stdout.fileno())
        if columns and lines:
            return columns, lines
    return 80, 24


def painted(lines: list[Line]) -> str:
    """Return what draws the lines over the whole screen; without colour if NO_COLOR says so."""
    styles = _PLAIN if os.environ.get("NO_COLOR") else _COLOURED
    rows = [
        f"\x1b[{row};1H" + "".join(f"\x1b[0;{styles.get(style, '')}m{text}" for text, style in line if text)
        for row, line in enumerate(lines, start=1)
    ]
    return "".join(rows) + "\x1b[0m"


def _write(text: str) -> None:
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        text = text.translate(_ASCII)
    sys.stdout.write(text)
    sys.stdout.flush()


# Keys.


def keys_in(data: bytes) -> tuple[list[str], bytes]:
    r"""Return the names of the keys that a terminal sent, and the beginning of one that is not complete.

    Examples
    --------
    >>> keys_in(b"n\x1b[C\x1bOD\x1b[6~\x1b[")
    (['n', 'right', 'left', 'pagedown'], b'\x1b[')
    """
    keys: list[str] = []
    while data:
        found = _SEQUENCE.match(data)
        if data == b"\x1b" or (found and found[1] is None):
            return keys, data
        if found:
            sent, data = found[0], data[found.end() :]
            number = re.sub(rb"\D.*", b"", sent[2:])
            name = _NUMBERS.get(number, "") if found[1] == b"~" else _LETTERS.get(found[1], "")
        else:
            first, data = data[:1], data[1:]
            name = "escape" if first == b"\x1b" else _BYTES.get(first) or first.decode("ascii", errors="ignore")
        if name:
            keys.append(name)
    return keys, b""


if sys.platform == "win32":
    import msvcrt
    import time

    _ENDING = (signal.SIGTERM,)

    class _Keyboard:
        """Keys as they are pressed."""

        def __enter__(self) -> "_Keyboard":
            os.system("")  # makes an old console understand escape sequences
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def read(self) -> _Event:
            size = _size()
            while not msvcrt.kbhit():
                time.sleep(0.03)
                if _size() != size:
                    return _Event([])
            letter = msvcrt.getwch()
            if letter in "\0\xe0":
                return _Event([_WINDOWS.get(msvcrt.getwch(), "")])
            return _Event(["escape"] if letter == "\x1b" else keys_in(letter.encode())[0])

        def suspend(self) -> None:
            """Do nothing: there is no shell to go back to."""

else:
    import select
    import termios
    import tty

    _ENDING = (signal.SIGTERM, signal.SIGHUP)

    class _Keyboard:
        """Keys as they are pressed, Ctrl-C included; at the end the terminal is as it was."""

        def __enter__(self) -> "_Keyboard":
            self._file = sys.stdin.fileno()
            self._before = termios.tcgetattr(self._file)
            self._wake, self._waker = os.pipe()  # a signal, such as the one for a new size, ends the waiting
            os.set_blocking(self._waker, False)
            self._old_waker = signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
            self._old_handler = signal.signal(signal.SIGWINCH, _wake_up)
            tty.setraw(self._file)
            return self

        def __exit__(self, *_: object) -> None:
            self._restore()
            signal.signal(signal.SIGWINCH, self._old_handler)
            signal.set_wakeup_fd(self._old_waker)
            os.close(self._wake)
            os.close(self._waker)

        def _restore(self) -> None:
            with suppress(termios.error):  # the terminal has gone
                termios.tcsetattr(self._file, termios.TCSADRAIN, self._before)

        def read(self) -> _Event:
            """Wait for keys or a signal; take Esc for itself if nothing follows it at once."""
            ready, _, _ = select.select([self._file, self._wake], [], [])
            if self._wake in ready:
                os.read(self._wake, 1024)
            if self._file not in ready:
                return _Event([])
            keys, rest = list[str](), b""
            while data := self._bytes():
                some, rest = keys_in(rest + data)
                keys += some
                if not rest or not select.select([self._file], [], [], _ESCAPE_TIME)[0]:
                    return _Event([*keys, "escape"] if rest else keys)
            return _Event(keys, ended=True)

        def _bytes(self) -> bytes:
            try:
                return os.read(self._file, 1024)
            except OSError:  # the terminal has gone
                return b""

        def suspend(self) -> None:
            """Go back to the shell, as Ctrl-Z does, until it calls us again."""
            _write(_CLOSE)
            self._restore()
            os.kill(0, signal.SIGTSTP)
            tty.setraw(self._file)
            _write(_OPEN)


@contextmanager
def _signals() -> Generator[None]:
    """Let a signal that ends the program end it through the code that puts the terminal back."""
    before = {number: signal.signal(number, _leave) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wake_up(number: int, frame: FrameType | None) -> None:
    """Do nothing: that the signal came is what counts."""


def _leave(number: int, _: FrameType | None) -> NoReturn:
    sys.exit(128 + number)
