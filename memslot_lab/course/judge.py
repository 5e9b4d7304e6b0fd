"""Judge one function on its cases: the smallest failing one, the mistake's name if it has one, where the runs part.

Runs the function in this process, for its own writer; never raises on a learner's mistake.
"""

from collections import Counter
from dataclasses import replace
from functools import lru_cache
from inspect import signature
from random import Random

from memslot_lab.course.cases import Case
from memslot_lab.course.catalog import Task
from memslot_lab.course.feedback import returned, stopped
from memslot_lab.course.mirror import LowestFirst
from memslot_lab.course.misconceptions import Candidates, Misconception
from memslot_lab.course.play import Attempt, Here, Known, Outcome, Player, known, stage_before
from memslot_lab.course.results import Failure, GroupResult, Runs, TaskResult
from memslot_lab.course.seen import Difference, Seen
from memslot_lab.course.tasks import Judged
from memslot_lab.course.variants import Variant, cases_in, judged_in
from memslot_lab.engine.model import Memslots
from memslot_lab.watch import diff

__all__ = ["judge", "judge_player"]

_DRAWN = 25  # cases drawn when those laid out by hand pass
_HIDDEN = 20  # cases drawn from a secret, when those pass too
_FEW = 3  # used slots of the cases on which a function that did not end is compared with the known mistakes
_STEPS = 3000  # of a run that is shown
_KEPT = 32  # tasks, in one variant or another, whose cases stay known
# Hints and names of mistakes speak of the kernel's order.
_IN_A_MIRROR = " (Your variant is turned around: where a hint says higher, read lower, and lower for higher.)"
_STUB = NotImplementedError.__name__


def judge(task: Task, function: object, variant: Variant | None = None) -> TaskResult:
    """Run a function on the cases of its task, or on those of a variant; return what became of each group."""
    return judge_player(task, Here(function), variant)


def judge_player(task: Task, player: Player, variant: Variant | None = None, *, secret: str = "") -> TaskResult:
    """Have a function played on the cases of its task; return what became of each group.

    Parameters
    ----------
    task : Task
        What was to be written.
    player : Player
        Calls it, wherever that is.
    variant : Variant or None, optional
        Whose cases; None takes the course's own.
    secret : str, optional
        From which hidden cases are drawn, besides those that are the same for everybody.
    """
    judged = judged_in(task.function, variant)
    problem = _unusable(task.function, judged, player)
    if problem:
        return TaskResult(task, problem=problem)
    trial = _Trial(task, judged, player, variant, secret)
    failures = trial.failures()
    if len(failures) == len(task.groups) and all(failure.got == _STUB for failure in failures.values()):
        return TaskResult(
            task, problem=f"{task.function}() is not written yet: put your code in place of `raise {_STUB}(...)`."
        )
    counts = Counter(each.case.group for each in trial.cases)
    groups = tuple(GroupResult(g.name, g.points, counts[g.name], failures.get(g.name)) for g in task.groups)
    result = TaskResult(task, groups)
    return trial.explained(result) if failures else result


@lru_cache(_KEPT)
def _known(name: str, variant: Variant | None) -> tuple[Known, ...]:
    """Return the cases laid out by hand."""
    return tuple(known(case, judged_in(name, variant).reference) for case in cases_in(name, variant))


@lru_cache(_KEPT)
def _drawn(name: str, variant: Variant | None, secret: str) -> tuple[Known, ...]:
    """Return the cases drawn from a secret, an empty one for everybody's; the same ones each time."""
    judged = judged_in(name, variant)
    rngs = (Random(f"{secret}{name} {seed}") for seed in range(_HIDDEN if secret else _DRAWN))
    return tuple(known(judged.more(rng), judged.reference) for rng in rngs) if judged.more else ()


@lru_cache(_KEPT)
def _candidates(name: str, variant: Variant | None) -> Candidates:
    """Return the known mistakes on the cases laid out by hand."""
    return Candidates(name, _known(name, variant), mirrored=_is_mirrored(judged_in(name, variant)))


def _is_mirrored(judged: Judged) -> bool:
    return isinstance(judged.reference, LowestFirst)


