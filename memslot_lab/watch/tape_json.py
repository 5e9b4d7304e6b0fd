"""A tape as plain data: small, since a frame says only what is other than in the frame before.

`docs/tape.md` describes the form.
"""

from typing import Any, cast

from memslot_lab.engine.model import MemorySlot
from memslot_lab.watch.moment import Comparison, Foreign, Kind, Moment, Sentence, Start, Write
from memslot_lab.watch.source import Code
from memslot_lab.watch.tape import Tape
from memslot_lab.watch.watched import Table
from memslot_lab.watch.words import KernelFunction, in_hex

__all__ = ["FORMAT", "VERSION", "TapeError", "decode", "encode"]

FORMAT, VERSION = "memslot_lab tape", 1


class TapeError(ValueError):
    """What should be a tape is none, or one of another version."""


def encode(tape: Tape) -> dict[str, Any]:
    """Return the data of a tape."""
    says: dict[str, int] = {}
    frames = _Frames(says)
    start = tape.start
    return {
        "format": FORMAT,
        "version": VERSION,
        "title": tape.title,
        "arguments": list(tape.arguments),
        "capacity": start.capacity,
        "functions": [_function(code) for code in tape.codes],
        "rows": [_row(row) for row in tape.rows],
        "hand": tape.hand,
        "opens": tape.opens,
        "start": {
            "memslots": start.memslots,
            "id_to_index": start.id_to_index,
            "used_slots": start.used_slots,
            "warnings": start.warnings,
            "before_array": start.before_array,
        },
        "frames": [frames.encode(moment) for moment in tape.moments],
        "says": list(says),
        "hex": _names_in_hex(tape.moments),
        "returned": tape.returned,
        "shifts": tape.shifts,
        "compares": tape.compares,
    }


def _names_in_hex(moments: list[Moment]) -> list[str]:
    """Return the variables whose numbers are to be shown in hex."""
    numbers = (each for moment in moments for each in (moment.locals or {}).items())
    return sorted({name for name, value in numbers if isinstance(value, int) and in_hex(name, value)})


def _function(code: Code) -> dict[str, Any]:
    data = {"name": code.name, "kernel": code.kernel.name, "caption": code.kernel.caption, "source": code.source}
    return data | ({"own": True} if code.own else {})


def _row(row: object) -> list[int] | str:
    if isinstance(row, MemorySlot):
        return [row.id, row.base_gfn, row.npages, row.flags, row.userspace_addr]
    return str(row)


class _Frames:
    """Turns frames into data, each as the difference to the one before."""

    def __init__(self, says: dict[str, int]) -> None:
        self.says = says
        self.at = (-1, -1, -1)  # function, depth, line
        self.hole: int | None = None
        self.locals: dict[int, dict[str, int | str]] = {}  # by depth

    def encode(self, moment: Moment) -> dict[str, Any]:
        data: dict[str, Any] = {}
        if moment.kind is not Kind.LINE:
            data["k"] = moment.kind.value
        data |= self._place(moment)
        template, args = moment.sentence
        data["s"] = [self.says.setdefault(template, len(self.says)), *args]
        if moment.reads:
            data["r"] = moment.reads
        if moment.writes:
            data["w"] = [write if write.origin is not None else write[:3] for write in moment.writes]
        if moment.compares:
            data["c"] = [_compared(comparison) for comparison in moment.compares]
        if moment.hole != self.hole:
            data["h"] = self.hole = moment.hole
        if moment.text:
            data["t"] = moment.text
        return data

    def _place(self, moment: Moment) -> dict[str, Any]:
        data: dict[str, Any] = {}
        function, depth, line = self.at
        elsewhere = (moment.code, moment.depth) != (function, depth)
        if elsewhere:
            data |= {"f": moment.code, "d": moment.depth}
        if moment.line != line:
            data["n"] = moment.line
        self.at = (moment.code, moment.depth, moment.line)
        data |= self._variables(moment, whole=elsewhere or moment.kind is Kind.CALL)
        return data

    def _variables(self, moment: Moment, *, whole: bool) -> dict[str, Any]:
        if moment.kind is Kind.CALL:
            self.locals[moment.depth] = {}
        before = self.locals.get(moment.depth, {})
        now = self.locals[moment.depth] = before if moment.locals is None else moment.locals
        if whole:
            return {"v": now} if now else {}
        changed = {name: value for name, value in now.items() if before.get(name) != value}
        gone = dict.fromkeys(before.keys() - now.keys())
        return {"v": changed | gone} if changed or gone else {}


