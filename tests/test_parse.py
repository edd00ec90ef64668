"""parse: the inverse of join, correctly rounded, and every malformed token an error that says where it is."""

from __future__ import annotations

import array as arrays
import fractions
import functools
import math
import mmap
import random
import sys

import pytest
from common import FLOATS, INTEGERS, normal, outcome
from hypothesis import example, given
from hypothesis import strategies as st
from test_joins import SPECIALS, TRAPS, doubles, float16_values, float32_values, integers_of, mixed_doubles

from fastcore import pure

INTEGER_DTYPES = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
FLOAT_DTYPES = ("float16", "float32", "float64")
SEPARATORS = (",", ", ", " ", "\t", "\n", ";", " | ", "::", "~" * 40, "→", "é", "e3,", "x", b",", b"; ", b"\xff\xfe")

# ---- what is read ----

# Tokens of floats that readers have got wrong: (text, what it is, by `float` of an exact decimal or a fraction).
HARD_FLOATS = [
    "2.2250738585072012e-308",
    "2.2250738585072011e-308",
    "2.2250738585072014e-308",
    "2.225073858507201136057409796709131975934819546351645648023426109724822222021076945516529523908135087914149158913"
    "03962110687008643869459464552765720740782062174337998814106326732925355228688137214901298112245145188984905722230"
    "72852551331557550159143974763979834118019993239629e-308",
    "4.9406564584124654e-324",
    "2.4703282292062327e-324",
    "2.4703282292062328e-324",
    "2.470328229206232720882843964341106861825299013071623822127928412503377536351043e-324",
    "2.470328229206232720882843964341106861825299013071623822127928412503377536351044e-324",
    "7.4109846876186982e-324",
    "1.7976931348623157e308",
    "1.7976931348623158e308",
    "1.79769313486231580793e308",
    "1.797693134862315807937e308",
    str(2**1024 - 2**970 - 1),
    f"{2**1024 - 2**970 - 1}.{'9' * 500}",
    "179769313486231570814527423731704356798070567525844996598917476803157260780028538760589558632766878171540458953"
    "514382464234321326889464182768467546703537516986049910576551282076245490090389328944075868508455133942304583236"
    "903222948165808559332123347747974200930336240387712e0",
    # V. Paxson, "A program for testing IEEE decimal-binary conversion", 1991: tables 3 and 4.
    "5e-20",
    "67e14",
    "985e15",
    "7693e-42",
    "55895e-16",
    "996622e-44",
    "7038531e-32",
    "60419369e-46",
    "702990899e-20",
    "6930161142e-48",
    "25933168707e-13",
    "596428896559e20",
    "3e-324",
    "9e-265",
    "85e-37",
    "623e100",
    "3571e263",
    "81661e153",
    "920657e-23",
    "4603285e-24",
    "87575437e-309",
    "245540327e122",
    "6138508175e120",
    "83356057653e193",
    "619534293513e124",
    "2335141086879e218",
    "36167929443327e-159",
    "609610927149051e-255",
    "3743626360493413e-165",
    "94080055902682397e-242",
    "899810892172646163e283",
    "7120190517612959703e120",
    "25188282901709339043e-252",
    "308984926168550152811e-52",
    "6372891218502368041059e64",
    "9e0",
    "1e23",
    "8.5e22",
    "9.5e22",
    "1e22",
    "1e-22",
    "123456789e15",
    "9007199254740991e22",
    "9007199254740993",
    "9007199254740992.999999999999999999999",
    "9007199254740993.000000000000000000000",
    "9007199254740993.000000000000000000001",
    "9007199254740995",
    "9223372036854775807",
    "9223372036854775808",
    "9223372036854776832",
    "9223372036854776833",
    "18446744073709551615",
    "18446744073709551616",
    "9999999999999999999",
    "99999999999999999999",
    "1000000000000000000000",
    "0.500000000000000166533453693773481063544750213623046875",
    "3.518437208883201171875e13",
    "62.5364939768271845828",
    "8.10109172351e-10",
    "1.50000000000000011102230246251565",
    "9007199254740991.4999999999999999999999999999999995",
    "30078505129381147446200",
    "1777820000000000000001",
    "0.500000000000000166547006220929549868969843373633921146392822265625",
    "1448997445238699",
    "6.631236846766476e-316",
    "3.2378839133029012895883524125015321748630094230695e-319",
    "2.1370008e-317",
    "1.00000000000000011102230246251565404236316680908203125",
    "1.00000000000000011102230246251565404236316680908203124",
    "1.00000000000000011102230246251565404236316680908203126",
    "1.00000000000000033306690738754696212708950042724609375",
    "1.1754943508222875e-38",
    "0.000000000000000000000000000000000000011754943508222875",
    "1.4012984643e-45",
    "3.4028234664e38",
    "3.4028235677973366e38",
    "6.4e-322",
    "1e-5000000000",
    "-1e-5000000000",
    "0e5000000000",
    "-0e99999",
    "0.0e-5000000000",
    "1e-99999999999999999999",
    "0e99999999999999999999",
    "0." + "0" * 400 + "1e400",
    "1" + "0" * 400 + "e-400",
    "0" * 1000 + "1.5",
    "0" * 1000 + "123" + "0" * 1000 + "e-1003",
    "." + "0" * 1000 + "1e1001",
    "0.1" + "0" * 1000,
    "0.1" + "0" * 1000 + "1",
    "123456789012345678" + "9" * 20,
    "1234567890123456789" + "0" * 20,
    "0." + "9" * 17,
    "0." + "9" * 19,
    "0." + "9" * 20,
    "0." + "9" * 800,
    "1e+0",
    "1e-0",
    "1E5",
    "1e05",
    "1e0000000000000000000005",
    "1e-0000000000000000000005",
    "+1",
    "+1.5e+3",
    "-.5",
    "+.5",
    "5.",
    "-5.e1",
    ".5e-1",
    "00",
    "-00.00",
    "007",
    "1e1",
]
SPELLINGS = ["inf", "-inf", "+inf", "Infinity", "-INFINITY", "iNf", "nan", "NaN", "-nan", "+NAN"]


