"""Lay the course out in a learner's directory, and open it in JupyterLab."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from itertools import count
from pathlib import Path

__all__ = ["Unpacked", "WorkspaceError", "course_files", "open_lab", "solution_files", "unpack"]

_FOLDERS = ("notebooks", "exercises")
_START = "notebooks/00_start_here.ipynb"
_END_SIGNALS = [signal.Signals[name] for name in ("SIGTERM", "SIGHUP") if name in signal.Signals.__members__]
_PATIENCE = 10  # seconds for the server to end; it takes one
_RECORD = ".memslot-lab.json"  # digests of what was delivered, by path


class WorkspaceError(Exception):
    """A directory that cannot hold the course, or a laboratory that cannot be opened."""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What `unpack()` did.

    Parameters
    ----------
    directory : Path
        The learner's directory.
    written : tuple[Path, ...]
        Files that were not there before.
    kept : tuple[tuple[Path, Path], ...]
        Files that differ from the course's and were left alone, each with the course's file put beside it.
    """

    directory: Path
    written: tuple[Path, ...] = ()
    kept: tuple[tuple[Path, Path], ...] = ()


def course_files() -> Path:
    """Return the directory that holds notebooks/ and exercises/: the wheel's own, or the checkout's root."""
    package = Path(__file__).parents[1]
    for root in (package / "_course", package.parent):
        if (root / _START).is_file():
            return root
    raise WorkspaceError(f"{package}: no notebooks in or beside the package; install memslot-lab again")


def solution_files() -> Path:
    """Return the directory that holds the solved notebooks: the wheel's own, which is hidden, or the checkout's."""
    root = course_files()
    return next((folder for folder in (root / ".solutions", root / "solutions") if folder.is_dir()), root / "solutions")


def unpack(directory: Path) -> Unpacked:
    """Copy the course into `directory`; never overwrite a file.

    A file that differs stays as it is, and the course's file is put beside it under a free name
    (``03_delete.new.ipynb``), once: what a learner makes of a delivered file is not reported again.

    Parameters
    ----------
    directory : Path
        Made when it is missing. The checkout itself needs no copy and is left as it is.

    Returns
    -------
    Unpacked
        What was written, and what was kept.

    Raises
    ------
    WorkspaceError
        `directory` is no directory or cannot be written, or its record of deliveries is damaged.
    """
    source = course_files()
    if directory.resolve() == source.resolve():
        return Unpacked(directory)
    if any((source / folder).resolve() in (directory.resolve(), *directory.resolve().parents) for folder in _FOLDERS):
        raise WorkspaceError(f"{directory} lies inside the course itself, {source}; name that, or a directory outside")
    try:
        return _deliver(source, directory)
    except OSError as error:
        place = error.filename or directory
        raise WorkspaceError(f"{place}: {error.strerror}; name a directory that you can write to") from error


def _deliver(source: Path, directory: Path) -> Unpacked:
    directory.mkdir(parents=True, exist_ok=True)
    delivered = _read_record(directory / _RECORD)
    before = dict(delivered)
    written: list[Path] = []
    kept: list[tuple[Path, Path]] = []
    for path in _course_paths(source):
        content, target = (source / path).read_bytes(), directory / path
        digest = sha256(content).hexdigest()
        known = delivered.get(path.as_posix()) == digest
        if not target.exists():
            _write(target, content)
            written.append(target)
        elif not known and target.read_bytes() != content:
            kept.append((target, _write_beside(target, content)))
        delivered[path.as_posix()] = digest
    if delivered != before:
        _write(directory / _RECORD, json.dumps(delivered, indent=1).encode())
    return Unpacked(directory, tuple(written), tuple(kept))


