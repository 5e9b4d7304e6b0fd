"""The app that the attacks are run in: it executes a text and says what came of it, as a careless judge would."""

import ctypes
import errno
from typing import Any

STATE: dict[str, Any] = {}


def syscall(number: int, *arguments: object) -> str:
    """Make a system call past Python; return "ok" or the name of the error."""
    library = ctypes.CDLL(None, use_errno=True)
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    done = library.syscall(ctypes.c_long(number), *words)
    return "ok" if done != -1 else errno.errorcode[ctypes.get_errno()]


def answer(request: Any) -> Any:
    """Run the code; return its `result`, or the name of its exception."""
    space = {"__name__": "submission", "syscall": syscall, "STATE": STATE}
    try:
        exec(compile(request, "submission", "exec"), space)
    except Exception as error:
        return f"{type(error).__name__}"
    return space.get("result")