def exact_text(x):
    """A fraction whose denominator is a power of two, or ten times one, as text."""
    places = x.denominator.bit_length()
    return f"{x * 10**places}e-{places}"


def midpoint(x):
    """The number half-way between a positive double and the next, exactly, as text."""
    return exact_text((fractions.Fraction(x) + fractions.Fraction(math.nextafter(x, math.inf))) / 2)


def one_more(text):
    """The number after an exact one, in its own last digit and the one after it."""
    mantissa, _, exponent = text.partition("e")
    yield f"{mantissa}0000000000001e{int(exponent) - 13}"
    yield f"{mantissa}{'0' * 800}1e{int(exponent) - 801}"
    yield f"{int(mantissa) - 1}{'9' * 13}e{int(exponent) - 13}"
    yield f"{int(mantissa) - 1}{'9' * 801}e{int(exponent) - 801}"


@functools.cache
def midpoints():
    """Texts half-way between doubles, and a hair beside."""
    rng = random.Random(8)
    texts = []
    for e in (-1074, -1070, -1023, -1022, -1021, -500, -60, -1, 0, 1, 52, 53, 60, 500, 900, 1022):
        for _ in range(3):
            x = math.ldexp(rng.random() + 0.5, e + 1)
            text = midpoint(x)
            texts += [text, *one_more(text)]
    return texts


@functools.cache
def float_texts():
    """Texts of floats of every form."""
    rng = random.Random(9)
    texts = list(HARD_FLOATS) + midpoints()
    texts += [f"{rng.randrange(10 ** rng.randrange(1, 25))}e{rng.randrange(-345, 285)}" for _ in range(4000)]
    for _ in range(8000):
        whole = str(rng.randrange(10 ** rng.randrange(1, 22)))
        part = "".join(rng.choice("0123456789") for _ in range(rng.randrange(22)))
        exponent = rng.choice(("", "", f"e{rng.randrange(-30, 30)}", f"E+{rng.randrange(200)}"))
        texts.append(f"{rng.choice(('', '-', '+'))}{whole}.{part}{exponent}")
    # Digits from 17 to 21, where a word of 64 bits ends.
    texts += [str(2**64 + d) for d in range(-5, 5)] + [str(10**k + d) for k in range(15, 24) for d in (-1, 0, 1)]
    texts += [f"{rng.randrange(10**18, 10**19)}.{rng.randrange(10**k)}e{-k}" for k in range(1, 20) for _ in range(20)]
    return [t for t in texts if not math.isinf(float(t))]


def same(found, expected):
    """Whether two lists of floats, or two of anything else, are equal to the bit; all NaNs are one."""
    if type(found) is list and set(map(type, found)) == set(map(type, expected)) == {float}:
        one, other = (arrays.array("d", [v if v == v else math.nan for v in a]) for a in (found, expected))
        return one.tobytes() == other.tobytes()
    return normal(found) == normal(expected)


def check(found, expected):
    """Compare numbers to the bit, naming the first that differ."""
    if not same(found, expected):
        pairs = zip(found, expected)
        differing = [(i, a, b) for i, (a, b) in enumerate(pairs) if normal(a) != normal(b)]
        pytest.fail(f"{len(found)} numbers, not {len(expected)}; {len(differing)} differ: {differing[:5]}")


def test_floats_as_float_reads_them(fc):
    texts = float_texts()
    expected = [float(t) for t in texts]
    check(fc.parse(",".join(texts)), expected)
    check(fc.parse(",".join(texts).encode(), b","), expected)
    check(fc.parse("\n".join(f" {t}\t" for t in texts), "\n", float), expected)
    negative = [f"-{t}" for t in texts if t[0] not in "+-"]
    check(fc.parse(",".join(negative)), [float(t) for t in negative])


