"""Why a submission cannot be judged: a status for the table, and a sentence on which a student can act."""

__all__ = ["STATUSES", "UnfitError"]

STATUSES = {
    "no-notebook": "a student's folder or zip has nothing that could be an answer",
    "no-answer": "the file has no answer cell that holds anything",
    "unknown-exercise": "neither its name nor its cells say which exercise it answers",
    "duplicate-cells": "two answer cells for one function, with different text",
    "wrong-variant": "it answers no variant that there is, or not the student's own",
    "bad-notebook": "truncated, not JSON, or without cells",
    "old-format": "a notebook of another format than 4",
    "other-language": "the notebook's kernel is not Python",
    "bad-encoding": "not UTF-8",
    "too-large": "more bytes than an answer can need",
    "not-regular": "a link, folder, pipe or device where a file should be",
    "unreadable": "the operating system does not let it be read",
    "bad-path": "a name in a zip that is absolute or has `..` in it",
    "bad-zip": "a zip that is damaged, encrypted or packed in an unknown way",
    "zip-bomb": "a zip that unpacks to far too much",
}


class UnfitError(Exception):
    """A file that cannot be judged.

    Parameters
    ----------
    status : str
        A key of `STATUSES`.
    sentence : str
        What is wrong and what to do, for the student.
    """

    def __init__(self, status: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence
