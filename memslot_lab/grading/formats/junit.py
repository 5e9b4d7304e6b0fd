"""Marks as JUnit XML, for the teacher: what a continuous integration server shows as a table of tests.

The elements and attributes are those of Jenkins' schema (junit-10.xsd of its xUnit plugin), which GitLab reads too. A
suite is a student's exercise, a case a group of cases; a wrong answer is a failure, a grader that failed an error.
There are no times, so that the same marks give the same bytes.
"""

from collections.abc import Iterable
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from memslot_lab.grading.formats.items import Item, items, printable
from memslot_lab.grading.marks import Mark

__all__ = ["junit"]

_ELEMENTS = {"failed": "failure", "error": "error"}


def junit(marks: Iterable[Mark]) -> str:
    """Return marks, in their order, as one document.

    Parameters
    ----------
    marks : Iterable[Mark]
        Of any number of students.
    """
    root = Element("testsuites", name="memslot-lab")
    root.extend(map(_suite, marks))
    for count in ("tests", "failures", "errors"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in root)))
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _suite(mark: Mark) -> Element:
    found = items(mark)
    outcomes = [item.outcome for item in found]
    suite = Element("testsuite", name=printable(f"{mark.student}/{mark.exercise or mark.place}"))
    suite.set("tests", str(len(found)))
    suite.set("failures", str(outcomes.count("failed")))
    suite.set("errors", str(outcomes.count("error")))
    properties = SubElement(suite, "properties")
    for name in ("student", "exercise", "place", "score", "max_score", "status"):
        SubElement(properties, "property", name=name, value=printable(str(getattr(mark, name))))
    suite.extend(_case(mark, item) for item in found)
    if mark.tasks and mark.sentence:
        SubElement(suite, "system-out").text = printable(mark.sentence)
    return suite


def _case(mark: Mark, item: Item) -> Element:
    place = ".".join(filter(None, (printable(mark.exercise), item.function)))
    case = Element("testcase", classname=place or "submission", name=item.group or item.function or "submission")
    if item.outcome != "passed":
        message = item.says.partition("\n")[0]
        SubElement(case, _ELEMENTS[item.outcome], type=item.kind, message=message).text = item.says
    return case