def test_each_float_alone(fc):
    for text in (*HARD_FLOATS, *SPELLINGS, *midpoints()):
        check(fc.parse(text), [float(text)])
        check(fc.parse(f"\r\n {text}\v\f".encode()), [float(text)])


def test_infinities_and_nan(fc):
    found = fc.parse(";".join(SPELLINGS), ";")
    check(found, [float(t) for t in SPELLINGS])
    assert all(math.copysign(1, a) == math.copysign(1, float(t)) for a, t in zip(found, SPELLINGS))


def test_doubles_round_trip(fc):
    for values, texts in (doubles(), mixed_doubles()):
        check(fc.parse(fc.join(values, ",")), values)
        check(fc.parse("\n".join(texts).encode(), "\n"), values)
        check(fc.parse(fc.join(values, b" "), " "), values)


def test_floats_of_seventeen_digits_round_trip(fc):
    values, _ = mixed_doubles()
    for form in (".16e", ".17e", ".25e"):
        check(fc.parse(",".join(format(v, form) for v in values[:20000])), values[:20000])


@given(values=st.lists(FLOATS), sep=st.sampled_from(SEPARATORS))
@example(values=[-0.0], sep=",")
def test_any_floats_round_trip(fc, values, sep):
    check(fc.parse(fc.join(values, sep), sep), values)


@given(values=st.lists(INTEGERS), sep=st.sampled_from(SEPARATORS))
def test_any_integers_round_trip(fc, values, sep):
    assert fc.parse(fc.join(values, sep), sep, int) == values


@pytest.mark.parametrize("code", "bBhHiIqQ")
def test_integers_round_trip(fc, code):
    values = integers_of(code)
    for sep in SEPARATORS:
        assert fc.parse(fc.join(values, sep), sep, int) == values


def test_integers_of_any_size(fc):
    values = [s * (2**k + d) for k in range(200) for d in (-1, 0, 1) for s in (1, -1)] + [10**1000, -(10**4000)]
    assert fc.parse(fc.join(values, ","), ",", int) == values


def test_forms_of_integers(fc):
    text = "0,-0,+0,00,+7,-7,007,-007,+00000000000000000000000000000012, 5 ,\t6\r\n," + "0" * 6000 + "9,-" + "0" * 6000
    assert fc.parse(text, ",", int) == [0, 0, 0, 0, 7, -7, 7, -7, 12, 5, 6, 9, 0]
    assert all(type(v) is int for v in fc.parse(text, ",", int))


@pytest.mark.parametrize("n", range(71))
def test_every_number_of_tokens(fc, n):
    values, texts = mixed_doubles()
    for first in (0, 1000, 5000, 20000):
        check(fc.parse(",".join(texts[first : first + n])), values[first : first + n])
        check(fc.parse(" ;".join(texts[first : first + n]).encode(), ";"), values[first : first + n])
    integers = integers_of("q")
    for first in (0, 100, 1000):
        part = integers[first : first + n]
        assert fc.parse(",".join(map(str, part)), ",", int) == part


def test_tokens_of_every_length_at_every_position(fc):
    """Nothing before a token or after it is taken for a part of it, wherever the text lies in memory."""
    for length in range(1, 40):
        digits = ("1234567890" * 4)[:length]
        for shift in range(9):
            text = "7," * shift + digits + ",8"
            assert fc.parse(text, ",", int) == [7] * shift + [int(digits), 8]
            check(fc.parse(text), [7.0] * shift + [float(digits), 8.0])
            check(fc.parse(f"{text}.{digits}"), [7.0] * shift + [float(digits), float(f"8.{digits}")])


def test_an_empty_text_has_no_numbers(fc):
    for text in ("", b"", bytearray(), memoryview(b"")):
        assert fc.parse(text) == []
        assert fc.parse(text, "\n", int) == []


def test_separators_stand_between_numbers_as_in_split(fc):
    assert fc.parse("1::2::3", "::", int) == [1, 2, 3]
    assert fc.parse("1→2→3", "→", int) == [1, 2, 3]
    assert fc.parse("1→2→3", "→".encode(), int) == [1, 2, 3]
    assert fc.parse("1→2→3".encode(), "→", int) == [1, 2, 3]
    assert fc.parse("1\n2\r\n3", "\n", int) == [1, 2, 3]
    assert fc.parse("1 2 3", " ", int) == [1, 2, 3]
    assert fc.parse("1e2e3", "e", int) == [1, 2, 3]
    assert fc.parse("15253", "5", int) == [1, 2, 3]
    assert fc.parse("1-2-3", "-", int) == [1, 2, 3]
    assert fc.parse("1--2", "--", int) == [1, 2]
    assert fc.parse("1--2---3", "--", int) == [1, 2, -3]
    assert fc.parse("1aab2aab3", "aab", int) == [1, 2, 3]
    assert fc.parse(b"1\x802", b"\x80", int) == [1, 2]
    assert fc.parse("1" + "~" * 300 + "2", "~" * 300, int) == [1, 2]


