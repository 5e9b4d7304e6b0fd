"""The journal: whatever ends a run, nothing is lost or done twice. The judge is made up: the real one is slow here."""

import json
import random
import resource
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from memslot_lab.grading.journal import Journal, JournalError
from memslot_lab.grading.marks import Mark
from memslot_lab.grading.submission import Submission

SCRIPT = Path(__file__).with_name("run_fake.py")
HEADER: dict[str, Any] = {"version": "1", "submissions": "here"}
ONE = Submission("ada", "03_delete", "ada/03_delete.py", (("file", "pass"),))
TWO = replace(ONE, student="bob")
MARK = Mark("ada", "03_delete", "ada/03_delete.py", 2, 10, tasks=({"words": "é\ud800"},), seconds=1.5)


def opened(out: Path, *, resume: bool = True, header: dict[str, Any] = HEADER) -> Journal:
    """Open a journal."""
    return Journal(out, header, resume=resume)


def written(out: Path) -> bytes:
    """Write a journal of two marks; return it."""
    with opened(out) as journal:
        journal.add(ONE, MARK)
        journal.add(TWO, MARK)
    return (out / "journal.jsonl").read_bytes()


def start(out: Path, jobs: int, how: str = "resume", **more: Any) -> "subprocess.Popen[str]":
    """Start a run in a process of its own."""
    command = [sys.executable, str(SCRIPT), str(out), str(jobs), how]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **more)


def ended(out: Path, jobs: int, how: str = "resume", **more: Any) -> int:
    """Let a run come to its end; return its status."""
    run = start(out, jobs, how, **more)
    run.communicate(timeout=60)
    return run.returncode


def results(out: Path) -> tuple[bytes, list[str]]:
    """Return the JSON, and the CSV without its last column."""
    lines = (out / "results.csv").read_text().splitlines()
    return (out / "results.json").read_bytes(), [line.rpartition(",")[0] for line in lines]


def keys(out: Path) -> list[str]:
    """Return whose marks the journal holds, in the order in which they came."""
    lines = (out / "journal.jsonl").read_bytes().splitlines()[1:]
    return [json.loads(line[17:])["key"][0] for line in lines]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, list[str]]:
    """Return the results of a run that nothing disturbs."""
    out = tmp_path_factory.mktemp("undisturbed")
    assert ended(out, 1, "anew") == 0
    return results(out)


def test_journal_marks_come_back() -> None:
    """A mark goes through JSON unchanged."""
    assert Mark.from_json(json.loads(json.dumps(MARK.to_json()))) == MARK


def test_journal_resumed_has_all_marks(tmp_path: Path) -> None:
    """By what they belong to."""
    written(tmp_path)
    with opened(tmp_path) as journal:
        assert list(journal.marks.values()) == [MARK, MARK]
        assert {key[0] for key in journal.marks} == {"ada", "bob"}


def test_journal_other_text_is_another_submission(tmp_path: Path) -> None:
    """Who hands in again is marked again."""
    assert replace(ONE, pieces=(("file", "pass "),)).digest != ONE.digest
    assert replace(ONE, variant="x").digest != ONE.digest


def test_journal_torn_anywhere_is_gone_on_with(tmp_path: Path) -> None:
    """At each byte at which a kill or a power cut can leave it: what was whole counts, and more can be added."""
    content = written(tmp_path)
    ends = [i + 1 for i, byte in enumerate(content) if byte == 10]
    for length in range(len(content)):
        (tmp_path / "journal.jsonl").write_bytes(content[:length])
        whole = sum(end <= length for end in ends[1:])
        with opened(tmp_path) as journal:
            assert len(journal.marks) == whole, length
            journal.add(TWO, MARK)
        with opened(tmp_path) as journal:
            assert len(journal.marks) == whole + 1, length


def test_journal_damaged_line_costs_itself_alone(tmp_path: Path) -> None:
    """Those behind it still count."""
    content = bytearray(written(tmp_path))
    content[content.index(b"\n") + 60] ^= 1
    (tmp_path / "journal.jsonl").write_bytes(content)
    with opened(tmp_path) as journal:
        assert [key[0] for key in journal.marks] == ["bob"]


def test_journal_of_zeros_behind_is_cut(tmp_path: Path) -> None:
    """What some file systems leave after a power cut."""
    content = written(tmp_path)
    (tmp_path / "journal.jsonl").write_bytes(content + bytes(4096))
    with opened(tmp_path) as journal:
        assert len(journal.marks) == 2

    assert (tmp_path / "journal.jsonl").read_bytes() == content


