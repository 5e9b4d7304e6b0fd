"""The stepper in a real terminal: keys as bytes, the size, and everything put back at the end."""

import codecs
import os
import re
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from memslot_lab.views.panels import Span, Style
from memslot_lab.views.terminal import keys_in, painted

fcntl = pytest.importorskip("fcntl", reason="a pseudo terminal needs POSIX")
termios = pytest.importorskip("termios", reason="a pseudo terminal needs POSIX")

CAPTURES = Path(__file__).parents[1] / "data" / "captures"
BOOT = CAPTURES / "q72-pc-boot-vgastd.trace"
REPLAY = ("-m", "memslot_lab.cli", "replay")
PATIENCE = 20.0  # seconds; what is waited for comes within one


class Session:
    """A stepper in a terminal of its own."""

    def __init__(self, *words: str, **environment: str) -> None:
        self.master, self.slave = os.openpty()
        self.resize(80, 24)
        self.before = termios.tcgetattr(self.slave)
        self.output = ""
        self.decoder = codecs.getincrementaldecoder("utf-8")()  # a read may end inside a character
        plain = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        self.process = subprocess.Popen(
            [sys.executable, *(words or (*REPLAY, str(BOOT), "--step"))],
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            env=plain | {"TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8"} | environment,
            start_new_session=True,
        )

    def resize(self, columns: int, lines: int) -> None:
        """Give the window another size."""
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def send(self, data: bytes) -> None:
        """Press keys."""
        os.write(self.master, data)

    def read(self, seconds: float) -> None:
        """Take in what is drawn, waiting at most so long for it to begin."""
        if select.select([self.master], [], [], seconds)[0]:
            self.output += self.decoder.decode(os.read(self.master, 1 << 16))

    def screen(self) -> list[str]:
        """Return the last whole picture, without styles."""
        rows = re.split(r"\x1b\[\d+;1H", self.output.rpartition("\x1b[1;1H")[2])
        return [re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", row) for row in rows]

    def wait_for(self, text: str, lines: int = 24) -> list[str]:
        """Return the screen as soon as it is whole and shows a text."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            screen = self.screen()
            whole = len(screen) == lines and self.output.endswith("\x1b[0m")
            if whole and any(text in line for line in screen):
                return screen
            self.read(0.1)
        raise AssertionError(f"{text!r} did not come; the last screen:\n" + "\n".join(self.screen()))

    def status(self) -> int:
        """Return the exit status, and what was written last."""
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < end:
            self.read(0.05)
        self.read(0.05)
        return self.process.wait(timeout=1)

    def close(self) -> None:
        """End the program if it still runs."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(timeout=PATIENCE)
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def session() -> Iterator[Session]:
    """Yield a stepper at the beginning of a real boot."""
    one = Session()
    try:
        one.wait_for("request 1 of 35")
        yield one
    finally:
        one.close()


def assert_put_back(one: Session) -> None:
    """The modes are the old ones, the cursor and the old screen are back."""
    assert termios.tcgetattr(one.slave) == one.before
    assert "\x1b[?25h" in one.output[-60:]
    assert "\x1b[?1049l" in one.output


def test_step_walks_and_leaves_with_the_terminal_put_back(session: Session) -> None:
    """Arrow keys walk, q leaves with status 0."""
    assert termios.tcgetattr(session.slave) != session.before
    session.send(b"\x1b[C\x1b[C")
    session.wait_for("frame 2 of")
    session.send(b"\x1bOB")
    session.wait_for("request 2 of 35")
    session.send(b"g15\r")
    session.wait_for("request 15 of 35")
    session.send(b"q")

    assert session.status() == 0
    assert_put_back(session)


def test_step_follows_the_size_of_the_window(session: Session) -> None:
    """A larger window is filled at once, without a key."""
    session.resize(140, 40)
    session.process.send_signal(signal.SIGWINCH)
    screen = session.wait_for("request 1 of 35", lines=40)

    assert {len(line) for line in screen} == {140}


def test_step_arrow_key_in_two_pieces_is_one_key(session: Session) -> None:
    """Its first byte alone is no Esc while the rest is on its way."""
    session.send(b"g7")
    session.wait_for("go to request: 7_")
    session.send(b"\x1b")
    session.wait_for("? help")
    session.send(b"\x1b[")
    session.send(b"B")

    session.wait_for("request 2 of 35")


@pytest.mark.parametrize("last", [b"\x03", signal.SIGTERM, signal.SIGHUP], ids=["ctrl-c", "SIGTERM", "SIGHUP"])
def test_step_ended_from_outside_puts_the_terminal_back(session: Session, last: bytes | signal.Signals) -> None:
    """Ctrl-C is a key to leave; a signal ends the program with its own status."""
    if isinstance(last, bytes):
        session.send(last)
    else:
        session.process.send_signal(last)

    assert session.status() == (0 if isinstance(last, bytes) else 128 + last)
    assert_put_back(session)


def test_step_that_fails_puts_the_terminal_back() -> None:
    """A bug shows its traceback on a terminal that works."""
    code = (
        "from memslot_lab.views import stepping, terminal\n"
        "stepping.Stepper.press = lambda self, key: 1 // 0\n"
        f"terminal.step_through({str(BOOT)!r})\n"
    )
    one = Session("-c", code)
    try:
        one.wait_for("request 1 of 35")
        one.send(b"x")
        assert one.status() == 1
        assert termios.tcgetattr(one.slave) == one.before
        assert one.output.index("\x1b[?1049l") < one.output.index("ZeroDivisionError")
    finally:
        one.close()


def test_step_without_colour_uses_none() -> None:
    """NO_COLOR leaves bold, faint and reverse, and every sign."""
    one = Session(NO_COLOR="1")
    try:
        one.wait_for("request 1 of 35")
        one.send(b"n")
        one.wait_for("●")
        assert "38;5;" not in one.output
    finally:
        one.close()


def test_step_on_an_ascii_terminal_draws_with_ascii() -> None:
    """Signs that the terminal does not know are replaced one by one."""
    one = Session(PYTHONIOENCODING="ascii")
    try:
        screen = one.wait_for("request 1 of 35")
        assert "-" * 80 in screen
        assert {len(line) for line in screen} == {80}
    finally:
        one.close()


def test_step_on_a_terminal_without_a_cursor_is_refused() -> None:
    """Status 2, and what to do instead."""
    one = Session(TERM="dumb")
    try:
        assert one.status() == 2
        assert "leave --step out" in one.output
    finally:
        one.close()


def test_step_of_a_bad_file_says_so_before_it_draws(tmp_path: Path) -> None:
    """The error stands on the screen that the user was on."""
    (tmp_path / "a.trace").write_text("# nothing\n")
    one = Session(*REPLAY, str(tmp_path / "a.trace"), "--step")
    try:
        assert one.status() == 2
        assert "no region request" in one.output
        assert "\x1b[?1049h" not in one.output
    finally:
        one.close()


@pytest.mark.parametrize(
    ("data", "keys", "rest"),
    [
        (b"", [], b""),
        (b"\x1b[A\x1b[B\x1b[C\x1b[D", ["up", "down", "right", "left"], b""),
        (b"\x1bOH\x1bOF\x1b[1~\x1b[4~", ["home", "end", "home", "end"], b""),
        (b"\x1b[1;5C\x1b[5~\x1b[6~", ["right", "pageup", "pagedown"], b""),
        (b"\x1b[200~\x1b[99X", [], b""),
        (b"a\x1b", ["a"], b"\x1b"),
        (b"\x1bq", ["escape", "q"], b""),
        (b"\x1b[1;", [], b"\x1b[1;"),
        ("é\x00".encode(), ["\x00"], b""),
    ],
)
def test_keys_in_bytes_of_terminals(data: bytes, keys: list[str], rest: bytes) -> None:
    """What the usual terminals send; what is unknown is no key."""
    assert keys_in(data) == (keys, rest)


def test_painted_puts_each_line_at_its_place() -> None:
    """A style is switched on for its text alone."""
    text = painted([(Span("a"), Span("b", Style.LIT)), (Span("c"),)])

    assert text == "\x1b[1;1H\x1b[0;ma\x1b[0;7mb\x1b[2;1H\x1b[0;mc\x1b[0m"
