"""Numbers and flags as people type them."""

import re

from memslot_lab.engine.region import KVM_MEM_LOG_DIRTY_PAGES, KVM_MEM_READONLY
from memslot_lab.widgets.log_text import PlaygroundError

__all__ = ["flags_of", "number_of"]

_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_NUMBER = re.compile(r"(?P<digits>0x[0-9a-f_]+|[0-9][0-9_,]*)\s*(?P<unit>[kmgt]?)(?:i?b)?", re.IGNORECASE | re.ASCII)
_FLAGS = {"log-dirty": KVM_MEM_LOG_DIRTY_PAGES, "readonly": KVM_MEM_READONLY}


def number_of(typed: object, name: str) -> int:
    """Return a number that was typed in hex or decimal, perhaps with a unit of 1024, 1024² ... bytes.

    Raises
    ------
    PlaygroundError
        It is no whole number; `name` says which field.

    Examples
    --------
    >>> number_of("640K", "size"), number_of("0x1000", "size"), number_of("2 MiB", "size"), number_of(7, "id")
    (655360, 4096, 2097152, 7)
    """
    if type(typed) is int:
        return typed
    found = _NUMBER.fullmatch(str(typed).strip())
    try:
        digits = found["digits"].replace(",", "") if found else ""
        return int(digits, 16 if digits[:2] in ("0x", "0X") else 10) * _UNITS[found["unit"].lower() if found else ""]
    except ValueError:
        rule = "must be a whole number, in hex or decimal, such as 0x1000, 4096, 640K or 2M"
        raise PlaygroundError(f"{name} {str(typed)[:40]!r} {rule}; type it anew") from None


def flags_of(typed: object) -> int:
    """Return flags that were typed as a number or by name.

    Raises
    ------
    PlaygroundError
        A name is unknown.

    Examples
    --------
    >>> flags_of("log-dirty, readonly"), flags_of("0x1"), flags_of("")
    (3, 1, 0)
    """
    names = re.split(r"[\s,|]+", str(typed).strip().lower().replace("_", "-"))
    if names in ([""], ["-"]):
        return 0
    if all(name in _FLAGS for name in names):
        return sum({_FLAGS[name] for name in names})
    try:
        return number_of(typed, "flags")
    except PlaygroundError as error:
        known = ", ".join(_FLAGS)
        raise PlaygroundError(f"flags {str(typed)[:40]!r} must be a number or of {known}; type them anew") from error