def _read_record(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    try:
        return dict(json.loads(path.read_text()))
    except (ValueError, TypeError) as error:
        raise WorkspaceError(f"{path}: not the record that unpack() wrote; delete it and try again") from error


def _course_paths(source: Path) -> Iterator[Path]:
    for folder in _FOLDERS:
        for path in sorted((source / folder).rglob("*")):
            relative = path.relative_to(source)
            hidden = any(part.startswith((".", "__")) for part in relative.parts)
            text_pair = path.suffix == ".py" and path.with_suffix(".ipynb").exists()
            if path.is_file() and not hidden and not text_pair:
                yield relative


def _write(target: Path, content: bytes) -> None:
    """Write all or nothing: a killed process leaves no half notebook."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    part.write_bytes(content)
    part.replace(target)


def _write_beside(target: Path, content: bytes) -> Path:
    names = (f"{target.stem}.new{n or ''}{target.suffix}" for n in count())
    beside = next(p for p in map(target.with_name, names) if not p.exists() or p.read_bytes() == content)
    _write(beside, content)
    return beside


def open_lab(directory: Path, *, port: int | None = None, browser: bool = True) -> int:
    """Serve `directory` with JupyterLab on this machine, print the address, and wait until it ends.

    Ctrl-C, SIGTERM or a closed terminal stops the server and its kernels. For the main thread only.

    Parameters
    ----------
    directory : Path
        Holds notebooks/, as `unpack()` left it.
    port : int or None, optional
        Port on 127.0.0.1; None takes a free one.
    browser : bool, optional
        Open the address in a browser, where there is one.

    Returns
    -------
    int
        Exit status of JupyterLab; 0 after Ctrl-C.

    Raises
    ------
    WorkspaceError
        JupyterLab is not installed, or the port is taken.
    """
    if find_spec("jupyterlab") is None:
        raise WorkspaceError("jupyterlab is not installed; run: pip install 'memslot-lab[lab]'")
    port = _free_port(port or 0)
    token = secrets.token_urlsafe(24)
    url = f"http://127.0.0.1:{port}/lab/tree/{_START}?token={token}"
    # The token goes by the environment: a command line can be read by every account.
    environment = {**os.environ, "JUPYTER_TOKEN": token}
    # Subtle: the server stands outside this terminal and gets one signal, from here; the terminal's Ctrl-C on top
    # of that would end it before it has stopped its kernels.
    server = subprocess.Popen(
        _command(directory, port), env=environment, stdin=subprocess.DEVNULL, start_new_session=True
    )
    before = {number: signal.signal(number, signal.default_int_handler) for number in _END_SIGNALS}
    try:
        if _wait_for(server, port):
            print(f"\nThe laboratory is open; Ctrl-C here closes it.\n\n    {url}\n", flush=True)
            if browser and _has_browser():
                webbrowser.open(url)
        return server.wait()
    except KeyboardInterrupt:
        _stop(server)
        return 0
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _free_port(port: int) -> int:
    with socket.socket() as probe:
        if os.name == "posix":  # elsewhere this would allow a port that is in use
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise WorkspaceError(f"port {port}: {error.strerror}; leave --port out to take a free one") from error
        return probe.getsockname()[1]


def _command(directory: Path, port: int) -> list[str]:
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "-y", f"--ServerApp.root_dir={directory.resolve()}"]
    command += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    command += ["--ServerApp.log_level=WARN", "--LabApp.log_level=WARN"]
    command.append(f"--LabApp.app_settings_dir={Path(__file__).with_name('lab_settings')}")  # no news, no update checks
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    return command


def _wait_for(server: "subprocess.Popen[bytes]", port: int) -> bool:
    """Return whether the server came to answer on its port; a server that ends has said why itself."""
    while server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.1)
    return False


def _stop(server: "subprocess.Popen[bytes]") -> None:
    server.terminate()
    try:
        server.wait(timeout=_PATIENCE)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        # Subtle: jupyter_server 2.21 now and then stops its kernels and then waits for ever for an idle thread
        # (2 of 6 times when it was told to end while a notebook was being saved and its kernel started).
        server.kill()
        server.wait()


def _has_browser() -> bool:
    if sys.platform not in ("darwin", "win32") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True
