"""Say what each frame of a tape does, where a shifted slot came from, and where the hole is."""

import re
from typing import NamedTuple, cast

from memslot_lab.engine.model import MemorySlot
from memslot_lab.watch.moment import Comparison, Kind, Moment, Sentence, Tables, Write
from memslot_lab.watch.tape import Tape
from memslot_lab.watch.watched import Table
from memslot_lab.watch.words import COMPARISONS, WARNINGS, in_hex, local_in_words

__all__ = ["narrate"]


def narrate(tape: Tape) -> Tape:
    """Fill in the sentence, the origins and the hole of every frame; return the tape."""
    narrator = _Narrator(tape)
    for moment in tape.moments:
        narrator.take(moment)
    return tape


class _Line(NamedTuple):
    """A source line, and if it is a question: the template, and the names that occur in the condition."""

    source: str
    question: str = ""
    names: tuple[str, ...] = ()


def _read_line(source: str) -> _Line:
    for keyword, words in _QUESTIONS.items():
        if source.startswith(keyword):
            condition = source.partition("  #")[0].removesuffix(":").removeprefix(keyword)
            names = dict.fromkeys(re.findall(r"\w+", condition))
            return _Line(source, f"{words} {_escaped(condition)}?", tuple(names))
    return _Line(source)


class _Narrator:
    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.now = Tables(tape.start)
        self.place_of = {row: i for i, row in enumerate(self.now.memslots) if row is not None}
        self.compared: set[int | None] = set()
        self.lines: dict[tuple[int, int], _Line] = {}  # by function and line
        self.variables: dict[int, dict[str, int | str]] = {}  # by depth
        self.hole = self._first_hole()

    def take(self, moment: Moment) -> None:
        for table, place in moment.reads:
            row = self.now.at(table, place)
            if table is Table.MEMSLOTS and isinstance(row, int):
                self.place_of[row] = place
        for comparison in moment.compares:
            self._remember(comparison)
        moment.writes = [self._with_origin(write) for write in moment.writes]
        moment.sentence = self._sentence(moment)
        self._follow(moment.writes)
        if moment.locals is not None:
            self.variables[moment.depth] = moment.locals
        moment.hole = self.hole

    # The hole, and who came from where.

    def _first_hole(self) -> int | None:
        hand = self._slot(self.tape.hand)
        if hand is None:
            return None
        if self.tape.opens is not None:
            return self.tape.opens if self.tape.opens >= 0 else None
        index = self.now.at(Table.ID_TO_INDEX, hand.id)
        if not isinstance(index, int) or index < 0:
            return None
        # Up to 5.6 an unused slot has its entry too, without pages, and a create begins there.
        entry = self._slot(self.now.at(Table.MEMSLOTS, index))
        unused = entry is not None and entry.id == hand.id and not entry.npages
        return index if index < self.now.used or unused else None

    def _with_origin(self, write: Write) -> Write:
        shifted = write.table is Table.MEMSLOTS and write.value != self.tape.hand and self._slot(write.value)
        return write._replace(origin=self.place_of.get(cast("int", write.value))) if shifted else write

    def _follow(self, writes: list[Write]) -> None:
        """Carry out the writes of one operation; the hole goes where the slot in its place came from."""
        origins = {write.place: write.origin for write in writes if write.origin is not None}
        while self.hole in origins:
            self.hole = origins.pop(self.hole)
        for write in writes:
            if write.table is Table.USED_SLOTS:
                self._open_at_the_back(write)
            elif write.table is Table.MEMSLOTS:
                self._follow_entry(write)
            self.now.apply(write)

    def _open_at_the_back(self, write: Write) -> None:
        opens = self.hole is None and (self.tape.hand is not None or not self.tape.arguments)
        if opens and write.value == self.now.used + 1:
            self.hole = self.now.used

    def _follow_entry(self, write: Write) -> None:
        slot, hand = self._slot(write.value), self._slot(self.tape.hand)
        if write.value == self.tape.hand is not None or (slot and write.origin is None and write.place == self.hole):
            self.hole = None
        elif slot and hand and slot.id == hand.id and self.hole is not None:
            self.hole = write.place  # its old value is the hole itself, as in a swap
        if isinstance(write.value, int):
            self.place_of[write.value] = write.place

    def _remember(self, comparison: Comparison) -> None:
        """Keep who was compared with the slot in the hand: a move rests on that."""
        rows = {comparison.one, comparison.other}
        if comparison.counts and self.tape.hand in rows:
            self.compared |= rows - {None, self.tape.hand}

    # Sentences.

    def _sentence(self, moment: Moment) -> Sentence:
        match moment.kind:
            case Kind.CALL:
                return self._call(moment)
            case Kind.RETURN:
                return Sentence("{0}() returns {1}", (self._name(moment), moment.text))
            case Kind.YIELD:
                return Sentence("{0}() hands out {1}", (self._name(moment), moment.text))
            case Kind.ERROR:
                return Sentence("the run ends with an error: {0}", (moment.text,))
            case Kind.STOP:
                words = "stopped here: the budget of steps is spent; is there a loop that never ends?"
                return Sentence(words)
            case Kind.LINE:
                return self._line(moment)

    def _name(self, moment: Moment) -> str:
        return self.tape.codes[moment.code].name

    def _call(self, moment: Moment) -> Sentence:
        if moment.depth:
            given = ", ".join(local_in_words(*each) for each in (moment.locals or {}).items())
            return Sentence("call {0}() with {1}", (self._name(moment), given or "the array"))
        hand = self._slot(self.tape.hand)
        if hand is None:
            return Sentence("{0} begins", (self.tape.title,))
        if not hand.npages:
            return Sentence("{0} begins: slot {1} is in the hand, blank but for its id", (self.tape.title, hand.id))
        words = "{0} begins: slot {1} with GFN {2:#x} is in the hand, not in the array"
        return Sentence(words, (self.tape.title, hand.id, hand.base_gfn))

    def _line(self, moment: Moment) -> Sentence:
        if len(moment.writes) > 1:
            return self._several(moment.writes)
        if moment.writes:
            return self._write(moment.writes[0])
        if moment.compares:
            return self._comparison(moment.compares[-1])
        place = (moment.code, moment.line)
        if place not in self.lines:
            self.lines[place] = _read_line(self.tape.codes[moment.code].line(moment.line))
        line = self.lines[place]
        if line.question:
            return self._question(moment, line)
        if moment.reads:
            return self._read(*moment.reads[-1])
        return self._quiet(moment, line.source)

    def _question(self, moment: Moment, line: _Line) -> Sentence:
        """Say the condition, and the values that it asks for."""
        variables = moment.locals or self.variables.get(moment.depth, {})
        asked = [name for name in line.names if isinstance(variables.get(name), int)]
        facts = [Sentence(_named(f"{name} is {{0}}", name, variables[name]), (variables[name],)) for name in asked]
        facts += dict.fromkeys(self._fact(table, place) for table, place in moment.reads)
        said, args = list[str](), list[int | str]()
        for fact in facts[:3]:
            said.append(fact.template.replace("{1", f"{{{len(args) + 1}").replace("{0", f"{{{len(args)}"))
            args += fact.args
        return Sentence(line.question + (f" {', '.join(said)}" if said else ""), tuple(args))

    def _fact(self, table: Table, place: int) -> Sentence:
        value = self.now.at(table, place)
        if table is Table.USED_SLOTS:
            return Sentence("used_slots is {0}", (_text(value),))
        if table is Table.ID_TO_INDEX:
            if value == -1:
                return Sentence("the index of id {0} is -1: it is not there", (place,))
            return Sentence("the index of id {0} is {1}", (place, _text(value)))
        slot = self._slot(value)
        if slot is None:
            return Sentence("index {0} holds {1}", (place, self._entry(value)))
        return Sentence("index {0} holds slot {1}", (place, slot.id))

    def _read(self, table: Table, place: int) -> Sentence:
        fact = self._fact(table, place)
        return Sentence(f"look: {fact.template}", fact.args)

    def _quiet(self, moment: Moment, source: str) -> Sentence:
        before = self.variables.get(moment.depth, {})
        for name, value in (moment.locals or {}).items():
            if before.get(name) != value:
                return Sentence(_named(f"{name} is {{0}} now", name, value), (value,))
        if source in _PLAIN:
            return Sentence(_PLAIN[source])
        if source.startswith("return"):
            return Sentence("leave the function")
        return Sentence(_escaped(source) or "one more line")

    def _comparison(self, comparison: Comparison) -> Sentence:
        operator, one, other, outcome, gfns = comparison
        word, answer = COMPARISONS[operator], "yes" if outcome else "no"
        slots = self._slot(one), self._slot(other)
        if slots[0] and slots[1]:
            words = f"is GFN {{1:#x}} of slot {{0}} {word} {{3:#x}} of slot {{2}}? {answer}"
            return Sentence(words, (slots[0].id, gfns[0], slots[1].id, gfns[1]))
        if slots[0]:
            return Sentence(f"is GFN {{1:#x}} of slot {{0}} {word} {{2:#x}}? {answer}", (slots[0].id, *gfns))
        return Sentence(f"is GFN {{0:#x}} {word} {{1:#x}}? {answer}", gfns)

    def _several(self, writes: list[Write]) -> Sentence:
        entries = [write.place for write in writes if write.table is Table.MEMSLOTS]
        if not entries:
            return Sentence("{0} values are written at once", (len(writes),))
        words = "{0} entries are written at once, index {1} to {2}"
        return Sentence(words, (len(entries), min(entries), max(entries)))

    def _write(self, write: Write) -> Sentence:
        value = write.value
        match write.table:
            case Table.MEMSLOTS:
                return self._entry_written(write)
            case Table.ID_TO_INDEX:
                if value == -1:
                    return Sentence("id {0} has no index any more: -1", (write.place,))
                return Sentence("note the place: id {0} is at index {1}", (write.place, _text(value)))
            case Table.USED_SLOTS:
                return Sentence("used_slots goes from {0} to {1}", (_text(self.now.used_slots), _text(value)))
            case Table.WARNINGS:
                what = WARNINGS.get(str(value), "")
                return Sentence("the kernel warns: {0}" + (": {1}" if what else ""), (_text(value), what))
            case Table.BEFORE_ARRAY:
                words = "store {0} in front of the array, at index -1: memory that is not the array's"
                return Sentence(words, (self._entry(value),))
            case Table.LEN_MEMSLOTS | Table.LEN_ID_TO_INDEX:
                return Sentence("the list is {0} long now", (_text(value),))

    def _entry_written(self, write: Write) -> Sentence:
        slot = self._slot(write.value)
        if slot is None or (write.origin is None and write.value != self.tape.hand):
            return Sentence("write {0} to index {1}", (self._entry(write.value), write.place))
        if write.origin is None:
            behind = write.place >= self.now.used
            words = "leave slot {0} at index {1}, behind the used entries: stale" if behind else _STORE
            return Sentence(words, (slot.id, write.place))
        move = (slot.id, write.origin, write.place)
        hand = self._slot(self.tape.hand)
        if hand is None or write.value not in self.compared:
            closes = " and close the gap there" if write.place == self.hole else ""
            return Sentence(_MOVE + closes, move)
        below, equal = slot.base_gfn < hand.base_gfn, slot.base_gfn == hand.base_gfn
        word = "equal to" if equal else "below" if below else "above"
        return Sentence(f"{_MOVE}: its GFN {{3:#x}} is {word} {{4:#x}}", (*move, slot.base_gfn, hand.base_gfn))

    def _slot(self, row: "int | str | None") -> MemorySlot | None:
        slot = self.tape.rows[row] if isinstance(row, int) else None
        return slot if isinstance(slot, MemorySlot) else None

    def _entry(self, row: "int | str | None") -> str:
        slot = self._slot(row)
        return f"slot {slot.id}" if slot else "nothing" if row is None else str(self.tape.slot_at(row))


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _named(words: str, name: str, value: "int | str") -> str:
    """Return the template, with its number in hex where the name asks for it."""
    return words.replace("{0}", "{0:#x}") if isinstance(value, int) and in_hex(name, value) else words


def _text(value: "int | str | None") -> "int | str":
    return "nothing" if value is None else value


_MOVE = "move slot {0} from index {1} to index {2}"
_STORE = "store slot {0} at index {1}"
_QUESTIONS = {"while ": "go on while", "if ": "ask:", "elif ": "ask:"}
_PLAIN = {"break": "leave the loop", "continue": "go on with the next round", "else:": "otherwise"}
