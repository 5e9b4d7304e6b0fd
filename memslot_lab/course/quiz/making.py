"""Questions by a seed, each the one of several that tells the most wrong versions of the code apart."""

from collections.abc import Sequence

from memslot_lab.course.catalog import did_you_mean
from memslot_lab.course.quiz.cases import dress
from memslot_lab.course.quiz.dice import Dice
from memslot_lab.course.quiz.question import Origin, Question
from memslot_lab.course.quiz.topics import KINDS, TOPICS, Topic, UnknownTopicError, find_topic, make, shapes_of

__all__ = ["questions"]

_CANDIDATES = 4
_TRIES = 60  # draws until so many candidates are found; most draws give one


def questions(
    topic: str | None = None, *, seed: int, count: int = 5, kinds: Sequence[str] | None = None
) -> tuple[Question, ...]:
    """Return questions, the same ones for the same seed on every machine.

    The n-th question depends on the seed and on n alone, not on how many are asked for.

    Parameters
    ----------
    topic : str or None, optional
        A name in `TOPICS`, or that of a lesson or an exercise; None takes all topics in turn.
    seed : int
        Any number; each gives other questions.
    count : int, optional
        How many; there is no end.
    kinds : Sequence[str] or None, optional
        Names in `KINDS`; None takes all that the topic has, in turn.

    Raises
    ------
    UnknownTopicError
        No such topic or kind, or a topic without questions of that kind.

    Examples
    --------
    >>> question, *_ = questions("deleting", seed=3)
    >>> question.grade([cell.want for cell in question.cells]).right
    True
    """
    topics = [find_topic(topic)] if topic else list(TOPICS.values())
    for kind in kinds or ():
        if kind not in KINDS:
            raise UnknownTopicError(f"the quiz has no kind {kind!r}; {did_you_mean(kind, KINDS)}")
    offered = [t for t in topics if not kinds or set(kinds) & set(t.kinds)]
    if not offered:
        raise UnknownTopicError(f"{topics[0].name} has no questions of this kind; it has {', '.join(topics[0].kinds)}")
    turn = Dice(seed, topic, "topics").shuffled(offered)
    return tuple(_question(turn[n % len(turn)], seed, n + 1, n // len(turn), kinds) for n in range(count))


def _question(topic: Topic, seed: int, number: int, round_: int, kinds: Sequence[str] | None) -> Question:
    """Return the question of a number: the kinds of its topic take turns."""
    turn = Dice(seed, topic.name, "kinds").shuffled([kind for kind in topic.kinds if not kinds or kind in kinds])
    kind = turn[round_ % len(turn)]
    origin = Origin(topic.name, seed, number)
    found = list[Question]()
    dice = Dice(*origin, kind, "shapes")
    for attempt in range(_TRIES):
        shape = dice.choice(shapes_of(dice.choice(topic.calls)))
        question = make(topic, kind, origin, dress(shape, Dice(*origin, kind, "ids and GFNs", attempt)))
        if question:
            found.append(question)
        if len(found) == _CANDIDATES or (found and kind == "order"):
            break
    return max(found, key=lambda question: question.spread)
