"""The joins family: join and join_rows. Its data are also what join_to and parse are tested with."""

from __future__ import annotations

import decimal
import functools
import itertools
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
# Of every length that a loop may have a store of its own for; not ASCII; bytes.
SEPARATORS_BY_LENGTH = ("", ",", ", ", " | ", " -- ", "~" * 40, "→", "é", "🎉, ", b"", b";", b"; ", b"\xff" * 5)
ITEMS = st.lists(st.one_of(FLOATS, INTEGERS, st.text(max_size=20), st.booleans(), st.none(), st.binary(max_size=3)))


def check(found, expected, sep=","):
    """Compare a text with its elements, naming those that differ: no difference of long strings is computed."""
    if found != sep.join(expected):
        pieces = found.split(sep) if sep else [found]
        differing = [pair for pair in enumerate(itertools.zip_longest(pieces, expected)) if len(set(pair[1])) > 1]
        pytest.fail(f"{len(pieces)} elements, not {len(expected)}; {len(differing)} differ: {differing[:5]}")


# ---- floats to be written ----


def double(sign, exponent, fraction):
    """The double of a biased exponent and 52 bits of fraction."""
    return struct.unpack("<d", struct.pack("<Q", sign << 63 | exponent << 52 | fraction))[0]


def neighbours(x):
    return [math.nextafter(x, -math.inf), x, math.nextafter(x, math.inf)]


# Where writers and readers of floats have erred: CPython's test_float, test_strtod and its bug reports, David Gay's
# and Vern Paxson's hard cases, Ryu's and Grisu's tests, PHP's and Java's endless loops.
TRAPS = [
    0.0,
    -0.0,
    5e-324,
    1e-323,
    2.2250738585072014e-308,
    2.225073858507201e-308,
    2.2250738585072011e-308,
    2.2250738585072012e-308,
    1.7976931348623157e308,
    1.7976931348623155e308,
    8.988465674311580e307,
    1e22,
    1e23,
    8.5e22,
    9.5e22,
    9.999999999999999e22,
    1.0000000000000001e23,
    0.1 + 0.2,
    0.1,
    0.3,
    2 / 3,
    1 / 3,
    4.35,
    4.349999999999999,
    2.675,
    1.005,
    1.15,
    0.5,
    1.5,
    2.5,
    1e15,
    1e16,
    1e17,
    999999999999999.9,
    9999999999999998.0,
    9999999999999999.0,
    99999999999999990.0,
    123456789012345.6,
    1234567890123456.7,
    123456789012345680.0,
    9007199254740991.0,
    9007199254740992.0,
    9007199254740993.0,
    9007199254740994.0,
    4503599627370495.5,
    4503599627370496.5,
    4503599627370497.5,
    2251799813685248.25,
    2251799813685248.75,
    72057594037927945.0,
    0.0001,
    0.00009999999999999999,
    0.00012,
    0.00012345678901234567,
    1e-5,
    1.0000000000000002,
    0.9999999999999999,
    0.30000000000000004,
    5.0e-5,
    6.123233995736766e-17,
    1.7800590868057611e-307,
    2.9802322387695312e-8,
    2.98023223876953125e-8,
    -2.109808898695963e16,
    4.940656e-318,
    1.18575755e-316,
    2.989102097996e-312,
    9.0608011534336e15,
    4.708356024711512e18,
    9.409340012568248e18,
    1.2345678,
    5.764607523034235e39,
    1.152921504606847e40,
    2.305843009213694e40,
    1.8531501765868567e21,
    -3.347727380279489e33,
    1.9430376160308388e16,
    -6.9741824662760956e19,
    4.3816050601147837e18,
    1.8e307,
    9.5367431640625e-07,
    1.2e-320,
    1.9156918820264798e-56,
    6.6564021122018745e14,
    4.8726570057e288,
    -3.5e-321,
    3.5844466002796428e298,
    1.6e-322,
    8.41e21,
    2.0919495182368195e19,
    2.6153245263757307e19,
    2.0000000000000004,
    3.4028234663852886e38,
    3.4028235677973366e38,
    1.401298464324817e-45,
    65504.0,
    65520.0,
    6e-8,
    5.9604644775390625e-08,
    math.pi,
    math.e,
    math.inf,
    -math.inf,
    math.nan,
    -math.nan,
]

