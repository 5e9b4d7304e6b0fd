"""A store: whole after a kill at any moment, shared by processes, kind to other versions and to read-only folders."""

import errno
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from memslot_lab.course import store as module
from memslot_lab.course.store import Store, free_name, write_whole

ROOT = Path(__file__).parents[2]


def counting(path: Path) -> Store:
    """Return a store of a number."""
    return Store(path, 1, lambda data: type(data.get("count", 0)) is int)


def add_one(data: dict[str, Any]) -> None:
    """Count."""
    data["count"] = data.get("count", 0) + 1


def run(script: str, *words: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a script that knows what this module knows; fail with what it says."""
    head = "import os, sys, time, signal\nfrom pathlib import Path\nfrom memslot_lab.course import store as module\n"
    head += "path = Path(sys.argv[1])\nstore = module.Store(path, 1, lambda data: type(data.get('count', 0)) is int)\n"
    head += "def add_one(data): data['count'] = data.get('count', 0) + 1\n"
    command = [sys.executable, "-c", head + script, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of a store, not yet there."""
    return tmp_path / "count.json"


def test_store_without_a_file_is_empty_and_writes_none(path: Path) -> None:
    """Reading makes nothing."""
    assert counting(path).read() == module.Stored({"version": 1})
    assert list(path.parent.iterdir()) == []


def test_change_is_read_again(path: Path) -> None:
    """What one wrote another reads."""
    counting(path).change(add_one)
    counting(path).change(add_one)

    assert counting(path).read() == module.Stored({"version": 1, "count": 2})


def test_change_that_changes_nothing_writes_nothing(path: Path) -> None:
    """The file is as old as its last change."""
    counting(path).change(add_one)
    before = path.stat().st_mtime_ns
    counting(path).change(lambda data: None)

    assert path.stat().st_mtime_ns == before


def test_unknown_fields_of_the_same_version_stay(path: Path) -> None:
    """A sibling's data is no stranger's to throw away."""
    path.write_text('{"version": 1, "other": [1]}')
    counting(path).change(add_one)

    assert json.loads(path.read_text()) == {"version": 1, "other": [1], "count": 1}


# Crashes.

DIES_AT_EACH_LINE = """
def dies_at(line):
    seen = 0
    def trace(frame, event, argument):
        nonlocal seen
        if frame.f_code.co_filename != module.__file__:
            return None
        seen += event == "line"
        if seen > line:
            os._exit(9)
        return trace
    return trace

line, ended = 0, False
while not ended:
    before = store.read().data.get("count", 0)
    child = os.fork()
    if not child:
        sys.settrace(dies_at(line))
        store.change(add_one)
        sys.settrace(None)
        os._exit(0)
    ended = os.waitpid(child, 0)[1] == 0
    after = store.read()
    assert after.note == "", after.note
    assert after.data["count"] - before in ((1,) if ended else (0, 1)), (line, before, after)
    line += 1
print(line)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork() on this system")
def test_writer_that_dies_at_any_line_leaves_the_old_or_the_new(path: Path) -> None:
    """After each death the file is whole, and the next writer goes on; nothing piles up."""
    counting(path).change(add_one)
    lines = int(run(DIES_AT_EACH_LINE, path).stdout)

    assert lines > 40
    assert {entry.name for entry in path.parent.iterdir()} == {"count.json", "count.json.lock"}


IS_KILLED = """
known = 0
for moment in range(40):
    read, write = os.pipe()
    child = os.fork()
    if not child:
        while True:
            os.write(write, b"%d\\n" % store.change(add_one).data["count"])
    os.close(write)
    time.sleep(0.001 + moment * 0.001)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(read, "rb") as told:
        said = [int(line) for line in told.read().split()]
    after = store.read()
    assert after.note == "", after.note
    count = after.data.get("count", 0)
    assert count - (said[-1] if said else known) in (0, 1), (moment, known, said, count)
    known = count
assert known > 5, known
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork() on this system")
def test_writer_that_is_killed_at_many_moments_loses_nothing_it_has_told(path: Path) -> None:
    """What was written before the kill is there, and at most the one change under way."""
    run(IS_KILLED, path)

    left = {entry.name for entry in path.parent.iterdir() if not entry.name.endswith(".part")}
    assert left == {"count.json", "count.json.lock"}


def test_processes_at_once_lose_no_update(path: Path) -> None:
    """Four writers, fifty changes each."""
    script = "for _ in range(50): assert not store.change(add_one).note"
    head = "import sys\nfrom pathlib import Path\nfrom memslot_lab.course.store import Store\n"
    head += "store = Store(Path(sys.argv[1]), 1, lambda data: True)\n"
    head += "def add_one(data): data['count'] = data.get('count', 0) + 1\n"
    command = [sys.executable, "-c", head + script, str(path)]
    writers = [subprocess.Popen(command, cwd=ROOT) for _ in range(4)]

    assert [writer.wait(timeout=120) for writer in writers] == [0, 0, 0, 0]
    assert counting(path).read().data["count"] == 200


def test_change_on_a_full_disk_keeps_the_old_file_and_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The change is made in memory, the file is as it was, and no part is left."""
    counting(path).change(add_one)

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    stored = counting(path).change(add_one)

    assert stored.data["count"] == 2
    assert stored.note == f"{path} cannot be written (No space left on device); it goes on, but nothing is kept"
    monkeypatch.undo()
    assert counting(path).read() == module.Stored({"version": 1, "count": 1})
    assert {entry.name for entry in path.parent.iterdir()} == {"count.json", "count.json.lock"}


def test_write_whole_sweeps_what_a_dead_writer_left(path: Path) -> None:
    """Nothing piles up in the folder."""
    (path.parent / ".count.json.123.part").write_text("half")
    write_whole(path, b"whole")

    assert {entry.name: entry.read_bytes() for entry in path.parent.iterdir()} == {"count.json": b"whole"}


def test_lock_that_is_never_let_go_is_not_waited_for_for_ever(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process that hangs costs the patience and a note, not the work."""
    monkeypatch.setattr(module, "_PATIENCE", 0.05)
    seen: list[module.Stored] = []
    start = time.monotonic()
    counting(path).change(lambda data: seen.append(counting(path).change(add_one)))

    assert time.monotonic() - start < 5
    assert seen[0].note.endswith("cannot be written (another process is at it); it goes on, but nothing is kept")
    assert seen[0].data["count"] == 1


# Files that are something else.


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\0\xff",
        b"[1]",
        b'{"count": 1}',
        b'{"version": "1"}',
        b'{"version": true}',
        b'{"version": 0}',
        b'{"version": 1, "count": "many"}',
        b"[" * 100_000,
    ],
)
def test_damaged_file_is_kept_aside_and_a_new_one_begun(path: Path, content: bytes) -> None:
    """The learner is told once, and the work goes on."""
    path.write_bytes(content)
    stored = counting(path).change(add_one)

    assert stored.data == {"version": 1, "count": 1}
    name = re.search(r"it is kept as (count\.damaged\.[\d-]+\.json), and a new one is begun$", stored.note)
    assert name, stored.note
    assert (path.parent / name[1]).read_bytes() == content
    assert counting(path).read() == module.Stored({"version": 1, "count": 1})


