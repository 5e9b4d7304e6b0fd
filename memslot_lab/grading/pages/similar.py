"""Which submissions are alike in structure, whatever their names, comments, layout and the order of their functions.

A hint to look, and no verdict: these exercises are short and have few natural answers, so that two people may well
write the same. As in MOSS (Schleimer, Wilkerson, Aiken: Winnowing, 2003): overlapping runs of tokens are hashed, some
of the hashes are kept, and two texts are alike when they share many. What the handed-out notebook and its solution
have, and what many of the class have, does not count.

A text is only split into tokens, by one pass of a regular expression that takes any text: nothing is compiled, and a
bomb for Python's parser does nothing here. Cost: linear in the length of all texts, since texts of the same form are
one, and since what many texts share is not looked up.
"""

import builtins
import keyword
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cache
from typing import NamedTuple
from zlib import compress, crc32, decompress

from memslot_lab.course.answers import answer_source, read_cells
from memslot_lab.course.catalog import find_exercise
from memslot_lab.course.errors import CourseError
from memslot_lab.course.workspace import course_files
from memslot_lab.engine.model import Change, MemorySlot, Memslots
from memslot_lab.grading.submission import Submission

__all__ = ["Alike", "Member", "Similarity", "similar_groups"]

_GRAM, _WINDOW = 6, 3  # tokens of a run; of so many runs in a row one is kept, so that 8 equal tokens always show
_LEAST = 10  # hashes that a text must have of its own to be compared: about 30 tokens
# Of what two texts have of their own. Measured: two different right answers of tests/right share 0.33 at most; a copy
# with all names changed and 1, 2 or 3 statements added or taken out shares 0.6 or more in 100, 98 and 94 of 100 times.
ALIKE = 0.6
_FEW, _MANY, _MOST = 6, 0.3, 40  # what more than 0.3 of the forms have is common; fewer than 6 never, over 40 always
_HALF = 0.5  # and so is what more than half of the submissions have, though it be one form
_LONGEST = 60_000  # characters of a text that are looked at

