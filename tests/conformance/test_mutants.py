"""Wrong versions of `update.py`: each is caught by a vector, so the vectors can fail."""

from dataclasses import replace

import pytest

from memslot_lab.course.mutants import Mutant, load_mutants
from memslot_lab.engine import update

from .caught import first_catch

MUTANTS = load_mutants()


@pytest.mark.parametrize("mutant", [pytest.param(mutant, id=mutant.name) for mutant in MUTANTS])
def test_vectors_with_a_mutant_of_the_engine_differ_from_compiled_c(mutant: Mutant) -> None:
    """Some state differs, or the mutant fails or runs over its budget."""
    caught = first_catch(mutant.module())

    assert caught is not None


def test_vectors_with_the_engine_unmutated_are_those_of_compiled_c() -> None:
    """The same run with the right functions finds nothing, so a catch means something."""
    untouched = replace(MUTANTS[0], new=MUTANTS[0].old)

    assert first_catch(untouched.module()) is None
    assert first_catch(update) is None


def test_vectors_with_an_endless_loop_end_by_budget() -> None:
    """A loop that does not advance is stopped by the count of its lines."""
    endless = next(mutant for mutant in MUTANTS if mutant.name == "delete-does-not-advance")
    caught = first_catch(endless.module())

    assert caught is not None
    assert caught.how == "OverBudgetError"


def test_mutants_as_data_are_many_distinct_and_of_every_function() -> None:
    """There are at least 24, no two alike in name or text, in the functions' order, some for each function."""
    functions = [name for name in update.__all__ if name != "update_memslots"] + ["update_memslots"]

    assert len(MUTANTS) >= 24
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    assert len({mutant.source for mutant in MUTANTS}) == len(MUTANTS)
    assert list(dict.fromkeys(mutant.function for mutant in MUTANTS)) == functions


@pytest.mark.parametrize("mutant", [pytest.param(mutant, id=mutant.name) for mutant in MUTANTS])
def test_mutant_as_data_has_a_name_in_kebab_case_and_one_thought(mutant: Mutant) -> None:
    """The name begins with a word of the function's, the thought is one sentence."""
    first, *others = mutant.name.split("-")

    assert others
    assert mutant.name == mutant.name.lower()
    assert first in mutant.function.split("_")
    assert mutant.thinks.endswith(".")
    assert ". " not in mutant.thinks


def test_mutant_whose_old_text_is_not_there_once_is_refused_by_name() -> None:
    """Text that is absent, or there twice, names mutant, function and count."""
    mutant = Mutant("some-mistake", "move_backward", "Nothing.", old="return -1", new="return 0")

    with pytest.raises(ValueError, match=r"some-mistake: the old text occurs 2 times in move_backward\(\)"):
        mutant.module()
    with pytest.raises(ValueError, match=r"some-mistake: the old text occurs 0 times in move_backward\(\)"):
        replace(mutant, old="no such text").module()
    with pytest.raises(ValueError, match=r"some-mistake: update\.py has no function sort_slots"):
        replace(mutant, function="sort_slots").module()


def test_mutant_compiled_leaves_the_engine_untouched() -> None:
    """The module is one of its own, under the mutant's name."""
    mutant = MUTANTS[0]
    module = mutant.module()

    assert module.delete is not update.delete
    assert module.delete.__code__.co_filename == f"<mutant {mutant.name}>"