def test_journal_without_resume_is_not_overwritten(tmp_path: Path) -> None:
    """The error says both ways out, and the file is as it was."""
    content = written(tmp_path)
    with pytest.raises(JournalError, match=r"--resume .* or choose another --out"):
        opened(tmp_path, resume=False)

    assert (tmp_path / "journal.jsonl").read_bytes() == content


def test_journal_of_another_run_is_refused(tmp_path: Path) -> None:
    """The error says what is different."""
    content = written(tmp_path)
    with pytest.raises(JournalError, match="another submissions and version"):
        opened(tmp_path, header={"version": "2", "submissions": "there"})

    assert (tmp_path / "journal.jsonl").read_bytes() == content


@pytest.mark.parametrize("content", [b"shopping list\n", b"0123456789abcdef is hex\n", b"0123456789abcdef 12", b"\x00"])
def test_journal_that_is_none_is_left_alone(tmp_path: Path, content: bytes) -> None:
    """Somebody else's file is not cut."""
    (tmp_path / "journal.jsonl").write_bytes(content)
    with pytest.raises(JournalError, match="no journal"):
        opened(tmp_path)

    assert (tmp_path / "journal.jsonl").read_bytes() == content


def test_journal_link_is_not_followed(tmp_path: Path) -> None:
    """It could lead anywhere."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "journal.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic link"):
        opened(tmp_path / "out")

    assert not (tmp_path / "elsewhere").exists()


def test_journal_in_use_is_refused(tmp_path: Path) -> None:
    """Two runs do not mix."""
    with opened(tmp_path), pytest.raises(JournalError, match="another run is writing"):
        opened(tmp_path)


@pytest.mark.parametrize("seed", range(5))
def test_journal_killed_at_fifty_moments_gives_the_same_results(
    tmp_path: Path, undisturbed: tuple[bytes, list[str]], seed: int
) -> None:
    """Ten kills in each of five runs, at any moment from the start of the process on, with one or two workers."""
    rng = random.Random(seed)
    kept: list[str] = []
    for _ in range(10):
        run = start(tmp_path, rng.randint(1, 2))
        assert run.stdout
        for _ in range(len(kept) + rng.randint(0, 25)):
            if not run.stdout.readline():
                break
        try:
            run.wait(rng.random() * 0.05)
        except subprocess.TimeoutExpired:
            run.send_signal(signal.SIGKILL)
        run.communicate()
        if (tmp_path / "journal.jsonl").exists():
            found = keys_of_whole_lines(tmp_path)
            assert found[: len(kept)] == kept
            kept = found
    assert ended(tmp_path, 2) == 0

    assert results(tmp_path) == undisturbed
    assert keys(tmp_path)[: len(kept)] == kept
    assert sorted(keys(tmp_path)) == [f"s{n:03}" for n in range(240)]


def keys_of_whole_lines(out: Path) -> list[str]:
    """Return whose marks the journal holds, without the last line if it is torn."""
    content = (out / "journal.jsonl").read_bytes()
    lines = content[: content.rfind(b"\n") + 1].splitlines()[1:]
    return [json.loads(line[17:])["key"][0] for line in lines]


def test_journal_after_ctrl_c_gives_the_same_results(tmp_path: Path, undisturbed: tuple[bytes, list[str]]) -> None:
    """A person's way to stop."""
    run = start(tmp_path, 2, "anew", stderr=subprocess.DEVNULL)
    assert run.stdout
    for _ in range(20):
        run.stdout.readline()
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=60)
    assert run.returncode != 0
    assert 0 < len(keys(tmp_path)) < 240

    assert ended(tmp_path, 2) == 0
    assert results(tmp_path) == undisturbed
    assert len(keys(tmp_path)) == 240


def limit_files() -> None:
    """Let no file of this process grow beyond 20,000 bytes: to a writer, as a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def test_journal_on_a_full_disk_stays_good(tmp_path: Path, undisturbed: tuple[bytes, list[str]]) -> None:
    """The error names the file; what was written counts; with room again the run comes to its end."""
    run = start(tmp_path, 2, "anew", stderr=subprocess.PIPE, preexec_fn=limit_files)
    _, error = run.communicate(timeout=60)
    assert run.returncode != 0
    assert "journal.jsonl" in error.splitlines()[-1]
    content = (tmp_path / "journal.jsonl").read_bytes()
    assert content.endswith(b"\n")
    assert 0 < len(keys(tmp_path)) < 240

    assert ended(tmp_path, 2) == 0
    assert results(tmp_path) == undisturbed
    assert (tmp_path / "journal.jsonl").read_bytes().startswith(content)