def test_text_of_every_type(fc, tmp_path):
    data = b"1, 2.5,-3e2 "
    expected = [1.0, 2.5, -300.0]
    signed = arrays.array("b", data)
    forms = [data.decode(), data, bytearray(data), memoryview(data), memoryview(data).cast("c"), signed]
    forms += [memoryview(signed), arrays.array("B", data), memoryview(b"xx" + data)[2:]]
    for text in forms:
        for sep in (",", b","):
            assert fc.parse(text, sep) == expected
            assert fc.parse(text, sep=sep, dtype=float) == expected
    path = tmp_path / "x"
    path.write_bytes(data)
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert fc.parse(mapped) == expected


def test_text_of_subclasses(fc):
    class Text(str):
        def split(self, *args):
            raise AssertionError

        def __str__(self):
            return "9"

    class Data(bytes):
        def split(self, *args):
            raise AssertionError

    assert fc.parse(Text("1,2")) == [1.0, 2.0]
    assert fc.parse(Data(b"1,2"), Data(b",")) == [1.0, 2.0]
    assert fc.parse("1,2", Text(",")) == [1.0, 2.0]


def test_text_in_arrays(fc, np):
    data = np.frombuffer(b"1,2,3", "u1")
    assert fc.parse(data) == [1.0, 2.0, 3.0]
    assert fc.parse(data.view("i1"), ",", int) == [1, 2, 3]
    assert outcome(fc.parse, data[::2])[:2] == ("raised", "TypeError")
    assert outcome(fc.parse, data.astype("u2"))[:2] == ("raised", "TypeError")


def test_text_that_is_released_afterwards(fc):
    data = bytearray(b"1,2,x")
    with pytest.raises(ValueError, match="token 2"):
        fc.parse(data)
    data += b"y"  # nothing holds it
    assert fc.parse(data[:3]) == [1.0, 2.0]


# ---- into arrays ----


@pytest.mark.parametrize("dtype", INTEGER_DTYPES)
def test_integers_of_every_dtype(fc, np, dtype):
    limits = np.iinfo(dtype)
    code = "Q" if dtype[0] == "u" else "q"
    values = [v for v in integers_of(code) if limits.min <= v <= limits.max]
    values += [int(limits.min), int(limits.max)]
    expected = np.array(values, dtype)
    for sep in (",", " ", "→", "long separator"):
        for order in (dtype, np.dtype(dtype), np.dtype(dtype).type, np.dtype(dtype).newbyteorder()):
            found = fc.parse(fc.join(values, sep), sep, order)
            assert found.dtype == np.dtype(order)
            assert found.tolist() == expected.tolist()
    for n in (0, 1, 2, 7, 8, 9, 63, 64, 65):
        check(fc.parse(fc.join(values[:n], b","), ",", dtype), expected[:n])


@pytest.mark.parametrize("dtype", FLOAT_DTYPES)
def test_floats_of_every_dtype_round_trip(fc, np, dtype):
    if dtype == "float64":
        values, texts = mixed_doubles()
        values = np.array(values)
    else:
        values, texts = float32_values() if dtype == "float32" else float16_values()
    for order in (dtype, np.dtype(dtype).newbyteorder()):
        found = fc.parse(",".join(texts), ",", order)
        assert found.dtype == np.dtype(order)
        check(found.astype(dtype), values)
    check(fc.parse(fc.join(values, b"; "), "; ", np.dtype(dtype).type), values)


def nearest(text, np, dtype):
    """The float of a dtype nearest to an exact number, by comparison with its neighbours; None if it is too large."""
    exact = fractions.Fraction(text)
    kind = np.dtype(dtype).type
    with np.errstate(all="ignore"):
        near = kind(float(exact))
        candidates = {float(v) for v in (near, np.nextafter(near, kind(-np.inf)), np.nextafter(near, kind(np.inf)))}
    greatest = np.finfo(dtype).max
    spacing = fractions.Fraction(float(greatest)) - fractions.Fraction(float(np.nextafter(greatest, kind(0))))
    if abs(exact) >= fractions.Fraction(float(greatest)) + spacing / 2:
        return None
    finite = [v for v in candidates if math.isfinite(v)]
    # Ties go to the even one: the one of which the half has no more bits.
    best = min(finite, key=lambda v: (abs(fractions.Fraction(v) - exact), is_odd(np.array([v], dtype))))
    return math.copysign(best, -1.0) if text.startswith("-") else best


def is_odd(a):
    return int(a.view(f"u{a.itemsize}")[0]) & 1


