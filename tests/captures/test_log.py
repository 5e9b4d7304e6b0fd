"""Files that are no logs, and where the error says so."""

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest

from memslot_lab.captures.log import CaptureError, numbered_lines


def read(path: Path) -> list[tuple[int, bytes]]:
    """Read a whole file."""
    return list(numbered_lines(path))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Return the path of a log still to be written."""
    return tmp_path / "a.log"


def test_lines_of_plain_and_gzip_file_are_equal(log: Path) -> None:
    """Gzip is seen from the content, whatever the name."""
    log.write_bytes(b"one\ntwo")
    plain = read(log)
    log.write_bytes(gzip.compress(b"one\ntwo"))

    assert plain == read(log) == [(1, b"one\n"), (2, b"two")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (gzip.compress(b"", mtime=0), "empty"),
        (b"one\ntwo\n\x7fELF\0\0\n", "line 3 holds a NUL byte"),
        (b"x" * (1 << 21), "line 1 is over 1048576 bytes"),
        (b"PK\x03\x04....", "packed with zip; unpack it"),
        (b"\xfd7zXZ\0....", "packed with xz; unpack it"),
        (gzip.compress(b"one\n" * 100_000, mtime=0)[:-20], "damaged after line"),
        (b"\x1f\x8b\x08" + b"no gzip at all", "damaged after line 0"),
    ],
)
def test_file_that_is_no_log_is_refused_with_its_line(log: Path, content: bytes, words: str) -> None:
    """Empty, binary, packed and damaged files are refused, with the file, the line and the rule."""
    log.write_bytes(content)

    with pytest.raises(CaptureError) as raised:
        read(log)

    assert str(log) in str(raised.value)
    assert words in str(raised.value)


def test_missing_file_and_folder_are_refused(log: Path) -> None:
    """A path that cannot be read is refused with the system's word."""
    with pytest.raises(CaptureError, match="No such file"):
        read(log)
    with pytest.raises(CaptureError, match="Is a directory"):
        read(log.parent)


def test_progress_bar_is_drawn_on_a_terminal_only(log: Path) -> None:
    """Who waits at a terminal sees how far the reading is; a pipe stays clean."""
    pty, termios = pytest.importorskip("pty"), pytest.importorskip("termios")
    log.write_bytes(b"x" * 1000)
    wait = "import sys, time; from pathlib import Path; from memslot_lab.captures.log import _bar\n"
    wait += "with _bar(Path(sys.argv[1]), True) as report:\n    time.sleep(1.2)\n    report and report(500)\n"
    command = [sys.executable, "-c", wait, str(log)]
    ours, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (24, 100))

    subprocess.run(command, stderr=terminal, check=True, timeout=30)
    piped = subprocess.run(command, stderr=subprocess.PIPE, check=True, timeout=30)

    os.set_blocking(ours, False)
    assert b"a.log" in os.read(ours, 4096)
    assert piped.stderr == b""
    os.close(ours)
    os.close(terminal)
