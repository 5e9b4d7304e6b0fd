"""`memslot-lab review`: ask what is due."""

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from memslot_lab.commands.quiz import ask_values
from memslot_lab.commands.say import agreed, is_dialogue, note, print_json, require_folder, wrapped

if TYPE_CHECKING:
    from memslot_lab.course.quiz import Question
    from memslot_lab.course.review import Due, Recall

__all__ = ["review"]


def review(arguments: argparse.Namespace) -> int:
    """Print what is due, and ask it where somebody is there to answer; return the exit status."""
    from memslot_lab.course.review import plan_review

    folder = require_folder()
    plan = plan_review(folder)
    if arguments.json:
        print_json(plan.to_json())
        return 0
    note(plan.note)
    print(plan.text())
    if plan.due and is_dialogue():
        print("? stands for not sure yet. Ctrl-D ends it.")
        _ask_all(folder, plan.due)
    elif plan.due:
        print("\nTo be asked, run it in a terminal.")
    return 0


def _ask_all(folder: Path, topics: "tuple[Due, ...]") -> None:
    try:
        for due in topics:
            _ask(folder, due)
    except EOFError:  # Ctrl-D
        print("\nStopped. What you have answered is kept; the rest stays due.")


def _ask(folder: Path, due: "Due") -> None:
    """Ask about one topic, and keep when it comes back."""
    from memslot_lab.course.review import Recall, note_answer, question_for

    question = question_for(due, date.today())
    print(f"\n── {due.exercise.name}: {due.exercise.topic}\n")
    right = _ask_recall(question) if isinstance(question, Recall) else _ask_quiz(question)
    new = note_answer(folder, due, right=right)
    print(f"\n{due.exercise.topic} comes back on {new.day}.")


def _ask_quiz(question: "Question") -> bool:
    """Ask one question of the quiz; return whether the answer is right."""
    print(f"{question.picture().text}\n")
    grade = question.grade(ask_values(question))
    print(f"\n{wrapped(grade.text())}")
    return grade.right


def _ask_recall(recall: "Recall") -> bool:
    """Show a question and then its answer; return what the learner says."""
    print(wrapped(recall.question))
    input("\nSay it to yourself, then press Enter. ")
    print(f"\n{wrapped(recall.answer)}\n")
    return agreed("Did you have it?")
