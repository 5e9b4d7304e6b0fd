"""The judge's end of its sockets: whole frames, each against a deadline, however it is dripped."""

import socket
import struct
import time

from . import wire
from .wire import Plain

__all__ = ["TimedLine", "receive"]

_SLACK = 0.01  # by so many seconds a wait may be longer than it should: the kernel need not be told each time


class TimedLine:
    """A socket on which the kernel keeps the time: asked some hundred times a submission, so with few system calls."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._seconds = 0.0  # what the kernel was told
        self._rest = b""  # what came behind the last frame

    def send(self, data: bytes, until: float) -> None:
        """Send all; raise TimeoutError at the deadline, however slowly it is taken."""
        view = memoryview(data)
        while view:
            self._keep_time(until)
            try:
                view = view[self._line.send(view) :]
            except BlockingIOError:
                raise TimeoutError from None

    def receive(self, until: float, *, most: int) -> bytes:
        """Return what the next frame holds; for errors see `receive()`."""
        data = self._rest or self._some(until)
        while len(data) < 4:
            data += self._some(until)
        end = 4 + wire.length_of(data[:4], most=most)
        while len(data) < end:
            data += self._some(until)
        self._rest = data[end:]
        return data[4:end]

    def close(self) -> None:
        """Close the socket."""
        self._line.close()

    def _some(self, until: float) -> bytes:
        self._keep_time(until)
        try:
            piece = self._line.recv(1 << 16)
        except BlockingIOError:
            raise TimeoutError from None
        if not piece:
            raise EOFError
        return piece

    def _keep_time(self, until: float) -> None:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if not left <= self._seconds <= left + _SLACK:
            self._seconds = left + _SLACK / 2
            timeval = struct.pack("@ll", int(self._seconds), int(self._seconds % 1 * 1e6))
            self._line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeval)
            self._line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, timeval)


def receive(line: socket.socket, until: float, *, most: int) -> Plain:
    """Return the next frame's value.

    Raises
    ------
    TimeoutError
        It was not whole at the deadline, however it was dripped.
    EOFError
        The other end is gone.
    """
    length = wire.length_of(_exactly(line, 4, until), most=most)
    return wire.decode(_exactly(line, length, until), most=most)


def _exactly(line: socket.socket, count: int, until: float) -> bytes:
    data = bytearray()
    while len(data) < count:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        line.settimeout(left)
        piece = line.recv(min(count - len(data), 1 << 16))
        if not piece:
            raise EOFError
        data += piece
    return bytes(data)