class _Trial:
    """One function on the cases of its task."""

    def __init__(self, task: Task, judged: Judged, player: Player, variant: Variant | None, secret: str) -> None:
        self.task, self.judged, self.player, self.variant, self.secret = task, judged, player, variant, secret
        self.cases = _known(task.function, variant)
        self.hints = {group.name: group.hint for group in task.groups}
        self.played: list[Known] = []
        self.attempts: list[Attempt] = []
        self.ended = True  # by itself, each time so far

    def failures(self) -> dict[str, Failure]:
        """Return the first failure of each group that has one: the easiest."""
        failures: dict[str, Failure] = {}
        for each in self.cases:
            if each.case.group not in failures:
                failure = self.failure(each)
                if failure:
                    failures[each.case.group] = failure
            elif self.ended:  # else it would spend one budget after the other, and tell nothing new
                self.play(each)
        return failures or self.drawn()

    def drawn(self) -> dict[str, Failure]:
        """Return the failure of a drawn case, made as small as it goes: of everybody's first, then of hidden ones."""
        for secret in dict.fromkeys(("", self.secret)):
            for each in _drawn(self.task.function, self.variant, secret):
                failure = self.failure(each)
                if failure:
                    failure = self.shrunk(failure)
                    return {failure.case.group: replace(failure, hidden=bool(secret))}
        return {}

    def shrunk(self, failure: Failure) -> Failure:
        for case in self.judged.smaller(failure.case):
            smaller = self.failure(known(case, self.judged.reference))
            if smaller:
                return self.shrunk(smaller)
        return failure

    def play(self, known: Known) -> Attempt:
        attempt = self.player.play(known)
        self.played.append(known)
        self.attempts.append(attempt)
        self.ended = self.ended and attempt.ended
        return attempt

    def failure(self, known: Known) -> Failure | None:
        """Return how the function fails a case, None if it does not."""
        case, (outcomes, broken) = known.case, self.play(known)
        if broken is None:
            return None
        before = case.start().read()
        for number, (outcome, want) in enumerate(zip(outcomes, known.right, strict=False)):
            seen = self.seen(case, number, before, outcome, want)
            found = stopped(self.task.function, outcome) or case.difference(seen)
            if found:
                return self.told(case, number, found, seen, outcome)
            before = want.state
        return None

    def seen(self, case: Case, number: int, before: object, outcome: Outcome, want: Outcome) -> Seen:
        states = before, outcome.state, want.state
        return Seen(self.task.function, case.calls[number], *states, outcome.value, want.value)

    def told(self, case: Case, number: int, found: Difference, seen: Seen, outcome: Outcome) -> Failure:
        sentence = found.sentence
        if seen.right is None and not isinstance(outcome.value, Memslots):  # `return slots` is no mistake
            sentence += returned(outcome.value)
        states = (seen.before, seen.got, seen.want)
        hint = found.hint or self.hints[case.group]
        return Failure(case, number, found.got, found.want, sentence, hint, states, outcome.printed)

    def explained(self, result: TaskResult) -> TaskResult:
        """Add to the failure that is shown first the name of the mistake, and the two runs."""
        shown = result.smallest
        if not shown:
            return result
        mirrored = _is_mirrored(self.judged)
        shown = shown.explained(self.mistake(), None if mirrored else self.runs(shown))
        return result.with_shown(replace(shown, hint=shown.hint + _IN_A_MIRROR) if mirrored else shown)

    def mistake(self) -> Misconception | None:
        """Return the known mistake that does the same in every case, None if there is none or more than one."""
        played = {*self.played}
        for each in self.cases:
            if each not in played and each.case.size[0] <= _FEW:
                self.play(each)
        if self.played == [*self.cases]:
            return _candidates(self.task.function, self.variant).named(self.attempts)
        mirrored = _is_mirrored(self.judged)
        return Candidates(self.task.function, self.played, mirrored=mirrored).named(self.attempts)

    def runs(self, shown: Failure) -> Runs | None:
        """Return both runs of the call that is shown, recorded; None where there is no array to watch."""
        stage, args = stage_before(shown.case, shown.call, self.judged.reference), shown.case.calls[shown.call]
        if stage.array is None:
            return None
        own = self.player.record(stage.array, args, _STEPS)
        if own is None:
            return None
        right = Here(self.judged.reference).record(stage.array, args, _STEPS)
        return Runs(own, right, diff(own, right))


# A function that cannot be run at all.


def _unusable(name: str, judged: Judged, player: Player) -> str:
    """Say why no case can be run, an empty string when they can."""
    wanted = signature(judged.reference).parameters
    facts = player.facts(len(wanted))
    if facts.words:
        return f"{name} is {facts.words}, not a function: run the cell that defines it."
    if facts.ours:
        return f"This {name}() is the engine's own: run your answer cell, so that yours takes its place."
    if facts.kind == "generator" and not judged.iterates:
        return f"{name}() contains `yield`: calling it runs nothing of it. Take the yield out."
    if facts.kind in ("coroutine", "async generator"):
        return f"{name}() is an `async def`: calling it runs nothing of it. Write `def`."
    if not facts.fits:
        return f"It is called as {name}({', '.join(wanted)}), but yours is {name}{facts.parameters}."
    return ""
