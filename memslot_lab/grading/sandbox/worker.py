"""The judge's side: a warm worker, its children, and what is said when one stops."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from . import wire
from .limits import Limits, Tier
from .lines import TimedLine, receive
from .wire import Plain

__all__ = ["Child", "ChildStopped", "SandboxError", "Worker"]

_START_SECONDS = 30.0  # a worker, on a machine that is busy
_OPEN_SECONDS = 10.0  # a child
_USUAL = Limits()
_PATIENCE = 0.25  # seconds between the end of the line and the end of the process
_MESSAGE = 1 << 20  # bytes on the control line

# A clean environment: nothing of the teacher's; the same order of sets for everybody; one malloc arena.
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "1", "PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}


class SandboxError(Exception):
    """The sandbox itself does not work; nothing may be graded."""


class ChildStopped(Exception):  # noqa: N818  # what happens is no error of the judge
    """A child was stopped, or stopped itself.

    Parameters
    ----------
    kind : str
        ``time``, ``cpu``, ``memory``, ``file-size``, ``ended``, ``killed``, ``raised``, ``too-large`` or ``garbled``.
    words : str
        The same for a teacher and a student, such as "stopped after 1 s".
    """

    def __init__(self, kind: str, words: str) -> None:
        super().__init__(words)
        self.kind = kind
        self.words = words


class Worker:
    """A warm process that forks confined children, one at a time.

    Parameters
    ----------
    tree : Path
        The lent directory: importable and readable inside, read-only.
    app : str
        A module in it, imported once; its ``answer(request)`` is called in a child for each request.
    tier : Tier or None
        How children are confined; None: the best that works here.
    limits : Limits
        What one child may use.
    core : int or None
        The processor core to stay on.
    packages : tuple of Path
        Directories of installed packages, importable and readable inside as well; for namespaces only.

    Raises
    ------
    SandboxError
        The tier does not work here, or the app cannot be imported.
    """

    def __init__(
        self,
        tree: Path,
        app: str,
        *,
        tier: Tier | None = None,
        limits: Limits = _USUAL,
        core: int | None = None,
        packages: tuple[Path, ...] = (),
    ) -> None:
        if tier is None:
            from .tiers import best_tier

            tier = best_tier()
        if tier is not Tier.NAMESPACES and (packages or limits.processes):
            raise SandboxError(f"the {tier.value} tier holds nothing that starts programs; that takes namespaces")
        self.tier = tier
        self.limits = limits
        self._child: Child | None = None
        self._control, theirs = _line()
        with theirs:
            self._process = _start(theirs)
        plan = {"tier": tier.value, "tree": os.fspath(tree.resolve(strict=True)), "app": app, "core": core}
        plan |= {"limits": asdict(limits), "packages": [*map(os.fspath, packages)]}
        try:
            ready = self._tell(plan, seconds=_START_SECONDS)
            if "failed" in ready:
                raise SandboxError(f"the {tier.value} tier does not start: {ready['failed']}")
            self.notes: tuple[str, ...] = tuple(ready["notes"])
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """The process below which everything runs."""
        return self._process.pid

    def open(self) -> "Child":
        """Fork and confine a fresh child.

        Raises
        ------
        SandboxError
            The worker is gone, has a child already, or the child could not be confined.
        """
        if self._child is not None:
            raise SandboxError("this worker has a child; close it first")
        mine, theirs = _line()
        output = _output_file()
        self._child = Child(self, mine, output)
        try:
            with theirs:
                self._tell({"do": "open"}, seconds=_OPEN_SECONDS, descriptors=(output, theirs.fileno()))
            self._child.require_confined(_OPEN_SECONDS)
        except BaseException:
            if self._child:
                self._child.close()
            raise
        return self._child

    def end_child(self, *, patience: float) -> dict[str, Any]:
        """End the child, and return how it ended; for `Child` alone."""
        self._child = None
        return self._tell({"do": "end", "patience": patience}, seconds=_OPEN_SECONDS)

    def close(self) -> None:
        """End the worker and everything in it."""
        self._control.close()  # the worker sees the end of the line
        try:
            self._process.wait(_OPEN_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._child:
            self._child.forget()
            self._child = None

    def _tell(self, message: dict[str, Any], *, seconds: float, descriptors: tuple[int, ...] = ()) -> dict[str, Any]:
        """Send a message to the worker; return its answer."""
        until = time.monotonic() + seconds
        try:
            self._control.settimeout(seconds)
            data = wire.encode(message, most=_MESSAGE)
            sent = socket.send_fds(self._control, [data], descriptors) if descriptors else 0
            self._control.sendall(data[sent:])
            answer: Any = receive(self._control, until, most=_MESSAGE)
            return answer
        except (OSError, EOFError, wire.GarbledError) as error:
            why = "does not answer" if isinstance(error, TimeoutError) else "has ended"
            raise SandboxError(f"the worker of the {self.tier.value} tier {why}; start another one") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class Child:
    """A confined process that answers requests; gone, with all it made, when it is closed.

    Made by `Worker.open`.
    """

    def __init__(self, worker: Worker, line: socket.socket, output: int) -> None:
        self._worker = worker
        self._line = TimedLine(line)
        self._output: int | None = output
        self._printed = b""
        self._until = time.monotonic() + worker.limits.submission_seconds
        self._stopped: ChildStopped | None = None

    def ask(self, request: Plain, *, seconds: float | None = None) -> Plain:
        """Send one request; return the answer.

        Parameters
        ----------
        request : Plain
            Passed to the app's ``answer()``.
        seconds : float or None
            Wall time; None: `Limits.ask_seconds`.

        Raises
        ------
        ChildStopped
            There is no answer, and never will be: the child is gone, and asking it again says the same.
        """
        data = wire.to_json(request, most=self._worker.limits.frame_bytes)
        return self.read(self.ask_json(data, seconds=seconds))

    def ask_json(self, request: bytes, *, seconds: float | None = None) -> bytes:
        """Send one request in JSON, as `wire.to_json()` makes it; return what the child wrote, for `read()`.

        Raises
        ------
        ChildStopped
            As `ask()`.
        """
        if self._stopped:
            raise self._stopped
        limits = self._worker.limits
        seconds = limits.ask_seconds if seconds is None else seconds
        frame_id = secrets.token_hex(8).encode()
        frame = wire.framed(b'{"id":"%b","ask":%b}' % (frame_id, request), most=limits.frame_bytes)
        until = min(time.monotonic() + seconds, self._until)
        try:
            self._line.send(frame, until)
            return _answer_in(self._line.receive(until, most=limits.frame_bytes), frame_id, limits)
        except ChildStopped as stopped:
            self._stopped = stopped
        except TimeoutError:
            self._stopped = ChildStopped("time", self._words_for_time(seconds))
        except wire.TooLargeError as error:
            self._stopped = ChildStopped("too-large", f"the answer is too large: {error}")
        except wire.GarbledError as error:
            self._stopped = ChildStopped("garbled", f"the answer cannot be read: {error}")
        except (OSError, EOFError):
            self._stopped = self._why_gone()
        self.close()
        raise self._stopped

    def read(self, answer: bytes) -> Plain:
        """Return the value of an answer.

        Raises
        ------
        ChildStopped
            It cannot be read; the child is gone.
        """
        try:
            return wire.decode(answer, most=self._worker.limits.frame_bytes)
        except wire.GarbledError as error:
            self._stopped = ChildStopped("garbled", f"the answer cannot be read: {error}")
        self.close()
        raise self._stopped

    @property
    def printed(self) -> str:
        """What was printed past the app, for a teacher: text from a stranger, to be escaped wherever it is shown."""
        data = self._printed if self._output is None else self._read_output(self._output)
        return data.decode(errors="backslashreplace")

    def close(self) -> None:
        """End the child and all it made."""
        if self._output is not None:
            self._end(patience=0)

    def forget(self) -> None:
        """Give back what the judge holds for a child that is gone with its worker."""
        self._line.close()
        if self._output is not None:
            self._printed = self._read_output(self._output)
            os.close(self._output)
            self._output = None

    def require_confined(self, seconds: float) -> None:
        """Wait until the child says that it is confined; raise SandboxError if it says anything else."""
        try:
            said: object = wire.decode(self._line.receive(time.monotonic() + seconds, most=_MESSAGE), most=_MESSAGE)
        except (OSError, EOFError, wire.GarbledError) as error:
            said = {"failed": f"no word from it ({type(error).__name__})"}
        if said != {"confined": True}:
            raise SandboxError(f"a child could not be confined: {said}; nothing was run in it")

    def _words_for_time(self, seconds: float) -> str:
        if time.monotonic() >= self._until:
            return f"stopped: all requests together took more than {self._worker.limits.submission_seconds:g} s"
        return f"stopped after {seconds:g} s"

    def _why_gone(self) -> ChildStopped:
        return _reason(self._end(patience=_PATIENCE), self._worker.limits)

    def _end(self, *, patience: float) -> dict[str, Any]:
        try:
            return self._worker.end_child(patience=patience)
        finally:
            self.forget()

    def _read_output(self, output: int) -> bytes:
        return os.pread(output, self._worker.limits.output_bytes, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _line() -> tuple[socket.socket, socket.socket]:
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)


def _output_file() -> int:
    """Return a file without a name."""
    if sys.platform == "linux":
        return os.memfd_create("output", os.MFD_CLOEXEC)
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def _start(line: socket.socket) -> "subprocess.Popen[bytes]":
    """Start the bare interpreter: no site, no path but the standard library's, no environment, no terminal."""
    if sys.platform == "win32":
        raise SandboxError("submissions cannot be run on Windows itself; use WSL2, or a container")
    python: str = getattr(sys, "_base_executable", "") or sys.executable
    program = Path(__file__).with_name("zygote.py")
    command = [python, "-P", "-s", "-S", "-B", os.fspath(program), str(line.fileno())]
    nothing = subprocess.DEVNULL
    return subprocess.Popen(
        command,
        pass_fds=(line.fileno(),),
        env=_ENVIRONMENT,
        cwd="/",
        start_new_session=True,
        stdin=nothing,
        stdout=nothing,
        stderr=nothing,
    )


