"""The warm worker: a program of its own, started by exec, that forks one confined child after the other.

It sees the lent tree and the standard library, never a submission and nothing of the judge. It runs by its path
(``python -P -s -S -B zygote.py DESCRIPTOR``), so that the package around it is not imported, and prints nothing: what
goes wrong is said on the control line.
"""

import contextlib
import gc
import importlib
import os
import socket
import sys
import time
import traceback
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["main"]

_HOME = "_sandbox"  # the name of this directory as a package; the real name may be lent
_MESSAGE = 1 << 20  # bytes on the control line


def main(descriptor: int) -> None:
    """Serve the judge on the control line until it hangs up."""
    _adopt_neighbours()
    control = _Control(socket.socket(fileno=descriptor))
    plan, _ = control.receive()
    if plan is None:
        return
    try:
        worker = _prepare(plan)
        control.send({"ready": True, "pid": os.getpid(), "notes": worker.notes})
    except BaseException as error:  # a failing import of the app, too
        control.send({"failed": f"{type(error).__name__}: {error}", "trace": traceback.format_exc(limit=-5)[-2000:]})
        return
    worker.serve(control)


def _adopt_neighbours() -> None:
    """Make the modules beside this file importable under a name that no lent tree has."""
    package = types.ModuleType(_HOME)
    package.__path__ = [str(Path(__file__).parent)]
    sys.modules[_HOME] = package
    for name in ("limits", "wire", "child", "landlock", "namespaces", "programs", "readable", "seccomp", "syscalls"):
        importlib.import_module(f"{_HOME}.{name}")


def _module(name: str) -> Any:
    return importlib.import_module(f"{_HOME}.{name}")


