"""The teacher's page: counts that are right, what is worth a look, and no tag of a stranger's."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from memslot_lab.grading.marks import Mark
from memslot_lab.grading.pages.class_page import class_page
from memslot_lab.grading.pages.similar import Alike, Member
from memslot_lab.grading.sandbox import Tier

STOPS = [
    ("ended", "the program ended itself with exit status 0", "Ended itself"),
    ("killed", "stopped: it made a system call of a foreign kind", "Ended itself"),
    ("garbled", "the answer cannot be read: it does not belong to the question", "Ended itself"),
    ("time", "stopped after 3 s", "Stopped by a limit"),
    ("memory", "stopped: it used more than 256 MiB of memory", "Stopped by a limit"),
]


def failure(mistake: str = "", sentence: str = "it differs") -> dict[str, Any]:
    """Return a failure as the marks have it."""
    return {"sentence": sentence, "hint": "?", "mistake": mistake, "got": "a", "want": "b", "hidden": False}


def mark(
    student: str = "ada",
    score: int = 10,
    *,
    failures: tuple[dict[str, Any], ...] = (),
    stops: tuple[tuple[str, str], ...] = (),
    problem: str = "",
    seconds: float = 0.1,
) -> Mark:
    """Return a mark for exercise 03 as the marker makes it."""
    groups = [{"name": f"g{i}", "points": 0, "max_points": 2, "cases": 3, "failure": f} for i, f in enumerate(failures)]
    task = {
        "function": "delete",
        "problem": problem,
        "points": score,
        "max_points": 10,
        "groups": groups,
        "stops": [{"kind": kind, "words": words} for kind, words in stops],
    }
    return Mark(student, "03_delete", f"{student}/03_delete.py", score, 10, tasks=(task,), seconds=seconds)


class Page(HTMLParser):
    """Reads the cards of a page, each as its text, and all tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.cards: dict[str, str] = {}
        self._words: list[str] = []
        self._skip = False
        self.feed(html)
        for card in " ".join(" ".join(self._words).split()).split("\x01")[1:]:
            title, _, text = card.strip().partition("\x02")
            self.cards[title.strip()] = text.strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note it."""
        self.tags.append((tag, dict(attrs)))
        self._skip = tag in ("script", "style")
        self._words += ["\x01"] if tag == "h2" else []

    def handle_endtag(self, tag: str) -> None:
        """Note where a title ends."""
        self._skip = False
        self._words += ["\x02"] if tag == "h2" else []

    def handle_data(self, data: str) -> None:
        """Note text."""
        self._words += [] if self._skip else [data]


def test_class_page_counts_points_in_a_figure() -> None:
    """Bars with their counts, said in words too; those that are not judged are not among them."""
    marks = [mark("ada", 10), mark("bob", 10), mark("cyd", 3), Mark("dan", "03_delete", "dan", 0, 10, "bad-notebook")]
    page = Page(class_page(marks))
    (label,) = [about["aria-label"] for tag, about in page.tags if tag == "svg"]

    assert label == "submissions by points: 3: 1, 10: 2"
    assert "3 judged, 7.7 of 10 points on average" in page.cards["Points"]
    assert sum(tag == "rect" for tag, _ in page.tags) == 2


def test_class_page_names_mistakes_by_how_many_made_them() -> None:
    """A submission counts once for each; what has no name is counted too."""
    early, index = "delete-stops-one-early", "delete-keeps-the-index"
    marks = [
        mark("ada", 4, failures=(failure(early), failure())),
        mark("bob", 4, failures=(failure(early), failure(early))),
        mark("cyd", 4, failures=(failure(index),)),
        mark("dan", 4, failures=(failure(),)),
    ]
    text = Page(class_page(marks)).cards["Most common mistakes"]

    assert re.search(rf"{early} the loop ends one entry too soon.* 2 {index} .* 1 ", text)
    assert "1 submission failed in a way that has no name" in text


@pytest.mark.parametrize(("kind", "words", "heading"), STOPS, ids=[kind for kind, *_ in STOPS])
def test_class_page_shows_what_is_worth_a_look_and_judges_nobody(kind: str, words: str, heading: str) -> None:
    """Who, in which function, and what was seen, under the heading of its kind alone."""
    page = Page(class_page([mark("ada"), mark("bob", 0, stops=((kind, words),))]))
    text = page.cards["Worth a look"]

    assert text.startswith(heading)
    assert f"bob 03_delete delete() {words}" in text
    assert "ada" not in text
    assert sum(tag == "h3" for tag, _ in page.tags) == 1
    assert "verdict" in text or "Most often" in text


def test_class_page_says_who_asked_for_what_is_not_lent() -> None:
    """While loading or in a case; once a name."""
    words = "The file itself raised ImportError: the grader lends no delete: an answer stands on its own; take it out"
    marks = [
        mark("ada", 0, problem=words),
        mark("bob", 0, failures=(failure(sentence=words), failure(sentence=words))),
        mark("cyd", 0, problem="The file itself raised ImportError: no module named numpy"),
    ]
    text = Page(class_page(marks)).cards["Worth a look"]

    assert text.count("asked for delete") == 2
    assert "cyd" not in text


def test_class_page_shows_where_nbval_says_otherwise() -> None:
    """Only there."""
    verdicts = ({"outcome": "failed", "words": "cell 7", "disagrees": True}, {"outcome": "passed", "disagrees": False})
    marks = [replace(mark(name), nbval=verdict) for name, verdict in zip(("ada", "bob"), verdicts, strict=True)]
    text = Page(class_page(marks)).cards["Worth a look"]

    assert text.startswith("nbval says otherwise")
    assert text.endswith("ada 03_delete failed: cell 7")


def test_class_page_of_an_honest_class_has_nothing_to_look_at() -> None:
    """A card that would be empty is not there."""
    cards = Page(class_page([mark("ada"), mark("bob", 4, failures=(failure(),))])).cards

    assert [*cards] == ["Points", "Most common mistakes", "Slowest", "All submissions"]


def test_class_page_calls_what_is_alike_a_hint() -> None:
    """Both shares, and that it is no verdict."""
    group = Alike("03_delete", (Member("ada", "ada/x"), Member("bob", "bob/x")), 0.91, 0.4)
    text = Page(class_page([mark("ada"), mark("bob")], [group])).cards["Nearly identical"]

    assert text.startswith("A hint to look, and no verdict. These exercises are short")
    assert text.endswith("ada , bob 03_delete 91 % 40 %")


def test_class_page_shows_the_slowest_first() -> None:
    """By seconds."""
    marks = [mark(f"s{i:02}", seconds=i / 10) for i in range(15)]
    text = Page(class_page(marks)).cards["Slowest"]

    assert re.findall(r"s\d\d", text) == [f"s{i:02}" for i in range(14, 4, -1)]


def test_class_page_says_why_a_submission_is_not_judged() -> None:
    """With the sentence that the student reads."""
    bad = Mark("cyd", "03_delete", "cyd/x", 0, 10, "bad-notebook", "save it again in Jupyter")
    text = Page(class_page([mark("ada"), bad])).cards["Not judged"]

    assert text.endswith("cyd 03_delete bad-notebook save it again in Jupyter")


def test_class_page_says_which_of_several_files_counts() -> None:
    """Nobody's file is passed over without the teacher's knowing."""
    two = replace(mark("ada"), sentence="ada/b.py counts as the last of 2; not looked at: ada/a.py")
    cards = Page(class_page([two, mark("bob")])).cards

    assert cards["Several files, of which one counts"].endswith(two.sentence)
    assert "Several files, of which one counts" not in Page(class_page([mark("bob")])).cards


def test_class_page_links_each_page_where_there_are_pages() -> None:
    """An odd name is quoted; a grader's error has no page."""
    marks = [mark("ada"), mark("Zoë/../x"), Mark("dan", "03_delete", "dan", 0, 10, "grader-error", "the grader failed")]
    links = {about["href"] for tag, about in Page(class_page(marks, linked=True)).tags if tag == "a"}

    assert "feedback/ada/03_delete.html" in links
    assert len(links) == 2
    assert not [link for link in links if link and re.search(r"\.\.|[^\w/.~-]", link)]
    assert [about for tag, about in Page(class_page(marks)).tags if tag == "a"] == []


