"""Variants: the same for ever, neither easier nor harder, and turned around without a second engine."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from random import Random
from runpy import run_path
from typing import Any

import pytest

from memslot_lab import engine
from memslot_lab.course.arrays import random_array
from memslot_lab.course.cases import ArrayCase
from memslot_lab.course.catalog import find_exercise, find_task, read_manifest
from memslot_lab.course.errors import VariantError
from memslot_lab.course.judge import judge
from memslot_lab.course.mirror import LowestFirst, lowest_first, turn_array, turn_gfn, turn_slot
from memslot_lab.course.tasks import cases_of
from memslot_lab.course.variants import Variant, cases_in, is_mirrored, variant_of
from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots, violations

ANSWERS = Path(__file__).parents[1]
HIGHEST, LOWEST = variant_of("autumn", "ada"), variant_of("autumn", "grace")
LIMIT = 0x1000
MIRRORED = [exercise.name for exercise in read_manifest().values() if is_mirrored(exercise, LOWEST)]


def array(rng: Random) -> Memslots:
    """Return an array in the kernel's order."""
    capacity, used, stale = random_array(rng)
    return ArrayCase("", (), capacity, used, stale, ()).start().array


# A variant and its name.


def test_variant_of_a_student_is_the_same_for_ever() -> None:
    """These two codes were handed out: no machine and no Python may give others."""
    assert [HIGHEST.code, LOWEST.code] == ["1-f29851fa-H", "1-f5f2a5e5-L"]


def test_variants_of_many_students_differ_and_half_are_mirrored() -> None:
    """Neighbours in a list of students have different variants."""
    variants = [variant_of("autumn", f"student{i}") for i in range(400)]

    assert len(set(variants)) == 400
    assert 150 < sum(variant.mirrored for variant in variants) < 250
    assert variant_of("spring", "ada") != HIGHEST


@pytest.mark.parametrize("code", ["", "1-f29851fa-L", "1-f29851f-H", "2-f29851fa-H", "1-F29851FA-H", " 1-f29851fa-H"])
def test_variant_with_a_mistyped_code_is_refused(code: str) -> None:
    """The letter at the end is a check on the digits."""
    with pytest.raises(VariantError, match="names no variant"):
        Variant(code)


# Turning around.


def test_turning_twice_gives_the_array_again() -> None:
    """What is turned twice is as it was, stale entries and blank slots too."""
    for seed in range(50):
        slots = array(Random(seed))
        slots.memslots[-1] = MemorySlot(0, 0, 0)

        assert turn_array(turn_array(slots)) == slots
    for gfn in (0, 1, LIMIT - 1):
        assert turn_gfn(turn_gfn(gfn, LIMIT), LIMIT) == gfn


def test_turned_array_stands_lowest_first_and_holds_the_turned_frames() -> None:
    """The order of the entries stays, that of their frames turns."""
    slots = array(Random(1))
    bases = [slot.base_gfn for slot in turn_array(slots).memslots[: slots.used_slots]]

    assert bases == sorted(bases)
    slot = MemorySlot(1, 0x100, 0x80)
    for gfn in range(0xF0, 0x190):
        inside = turn_slot(slot, LIMIT).base_gfn <= turn_gfn(gfn, LIMIT) < turn_slot(slot, LIMIT).base_gfn + 0x80
        assert inside == (0x100 <= gfn < 0x180)


def test_blank_slot_stays_blank() -> None:
    """What a delete is handed has no frames to turn."""
    assert turn_slot(MemorySlot(3, 0, 0), LIMIT) == MemorySlot(3, 0, 0)


def test_turned_array_breaks_the_mirrored_invariants() -> None:
    """Two entries swapped are out of order from either side; the other invariants do not see the mirror."""
    slots = array(Random(4))
    assert violations(slots) == []
    slots.memslots[:2] = slots.memslots[1::-1]

    names = [sentence.split(":")[0] for sentence in lowest_first(violations)(turn_array(slots))]
    assert names == [sentence.split(":")[0] for sentence in violations(slots)]
    assert "HIGHEST_GFN_FIRST" in names


def test_lowest_first_update_keeps_the_lowest_gfn_in_front() -> None:
    """A hundred updates on a mirrored array are the turned updates of the kernel's."""
    own, kernels, rng = Memslots(16), Memslots(16), Random(7)
    for step in range(100):
        slot_id = rng.randrange(16)
        there = kernels.id_to_index[slot_id] != -1
        change = rng.choice((Change.DELETE, Change.MOVE)) if there else Change.CREATE
        slot = (
            MemorySlot(slot_id, 0x100 * (17 * step % 101), 0x10)
            if change is not Change.DELETE
            else MemorySlot(slot_id, 0, 0)
        )
        update_memslots(kernels, slot, change)
        lowest_first(update_memslots)(own, turn_slot(slot), change)

        assert violations(kernels) == []
        assert turn_array(own) == kernels
    assert own.used_slots > 3


