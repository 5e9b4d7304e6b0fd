"""The learner's directory: what is copied, what is never overwritten, and the server that is started on it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from memslot_lab.course import workspace
from memslot_lab.course.workspace import Unpacked, WorkspaceError, course_files, open_lab, unpack

EXERCISE = "exercises/03_delete.ipynb"
START = "notebooks/00_start_here.ipynb"


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of one lesson, one exercise and some data, in place of the real one."""
    root = tmp_path / "course"
    files = {START: "lesson", EXERCISE: "stub", "exercises/info.toml": "facts", "notebooks/data/boot.trace": "log"}
    left_out = {"notebooks/.ipynb_checkpoints/00.ipynb": "old", "notebooks/00_start_here.py": "text pair"}
    for name, text in {**files, **left_out}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    monkeypatch.setattr(workspace, "course_files", lambda: root)
    return root


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """The learner's directory, not yet there."""
    return tmp_path / "mine"


def contents(directory: Path) -> dict[str, str]:
    """Every file below `directory` but the record, as text."""
    paths = [path for path in directory.rglob("*") if path.is_file() and path.name != ".memslot-lab.json"]
    return {path.relative_to(directory).as_posix(): path.read_text() for path in paths}


def test_unpack_new_directory_holds_notebooks_and_exercises(course: Path, mine: Path) -> None:
    """Everything is copied, data included, but hidden folders and the notebooks' text pairs."""
    unpacked = unpack(mine)

    files = {START: "lesson", EXERCISE: "stub", "exercises/info.toml": "facts", "notebooks/data/boot.trace": "log"}
    assert contents(mine) == files
    assert {path.relative_to(mine).as_posix() for path in unpacked.written} == set(files)
    assert unpacked.kept == ()


def test_unpack_second_run_changes_and_reports_nothing(course: Path, mine: Path) -> None:
    """A second run is silent and touches no file."""
    unpack(mine)
    before = {path: path.stat().st_mtime_ns for path in mine.rglob("*")}

    assert unpack(mine) == Unpacked(mine)
    assert {path: path.stat().st_mtime_ns for path in mine.rglob("*")} == before


def test_unpack_edited_exercise_is_left_alone_in_silence(course: Path, mine: Path) -> None:
    """What a learner makes of a delivered file is not reported."""
    unpack(mine)
    (mine / EXERCISE).write_text("solved")

    assert unpack(mine) == Unpacked(mine)
    assert (mine / EXERCISE).read_text() == "solved"


def test_unpack_foreign_file_is_kept_and_the_new_one_put_beside(course: Path, mine: Path) -> None:
    """A file that was there first stays; the course's stands beside it, and is reported once."""
    (mine / "exercises").mkdir(parents=True)
    (mine / EXERCISE).write_text("other")
    unpacked = unpack(mine)

    beside = mine / "exercises/03_delete.new.ipynb"
    assert unpacked.kept == ((mine / EXERCISE, beside),)
    assert (mine / EXERCISE).read_text() == "other"
    assert beside.read_text() == "stub"
    assert unpack(mine) == Unpacked(mine)


def test_unpack_new_edition_of_an_edited_file_keeps_every_version(course: Path, mine: Path) -> None:
    """Each new edition is put beside the learner's file under a name of its own, once."""
    unpack(mine)
    (mine / EXERCISE).write_text("solved")
    (course / EXERCISE).write_text("stub 2")
    second = unpack(mine)
    (course / EXERCISE).write_text("stub 3")
    third = unpack(mine)

    exercises = {name: text for name, text in contents(mine).items() if "03_delete" in name}
    assert exercises == {
        EXERCISE: "solved",
        "exercises/03_delete.new.ipynb": "stub 2",
        "exercises/03_delete.new1.ipynb": "stub 3",
    }
    assert [beside.name for _, beside in second.kept + third.kept] == ["03_delete.new.ipynb", "03_delete.new1.ipynb"]
    assert unpack(mine) == Unpacked(mine)


def test_unpack_deleted_file_comes_back(course: Path, mine: Path) -> None:
    """A learner who deletes a file gets the course's again."""
    unpack(mine)
    (mine / EXERCISE).unlink()

    assert unpack(mine).written == (mine / EXERCISE,)
    assert (mine / EXERCISE).read_text() == "stub"


