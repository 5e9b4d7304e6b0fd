"""`memslot-lab quiz`: ask, take an answer, say what it is, and count."""

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from memslot_lab.commands.say import print_json, unusable, wrapped

if TYPE_CHECKING:
    from memslot_lab.course.quiz import Cell, Grade, Question

__all__ = ["add_quiz_command", "ask_values"]

_SEEDS = 1_000_000


def add_quiz_command(add_parser: Callable[..., argparse.ArgumentParser]) -> None:
    """Add `quiz` to the command line."""
    words = "practise: questions that do not run out"
    parser = add_parser("quiz", help=words, description=f"{words[0].upper()}{words[1:]}.")
    parser.add_argument("topic", nargs="?", metavar="TOPIC", help="such as deleting; all topics when left out")
    parser.add_argument("--seed", type=int, metavar="N", help="the same number asks the same questions")
    parser.add_argument("--count", type=_positive, default=5, metavar="N", help="how many questions (default: 5)")
    parser.add_argument("--json", action="store_true", help="print the questions and their answers as JSON")
    parser.set_defaults(run=_quiz)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} questions cannot be asked; use 1 or more")
    return number


def _quiz(arguments: argparse.Namespace) -> int:
    from secrets import randbelow

    from memslot_lab.course.quiz import UnknownTopicError, find_topic, questions

    seed = randbelow(_SEEDS) if arguments.seed is None else arguments.seed
    try:
        topic = find_topic(arguments.topic).name if arguments.topic else None
        asked = questions(topic, seed=seed, count=arguments.count)
    except UnknownTopicError as error:
        return unusable(error)
    if arguments.json:
        print_json({"topic": topic, "seed": seed, "questions": [question.to_json() for question in asked]})
        return 0
    again = " ".join(filter(None, ["memslot-lab quiz", topic, f"--seed {seed}"]))
    print(f"{topic.replace('_', ' ') if topic else 'all topics'}, seed {seed}; the same questions again: {again}")
    print("? stands for not sure yet, and costs nothing but the cell. Ctrl-D ends it.")
    _ask_all(asked)
    return 0


def _ask_all(asked: "tuple[Question, ...]") -> None:
    from memslot_lab.course.quiz import score_text

    grades = list["Grade"]()
    try:
        for question in asked:
            print(f"\n{question.picture().text}\n")
            grades.append(question.grade(ask_values(question)))
            print(f"\n{wrapped(grades[-1].text())}", flush=True)
    except EOFError:  # Ctrl-D, or the end of what is piped in
        print("\nStopped here.")
    print(f"\n{score_text(grades, len(asked))}")


def ask_values(question: "Question") -> list[object]:
    """Ask for the cells of a question, those of one row together, until they can be read; raise EOFError at the end."""
    rows = dict[str, list["Cell"]]()
    for cell in question.cells:
        rows.setdefault(cell.row, []).append(cell)
    return [value for row, cells in rows.items() for value in _row(row, cells)]


def _row(row: str, cells: "list[Cell]") -> list[object]:
    """Ask for one row until it can be read."""
    from memslot_lab.course.quiz import AnswerError, read_answer

    names = " ".join(f"({cell.name})" for cell in cells)
    prompt = f"{names}  {row} > " if row else f"{len(cells)} names > " if len(cells) > 1 else "> "
    while True:
        line = input(prompt)
        if not sys.stdin.isatty():  # a transcript shows what was piped in
            print(line)
        try:
            return list(read_answer(cells, line))
        except AnswerError as error:
            print(f"{error}")