def test_lowest_first_search_asks_for_the_turned_frame() -> None:
    """The argument that is a frame is turned, and so is the slot that is found."""
    slots = array(Random(3))
    turned = turn_array(slots)
    for slot in slots.memslots[: slots.used_slots]:
        found = lowest_first(engine.search_memslots)(turned, turn_gfn(slot.base_gfn))

        assert found == turn_slot(slot)
    assert [*lowest_first(engine.for_each_memslot)(turned)] == turned.memslots[: turned.used_slots]


@pytest.mark.parametrize("change", ["insert(1, 7)", "pop()", "append(7)", "reverse()", "sort(key=str)", "clear()"])
def test_mirror_passes_on_whatever_is_done_to_the_list(change: str) -> None:
    """Each method of a list reaches the array itself."""
    slots = array(Random(5))
    want = turn_array(slots).memslots

    def act(seen: Any) -> None:
        eval(f"seen.memslots.{change}", {"seen": seen})

    lowest_first(act)(slots)
    eval(f"want.{change}", {"want": want})
    assert turn_array(slots).memslots == want


# Cases of a variant.


@pytest.mark.parametrize(("name", "variant"), [*product(read_manifest(), (HIGHEST, LOWEST))])
def test_cases_of_a_variant_fill_every_group(name: str, variant: Variant) -> None:
    """No group loses all its cases, so that nobody gets points for nothing."""
    for task in find_exercise(name).tasks:
        groups = {case.group for case in cases_in(task.function, variant)}

        assert groups == {case.group for case in cases_of(task.function)}


def test_variant_of_a_case_has_other_ids_and_frames() -> None:
    """Most arrays of a variant are not the course's, nor those of another variant."""
    own = [case.used for case in cases_in("delete", HIGHEST) if isinstance(case, ArrayCase) and len(case.used) > 2]
    course = {case.used for case in cases_of("delete") if isinstance(case, ArrayCase)}

    assert sum(used in course for used in own) < len(own) / 4


@pytest.mark.parametrize(("name", "variant"), [*product(MIRRORED, (HIGHEST, LOWEST))])
def test_variant_is_neither_easier_nor_harder(name: str, variant: Variant) -> None:
    """Each answer loses the same groups as in the course's own order; turned answers stand for mirrored ones."""
    for task in find_exercise(name).tasks:
        for path, function, fails in answers(name, task.function, all_right=variant.mirrored):
            result = judge(task, as_written(function) if variant.mirrored else function, variant)

            failed = [group.name for group in result.groups if group.failure]
            assert (path.stem, failed, result.problem) == (path.stem, fails, "")


def answers(exercise: str, function: str, *, all_right: bool) -> Iterator[tuple[Path, Any, list[str]]]:
    """Yield known answers with the groups that they fail: one that passes or all of them, one for all that fail alike.

    The cases are the course's own with other ids and frames, so what fails alike there fails alike here.
    """
    known = set[tuple[str, ...]]()
    for kind in ("right", "wrong"):
        for path in sorted((ANSWERS / kind / exercise).glob("*.py")):
            names = run_path(str(path))
            fails = names.get("FAILS", [])
            lent = getattr(names.get(function), "__module__", "memslot_lab").startswith("memslot_lab")
            if not lent and (tuple(fails) not in known or (all_right and not fails)):
                known.add(tuple(fails))
                yield path, names[function], fails


def as_written(function: Any) -> LowestFirst:
    """Return what a learner would have written for the other order."""
    turned = LowestFirst(function)
    turned.__module__ = "__main__"
    return turned


def test_mirrored_variant_fails_the_kernels_order_and_says_so() -> None:
    """Who writes the course's own answer into a mirrored notebook gets no full points, and a word on the mirror."""
    _, task = find_task("move_forward")

    def move_forward(slots: Memslots, slot: MemorySlot, start: int) -> int:
        return engine.move_forward(slots, slot, start)

    result = judge(task, move_forward, LOWEST)
    assert not result.passed
    assert result.smallest is not None
    assert "Your variant is turned around" in result.smallest.hint
    assert judge(task, move_forward, HIGHEST).passed
