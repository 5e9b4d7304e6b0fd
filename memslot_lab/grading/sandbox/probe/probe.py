"""The app with which a tier is tried: it attempts what must fail and what must work, and says what came of it."""

import contextlib
import ctypes
import importlib
import os
import resource
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["answer"]


def answer(request: dict[str, Any]) -> dict[str, str]:
    """Return what came of each attempt: "done", or the name of the error."""
    canary = Path(request["canary"])
    attempts: dict[str, Callable[[], object]] = {
        "import a module": lambda: importlib.import_module("fractions"),
        "import a compiled module": lambda: importlib.import_module(request["compiled"]),
        "read a lent file": lambda: Path(__file__).read_text(),
        "use some memory": lambda: bytearray(request["memory"] // 4),
        "read a file outside": canary.read_text,
        "read the laboratory": Path(request["laboratory"]).read_text,
        "write a file outside": lambda: canary.with_name("written").write_text("x"),
        "change a file outside": lambda: os.chmod(canary, 0o777),  # noqa: PTH101  # the call itself is meant
        "start a process": _fork,
        "start a thread": threading.Thread(target=int).start,
        "run a program": lambda: os.execv(request["python"], ["python", "-c", "pass"]),
        "open a connection": socket.socket,
        "reach the judge": lambda: socket.create_connection(("127.0.0.1", request["port"]), 1),
        "reach another machine": lambda: socket.create_connection(("192.0.2.1", 80), 1),
        "make a room of its own": _unshare,
        "signal the judge": lambda: os.kill(request["judge"], 0),
        "signal everybody": lambda: os.kill(-1, 0),
        "raise a limit": lambda: resource.setrlimit(resource.RLIMIT_CPU, (-1, -1)),
        "use too much memory": lambda: bytearray(request["memory"]),
        "make a file without a name": lambda: os.memfd_create("x"),
    }
    return {name: _outcome(attempt) for name, attempt in attempts.items() if name in request["names"]}


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _unshare() -> None:
    if ctypes.CDLL(None, use_errno=True).unshare(1 << 28):  # CLONE_NEWUSER
        raise OSError(ctypes.get_errno(), "unshare")


def _outcome(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except BaseException as error:  # the name is what is asked
        with contextlib.suppress(Exception):
            return type(error).__name__
    return "done"