@functools.cache
def narrow_texts(dtype):
    """Texts on the middles between floats of a dtype, and nearer to them than a double shows."""
    numpy = pytest.importorskip("numpy")
    rng = random.Random(10)
    bits = 32 if dtype == "float32" else 16
    greatest = 0x7F7FFFFF if dtype == "float32" else 0x7BFF
    patterns = [0, 1, 2, 3, greatest - 1, greatest, greatest // 2]
    step = 23 if dtype == "float32" else 10
    patterns += [(e << step) + d for e in range(1, greatest >> step) for d in (-1, 0, rng.getrandbits(step))]
    texts = []
    for pattern in patterns:
        low, high = numpy.array([pattern, pattern + 1], f"u{bits // 8}").view(dtype).tolist()
        if math.isinf(high):
            high = 2 * low - numpy.array([pattern - 1], f"u{bits // 8}").view(dtype).tolist()[0]
        middle = (fractions.Fraction(low) + fractions.Fraction(high)) / 2
        exact = exact_text(middle)
        below, above = (exact_text(middle + fractions.Fraction(d, 10 * 2**400)) for d in (-1, 1))
        # Next to the middle, as doubles: the number lies between it and them.
        unit = fractions.Fraction(math.ulp(float(middle)))
        nearby = [exact_text(middle + unit * tenths / 10) for tenths in (-7, -3, 3, 7)]
        texts += [
            exact,
            below,
            above,
            *nearby,
            "-" + exact,
            "-" + above,
            *(t for t in one_more(exact) if pattern % 5 == 0),
        ]
    return texts


@pytest.mark.parametrize("dtype", ("float16", "float32"))
def test_narrow_floats_are_rounded_once(fc, np, dtype):
    found = [(t, nearest(t, np, dtype)) for t in narrow_texts(dtype)]
    too_large = [t for t, x in found if x is None]
    assert too_large
    for text in too_large:
        error = f"parse: token 0 at offset 0 does not fit {dtype}: {shown(text)}"
        assert outcome(fc.parse, text, ",", dtype) == ("raised", "ValueError", error)
    texts = [t for t, x in found if x is not None]
    expected = np.array([x for _, x in found if x is not None], dtype)
    check(fc.parse(",".join(texts), ",", dtype), expected)
    check(fc.parse("\n".join(texts).encode(), "\n", np.dtype(dtype).newbyteorder()).astype(dtype), expected)
    # Rounding twice is another thing: the test would see it.
    with np.errstate(over="ignore"):
        assert (np.array([float(t) for t in texts]).astype(dtype) != expected).any()


@pytest.mark.parametrize("dtype", ("float16", "float32"))
def test_narrow_floats_of_ordinary_texts(fc, np, dtype):
    rng = random.Random(11)
    texts = [f"{rng.uniform(-1000, 1000):.{rng.randrange(12)}f}" for _ in range(3000)]
    texts += [f"{rng.random() * 10 ** rng.randrange(-50, 5):.{rng.randrange(20)}e}" for _ in range(3000)]
    expected = np.array([nearest(t, np, dtype) for t in texts], dtype)
    check(fc.parse(",".join(texts), ",", dtype), expected)


def test_the_ends_of_narrow_floats(fc, np):
    for text, dtype, expected in (
        ("65519.99999999999999999999", "float16", 65504.0),
        ("65504", "float16", 65504.0),
        ("-65519", "float16", -65504.0),
        ("2.98023223876953125e-8", "float16", 0.0),
        ("2.98023223876953125000000000000000001e-8", "float16", 5.960464477539063e-08),
        ("-2.98023223876953125e-8", "float16", -0.0),
        ("1e-5000000000", "float16", 0.0),
        ("-1e-300", "float32", -0.0),
        ("340282356779733661637539395458142568447.9999", "float32", 3.4028234663852886e38),
        ("7.006492321624085354618e-46", "float32", 0.0),
        ("1.1754943157898259e-38", "float32", 1.1754943508222875e-38),
        ("inf", "float16", math.inf),
        ("-Infinity", "float32", -math.inf),
        ("nan", "float16", math.nan),
    ):
        check(fc.parse(text, ",", dtype), np.array([expected], dtype))
    for text, dtype in (
        ("65520", "float16"),
        ("65520.0000000000000000000000001", "float16"),
        ("-70000", "float16"),
        ("1e5", "float16"),
        ("1e400", "float16"),
        ("340282356779733661637539395458142568448", "float32"),
        ("3.5e38", "float32"),
        ("-1e39", "float32"),
        ("1e4000000000", "float32"),
    ):
        error = f"parse: token 1 at offset 2 does not fit {dtype}: {text!r}"
        assert outcome(fc.parse, f"1,{text}", ",", dtype) == ("raised", "ValueError", error)


def test_dtypes_as_numpy_names_them(fc, np):
    for dtype in ("f8", "<f4", ">f8", "i2", ">u4", "q", "uint", "double", "half", np.intc, np.longlong, np.uintp):
        found = fc.parse("1,2,3", ",", dtype)
        assert type(found) is np.ndarray
        assert found.dtype == np.dtype(dtype)
        assert found.dtype.num == np.dtype(dtype).num
        assert found.tolist() == [1, 2, 3]
        assert found.flags.writeable
        assert found.flags.c_contiguous
        empty = fc.parse("", ",", dtype)
        assert empty.dtype == np.dtype(dtype)
        assert empty.shape == (0,)


def test_negative_zero(fc, np):
    check(fc.parse("-0,-0.0,-0e5,-.0,0"), [-0.0, -0.0, -0.0, -0.0, 0.0])
    assert fc.parse("-0,-00", ",", int) == [0, 0]
    for dtype in INTEGER_DTYPES:
        assert fc.parse("-0,-00,+0", ",", dtype).tolist() == [0, 0, 0]
    for dtype in FLOAT_DTYPES:
        check(fc.parse("-0,-0e9,0", ",", dtype), np.array([-0.0, -0.0, 0.0], dtype))


# ---- errors ----

NO_FLOATS = (
    "1-2",
    "--3",
    "+-3",
    "-+3",
    "1e",
    "1e+",
    "1e-",
    "1E ",
    "e5",
    ".",
    "-",
    "+",
    "-.",
    ".e1",
    "+e1",
    "1.2.3",
    "1..2",
    "1e2e3",
    "1e2.5",
    "1e2-",
    "1_000",
    "_1",
    "1_",
    "0x10",
    "1f",
    "1.0f",
    "1d5",
    "1 2",
    "1 e5",
    "- 1",
    "1\x00",
    "\x001",
    "1e\t5",
    "x",
    "1'5",
    "nan(x)",
    "nan0",
    "in",
    "infi",
    "infinit",
    "infinityy",
    "inf1",
    "1inf",
    "++inf",
    "NaNs",
    "None",
    "True",
    "1e5x",
    "12345678x",
    "x12345678",
    "1234567x",
    "12345678-",
    "1234567890123456789012345-",
    "0.1234567890123456789x",
    "/",
    ":",
    "1:",
    "1/2",
    "12345678/",
    "1234567:",
    "۱۲",
    "１",
    "1\u00a0",
    "\u20031",
    "é",
    "1→",
    "🎉",
    "²",
    "½",
    "\x851",
    "ınf",
    "İnf",
)
NO_INTEGERS = (*NO_FLOATS, "1.0", "1.", ".5", "1e5", "0e0", "inf", "nan", "-inf")
PLACES = ((0, 3), (1, 3), (2, 3), (0, 1), (9, 40), (39, 40))


def expected_error(tokens, index, sep, what):
    offset = sum(len(t) + len(sep) for t in tokens[:index])
    return f"parse: token {index} at offset {offset} {what}"


def shown(text):
    text = text.strip(" \t\n\r\f\v")
    return repr(text) if len(text) <= 40 else repr(text[:40]) + "…"


def shown_bytes(text):
    data = text.strip(" \t\n\r\f\v").encode()
    begin = data[:40]
    form = repr(begin.decode()) if max(begin, default=0) < 128 else repr(begin)
    return form if len(data) <= 40 else form + "…"


@pytest.mark.parametrize("dtype", (float, int, "float64", "float32", "float16", "int64", "uint8"))
def test_every_malformed_token_is_an_error_with_its_index_and_offset(fc, request, dtype):
    if isinstance(dtype, str):
        request.getfixturevalue("np")
    is_float = dtype is float or str(dtype).startswith("float")
    what = "is no float" if is_float else "is no integer"
    for bad in NO_FLOATS if is_float else NO_INTEGERS:
        for index, n in PLACES:
            for good in ("7", "12"):
                tokens = [good] * n
                tokens[index] = bad
                error = expected_error(tokens, index, ",", f"{what}: {shown(bad)}")
                assert outcome(fc.parse, ",".join(tokens), ",", dtype) == ("raised", "ValueError", error)
                encoded = [t.encode() for t in tokens]
                error = expected_error(encoded, index, ";; ", f"{what}: {shown_bytes(bad)}")
                assert outcome(fc.parse, b";; ".join(encoded), ";; ", dtype) == ("raised", "ValueError", error)


@pytest.mark.parametrize("dtype", (float, int, "float64", "int32"))
def test_an_empty_token_is_an_error(fc, request, dtype):
    if isinstance(dtype, str):
        request.getfixturevalue("np")
    for text, sep, index, offset in (
        (",", ",", 0, 0),
        (" ", ",", 0, 0),
        ("\n", ",", 0, 0),
        ("1,", ",", 1, 2),
        (",1", ",", 0, 0),
        ("1,,2", ",", 1, 2),
        ("1, ,2", ",", 1, 2),
        ("1,\t\r\n ,2", ",", 1, 2),
        ("1  2", " ", 1, 2),
        (" 1 2", " ", 0, 0),
        ("1\n2\n", "\n", 2, 4),
        ("1→2→", "→", 2, 4),
        ("→", "→", 0, 0),
        (";".join("5" * 1000) + ";", ";", 1000, 2000),
        ("12345678,,1", ",", 1, 9),
    ):
        error = f"parse: token {index} at offset {offset} is empty"
        assert outcome(fc.parse, text, sep, dtype) == ("raised", "ValueError", error)
        offset = len(text[:offset].encode())
        error = f"parse: token {index} at offset {offset} is empty"
        assert outcome(fc.parse, text.encode(), sep, dtype) == ("raised", "ValueError", error)


@pytest.mark.parametrize("dtype", (float, int, "float64", "float32", "int64", "uint16"))
def test_the_first_of_several_bad_tokens_wins(fc, request, dtype):
    if isinstance(dtype, str):
        request.getfixturevalue("np")
    rng = random.Random(12)
    for n in (2, 10, 8000):
        for _ in range(5):
            tokens = [str(rng.randrange(10 ** rng.randrange(1, 5))) for _ in range(n)]
            first = rng.randrange(n)
            tokens[first] = rng.choice(("x", "1-2", "", "--3"))
            for _ in range(3):
                tokens[rng.randrange(first, n)] += "?"
            text = ",".join(tokens)
            expected = outcome(pure.parse, text, ",", dtype)
            assert expected[:2] == ("raised", "ValueError")
            assert f"token {first} at" in expected[2]
            assert outcome(fc.parse, text, ",", dtype) == expected
            assert outcome(fc.parse, text.encode(), b",", dtype, threads=3) == expected


def test_integers_that_do_not_fit(fc, np):
    for dtype in INTEGER_DTYPES:
        limits = np.iinfo(dtype)
        least, greatest = int(limits.min), int(limits.max)
        for value in (least - 1, greatest + 1, least * 10 - 1, greatest * 10, 10**19, 10**20, 2**64, -(2**64), 10**50):
            if least <= value <= greatest:
                continue
            for text in (str(value), f"-000{-value}" if value < 0 else f"+000{value}"):
                for index, n in PLACES:
                    tokens = ["1"] * n
                    tokens[index] = text
                    what = f"does not fit {dtype}: {shown(text)}"
                    error = expected_error(tokens, index, ",", what)
                    assert outcome(fc.parse, ",".join(tokens), ",", dtype) == ("raised", "ValueError", error)
        fitting = [str(least), str(greatest), "0" * 50 + str(greatest), "-" + "0" * 30 + "0", "+" + str(greatest)]
        if least:
            fitting.append("-" + "0" * 30 + str(-least))
        assert fc.parse(",".join(fitting), ",", dtype).tolist() == [int(t) for t in fitting]


def test_the_ends_of_64_bits(fc, np):
    for value in (2**63 - 1, -(2**63)):
        assert fc.parse(f"{value}", ",", "int64").tolist() == [value]
    for value in (2**63, -(2**63) - 1, 2**64 - 1):
        with pytest.raises(ValueError, match="does not fit int64"):
            fc.parse(f"{value}", ",", "int64")
    assert fc.parse(f"{2**64 - 1},0", ",", "uint64").tolist() == [2**64 - 1, 0]
    for value in (2**64, -1, 2**64 + 5, 2**65, 10**20, 3 * 10**19, 99999999999999999999):
        with pytest.raises(ValueError, match="does not fit uint64"):
            fc.parse(f"{value}", ",", "uint64")


def test_floats_that_do_not_fit(fc, np):
    for text in (
        "1e309",
        "-1e309",
        "1e400",
        "1.7976931348623159e308",
        "1.797693134862315807938e308",
        str(2**1024 - 2**970),  # the middle between the greatest float and what would be the next
        "1e5000000000",
        "1e99999999999999999999",
        "1" + "0" * 309,
        "0." + "0" * 20 + "1e400",
    ):
        for dtype in (float, "float64", ">f8"):
            error = f"parse: token 1 at offset 2 does not fit float64: {shown(text)}"
            assert outcome(fc.parse, f"1,{text},x", ",", dtype) == ("raised", "ValueError", error)


def test_a_list_of_integers_that_are_too_long(fc):
    if not hasattr(sys, "get_int_max_str_digits"):
        pytest.skip("this Python has no limit")
    limit = sys.get_int_max_str_digits()
    assert fc.parse("1," + "9" * limit, ",", int) == [1, int("9" * limit)]
    with pytest.raises(ValueError, match=r"^parse: token 1 at offset 2 is too long: Exceeds the limit"):
        fc.parse("1," + "9" * (limit + 1), ",", int)


@given(
    tokens=st.lists(
        st.one_of(
            st.text(alphabet="0123456789+-.eEinfa _x\t", max_size=8),
            st.sampled_from(NO_FLOATS),
            st.integers().map(str),
            FLOATS.map(repr),
        ),
        max_size=12,
    ),
    sep=st.sampled_from((",", " ", "→", "::", "-", "e", "1")),
    dtype=st.sampled_from((float, int)),
)
def test_any_tokens_give_what_the_twin_gives(fc, tokens, sep, dtype):
    text = sep.join(tokens)
    assert outcome(fc.parse, text, sep, dtype) == outcome(pure.parse, text, sep, dtype)
    data = text.encode()
    assert outcome(fc.parse, data, sep, dtype) == outcome(pure.parse, data, sep, dtype)


@given(
    text=st.text(alphabet="0123456789+-.e inf,", max_size=60), dtype=st.sampled_from((*INTEGER_DTYPES, *FLOAT_DTYPES))
)
def test_any_text_gives_what_the_twin_gives(fc, np, text, dtype):
    assert outcome(fc.parse, text, ",", dtype) == outcome(pure.parse, text, ",", dtype)


@given(token=st.text(alphabet="0123456789+-.eEinfatyINFATY_ \t\n\rx", max_size=10))
@example(token="1_0")
def test_what_is_a_float_is_what_float_takes_in_ascii_without_underscores(fc, token):
    try:
        expected = float(token) if "_" not in token else None
    except ValueError:
        expected = None
    if expected is None or (math.isinf(expected) and "n" not in token.lower()):
        assert outcome(fc.parse, token + ",1")[:2] == ("raised", "ValueError")
    else:
        check(fc.parse(token + ",1"), [expected, 1.0])


def test_errors_of_bytes_show_text_where_it_is_ascii(fc):
    for text, form in ((b"1,x", "'x'"), ("1,é".encode(), repr("é".encode())), (b"1,\xff", r"b'\xff'")):
        error = f"parse: token 1 at offset 2 is no float: {form}"
        assert outcome(fc.parse, text) == ("raised", "ValueError", error)


def test_bad_dtypes_of_numpy(fc, np):
    accepted = "(accepted: int, float, NumPy integers and floats)"
    for dtype, name in (
        (np.bool_, np.bool_.__name__),
        (np.dtype("bool"), "bool"),
        ("bool", "'bool'"),
        (np.dtype("c16"), "complex128"),
        ("c8", "'c8'"),
        (np.dtype("U3"), "str"),
        ("U3", "'U3'"),
        (np.dtype("M8[s]"), "datetime64[s]"),
        (np.dtype("O"), "object"),
        (np.dtype([("a", "f8")]), "void64"),
    ):
        with pytest.raises(TypeError) as caught:
            fc.parse("1", ",", dtype)
        assert str(caught.value) == f"parse: 'dtype' must not be {name} {accepted}"
    if np.dtype("g").itemsize > 8:
        with pytest.raises(TypeError, match="^parse: 'dtype' must not be longdouble"):
            fc.parse("1", ",", np.longdouble)


# ---- threads, and long texts ----


@functools.cache
def long_text(kind):
    rng = random.Random(13)
    if kind == "int":
        return ",".join(str(rng.randrange(-(10 ** rng.randrange(1, 19)), 10**18)) for _ in range(70000))
    return ",".join(mixed_doubles()[1][:70000])


@pytest.mark.parametrize("kind", ("int", "float"))
def test_threads_change_nothing(fc, kind):
    text = long_text(kind)
    assert len(text) > 10**6
    dtype = int if kind == "int" else float
    expected = [dtype(t) for t in text.split(",")]
    for threads in (None, 1, 3):
        check(fc.parse(text, ",", dtype, threads=threads), expected)
    check(fc.parse(text.encode(), ",", dtype, threads=2), expected)


@pytest.mark.parametrize("dtype", ("int64", "float64", "float32"))
def test_threads_change_nothing_in_arrays(fc, np, dtype):
    text = long_text("int" if dtype == "int64" else "float")
    if dtype == "float32":
        text = ",".join(float32_values()[1] * 6)
    one = fc.parse(text, ",", dtype, threads=1)
    assert len(one) == text.count(",") + 1
    for threads in (2, 3):
        check(fc.parse(text, ",", dtype, threads=threads), one)
    check(fc.parse(text.replace(",", "; ").encode(), "; ", dtype, threads=8), one)


@pytest.mark.parametrize("threads", (1, 3))
def test_errors_far_into_a_long_text(fc, np, threads):
    tokens = long_text("int").split(",")
    for index in (5000, 33333, len(tokens) - 1):
        for bad in ("", "1-2", "9" * 25):
            text = ",".join([*tokens[:index], bad, *tokens[index + 1 : -1], "x"])
            offset = sum(map(len, tokens[:index])) + index
            found = outcome(fc.parse, text, ",", "int64", threads=threads)
            assert found[:2] == ("raised", "ValueError")
            assert found[2].startswith(f"parse: token {index} at offset {offset} ")


def test_special_floats_among_ordinary_ones(fc):
    rng = random.Random(14)
    for special in (*SPECIALS, *TRAPS[:20]):
        for position in range(16):
            values = [rng.choice((rng.random(), rng.randrange(100) / 4)) for _ in range(16)]
            values[position] = special
            check(fc.parse(",".join(map(repr, values))), values)


@pytest.mark.parametrize("sep", (b"\xff", b"\xe2\x86\x92", b",", "→"))
@pytest.mark.parametrize("text", ("1,2", "1→2", b"1\xff2", b"1,2"))
def test_separators_that_are_not_ascii(fc, text, sep):
    assert outcome(fc.parse, text, sep) == outcome(pure.parse, text, sep)