_TOKEN = re.compile(
    r"""
    (?P<comment> \#[^\n]* )
  | (?P<string> [rRbBuUfF]{0,2} (?: \"\"\" (?:[^\\]|\\.)*? (?:\"\"\"|\Z) | ''' (?:[^\\]|\\.)*? (?:'''|\Z)
                                  | " (?:[^"\\\n]|\\.)* "? | ' (?:[^'\\\n]|\\.)* '? ) )
  | (?P<number> \.?\d[\w.]* )
  | (?P<name> [^\W\d]\w* )
  | (?P<line> \n )
  | (?P<space> [^\S\n]+ | \\\n )
  | (?P<sign> \*\*=? | //=? | <<=? | >>=? | [-+*/%@&|^=<>!:]= | -> | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_OWN_WORDS = {"slots", "slot", "warn", *(field.name for kind in (MemorySlot, Memslots) for field in fields(kind))}
_KEPT = frozenset({*keyword.kwlist, *dir(builtins), *Change.__members__, *_OWN_WORDS} - {"slots", "slot"})
_BEGINS = frozenset({"def", "class", "async", "@"})


class Member(NamedTuple):
    """One submission of a group."""

    student: str
    place: str


@dataclass(frozen=True, slots=True)
class Alike:
    """Submissions to one exercise that are alike.

    Parameters
    ----------
    exercise : str
        Its name.
    members : tuple[Member, ...]
        In order.
    share : float
        How much of what they have of their own the least alike pair that was found shares, 0.6..1.
    names : float
        The same with names, numbers, strings and comments as they stand: high where nothing was renamed.
    """

    exercise: str
    members: tuple[Member, ...]
    share: float
    names: float


def similar_groups(submissions: Iterable[Submission]) -> list[Alike]:
    """Return the groups of submissions that are alike, the most alike first."""
    similarity = Similarity()
    for submission in submissions:
        similarity.add(submission)
    return similarity.groups()


class _Text(NamedTuple):
    """What is kept of the answers of one form: whose they are, and each as it stands, deflated."""

    members: list[Member]
    texts: list[bytes]


class Similarity:
    """Takes submissions as they come, and tells at the end which are alike."""

    def __init__(self) -> None:
        self._texts: dict[str, dict[frozenset[int], _Text]] = defaultdict(dict)

    def add(self, submission: Submission) -> None:
        """Take one; what cannot be judged is left out."""
        if submission.status or not submission.exercise:
            return
        text = "\n".join(source for _, source in submission.pieces)[:_LONGEST]
        form = _fingerprints(text, plain=True)
        entry = self._texts[submission.exercise].setdefault(form, _Text([], []))
        entry.members.append(Member(submission.student, submission.place))
        entry.texts.append(compress(text.encode(errors="surrogatepass"), 1))

    def groups(self) -> list[Alike]:
        """Return the groups, the most alike first."""
        found = [group for exercise in sorted(self._texts) for group in self._groups_in(exercise)]
        return sorted(found, key=lambda group: (-group.share, -group.names, group.exercise, group.members))

    def _groups_in(self, exercise: str) -> Iterator[Alike]:
        forms = list(self._texts[exercise])
        texts = [self._texts[exercise][form] for form in forms]
        own = _own(forms, [len(text.members) for text in texts], _given(exercise))
        edges = {(i, i): 1.0 for i, text in enumerate(texts) if len(text.members) > 1 and len(own[i]) >= _LEAST}
        edges |= dict(_alike(own))
        for group in _joined(edges):
            members = tuple(sorted(member for i in group for member in texts[i].members))
            if len({member.student for member in members}) > 1:
                share = min(edge for (i, _), edge in edges.items() if i in group)
                yield Alike(exercise, members, share, _names_alike([text for i in group for text in texts[i].texts]))


def _own(forms: list[frozenset[int]], sizes: list[int], given: frozenset[int]) -> list[frozenset[int]]:
    """Return of each form, which so many submissions have, what neither the notebook nor much of the class has."""
    holders, submissions = Counter[int](), Counter[int]()
    for form, size in zip(forms, sizes, strict=True):
        holders.update(form)
        submissions.update(dict.fromkeys(form, size))
    most, half = min(max(_FEW, _MANY * len(forms)), _MOST), max(_FEW, _HALF * sum(sizes))
    common = {mark for mark, count in holders.items() if count > most or submissions[mark] > half}
    return [form - given - common for form in forms]


def _alike(own: list[frozenset[int]]) -> Iterator[tuple[tuple[int, int], float]]:
    """Yield the pairs that share enough, found by what they share."""
    holders: dict[int, list[int]] = defaultdict(list)
    for i, marks in enumerate(own):
        if len(marks) < _LEAST:
            continue
        for j, count in Counter(j for mark in marks for j in holders[mark]).items():
            if (share := 2 * count / (len(marks) + len(own[j]))) >= ALIKE:
                yield (j, i), share
        for mark in marks:
            holders[mark].append(i)


def _joined(edges: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Return the parts of a graph that hang together."""
    root: dict[int, int] = {}

    def top(i: int) -> int:
        while root.setdefault(i, i) != i:
            root[i] = i = root[root[i]]
        return i

    for i, j in edges:
        root[top(i)] = top(j)
    parts: dict[int, list[int]] = defaultdict(list)
    for i in sorted(root):
        parts[top(i)].append(i)
    return list(parts.values())


def _names_alike(texts: list[bytes]) -> float:
    """Return how much of all there is the first text and the one that is least like it share."""
    first, *rest = (_fingerprints(decompress(text).decode(errors="surrogatepass"), plain=False) for text in texts)
    return min((2 * len(first & other) / (len(first) + len(other)) for other in rest if first or other), default=1.0)


@cache
def _given(exercise: str) -> frozenset[int]:
    """Return what the notebook that was handed out and its solution have."""
    marks: set[int] = set()
    for room in ("exercises", "solutions"):
        path = course_files() / room / f"{exercise}.ipynb"
        try:
            cells = read_cells(path)
            sources = [answer_source(path, cells, task.function) for task in find_exercise(exercise).tasks]
        except CourseError:  # a course without its solutions
            continue
        marks |= _fingerprints("\n".join(sources), plain=True)
    return frozenset(marks)


# From a text to what is kept of it.


def _fingerprints(text: str, *, plain: bool) -> frozenset[int]:
    """Return some of the hashes of a text's runs of tokens; plain: whatever its names, numbers and strings are."""
    marks: set[int] = set()
    for chunk in _chunks(_tokens(text, plain)):
        grams = ["\0".join(chunk[i : i + _GRAM]) for i in range(max(1, len(chunk) - _GRAM + 1))]
        hashes = [crc32(gram.encode(errors="surrogatepass")) for gram in grams]
        marks.update(min(hashes[i : i + _WINDOW]) for i in range(max(1, len(hashes) - _WINDOW + 1)))
    return frozenset(marks)


def _chunks(tokens: Iterable[tuple[str, bool]]) -> Iterator[list[str]]:
    """Yield the tokens of each function and class at the top: their order is free."""
    chunk: list[str] = []
    for token, begins in tokens:
        if begins and chunk:
            yield chunk
            chunk = []
        chunk.append(token)
    if chunk:
        yield chunk


def _tokens(text: str, plain: bool) -> Iterator[tuple[str, bool]]:
    """Yield the tokens, and whether a function or a class begins.

    Left out are comments, texts that stand alone, layout, and imports, which come from the notebook.
    """
    alone, column = True, 0  # whether a statement begins; where its line does
    importing, depth = False, 0
    for found in _TOKEN.finditer(text):
        kind, token = found.lastgroup or "", found[0]
        importing = importing or (alone and token in ("import", "from"))
        if importing:
            depth += (token == "(") - (token == ")")
            importing = kind != "line" or depth > 0
            alone, column = not importing, found.end()
        elif kind == "line":
            alone, column = True, found.end()
        elif kind == "comment":
            yield from () if plain else ((token, False),)
        elif kind == "string" and alone:
            continue
        elif kind != "space":
            yield _plain(kind, token) if plain else token, token in _BEGINS and found.start() == column
            alone = False


def _plain(kind: str, token: str) -> str:
    if kind == "name":
        return token if token in _KEPT else "n"
    return {"number": "0", "string": "s"}.get(kind, token)
