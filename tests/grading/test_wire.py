"""The strict parser: what is plain comes back the same, and everything else is refused in the same way."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memslot_lab.grading.sandbox.wire import GarbledError, TooLargeError, decode, encode, length_of, same

MOST = 1 << 16
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**63), 10**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
)
KEYS = st.text('abc"\\[{', max_size=4)
PLAIN = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=5))


def nested(depth: int) -> object:
    """Return a list in a list in a list."""
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


@given(PLAIN)
def test_frame_of_plain_data_comes_back_the_same(value: object) -> None:
    """Types and all."""
    frame = encode(value, most=MOST)

    assert length_of(frame[:4], most=MOST) == len(frame) - 4
    assert same(decode(frame[4:], most=MOST), value)  # type: ignore[arg-type]


@given(
    st.binary(max_size=200) | st.text('[]{}",:\\0123456789.eE+-truefalsn uddD8NaInfity', max_size=200).map(str.encode)
)
def test_decode_of_any_bytes_gives_plain_data_or_one_error(data: bytes) -> None:
    """Whatever a stranger sends, nothing else comes out."""
    try:
        value = decode(data, most=MOST)
    except GarbledError:
        return

    assert same(decode(encode(value, most=MOST)[4:], most=MOST), value)


@given(PLAIN, st.data())
def test_decode_of_a_changed_frame_gives_plain_data_or_one_error(value: object, data: st.DataObject) -> None:
    """A byte changed, a piece cut out or doubled."""
    body = encode(value, most=MOST)[4:]
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, len(body)))
    changed = body[:start] + data.draw(st.binary(max_size=3)) + body[end:] + data.draw(st.sampled_from([b"", body]))

    try:
        decode(changed, most=MOST)
    except GarbledError:
        return


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"NaN",
        b"[Infinity]",
        b"-Infinity",
        b"1e999",
        b"9" * 66,
        b"-" + b"9" * 65,
        b'{"a":1,"a":1}',
        b'"\\ud800"',
        b'{"\\udfff":1}',
        b'"\xff"',
        b"\xef\xbb\xbf1",
        b"1 2",
        b"[1,]",
        b"'a'",
        b"\0",
        b"[" * 60000,
        b'{"a":' * 10000,
        b'["\\\\",' + b"[" * 60000,
        b"[" * 65 + b"]" * 65,
    ],
    ids=lambda data: repr(data[:12]),
)
def test_decode_of_what_is_not_plain_is_refused(data: bytes) -> None:
    """JSON that Python's parser takes or dies of, and what is none."""
    with pytest.raises(GarbledError):
        decode(data, most=MOST)


@pytest.mark.parametrize(
    "value",
    [
        (1,),
        {1},
        b"x",
        float("nan"),
        float("inf"),
        10**64,
        "\ud800",
        {1: 2},
        {"\ud800": 1},
        object(),
        type("Int", (int,), {})(1),
        type("Text", (str,), {})("a"),
        type("List", (list,), {})(),
        nested(65),
    ],
    ids=lambda value: type(value).__name__,
)
def test_encode_of_what_is_not_plain_is_refused(value: object) -> None:
    """Exactly the plain types."""
    with pytest.raises(GarbledError):
        encode([value], most=MOST)


def test_encode_of_a_list_that_holds_itself_ends() -> None:
    """No recursion, and no doubling without end."""
    value: list[object] = []
    value += [value, value]

    with pytest.raises(GarbledError):
        encode(value, most=MOST)


def test_frames_larger_than_the_limit_are_refused() -> None:
    """In both directions, and by the header alone."""
    with pytest.raises(TooLargeError):
        encode("x" * 100, most=101)
    with pytest.raises(TooLargeError):
        decode(json.dumps("x" * 100).encode(), most=101)
    with pytest.raises(TooLargeError):
        length_of(b"\xff\xff\xff\xff", most=MOST)
    assert decode(encode("x" * 99, most=101)[4:], most=101) == "x" * 99


def test_frames_as_deep_as_the_limit_are_read() -> None:
    """The limit itself is allowed."""
    value = nested(63)

    assert decode(encode(value, most=MOST)[4:], most=MOST) == value


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, True), (1, 1.0), (0, False), ("1", 1), ([1], [True]), ({"a": 1}, {"a": 1.0}), ([], None), ([1], [1, 1])],
)
def test_same_of_unlike_types_is_false(one: object, other: object) -> None:
    """What Python calls equal may be a wrong answer."""
    assert not same(one, other)  # type: ignore[arg-type]
    assert same(one, one)  # type: ignore[arg-type]
