"""What a teacher sees of a class, as one page: points, mistakes, and which submissions to look at.

It shows what hidden cases were failed: it is the teacher's. Whatever comes from a submission is shown as text.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

from memslot_lab.course.misconceptions import all_misconceptions
from memslot_lab.grading.marks import Mark
from memslot_lab.grading.pages.names import page_path
from memslot_lab.grading.pages.shell import inline, points_text, shell, shown, static
from memslot_lab.grading.pages.similar import Alike
from memslot_lab.grading.sandbox import Tier

__all__ = ["class_page"]

_SLOWEST, _MISTAKES = 10, 20
_MOST = 300  # rows of a table that is no table of all
_BARS = 24  # of a figure; more points are put together
_LENT = "the grader lends no "
_LIMITS = {"time", "cpu", "memory", "file-size", "too-large"}
_NBVAL = "nbval says otherwise"
_ODD, _STOPPED, _ASKED = (
    "Ended itself, crashed, or answered what cannot be read",
    "Stopped by a limit",
    "Asked for more",
)
_KINDS = {
    _ODD: "Nothing of this made a point, and none of it is a verdict: an exit() that was left in or a crash looks the "
    "same from outside as an attempt to get out or to forge an answer.",
    _STOPPED: "Most often a loop that never ends. A limit may also be too tight: "
    "<code>memslot-lab grade --limits</code> names them.",
    _ASKED: "For what the grader does not lend: a reference, or a module of the laboratory. Most often an import line "
    "that was copied along.",
    _NBVAL: "Its verdict and the mark differ.",
}
_ALIKE = (
    "A hint to look, and no verdict. These exercises are short and have few natural answers, so that two people may "
    "well write the same. Compared is the structure: names, comments, layout and the order of functions do not count, "
    "nor what the notebook, its solution or many of the class have. The last column says how much is alike with names "
    "and comments as they stand: where it is high, nothing was even renamed."
)


def class_page(
    marks: Iterable[Mark], alike: Iterable[Alike] = (), *, tier: Tier | None = None, linked: bool = False
) -> str:
    """Return the page on a class.

    Parameters
    ----------
    marks : Iterable[Mark]
        All of the run, in the order in which they are to stand.
    alike : Iterable[Alike], optional
        From `similar_groups()`.
    tier : Tier or None, optional
        How submissions were confined.
    linked : bool, optional
        Whether each has its page, at `page_path()` from this one.
    """
    marks = list(marks)
    page = _Page(marks, linked)
    parts = [
        _header(marks, tier),
        "<main>",
        _card("Points", page.points()),
        _card("Most common mistakes", page.mistakes()),
        _card("Worth a look", page.looks()),
        _card("Nearly identical", page.alike(alike)),
        _card("Slowest", page.slowest()),
        _card("Not judged", page.unjudged()),
        _card("Several files, of which one counts", page.several()),
        _card("All submissions", page.all()),
        "</main>",
        f"<script>{static('class.js')}</script>",
    ]
    return shell("the class", "\n".join(filter(None, parts)), scripts=[static("class.js")])


def _header(marks: list[Mark], tier: Tier | None) -> str:
    judged = sum(mark.status == "graded" for mark in marks)
    numbers = {
        "submissions": len(marks),
        "students": len({mark.student for mark in marks}),
        "judged": judged,
        "not judged": len(marks) - judged,
    }
    cells = "".join(f"<div><dt>{name}</dt><dd>{number:,}</dd></div>" for name, number in numbers.items())
    how = ("confined by " if tier.is_boundary else "not confined: ") + tier.words if tier else ""
    confined = f'<p class="quiet">judged {shown(how)} ({tier.value})</p>' if tier else ""
    head = f'<p class="over">memslot-lab grade</p><h1>The class</h1><dl class="numbers">{cells}</dl>'
    return f"<header>{head}{confined}</header>"


def _card(title: str, parts: Iterable[str]) -> str:
    """Return a card, nothing where there is nothing to say."""
    inner = "\n".join(parts)
    return f'<section class="card"><h2>{title}</h2>{inner}</section>' if inner else ""


class _Look(NamedTuple):
    """Something that was seen of a submission, and of which of three kinds it is."""

    mark: Mark
    function: str
    words: str
    kind: str


class _Page:
    """The parts of the page."""

    def __init__(self, marks: list[Mark], linked: bool) -> None:
        self._marks, self._linked = marks, linked
        self._judged = [mark for mark in marks if mark.status == "graded"]

    def points(self) -> Iterator[str]:
        """Yield a figure an exercise."""
        exercises: dict[str, list[Mark]] = defaultdict(list)
        for mark in self._judged:
            exercises[mark.exercise].append(mark)
        if exercises:
            yield f'<div class="figures">{"".join(_figure(name, exercises[name]) for name in sorted(exercises))}</div>'

    def mistakes(self) -> Iterator[str]:
        """Yield the known mistakes by how many made them, and how many failed at what has no name."""
        counts, nameless = Counter[str](), 0
        for mark in self._judged:
            names = {failure["mistake"] for _, failure in _failures(mark)}
            counts.update(names - {""})
            nameless += names == {""}
        known = {each.name: each for each in all_misconceptions()}
        rows = [
            (f"<code>{shown(name)}</code>", inline(known[name].says) if name in known else "", _number(count))
            for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_MISTAKES]
        ]
        if rows:
            yield _table("known mistakes", ("mistake", "what is wrong", "submissions"), rows)
        if nameless:
            submissions = "1 submission" if nameless == 1 else f"{nameless:,} submissions"
            yield f'<p class="quiet">{submissions} failed in a way that has no name.</p>'

    def looks(self) -> Iterator[str]:
        """Yield what ended itself or could not be read, what a limit stopped, and what asked for more."""
        kinds: dict[str, list[_Look]] = {kind: [] for kind in _KINDS}
        for look in (look for mark in self._marks for look in _seen(mark)):
            kinds[look.kind].append(look)
        for kind, looks in kinds.items():
            if looks:
                yield f"<h3>{kind}</h3><p>{_KINDS[kind]}</p>"
                yield self._look_table(kind, looks)

    def _look_table(self, kind: str, looks: list[_Look]) -> str:
        rows = [
            (
                self._who(look.mark),
                shown(look.mark.exercise),
                f"<code>{shown(look.function)}()</code>" if look.function else "",
                shown(look.words),
            )
            for look in looks[:_MOST]
        ]
        return _table(kind, ("student", "exercise", "function", "what was seen"), rows) + _cut(len(looks))

    def alike(self, groups: Iterable[Alike]) -> Iterator[str]:
        """Yield the groups."""
        marks = {(mark.student, mark.exercise): mark for mark in self._marks}
        groups = list(groups)
        rows = [
            (
                ", ".join(
                    self._who(marks[key])
                    for member in group.members
                    if (key := (member.student, group.exercise)) in marks
                ),
                shown(group.exercise),
                _percent(group.share),
                _percent(group.names),
            )
            for group in groups[:_MOST]
        ]
        if rows:
            yield f"<p>{_ALIKE}</p>"
            yield _table("groups that are alike", ("students", "exercise", "structure", "as it stands"), rows) + _cut(
                len(groups)
            )

    def slowest(self) -> Iterator[str]:
        """Yield those that took longest."""
        slow = sorted(self._judged, key=lambda mark: -mark.seconds)[:_SLOWEST]
        if slow:
            rows = [(self._who(mark), shown(mark.exercise), _seconds(mark)) for mark in slow]
            yield _table("the slowest", ("student", "exercise", "seconds"), rows)

    def unjudged(self) -> Iterator[str]:
        """Yield those that could not be judged, with the sentence that the student reads."""
        rest = [mark for mark in self._marks if mark.status != "graded"]
        yield from self._told("why not judged", rest, "status", lambda mark: f"<code>{shown(mark.status)}</code>")

    def several(self) -> Iterator[str]:
        """Yield those that were judged by one of several files."""
        rest = [mark for mark in self._marks if mark.status == "graded" and mark.sentence]
        yield from self._told("which file counts", rest, "points", _points)

    def _told(self, caption: str, marks: list[Mark], third: str, of: "Callable[[Mark], _Cell | str]") -> Iterator[str]:
        if marks:
            rows = [
                (self._who(mark), shown(mark.exercise or mark.place), of(mark), inline(mark.sentence))
                for mark in marks[:_MOST]
            ]
            yield _table(caption, ("student", "of", third, "what the student reads"), rows) + _cut(len(marks))

    def all(self) -> Iterator[str]:
        """Yield every submission, in a table that can be sorted."""
        rows = [
            (self._who(mark), shown(mark.exercise), _points(mark), f"<code>{shown(mark.status)}</code>", _seconds(mark))
            for mark in self._marks
        ]
        yield _table("all submissions", ("student", "exercise", "points", "status", "seconds"), rows, sortable=True)

    def _who(self, mark: Mark) -> str:
        name = f"<bdi>{shown(mark.student)}</bdi>"
        if not self._linked or mark.status == "grader-error":
            return name
        path = page_path(mark.student, mark.exercise, mark.place)
        return f'<a href="{quote(str(path), safe="/~@+")}">{name}</a>'


def _failures(mark: Mark) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the failures with their functions; no mark's data is taken on trust to have all keys."""
    for task in mark.tasks:
        for group in task.get("groups", ()):
            if failure := group.get("failure"):
                yield task.get("function", ""), {"mistake": "", "sentence": "", **failure}


