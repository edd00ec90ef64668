"""The joins family: join."""

from __future__ import annotations

import decimal
import math
import random
import struct
from array import array

import pytest
from common import FLOATS, INTEGERS, outcome, pseudorandom_floats, pseudorandom_integers
from hypothesis import example, given
from hypothesis import strategies as st

from fastcore import pure

SEPARATORS = st.one_of(
    st.sampled_from(["", ",", ", ", " -- ", "\n", "→", "\ud800", b"", b",", b"\xff\x00"]), st.text(max_size=3)
)
ITEMS = st.lists(st.one_of(FLOATS, INTEGERS, st.text(max_size=20), st.booleans(), st.none(), st.binary(max_size=3)))


@given(values=ITEMS, sep=SEPARATORS)
@example(values=[], sep=",")
@example(values=["é"], sep=",")
@example(values=["x", "\ud800"], sep=",")
def test_join_is_the_join_of_the_texts(fc, values, sep):
    expected = outcome(pure.join, values, sep)
    assert outcome(fc.join, values, sep) == expected
    assert outcome(fc.join, tuple(values), sep) == expected
    assert outcome(fc.join, (v for v in values), sep) == expected
    if isinstance(sep, str):
        assert fc.join(values, sep) == sep.join(str(v) for v in values)


@given(values=st.lists(FLOATS))
@example(values=[-math.nan, math.inf, -math.inf, 0.0, -0.0])
def test_floats_are_written_as_repr_writes_them(fc, values):
    assert fc.join(array("d", values), ",") == ",".join(map(repr, values))
    assert fc.join(values, ",") == ",".join(map(repr, values))


def doubles_at_borders(exponent):
    """The doubles at both ends and in the middle of a binary exponent, and a few within."""
    rng = random.Random(exponent)
    for fraction in (
        0,
        1,
        2,
        2**51 - 1,
        2**51,
        2**51 + 1,
        2**52 - 2,
        2**52 - 1,
        *(rng.getrandbits(52) for _ in range(4)),
    ):
        yield struct.unpack("<d", struct.pack("<Q", exponent << 52 | fraction))[0]


def test_every_binary_exponent_is_written_as_repr_writes_it(fc):
    values = [x for exponent in range(2047) for x in doubles_at_borders(exponent)]
    assert fc.join(array("d", values), "\n").split("\n") == [repr(x) for x in values]


def test_decimals_and_powers_of_ten_are_written_as_repr_writes_them(fc):
    rng = random.Random(1)
    values = [float(f"1e{e}") for e in range(-323, 309)]
    values += [float(f"{rng.randrange(10**17)}e{rng.randrange(-330, 290)}") for _ in range(5000)]
    values += [rng.randrange(10**7) / 100 for _ in range(2000)] + [float(rng.randrange(10**18)) for _ in range(2000)]
    values += [math.ldexp(rng.randrange(2**54), -3) for _ in range(2000)]
    assert fc.join(values, "\n").split("\n") == [repr(x) for x in values]


def test_the_borders_of_fixed_notation(fc):
    values = [
        9999999999999998.0,
        1e16,
        1e15,
        123456789012345680.0,
        0.0001,
        0.00009999999999999999,
        0.00012,
        5e-324,
        1.5,
    ]
    assert fc.join(values, " ") == " ".join(map(repr, values))


@given(values=st.lists(st.integers(-(2**63), 2**63 - 1)))
@example(values=[s * (10**k + d) for k in range(19) for d in (-1, 0, 1) for s in (1, -1)] + [-(2**63), 2**63 - 1])
def test_integers(fc, values):
    assert fc.join(array("q", values), ", ") == ", ".join(map(str, values))


@pytest.mark.parametrize("code", "bBhHiIqQ")
@pytest.mark.parametrize("sep", ("", ",", ", ", "abc", "→", b";"))
def test_integer_buffers(fc, code, sep):
    size = 8 * array(code).itemsize
    values = [*pseudorandom_integers(5000, size), -(2 ** (size - 1)), 2 ** (size - 1) - 1, 0]
    if code.isupper():
        values = [v + 2 ** (size - 1) for v in values]
    a = array(code, values)
    assert fc.join(a, sep) == pure.join(values, sep)
    assert fc.join(memoryview(a)[::-2], sep) == pure.join(values[::-2], sep)