def test_unpack_into_the_checkout_copies_nothing(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The checkout is a learner's directory already."""
    before = contents(course)
    monkeypatch.chdir(course)

    assert unpack(Path()) == Unpacked(Path())
    assert contents(course) == before
    assert not (course / ".memslot-lab.json").exists()


@pytest.mark.parametrize("name", ["file", "file/below", "/proc/self/mine"])
def test_unpack_impossible_directory_names_it_and_the_next_step(course: Path, tmp_path: Path, name: str) -> None:
    """A file, a place below a file and a place that takes no directory end in one clear line."""
    (tmp_path / "file").write_text("mine")

    with pytest.raises(WorkspaceError, match=rf"{name}: .+; name a directory that you can write to$"):
        unpack(tmp_path / name)
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("text", ["{", "[1]", "\0"])
def test_unpack_damaged_record_names_it_and_overwrites_nothing(course: Path, mine: Path, text: str) -> None:
    """Without its record `unpack()` does nothing rather than guess."""
    unpack(mine)
    (mine / ".memslot-lab.json").write_text(text)
    (mine / EXERCISE).write_text("solved")

    with pytest.raises(WorkspaceError, match=r"memslot-lab\.json: .+; delete it and try again$"):
        unpack(mine)
    assert (mine / EXERCISE).read_text() == "solved"


def test_unpack_interrupted_write_leaves_no_half_file(
    course: Path, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file is complete under its name or not there."""

    def fail(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device", str(self))

    monkeypatch.setattr(Path, "replace", fail)

    with pytest.raises(WorkspaceError, match="No space left"):
        unpack(mine)
    assert not any(path.suffix == ".ipynb" for path in mine.rglob("*"))


def test_course_files_in_the_checkout_is_its_root() -> None:
    """In a checkout the course is read where it is edited."""
    assert course_files() == Path(__file__).parents[2]


def test_open_lab_without_jupyterlab_says_what_to_install(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message holds the command."""
    monkeypatch.setattr(workspace, "find_spec", lambda name: None)

    with pytest.raises(WorkspaceError, match=r"pip install 'memslot-lab\[lab\]'"):
        open_lab(mine)


def test_open_lab_taken_port_says_which(mine: Path) -> None:
    """A port in use is refused before a server is started."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(WorkspaceError, match=rf"port {port}: .+ in use; leave --port out"):
            open_lab(mine, port=port)


@pytest.mark.parametrize(
    ("environment", "opened"), [({}, False), ({"DISPLAY": ":0"}, True), ({"WAYLAND_DISPLAY": "wayland-0"}, True)]
)
@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="there is always a display here")
def test_has_browser_follows_the_display(
    environment: dict[str, str], opened: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser is opened only where it could be seen."""
    monkeypatch.setattr(workspace.os, "environ", environment)
    monkeypatch.setattr(workspace.webbrowser, "get", lambda: None)

    assert workspace._has_browser() is opened


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_stop_server_that_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that hangs while it ends does not hang the terminal."""
    monkeypatch.setattr(workspace, "_PATIENCE", 0.1)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE) as server:
        assert server.stdout
        server.stdout.readline()
        workspace._stop(server)

        assert server.returncode == -signal.SIGKILL


SCRIPT = "import sys; from pathlib import Path; from memslot_lab.course.workspace import open_lab; "
SCRIPT += "sys.exit(open_lab(Path(sys.argv[1]), browser=False))"


@contextmanager
def running_lab(directory: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A laboratory in a process of its own, as a terminal starts it, and its address."""
    command = [sys.executable, "-c", SCRIPT, str(directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout
        try:
            yield process, next(found[0] for line in process.stdout if (found := re.search(r"http://\S+", line)))
        finally:
            process.terminate()


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_open_lab_until_a_signal_serves_the_start_notebook(
    course: Path, jupyter_home: Path, number: signal.Signals
) -> None:
    """The printed address opens the first lesson, only with its token; a signal to the terminal's group ends it all."""
    (course / START).write_text(json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    with running_lab(course) as (process, url):
        with urlopen(url) as answer:
            assert answer.status == 200
        with pytest.raises(HTTPError, match="403"):
            urlopen(re.sub(r"lab/tree/(.+)\?.*", r"api/contents/\1", url))
        with urlopen(re.sub(r"lab/tree/", r"api/contents/", url)) as answer:
            assert json.load(answer)["path"] == START

        os.killpg(process.pid, number)

        assert process.wait(timeout=20) == 0
        port = int(re.search(r":(\d+)/", url)[1])
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0