def _seen(mark: Mark) -> Iterator[_Look]:
    if mark.nbval.get("disagrees"):
        yield _Look(mark, "", f"{mark.nbval.get('outcome')}: {mark.nbval.get('words')}", _NBVAL)
    for task in mark.tasks:
        function = task.get("function", "")
        for stop in task.get("stops", ()):
            yield _Look(mark, function, stop["words"], _STOPPED if stop["kind"] in _LIMITS else _ODD)
        said = [
            task.get("problem", ""),
            *(failure["sentence"] for name, failure in _failures(mark) if name == function),
        ]
        asked = dict.fromkeys(words.partition(_LENT)[2].partition(":")[0] for words in said if _LENT in words)
        for name in asked:
            yield _Look(mark, function, f"asked for {name}", _ASKED)


# Pieces of HTML.


class _Cell(NamedTuple):
    """A cell of a table: HTML, and for a number what it is sorted by."""

    html: str
    key: str = ""


_Row = tuple["_Cell | str", ...]


def _table(label: str, heads: tuple[str, ...], rows: Iterable[_Row], *, sortable: bool = False) -> str:
    """Return a table of that name; a cell that is a text is HTML."""
    cells = [[cell if isinstance(cell, _Cell) else _Cell(cell) for cell in row] for row in rows]
    numbers = {i for row in cells for i, cell in enumerate(row) if cell.key}
    top = "".join(_head(head, number=i in numbers, sortable=sortable) for i, head in enumerate(heads))
    body = "".join(f"<tr>{''.join(map(_cell, heads, row))}</tr>" for row in cells)
    name = "rows sortable" if sortable else "rows"
    table = f'<table class="{name}"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>'
    return f'<div class="wide" role="region" aria-label="{label}" tabindex="0">{table}</div>'