def test_integers_beyond_64_bits(fc):
    values = [2**63, 2**64, -(2**64), 10**30, 7]
    assert fc.join(values, ",") == ",".join(map(str, values))


@given(start=st.integers(-(2**66), 2**66), count=st.integers(0, 300), step=st.integers(-(2**60), 2**60).filter(bool))
@example(start=2**63 - 3, count=3, step=1)
@example(start=-(2**63) + 2, count=3, step=-1)
@example(start=0, count=9000, step=-7)
def test_ranges(fc, start, count, step):
    numbers = range(start, start + count * step, step)
    assert fc.join(numbers, ",") == ",".join(map(str, numbers))


@pytest.mark.parametrize("length", (0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 40))
def test_strings_of_every_length(fc, length):
    values = ["abcdefghijklmnopqrstuvwxyz0123456789ABCDEF"[:length]] * 10 + ["x"]
    assert fc.join(values, "--") == "--".join(values)


def test_strings_of_every_kind(fc):
    values = ["ascii", "latin-1 é", "BMP →", "astral 🎉", ""]
    assert fc.join(values, "·") == "·".join(values)
    assert fc.join(values, b"|") == "|".join(values).encode()


def test_float32_buffers_hold_python_floats(fc):
    a = array("f", [0.1, 1.5, math.nan])
    assert fc.join(a, ",") == ",".join(map(str, a))


def test_subclasses_are_asked_for_their_own_text(fc):
    class X(int):
        def __str__(self):
            return "X"

    class Y(float):
        def __str__(self):
            return "Y"

    class Z(str):
        def __str__(self):
            return "Z"

    assert fc.join([1, X(2), 2.5, Y(3.5), Z("z")], ",") == "1,X,2.5,Y,Z"
    assert fc.join([Z("z"), "a"], ",") == "Z,a"
    assert fc.join(["a", Z("z")], ",") == "a,Z"


def test_other_objects_are_asked_for_their_text(fc):
    values = [decimal.Decimal("1.50"), None, True, 1 + 2j, b"x", [1]]
    assert fc.join(values, " ") == "1.50 None True (1+2j) b'x' [1]"
    assert fc.join(iter(values), b" ") == b"1.50 None True (1+2j) b'x' [1]"


def test_a_list_that_changes_while_it_is_joined_does_no_harm(fc):
    class Clearing:
        def __str__(self):
            values.clear()
            return "x"

    values = [1, 2, 3] + [Clearing() for _ in range(100)]
    assert outcome(fc.join, values, ",")[0] in ("returned", "raised")


def test_long_generators_come_in_chunks(fc):
    assert fc.join((i for i in range(10000)), ",") == ",".join(map(str, range(10000)))
    assert (
        fc.join((i % 3 or None for i in range(10000)), b",")
        == ",".join(str(i % 3 or None) for i in range(10000)).encode()
    )


def test_a_generator_that_raises_lets_its_exception_through(fc):
    def values():
        yield 1
        raise KeyError("no more")

    with pytest.raises(KeyError, match="no more"):
        fc.join(values(), ",")


@pytest.mark.parametrize(
    "dtype", ("bool", "int8", "uint64", "float16", "float32", "float64", ">i4", ">f8", "U3", "complex64")
)
def test_arrays(fc, np, dtype):
    a = (np.arange(60) % 7 / 2).astype(dtype)
    for layout in (a, a[::3], a[::-1], a[:0]):
        assert fc.join(layout, ", ") == ", ".join(map(str, layout))


def test_arrays_of_floats(fc, np):
    a = np.array(pseudorandom_floats(5000))
    assert fc.join(a, ",") == ",".join(map(repr, a.tolist()))
    assert fc.join(a[::7], b",") == ",".join(map(repr, a[::7].tolist())).encode()