def test_damaged_file_is_kept_aside_when_it_is_only_read(path: Path) -> None:
    """Reading says it too."""
    path.write_text("{")

    assert "is damaged (it is no JSON)" in counting(path).read().note
    assert [entry.read_text() for entry in path.parent.glob("*.damaged.*")] == ["{"]


def test_damaged_twice_keeps_both(path: Path) -> None:
    """No copy takes the place of another, not even within a second."""
    for content in ("{", "["):
        path.write_text(content)
        counting(path).change(add_one)

    assert sorted(entry.read_text() for entry in path.parent.glob("*.damaged.*")) == ["[", "{"]


def test_newer_version_is_left_alone_and_said(path: Path) -> None:
    """What this version does not understand it does not touch."""
    text = '{"version": 2, "count": {"all": 7}}'
    path.write_text(text)
    stored = counting(path).change(add_one)

    assert stored.data == {"version": 1, "count": 1}
    assert "has version 2, and this memslot-lab knows 1; it is left alone" in stored.note
    assert path.read_text() == text
    assert counting(path).read().note == stored.note


def test_folder_in_the_place_of_the_file_is_left_alone_and_said(path: Path) -> None:
    """It cannot be read, so it is not replaced."""
    path.mkdir()

    assert "cannot be read (Is a directory); it is left alone" in counting(path).read().note
    assert counting(path).change(add_one).data["count"] == 1
    assert path.is_dir()


def test_read_only_folder_is_said_and_the_work_goes_on(path: Path) -> None:
    """What is there is read, what is new is not kept; another account, for root may write anywhere."""
    counting(path).change(add_one)
    for entry in path.parent.iterdir():
        entry.chmod(0o444)
    path.parent.chmod(0o555)
    script = "stored = store.change(add_one); print(stored.data['count'], stored.note, sep='|')"
    if os.geteuid() == 0:
        script = "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n" + script
        for parent in list(path.parents)[1:4]:  # pytest's folders are for their owner alone
            parent.chmod(parent.stat().st_mode | 0o011)
    try:
        count, note = run(script, path).stdout.strip().split("|")
    finally:
        path.parent.chmod(0o755)

    assert count == "2"
    assert note == f"{path} cannot be written (Permission denied); it goes on, but nothing is kept"
    assert counting(path).read().data["count"] == 1


def test_free_name_never_names_what_is_there(tmp_path: Path) -> None:
    """A second within the second gets a number."""
    names: list[str] = []
    for _ in range(3):
        name = free_name(tmp_path, "a", ".txt")
        name.touch()
        names.append(name.name)

    assert len(set(names)) == 3
    assert all(re.fullmatch(r"a\.\d{4}-\d\d-\d\d-\d{6}(-\d)?\.txt", name) for name in names)