_ERRORS = {
    "memory": "stopped: it used more than {memory} MiB of memory",
    "too-large": "the answer is too large: more than {frame} KiB",
    "garbled": "the answer cannot be read: it is no plain data",
    "ended": "the program ended itself (sys.exit)",
    "raised": "an exception came through to the judge",
}


def _answer_in(data: bytes, frame_id: bytes, limits: Limits) -> bytes:
    """Return the answer in a reply, still JSON; raise ChildStopped for an error, GarbledError for anything else."""
    start = b'{"id":"%b","answer":' % frame_id
    if data.startswith(start) and data.endswith(b"}"):  # as an honest child writes it
        return data[len(start) : -1]
    reply = wire.decode(data, most=limits.frame_bytes)
    if not isinstance(reply, dict) or reply.get("id") != frame_id.decode() or len(reply) != 2:
        raise wire.GarbledError("it does not belong to the question")
    if "answer" in reply:
        return wire.to_json(reply["answer"], most=limits.frame_bytes)
    kind = reply.get("error")
    if not isinstance(kind, str) or kind not in _ERRORS:
        raise wire.GarbledError("it is neither an answer nor an error")
    words = _ERRORS[kind].format(memory=limits.memory_bytes >> 20, frame=limits.frame_bytes >> 10)
    raise ChildStopped(kind, words)


def _reason(report: dict[str, Any], limits: Limits) -> ChildStopped:
    """Return why a child is gone, from how it ended."""
    if not report["alone"]:
        return ChildStopped("ended", "the program closed the line to the judge")
    code = os.waitstatus_to_exitcode(report["status"])
    if code >= 0:
        return ChildStopped("ended", f"the program ended itself with exit status {code}")
    # Subtle: the limit is kept by ticks of the clock, of which a busy machine gives a process more than it used.
    if -code == signal.SIGXCPU or (-code == signal.SIGKILL and report["cpu"] >= limits.cpu_seconds / 2):
        return ChildStopped("cpu", f"stopped: it used more than {limits.cpu_seconds} s of CPU time")
    if -code == signal.SIGXFSZ:
        return ChildStopped("file-size", f"stopped: it wrote more than {limits.output_bytes >> 10} KiB")
    if -code == signal.SIGSYS:
        return ChildStopped("killed", "stopped: it made a system call of a foreign kind")
    if -code == signal.SIGKILL:
        return ChildStopped("killed", "stopped by the system, which may have been short of memory")
    return ChildStopped("killed", f"the program crashed ({_signal_name(-code)})")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