def _compared(comparison: Comparison) -> list[Any]:
    operator, one, other, outcome, gfns = comparison
    data = [operator, one, other, int(outcome)]
    return [*data, list(gfns)] if one is None or other is None else data  # the rows tell the GFNs of slots


def decode(data: object) -> Tape:
    """Return the tape of `encode()`'s data.

    Raises
    ------
    TapeError
        The data is no tape, or one of another version.
    """
    if not isinstance(data, dict) or cast("dict[str, Any]", data).get("format") != FORMAT:
        raise TapeError("this is no tape of memslot_lab; pass what Tape.to_json() gave")
    fields = cast("dict[str, Any]", data)
    if fields.get("version") != VERSION:
        raise TapeError(
            f"tape version {fields.get('version')!r}: this memslot_lab reads version {VERSION}; record it anew"
        )
    try:
        return _tape(fields)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise TapeError(f"the tape is damaged ({type(error).__name__}: {error}); record it anew") from error


def _tape(data: dict[str, Any]) -> Tape:
    start = data["start"]
    return Tape(
        title=data["title"],
        arguments=tuple(data["arguments"]),
        codes=[
            Code(
                code["name"],
                KernelFunction(code["kernel"], code["caption"]),
                tuple((number, text) for number, text in code["source"]),
                own=code.get("own", False),
            )
            for code in data["functions"]
        ],
        rows=[Foreign(row) if isinstance(row, str) else MemorySlot(*row) for row in data["rows"]],
        hand=data["hand"],
        opens=data["opens"],
        start=Start(
            data["capacity"],
            start["memslots"],
            start["id_to_index"],
            start["used_slots"],
            start["warnings"],
            start["before_array"],
        ),
        moments=_moments(data),
        returned=data["returned"],
    )


def _moments(data: dict[str, Any]) -> list[Moment]:
    moments: list[Moment] = []
    at: dict[str, Any] = {"f": 0, "d": 0, "n": 0, "h": None}
    variables: dict[str, int | str] = {}
    gfns: list[int] = [0 if isinstance(row, str) else row[1] for row in data["rows"]]
    for frame in data["frames"]:
        at |= {key: frame[key] for key in at if key in frame}
        elsewhere = "d" in frame or frame.get("k") == Kind.CALL.value
        changes = frame.get("v", {})
        variables = {n: value for n, value in (({} if elsewhere else variables) | changes).items() if value is not None}
        moment = Moment(Kind(frame.get("k", "line")), at["f"], at["d"], at["n"], text=frame.get("t", ""))
        moment.locals = variables if elsewhere or changes else None
        moment.hole = at["h"]
        template, *args = frame["s"]
        moment.sentence = Sentence(data["says"][template], tuple(args))
        moment.reads = [(Table(table), place) for table, place in frame.get("r", [])]
        moment.writes = [Write(Table(table), *rest) for table, *rest in frame.get("w", [])]
        moment.compares = [_comparison(comparison, gfns) for comparison in frame.get("c", [])]
        moments.append(moment)
    return moments


def _comparison(comparison: list[Any], gfns: list[int]) -> Comparison:
    operator, one, other, outcome, *values = comparison
    return Comparison(operator, one, other, bool(outcome), tuple(*values) if values else (gfns[one], gfns[other]))
