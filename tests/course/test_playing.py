"""What is told of a call that raised."""

import pytest

from memslot_lab.course.stages.playing import message_of


def test_message_of_an_exception_has_no_address() -> None:
    """It would differ from run to run, and where it is cut too."""
    code = message_of.__code__

    assert message_of(ValueError(message_of, object())) == "(<function message_of>, <object object>)"
    assert message_of(ValueError(f"{'x' * 180} {object()} {'y' * 90}")) == f"{'x' * 180} <object object> yyy"
    assert message_of(ValueError(code)).startswith("<code object message_of, file")


@pytest.mark.parametrize("text", ["no slot at 0x100", "a hole at 0x100, and none at 0x180", ""])
def test_message_of_an_exception_keeps_gfns(text: str) -> None:
    """Which a learner may well name."""
    assert message_of(ValueError(text)) == (text or "no message")