def test_class_page_table_of_all_is_sorted_by_numbers() -> None:
    """Cells have what they are sorted by; each head is a button."""
    page = Page(class_page([mark("ada", 10, seconds=0.25)], tier=Tier.LANDLOCK))
    keys = [about["data-key"] for tag, about in page.tags if tag == "td" and "data-key" in about]

    assert keys[-2:] == ["10", "0.250000"]
    assert sum(tag == "button" for tag, _ in page.tags) == 5


TAGS = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def test_text_of_a_stranger_makes_no_element_on_the_class_page() -> None:
    """Names, places, sentences, words of a stop, a mistake's name: all text."""
    honest = [mark("ada", 4, failures=(failure("m"),), stops=(("ended", "w"),)), Mark("b", "c", "d", 0, 1, "e", "f")]
    hostile = [
        mark(TAGS, 4, failures=(failure(TAGS, f"the grader lends no {TAGS}: x"),), stops=(("ended", TAGS),)),
        Mark(TAGS, TAGS, TAGS, 0, 1, TAGS, TAGS),
    ]
    group = Alike("03_delete", (Member(TAGS, TAGS), Member("b", "d")), 1.0, 1.0)
    pages = [Page(class_page(marks, [group], linked=True)) for marks in (honest, hostile)]
    elements = [{tag for tag, _ in page.tags} for page in pages]

    assert elements[1] <= elements[0]
    assert sum(tag == "script" for tag, _ in pages[1].tags) == 1
    assert not [name for _, about in pages[1].tags for name in about if name.startswith("on")]


def test_class_page_of_nobody_is_a_page() -> None:
    """No submission at all is no crash."""
    assert "The class" in class_page([])