# What leaves the way of ordinary values, one kind of each.
SPECIALS = [
    0.0,
    -0.0,
    math.inf,
    -math.inf,
    math.nan,
    double(1, 2047, 1 << 51),  # a NaN with its sign bit set
    1.0,
    -2.0,
    0.25,
    2.0**60,
    2.0**-60,
    1e16,
    1e300,
    -1.2345e-300,
    6.02214076e23,
    1e-7,
    5e-324,
    -2.2250738585072009e-308,
    1.7976931348623157e308,
    123456.0,
    -7.0,
    99999999999999.0,
    9007199254740993.0,
    1e15,
    0.5,
    4503599627370497.5,
    123456789012345.6,
    0.0001,
]


def worst_doubles(exponent):
    """The doubles of a binary exponent that are hardest to write.

    With the value scaled to have its digit before last just before the point, they are those whose rounding interval
    ends nearest to a whole number, from either side, and those nearest to the middle between two last digits.
    """
    bits = 256
    q = exponent - 1075
    k = q * 315653 >> 20
    step = (10 ** max(-k - 1, 0) << bits + max(q, 0)) // (10 ** max(k + 1, 0) << max(-q, 0))
    modulus = 1 << bits
    for factor, offset, target in ((1, -step // 2, 0), (1, step // 2, 0), (10, 0, modulus // 2)):
        a = factor * step % modulus
        b = (factor * (step << 52) + offset - target) % modulus
        for first, last in ((-b, -b + (modulus >> 51)), (-b - (modulus >> 51), -b)):
            fraction = first_in_range(a, modulus, first % modulus, last % modulus)
            if fraction is not None and fraction < 1 << 52:
                yield double(0, exponent, fraction)


def first_in_range(a, modulus, first, last):
    """The least x of 0, 1, … for which a·x mod the modulus lies between two bounds, around the end perhaps."""
    if first > last:
        parts = (first_in_range(a, modulus, first, modulus - 1), first_in_range(a, modulus, 0, last))
        return min((x for x in parts if x is not None), default=None)
    if first == 0:
        return 0
    if a == 0:
        return None
    x = -(-first // a)
    if a * x <= last:
        return x
    y = first_in_range(modulus % a, a, -last % a, -first % a)
    return None if y is None else -(-(first + modulus * y) // a)


def random_doubles(rng, n):
    return [double(rng.getrandbits(1), rng.randrange(2047), rng.getrandbits(52)) for _ in range(n)]


def border_doubles(rng):
    """Both ends and the middle of every binary exponent, and a few doubles within."""
    fractions = (0, 1, 2, 2**51 - 1, 2**51, 2**51 + 1, 2**52 - 2, 2**52 - 1)
    for exponent in range(2047):
        for fraction in (*fractions, *(rng.getrandbits(52) for _ in range(3))):
            yield double(exponent & 1, exponent, fraction)


def powers():
    """The powers of two and of ten, with their neighbours."""
    for e in range(-1074, 1024):
        yield from neighbours(math.ldexp(1.0, e))
    for e in range(-323, 309):
        yield from neighbours(float(f"1e{e}"))
        yield from neighbours(float(f"5e{e - 1}"))


def subnormals(rng):
    yield from (double(0, 0, fraction) for fraction in range(1, 400))
    yield from (double(1, 0, rng.getrandbits(rng.randrange(1, 53))) for _ in range(2000))
    yield from (double(0, 0, 1 << bit) for bit in range(52))


def decimals(rng):
    """Numbers as people write them, and with all digits there are."""
    yield from (float(f"{rng.randrange(10**17)}e{rng.randrange(-340, 290)}") for _ in range(4000))
    yield from (float(f"{rng.randrange(10 ** rng.randrange(1, 18))}e{rng.randrange(-25, 25)}") for _ in range(4000))
    yield from (rng.randrange(10**7) / 100 for _ in range(3000))
    yield from (rng.randrange(-(10**6), 10**6) / 2 for _ in range(1000))
    yield from (float(rng.randrange(-(10 ** rng.randrange(1, 23)), 10**22)) for _ in range(3000))
    yield from (rng.random() for _ in range(3000))
    yield from (10.0 ** rng.uniform(-6, 18) for _ in range(3000))


def eighths(rng):
    """Multiples of 1/8, 1/4 and 1/2 where the last of them are, and where ties of the shortest digits are many."""
    for bits in range(44, 55):
        yield from (math.ldexp(2**bits + rng.randrange(2**bits), -3) for _ in range(200))
        yield from (math.ldexp(2**bits + i, -3) for i in range(-20, 20))


@functools.cache
def doubles():
    """Every kind of double, with what repr says of each."""
    rng = random.Random(5)
    values = [*TRAPS, *(-x for x in TRAPS), *random_doubles(rng, 30000), *border_doubles(rng), *powers()]
    values += [*subnormals(rng), *decimals(rng), *eighths(rng)]
    values += [x for exponent in range(1, 2047) for x in worst_doubles(exponent)]
    return values, [repr(x) for x in values]


@functools.cache
def mixed_doubles():
    """The same in another order, so that every kind stands beside every other."""
    values = list(doubles()[0])
    random.Random(6).shuffle(values)
    return values, [repr(x) for x in values]


def ordinary_doubles(n, seed=1):
    rng = random.Random(seed)
    return [rng.choice((rng.random(), rng.randrange(10**6) / 100, -rng.random() * 1000)) for _ in range(n)]


@functools.cache
def float32_values():
    """Every binary exponent of float32: borders and some within, as an array and as texts."""
    numpy = pytest.importorskip("numpy")
    rng = random.Random(7)
    fractions = (0, 1, 2, 2**22 - 1, 2**22, 2**22 + 1, 2**23 - 2, 2**23 - 1)
    patterns = [
        sign << 31 | exponent << 23 | fraction
        for exponent in range(256)
        for sign in (0, 1)
        for fraction in (*fractions, *(rng.getrandbits(23) for _ in range(6)))
    ]
    patterns += [rng.getrandbits(32) for _ in range(5000)] + list(range(300))
    values = numpy.array(patterns, "u4").view("f4")
    powers = numpy.array([float(f"1e{e}") for e in range(-45, 39)], "f4")
    simple = numpy.array([rng.randrange(10**6) / 100 for _ in range(2000)] + list(range(-300, 300)), "f4")
    whole = numpy.array([rng.randrange(10 ** rng.randrange(1, 20)) for _ in range(2000)], "f4")
    nearby = [numpy.nextafter(powers, numpy.float32(math.inf)), numpy.nextafter(powers, numpy.float32(-math.inf))]
    values = numpy.concatenate([values, powers, *nearby, simple, whole])
    return values, [str(v) for v in values]


@functools.cache
def float16_values():
    """All there are."""
    numpy = pytest.importorskip("numpy")
    values = numpy.arange(65536).astype("u2").view("f2")
    return values, [str(v) for v in values]


# ---- integers to be written ----

INTEGER_CODES = "bBhHiIqQ"


@functools.cache
def integers_of(code):
    """Integers that fit a type code: all lengths, both ends, the borders of lengths, in no order."""
    size = 8 * array(code).itemsize
    least, greatest = (0, 2**size - 1) if code.isupper() else (-(2 ** (size - 1)), 2 ** (size - 1) - 1)
    rng = random.Random(size)
    borders = [s * (10**k + d) for k in range(21) for d in (-2, -1, 0, 1) for s in (1, -1)]
    borders += [s * (2**k + d) for k in range(65) for d in (-1, 0, 1) for s in (1, -1)]
    values = [v for v in borders if least <= v <= greatest] + [least, greatest, least + 1, greatest - 1, 0]
    for k in range(20):
        some = (rng.randrange(-(10 ** (k + 1)), 10 ** (k + 1)) for _ in range(100))
        values += [v for v in some if least <= v <= greatest]
    rng.shuffle(values)
    return values


# ---- join ----


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


def test_doubles_of_every_kind(fc):
    for values, expected in (doubles(), mixed_doubles()):
        check(fc.join(array("d", values), ","), expected)
        check(fc.join(values, "\n"), expected, "\n")
        check(fc.join(memoryview(array("d", values))[::-3], ", "), expected[::-3], ", ")
    values, expected = mixed_doubles()
    assert fc.join(array("d", values), b"") == "".join(expected).encode()


def test_doubles_in_arrays_of_every_length(fc):
    values, expected = mixed_doubles()
    for n in range(71):
        for first in range(n, n + 7000, 1000):
            part = expected[first : first + n]
            check(fc.join(array("d", values[first : first + n]), ","), part)
            check(fc.join(values[first : first + n], ", "), part, ", ")


def test_a_special_double_at_every_position_among_ordinary_ones(fc):
    for special, other in zip(SPECIALS, SPECIALS[7:] + SPECIALS[:7]):
        for position in range(16):
            for length in (16, 21):
                values = ordinary_doubles(length, position)
                values[position] = special
                check(fc.join(array("d", values), ","), [repr(v) for v in values])
                values[(position * 5 + 3) % length] = other
                check(fc.join(array("d", values), ","), [repr(v) for v in values])
                check(fc.join(values, ", "), [repr(v) for v in values], ", ")


@pytest.mark.parametrize("special", SPECIALS, ids=repr)
def test_nothing_but_one_special_double(fc, special):
    for n in (*range(1, 20), 64, 1500):
        assert fc.join(array("d", [special] * n), ",") == ",".join([repr(special)] * n)
        assert fc.join([special, -special] * n, ",") == ",".join([repr(special), repr(-special)] * n)


def test_doubles_with_separators_of_every_length(fc):
    values, expected = mixed_doubles()
    values, expected = values[:3000], expected[:3000]
    for sep in SEPARATORS_BY_LENGTH:
        if isinstance(sep, bytes):
            assert fc.join(array("d", values), sep) == sep.join(text.encode() for text in expected)
        else:
            check(fc.join(array("d", values), sep), expected, sep)
            check(fc.join(values[:300], sep), expected[:300], sep)


def test_the_borders_of_fixed_notation(fc):
    values = [x for e in (-6, -5, -4, -3, 14, 15, 16, 17) for m in range(1, 10) for x in neighbours(float(f"{m}e{e}"))]
    check(fc.join(values, " "), [repr(x) for x in values], " ")
    check(fc.join(array("d", values), " "), [repr(x) for x in values], " ")


@given(values=st.lists(st.integers(-(2**63), 2**63 - 1)))
@example(values=[s * (10**k + d) for k in range(19) for d in (-1, 0, 1) for s in (1, -1)] + [-(2**63), 2**63 - 1])
def test_integers(fc, values):
    assert fc.join(array("q", values), ", ") == ", ".join(map(str, values))


@pytest.mark.parametrize("code", INTEGER_CODES)
def test_integers_of_every_width_and_length(fc, code):
    values = integers_of(code)
    expected = [str(v) for v in values]
    for sep in SEPARATORS_BY_LENGTH:
        if isinstance(sep, bytes):
            assert fc.join(array(code, values), sep) == sep.join(text.encode() for text in expected)
        else:
            check(fc.join(array(code, values), sep), expected, sep)
            check(fc.join(memoryview(array(code, values))[::-2], sep), expected[::-2], sep)
            check(fc.join(values, sep), expected, sep)


@pytest.mark.parametrize("code", INTEGER_CODES)
def test_integers_in_arrays_of_every_length(fc, code):
    values = integers_of(code)
    expected = [str(v) for v in values]
    for n in range(71):
        for first in (0, n, 3 * n + 1):
            check(fc.join(array(code, values[first : first + n]), ","), expected[first : first + n])
            check(fc.join(values[first : first + n], ", "), expected[first : first + n], ", ")


def test_integers_of_equal_length_but_one(fc):
    """What a batch of equal lengths may not take for granted."""
    for common_length in range(20):
        for length in range(20):
            common, other = 10**common_length, 10 ** (length + 1) - 1
            values = [common] * 24
            for position in (0, 3, 7, 8, 17, 23):
                part = list(values)
                part[position] = -other if length < 18 else other % 2**63
                part = [v if v < 2**63 else v % 2**63 for v in part]
                assert fc.join(array("q", part), ",") == ",".join(map(str, part))


@pytest.mark.parametrize("code", INTEGER_CODES)
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
    values = [2**63, 2**64, -(2**64), 10**30, 7, -(2**63), -(2**63) - 1, 2**64 - 1, 2**30, 2**60, -(2**90)]
    assert fc.join(values, ",") == ",".join(map(str, values))
    values = [s * (2**k + d) for k in range(200) for d in (-1, 0, 1) for s in (1, -1)]
    check(fc.join(values), [str(v) for v in values], "")
    check(fc.join(tuple(values), ","), [str(v) for v in values])


@given(start=st.integers(-(2**66), 2**66), count=st.integers(0, 300), step=st.integers(-(2**60), 2**60).filter(bool))
@example(start=2**63 - 3, count=3, step=1)
@example(start=-(2**63) + 2, count=3, step=-1)
@example(start=0, count=9000, step=-7)
def test_ranges(fc, start, count, step):
    numbers = range(start, start + count * step, step)
    assert fc.join(numbers, ",") == ",".join(map(str, numbers))


@pytest.mark.parametrize("length", (*range(20), 31, 32, 33, 40, 63, 64, 65, 200))
def test_strings_of_every_length(fc, length):
    text = ("abcdefghijklmnopqrstuvwxyz0123456789ABCDEF" * 5)[:length]
    for values in ([text] * 10 + ["x"], [text, "", "yz"] * 30, ["é" + text, text]):
        for sep in ("--", "", "→"):
            assert fc.join(values, sep) == sep.join(values)
        assert fc.join(values, b"\xff") == b"\xff".join(v.encode() for v in values)


def test_strings_of_every_kind(fc):
    values = ["ascii", "latin-1 é", "BMP →", "astral 🎉", ""]
    for order in itertools.permutations(values):
        for sep in ("·", ",", "🎉"):
            assert fc.join(order, sep) == sep.join(order)
    assert fc.join(values, b"|") == "|".join(values).encode()
    values = ["ascii"] * 1000 + values
    assert fc.join(values, ", ") == ", ".join(values)


def test_strings_with_lone_surrogates(fc):
    assert fc.join(["a", "\ud800", "b"], "\udfff") == "a\udfff\ud800\udfffb"
    with pytest.raises(UnicodeEncodeError):
        fc.join(["a", "\ud800"], b",")


def test_one_of_another_type_at_every_position(fc):
    for other in (None, True, "text", "→", 2.5, 10**30, 7, -1):
        for common in (12, 1.25, "abc"):
            for n in (1, 9, 64, 255, 256, 257, 600):
                for position in {0, n // 3, n // 2, n - 1}:
                    values = [common] * n
                    values[position] = other
                    check(fc.join(values, ","), [str(v) for v in values])


def test_float32_buffers_hold_python_floats(fc):
    a = array("f", [0.1, 1.5, math.nan, 1e-40, 3.4e38])
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


def test_subclasses_with_a_repr_of_their_own(fc):
    class Number(float):
        def __repr__(self):
            return "number"

    class Count(int):
        def __repr__(self):
            return "count"

    values = [1.5, Number(1.5), 2, Count(2)]
    assert fc.join(values, ",") == ",".join(map(str, values))


def test_other_objects_are_asked_for_their_text(fc):
    values = [decimal.Decimal("1.50"), None, True, 1 + 2j, b"x", [1]]
    assert fc.join(values, " ") == "1.50 None True (1+2j) b'x' [1]"
    assert fc.join(iter(values), b" ") == b"1.50 None True (1+2j) b'x' [1]"


def test_a_list_that_changes_while_it_is_joined_does_no_harm(fc):
    class Clearing:
        def __str__(self):
            values.clear()
            return "x"

    class Growing:
        def __str__(self):
            if len(values) < 2000:
                values.extend([1.5, "a", 2] * 10)
            return "x"

    for kind in (Clearing, Growing):
        for ordinary in (1, 1.5, "a"):
            values = [ordinary] * 300 + [kind() for _ in range(100)]
            assert outcome(fc.join, values, ",")[0] in ("returned", "raised")


def test_long_generators_come_in_chunks(fc):
    assert fc.join((i for i in range(10000)), ",") == ",".join(map(str, range(10000)))
    assert (
        fc.join((i % 3 or None for i in range(10000)), b",")
        == ",".join(str(i % 3 or None) for i in range(10000)).encode()
    )


@pytest.mark.parametrize("n", (0, 1, 255, 256, 257, 4095, 4096, 4097, 10000))
def test_a_generator_that_raises_lets_its_exception_through(fc, n):
    def values():
        yield from range(n)
        raise KeyError("no more")

    with pytest.raises(KeyError, match="no more"):
        fc.join(values(), ",")


def test_a_value_whose_text_fails_lets_its_exception_through(fc):
    class Failing:
        def __str__(self):
            raise ZeroDivisionError("no text")

    for values in ([Failing()], [1] * 300 + [Failing()], ["a", Failing(), 1.5]):
        with pytest.raises(ZeroDivisionError, match="no text"):
            fc.join(values, ",")


@pytest.mark.parametrize(
    "dtype", ("bool", "int8", "uint64", "float16", "float32", "float64", ">i4", ">f8", "U3", "complex64", "M8[s]")
)
def test_arrays(fc, np, dtype):
    a = (np.arange(60) % 7 / 2).astype("int64" if dtype == "M8[s]" else "float64").astype(dtype)
    for layout in (a, a[::3], a[::-1], a[:0]):
        assert fc.join(layout, ", ") == ", ".join(map(str, layout))


def test_arrays_of_floats(fc, np):
    a = np.array(pseudorandom_floats(5000))
    assert fc.join(a, ",") == ",".join(map(repr, a.tolist()))
    assert fc.join(a[::7], b",") == ",".join(map(repr, a[::7].tolist())).encode()


def layouts(a):
    """An array in every layout: (array, slice of its elements)."""
    yield a, slice(None)
    yield a[::2], slice(None, None, 2)
    yield a[::-1], slice(None, None, -1)
    yield a[1::3], slice(1, None, 3)
    yield a.astype(a.dtype.newbyteorder()), slice(None)
    yield a.astype(a.dtype.newbyteorder())[::-2], slice(None, None, -2)
    frozen = a.copy()
    frozen.flags.writeable = False
    yield frozen, slice(None)


def shifted(np, a):
    """The same array at an address that is no multiple of its item size."""
    memory = np.zeros(a.nbytes + 1, "u1")
    view = memory[1:].view(a.dtype)
    view[:] = a
    return view


@pytest.mark.parametrize("values", (float32_values, float16_values), ids=("float32", "float16"))
def test_narrow_floats_have_their_own_digits(fc, np, values):
    a, expected = values()
    for layout, part in layouts(a):
        check(fc.join(layout, ","), expected[part])
    check(fc.join(shifted(np, a), ", "), expected, ", ")
    check(fc.join(a.tolist(), ","), [repr(v) for v in a.tolist()])


@pytest.mark.parametrize("values", (float32_values, float16_values), ids=("float32", "float16"))
def test_narrow_floats_in_arrays_of_every_length(fc, np, values):
    a, expected = values()
    order = np.random.default_rng(1).permutation(len(a))
    for n in range(71):
        some = order[n * n : n * n + n]
        check(fc.join(a[some], ","), [expected[i] for i in some])


@pytest.mark.parametrize("dtype", ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "bool"))
def test_integer_arrays_in_every_layout(fc, np, dtype):
    code = {"b": "q", "u": "Q", "i": "q"}[dtype[0]]
    least, greatest = (0, 1) if dtype == "bool" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    a = np.array([v for v in integers_of(code) if least <= v <= greatest], dtype)
    expected = [str(v) for v in a.tolist()]
    for layout, part in layouts(a):
        check(fc.join(layout, ","), expected[part])
    check(fc.join(shifted(np, a), ""), expected, "")


def test_doubles_in_every_layout(fc, np):
    values, expected = mixed_doubles()
    for layout, part in layouts(np.array(values[:9000])):
        check(fc.join(layout, ","), expected[:9000][part])
    check(fc.join(shifted(np, np.array(values[:9000])), ","), expected[:9000])


def test_numpy_scalars_in_a_list_have_their_own_text(fc, np):
    values = [
        np.float32(0.1),
        np.float64(0.1),
        np.int8(-3),
        np.float16(0.1),
        np.bool_(True),
        np.str_("x"),
        np.uint64(7),
    ]
    assert fc.join(values * 40, ",") == ",".join(map(str, values * 40))


def test_arrays_of_objects_and_masked_arrays(fc, np):
    objects = np.array([1, None, "x", 2.5, 10**30], object)
    assert fc.join(objects, ",") == "1,None,x,2.5," + str(10**30)
    masked = np.ma.masked_array([1.5, 2.5, 3.5], [False, True, False])
    assert fc.join(masked, ",") == "1.5,--,3.5"


# ---- join_rows ----


def rows_of(rows, sep, newline):
    """What join_rows is."""
    return newline.join(sep.join(str(v) for v in row) for row in rows)


@given(
    rows=st.lists(ITEMS, max_size=6),
    sep=st.sampled_from(["", ",", "\t", ", ", "→", "\ud800", "long separator"]),
    newline=st.sampled_from(["", "\n", "\r\n", ";", "é"]),
)
@example(rows=[], sep=",", newline="\n")
@example(rows=[[]], sep=",", newline="\n")
@example(rows=[[], []], sep=",", newline="\n")
@example(rows=[[1], [], ["x", 2.5]], sep=",", newline="\n")
def test_rows_are_the_join_of_the_joins(fc, rows, sep, newline):
    expected = rows_of(rows, sep, newline)
    assert fc.join_rows(rows, sep, newline) == expected
    assert fc.join_rows(tuple(map(tuple, rows)), sep=sep, newline=newline) == expected
    assert fc.join_rows(((v for v in row) for row in rows), sep, newline) == expected
    if "\ud800" not in expected + sep:
        assert fc.join_rows(rows, sep.encode(), newline.encode()) == expected.encode()


def test_no_row_and_empty_rows(fc):
    assert fc.join_rows([]) == ""
    assert fc.join_rows([], b",", b"\n") == b""
    assert fc.join_rows([[], [], []]) == "\n\n"
    assert fc.join_rows(iter([[], range(2), []]), b",", b"\n") == b"\n0,1\n"


def test_rows_of_every_type(fc):
    rows = [
        [1, 2.5, None],
        (True, "x"),
        range(5),
        array("d", [0.1, -0.0]),
        array("q", [-1, 2**62]),
        "abc",
        {"key": 1},
        memoryview(array("i", [1, 2, 3]))[::2],
        (i for i in range(3)),
        bytes(3),
        [],
        [10**30],
    ]
    expected = "1,2.5,None\nTrue,x\n0,1,2,3,4\n0.1,-0.0\n-1,4611686018427387904\na,b,c\nkey\n1,3\n0,1,2\n0,0,0\n\n"
    assert fc.join_rows(rows) == expected + str(10**30)


def test_many_rows_and_long_rows(fc):
    rng = random.Random(2)
    rows = [[rng.randrange(10 ** rng.randrange(1, 19)) for _ in range(rng.randrange(9))] for _ in range(3000)]
    assert fc.join_rows(rows) == rows_of(rows, ",", "\n")
    assert fc.join_rows(map(iter, rows), "; ", "\r\n") == rows_of(rows, "; ", "\r\n")
    rows = [ordinary_doubles(5000), range(5000), ["é"] * 5000]
    assert fc.join_rows(rows) == rows_of(rows, ",", "\n")


def test_buffers_of_two_dimensions_are_rows(fc):
    for code in "dqiB":
        view = memoryview(array(code, range(12))).cast("B").cast(code, (3, 4))
        assert fc.join_rows(view, " ") == rows_of(view.tolist(), " ", "\n")
        assert fc.join_rows(view, b" ", b"\n") == rows_of(view.tolist(), " ", "\n").encode()


def test_a_row_is_asked_for_before_the_next(fc):
    class Text:
        def __str__(self):
            seen.append("text")
            return "x"

    def rows():
        for number in range(3):
            seen.append(number)
            yield [Text()]

    seen = []
    assert fc.join_rows(rows()) == "x\nx\nx"
    assert seen == [0, "text", 1, "text", 2, "text"]


def test_a_row_that_raises_lets_its_exception_through(fc):
    def row():
        yield 1
        raise KeyError("no more")

    def rows():
        yield [1]
        raise KeyError("no row")

    with pytest.raises(KeyError, match="no more"):
        fc.join_rows([[1, 2], row()])
    with pytest.raises(KeyError, match="no row"):
        fc.join_rows(rows())


def test_a_row_of_a_generator_that_is_none(fc):
    for rows in ([[1], (), b"", 5, [1]], [*([[1, 2]] * 5000), None]):
        number = next(i for i, row in enumerate(rows) if row is None or row == 5)
        what = type(rows[number]).__name__
        error = f"join_rows: row {number} of 'rows' must not be {what} (accepted: any iterable)"
        assert outcome(fc.join_rows, iter(rows)) == ("raised", "TypeError", error)
        assert outcome(fc.join_rows, (row for row in rows), b",", b"\n") == ("raised", "TypeError", error)


def test_rows_that_change_while_they_are_joined_do_no_harm(fc):
    class Clearing:
        def __str__(self):
            for row in rows:
                row.clear()
            rows.clear()
            return "x"

    rows = [[1, 2.5, "a", Clearing()] * 20 for _ in range(50)]
    assert outcome(fc.join_rows, rows)[0] in ("returned", "raised")


@pytest.mark.parametrize(
    "dtype",
    ("bool", "int8", "uint16", "int32", "int64", "uint64", "float16", "float32", "float64", ">i4", ">f8", ">f4", "U3"),
)
def test_arrays_of_two_dimensions(fc, np, dtype):
    flat = np.random.default_rng(3).integers(-3000, 3000, 7 * 24) / 8
    a = np.abs(flat).astype(dtype).reshape(7, 24)
    wide, tall = a.reshape(2, 84), a.reshape(84, 2)
    shapes = (a, a.T, a[::2, ::3], a[::-1, ::-1], a[:, 3:4], a[:1], a[:0], a[:, :0], np.asfortranarray(a), wide, tall)
    for layout in (*shapes, wide.T, tall.T, np.broadcast_to(a[0], (4, 24))):
        expected = rows_of(layout, ",", "\n")
        assert fc.join_rows(layout) == expected
        assert fc.join_rows(layout, b",", b"\n") == expected.encode()
        assert fc.join_rows(list(layout)) == expected
        assert fc.join_rows(layout, "", "") == rows_of(layout, "", "")
        assert fc.join_rows(layout, " | ", "→\n") == rows_of(layout, " | ", "→\n")


def test_large_arrays_of_two_dimensions(fc, np):
    values, expected = mixed_doubles()
    for columns in (1, 2, 3, 7, 8, 9, 16, 100, 1000):
        n = 20000 // columns * columns
        a = np.array(values[:n]).reshape(-1, columns)
        lines = [",".join(expected[i : i + columns]) for i in range(0, n, columns)]
        check(fc.join_rows(a), lines, "\n")
    integers = np.array(integers_of("q")[:2000]).reshape(-1, 5)
    assert fc.join_rows(integers, "\t") == rows_of(integers.tolist(), "\t", "\n")
    assert fc.join_rows(integers.T, b", ", b";\r\n") == rows_of(integers.T.tolist(), ", ", ";\r\n").encode()


def test_arrays_as_rows(fc, np):
    rows = [
        np.array([0.1, 2], "f4"),
        np.array([1, 2, 3], ">i2")[::-1],
        np.array([None, "x"], object),
        [np.float32(0.1)],
    ]
    assert fc.join_rows(rows) == "0.1,2.0\n3,2,1\nNone,x\n0.1"
    masked = np.ma.masked_array([[1, 2], [3, 4]], [[False, True], [False, False]])
    assert fc.join_rows(masked) == "1,--\n3,4"