class _Control:
    """The line to the judge: frames, some with descriptors."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line

    def receive(self) -> tuple[Any, list[int]]:
        """Return a message and what came with it; None when the judge has hung up."""
        wire = _module("wire")
        header, descriptors, _, _ = socket.recv_fds(self._line, 4, 2)
        if len(header) < 4:
            return None, []
        data = self._line.recv(wire.length_of(header, most=_MESSAGE), socket.MSG_WAITALL)
        return wire.decode(data, most=_MESSAGE), descriptors

    def send(self, message: dict[str, object]) -> None:
        self._line.sendall(_module("wire").encode(message, most=_MESSAGE))


def _prepare(plan: dict[str, Any]) -> "_Worker":
    limits = _module("limits").Limits(**plan["limits"])
    if plan["core"] is not None:
        os.sched_setaffinity(0, {plan["core"]})
    tree = Path(plan["tree"])
    if plan["tier"] == "namespaces":
        worker: _Worker = _Namespaced(limits, tree, tuple(map(Path, plan["packages"])))
    elif plan["tier"] == "landlock":
        worker = _Landlocked(limits, tree)
    else:
        worker = _Worker(limits, tree)
    worker.load(plan["app"])
    return worker


class _Worker:
    """Forks children that are held by resource limits alone."""

    def __init__(self, limits: Any, tree: Path) -> None:
        self._limits = limits
        self._nothing = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)
        self._lent = tree
        self._packages: tuple[Path, ...] = ()
        self._answer: Callable[[Any], object] | None = None
        self.notes: list[str] = []
        self._statm = _open_statm()

    def load(self, app: str) -> None:
        """Import the app, and what it imports, before any fork."""
        del sys.modules[_HOME].__path__[:]  # what is needed is imported
        sys.path[:] = [str(self._lent), *sys.path, *map(str, self._packages)]
        sys.path_importer_cache.clear()
        self._answer = importlib.import_module(app).answer
        gc.collect()
        gc.freeze()  # a collection in a child touches none of the shared pages

    def serve(self, control: _Control) -> None:
        while True:
            message, descriptors = control.receive()
            if message is None:
                return
            output, line = descriptors
            pid = self._fork()
            if pid == 0:
                self._become_child(output, line)
            os.close(output)
            os.close(line)
            control.send({"opened": pid})
            message, _ = control.receive()
            report = _end(pid, message["patience"] if message else 0)
            if message is None:
                return
            control.send(report)

    def _become_child(self, output: int, line: int) -> None:
        """Confine, say so, answer, and end; never return."""
        child = _module("child")
        try:
            try:
                self._confine(output, line)
            except BaseException as error:
                # The line may have moved already, or not yet.
                child.say({"failed": f"{type(error).__name__}: {error}"}, line)
                raise
            child.say({"confined": True}, line)
            child.answer_all(self._answer, self._limits)
        finally:
            os._exit(0)

    def _confine(self, output: int, line: int) -> None:
        child = _module("child")
        child.keep_limits(self._limits, self._used_bytes())
        os.setpgid(0, 0)  # so that the worker can end what it started
        child.keep_only(self._nothing, output, line)

    def _fork(self) -> int:
        return os.fork()

    def _used_bytes(self) -> int:
        if self._statm is None:
            return 0
        return int(os.pread(self._statm, 100, 0).split()[0]) * os.sysconf("SC_PAGE_SIZE")


class _Landlocked(_Worker):
    """Confines with Landlock, the filter and resource limits: nothing can be written, names can be seen."""

    def __init__(self, limits: Any, tree: Path) -> None:
        super().__init__(limits, tree)
        landlock, seen = _module("landlock"), _module("readable")
        shown = seen.readable()
        allowed = [rule for path in shown.shown for rule in landlock.without(path, shown.hidden)]
        allowed += [(path, True) for path in (tree, *seen.DEVICES)]
        self._rules = landlock.ruleset(allowed, [Path("/dev/null")])
        self._parent = os.getpid()

    def _confine(self, output: int, line: int) -> None:
        child, seccomp = _module("child"), _module("seccomp")
        child.keep_limits(self._limits, self._used_bytes())
        os.chdir("/")
        child.give_up_rights(self._rules, self._parent)
        child.keep_only(self._nothing, output, line)
        seccomp.install(seccomp.filter_for(os.getpid()))


class _Namespaced(_Worker):
    """Confines with namespaces on top of it: a root that holds nothing else."""

    def __init__(self, limits: Any, tree: Path, packages: tuple[Path, ...]) -> None:
        super().__init__(limits, tree)
        namespaces = _module("namespaces")
        shown = _module("readable").readable(_module("programs").needed(packages) if limits.processes else packages)
        namespaces.unshare()
        if pid := os.fork():  # the first process of the room goes on; this one waits, for the judge to wait for
            os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 0xFF)
        _module("syscalls").call("prctl", 1, 9, 0, 0, 0)  # die with the one that waits (PR_SET_PDEATHSIG)
        self._statm = _open_statm()  # of this process
        self._room = namespaces.Room(shown, tree)
        self._lent = namespaces.INSIDE
        self._landlock = self._has_landlock()
        self._packages = tuple(map(namespaces.place_inside, packages))
        self._filter = _module("programs").prepare() if limits.processes else _module("seccomp").filter_for(1)

    def _has_landlock(self) -> bool:
        try:
            return _module("landlock").abi() > 0
        except OSError as error:
            self.notes.append(f"no Landlock as a second wall ({error.strerror})")
            return False

    def _fork(self) -> int:
        return self._room.fork()

    def _confine(self, output: int, line: int) -> None:
        child, landlock, seccomp = _module("child"), _module("landlock"), _module("seccomp")
        child.keep_limits(self._limits, self._used_bytes())
        self._room.furnish(self._limits.disk_bytes, self._limits.files)
        rules = None
        if self._landlock:
            # Made here: a rule holds for the directory that is mounted, not for the place where it is.
            written = [Path("/dev/null"), *([Path("/tmp")] if self._limits.disk_bytes else [])]
            rules = landlock.ruleset([(Path("/"), True)], written, with_programs=self._limits.processes > 0)
        child.give_up_rights(rules, 0)
        child.keep_only(self._nothing, output, line)
        seccomp.install(self._filter)


def _open_statm() -> int | None:
    """Open the sizes of this process; there will be no ``/proc`` later."""
    path = Path("/proc/self/statm")
    return os.open(path, os.O_RDONLY | os.O_CLOEXEC) if path.exists() else None


def _end(pid: int, patience: float) -> dict[str, object]:
    """End a child that does not end by itself within `patience` seconds; return how it ended."""
    until = time.monotonic() + patience
    done, status, used = os.wait4(pid, os.WNOHANG)
    while not done and time.monotonic() < until:
        time.sleep(0.001)
        done, status, used = os.wait4(pid, os.WNOHANG)
    ended_itself = bool(done)
    if not done:
        os.kill(pid, 9)
        _, status, used = os.wait4(pid, 0)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, 9)  # what a plain process has started; in a real tier there is no such group
    return {"status": status, "alone": ended_itself, "cpu": used.ru_utime + used.ru_stime}


if __name__ == "__main__":
    main(int(sys.argv[1]))