def _head(head: str, *, number: bool, sortable: bool) -> str:
    return f'<th scope="col"{_N if number else ""}>{f"<button>{head}</button>" if sortable else head}</th>'


def _cell(head: str, cell: _Cell) -> str:
    about = f'{_N} data-key="{cell.key}" data-head="{head}"' if cell.key else ""
    return f"<td{about}>{cell.html}</td>"


_N = ' class="n"'


def _number(number: int) -> _Cell:
    return _Cell(f"{number:,}", str(number))


def _seconds(mark: Mark) -> _Cell:
    return _Cell(f"{mark.seconds:.2f}", f"{mark.seconds:.6f}")


def _percent(share: float) -> _Cell:
    return _Cell(f"{100 * share:.0f} %", f"{share:.4f}")


def _points(mark: Mark) -> _Cell:
    return _Cell(f"{mark.score:g} of {mark.max_score:g}", f"{mark.score:g}")


def _cut(rows: int) -> str:
    return f'<p class="quiet">{rows - _MOST:,} more are not shown.</p>' if rows > _MOST else ""


def _figure(exercise: str, marks: list[Mark]) -> str:
    """Return how many got how many points, as bars."""
    most = max(mark.max_score for mark in marks)
    step = max(1, -(-int(most) // _BARS))
    counts = Counter(int(mark.score) // step for mark in marks)
    bars = [(i * step, counts[i]) for i in range(int(most) // step + 1)]
    mean = sum(mark.score for mark in marks) / len(marks)
    words = f"{len(marks):,} judged, {mean:.1f} of {points_text(most, most).partition(' of ')[2]} on average"
    return f"<figure><figcaption><b>{shown(exercise)}</b><br>{words}</figcaption>{_bars(bars, step)}</figure>"


def _bars(bars: list[tuple[int, int]], step: int) -> str:
    width, height, base = 300, 110, 90
    pitch, tallest = width / len(bars), max(count for _, count in bars)
    said = ", ".join(f"{_span(least, step)}: {count}" for least, count in bars if count)
    shapes = [f'<line x1="0" x2="{width}" y1="{base}" y2="{base}"/>']
    every = -(-len(bars) // 13)
    for i, (least, count) in enumerate(bars):
        middle = (i + 0.5) * pitch
        tall = round(70 * count / tallest, 1)
        if count:
            shapes.append(
                f'<rect x="{i * pitch + 1:.1f}" y="{base - tall}" width="{pitch - 2:.1f}" height="{tall}" rx="2"/>'
            )
            shapes.append(f'<text x="{middle:.1f}" y="{base - tall - 4:.1f}" text-anchor="middle">{count}</text>')
        if i % every == 0:
            shapes.append(f'<text x="{middle:.1f}" y="{base + 14}" text-anchor="middle">{least}</text>')
    label = f"submissions by points: {said}"
    return f'<svg class="hist" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">{"".join(shapes)}</svg>'


def _span(least: int, step: int) -> str:
    return f"{least}" if step == 1 else f"{least} to {least + step - 1}"
