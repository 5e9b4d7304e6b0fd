"""The tree of errors: one class a mistake, each with the kernel's errno."""

from errno import EBADF, EEXIST, EINVAL

import pytest

from memslot_lab.engine import MemslotError, errors

CLASSES = [getattr(errors, name) for name in errors.__all__]
NOT_EINVAL = {errors.OverlapError: EEXIST, errors.NoSuchDescriptorError: EBADF}


@pytest.mark.parametrize("error", CLASSES)
def test_error_of_each_class_has_its_errno_and_says_its_name(error: type[MemslotError]) -> None:
    """All are EINVAL but an overlap and a closed descriptor; the message begins with the name."""
    wanted = NOT_EINVAL.get(error, EINVAL)
    name = {EBADF: "EBADF", EEXIST: "EEXIST", EINVAL: "EINVAL"}[wanted]

    assert issubclass(error, MemslotError)
    assert error.errno == wanted
    assert str(error("slot 1 is odd; use another")) == f"[{name}] slot 1 is odd; use another"


def test_errors_in_the_module_are_all_public() -> None:
    """No class is left out of `__all__`."""
    defined = {name for name, value in vars(errors).items() if isinstance(value, type)}

    assert defined == set(errors.__all__)
