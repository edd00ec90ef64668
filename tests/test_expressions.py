"""Random expressions: a vectorized function gives what NumPy gives of the very same function, to the bit.

The strategy builds a function line by line and evaluates each line with NumPy as it goes, so that it knows the dtype
and shape of what it works on. `HYPOTHESIS_PROFILE=long` draws more of them, and others each time.
"""

from __future__ import annotations

import dataclasses
import math
import os
from typing import Any

import pytest
from common import normal
from hypothesis import given, settings
from hypothesis import strategies as st

from fastcore import pure

np = pytest.importorskip("numpy", reason="NumPy is not installed")

SEEDED = settings(derandomize=os.environ.get("HYPOTHESIS_PROFILE") != "long", print_blob=True)

INTEGERS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
# Of each case, those that its arrays are drawn from; float64 more often than float32, and that more than float16.
DTYPES = (*["float64"] * 5, *["float32"] * 3, "float16", *INTEGERS, "bool")
FAMILIES = (DTYPES, DTYPES, DTYPES[:9], (*INTEGERS, "bool"))
LENGTHS = (0, 1, 1, 2, 3, 5, 8, 17)
LINES = (1, 7, 63, 64, 65, 200, 1023, 1025, 2001, 5000)
LAYOUTS = ("plain", "plain", "reversed", "stepped", "fortran", "unaligned", "swapped", "repeated", "read-only")
PYTHON_CONSTANTS = (
    *(0, 1, 2, 3, 5, 7, 10, -1, -3, 100, 127, 255, 300, 2**31, 2**40, -(2**63), 2**63, 2**70, True, False),
    *(
        0.0,
        -0.0,
        0.5,
        1.0,
        2.0,
        3.0,
        5.0,
        1e-3,
        -2.5,
        0.1,
        1e300,
        2.0**-1074,
        2.0**-1022,
        math.inf,
        -math.inf,
        math.nan,
    ),
)
# What a number may be that is an operand: it has no kind of its own until the call, and must fit that of each array.
NUMBERS = (0, 1, 2, 3, 7, 100, True, 0.5, -2.5, 3.0, 1e-3, -0.0, math.inf, math.nan)

BINARY_OPERATORS = ("+", "-", "*", "/", "//", "%", "<", "<=", ">", ">=", "==", "!=")
BIT_OPERATORS = ("&", "|", "^", "<<", ">>")
PREFIXES = ("-", "+", "~", "abs")
EXACT = ("sqrt", "floor", "ceil", "trunc", "rint", "square", "fabs", "sign", "negative", "absolute", "positive")
QUESTIONS = ("isnan", "isinf", "isfinite", "signbit", "logical_not")
EXACT_PAIRS = ("minimum", "maximum", "fmin", "fmax", "fmod", "remainder", "floor_divide", "copysign", "add", "multiply")
LOGICAL_PAIRS = ("logical_and", "logical_or", "logical_xor", "greater", "less_equal", "not_equal")
ELEMENTARY = (
    *("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "cbrt", "sin", "cos", "tan", "arcsin", "arccos"),
    *("arctan", "sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh", "degrees", "radians"),
)
ELEMENTARY_PAIRS = ("arctan2", "hypot", "logaddexp")


@dataclasses.dataclass
class Value:
    """A name or constant of the function's text, and what NumPy makes of it; Python's numbers have no dtype."""

    text: str
    value: Any

    @property
    def is_number(self) -> bool:
        return not hasattr(self.value, "dtype")

    @property
    def is_array(self) -> bool:
        """Or a result or an operand that is NumPy's scalar."""
        return self.text.isidentifier() and not self.is_number

    @property
    def is_float(self) -> bool:
        return isinstance(self.value, float) or (not self.is_number and self.value.dtype.kind == "f")

    @property
    def shape(self) -> tuple[int, ...]:
        return np.shape(self.value)

    def any(self, function: Any) -> bool:
        return bool(np.any(function(float(self.value) if self.is_number else self.value)))


@dataclasses.dataclass
class Case:
    """A function, its operands, and what NumPy gives for them: an array or an exception."""

    text: str
    operands: list[Any]
    expected: Any
    is_elementary: bool  # so that the twin may differ in the last bits
    how: str

    def function(self) -> Any:
        found: dict[str, Any] = {"np": np, "inf": math.inf, "nan": math.nan}
        exec(self.text, found)
        return found["f"]


def is_zero(a: Any) -> Any:
    return a == 0


# ---- operands ----


def pool(dtype: str) -> Any:
    """Special and ordinary values of a dtype."""
    if dtype == "bool":
        return np.array([False, True])
    if dtype in INTEGERS:
        info = np.iinfo(dtype)
        near = [0, 1, 2, 3, 5, 7, 8, 10, 31, 63, 64, 100, info.max, info.max - 1, info.max // 2, info.max // 3]
        if info.min < 0:
            near += [-1, -2, -3, -7, -64, info.min, info.min + 1, info.min // 2]
        return np.array(near, dtype)
    info = np.finfo(dtype)
    special = [0, -0.0, np.inf, -np.inf, np.nan, info.max, info.min, info.tiny, info.smallest_subnormal, info.eps]
    ordinary = [1, -1, 2, 0.5, -2.5, 3, 10, 0.1, -0.7, 1.5, 100.25, -37, 1 / 3, 0.9999, 2.0**0.5, 6, -8, 1e-3, 700, -30]
    return np.array([*special, *ordinary, *ordinary], dtype)


@st.composite
def operands(draw: Any, longest: int) -> Any:
    """One to three operands that broadcast; the first is an array."""
    if draw(st.integers(0, 2)) == 0:
        shape = (draw(st.sampled_from([n for n in LINES if n <= longest])),)
    else:
        shape = tuple(draw(st.lists(st.sampled_from(LENGTHS), min_size=draw(st.integers(0, 3)), max_size=3)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    family = draw(st.sampled_from(FAMILIES))
    found = []
    for position in range(draw(st.integers(1, 3))):
        what = draw(st.integers(0, 9))
        if position > 0 and what == 0:
            found.append(draw(st.sampled_from(NUMBERS)))
            continue
        dtype = draw(st.sampled_from(family))
        if position > 0 and what == 1:
            found.append(rng.choice(pool(dtype)))
            continue
        own = shape
        if what < 5:
            own = tuple(n if draw(st.booleans()) else 1 for n in shape)
            own = own[draw(st.integers(0, len(own))) :]
        found.append(laid_out(draw(st.sampled_from(LAYOUTS)), rng.choice(pool(dtype), size=own)))
    return found


def laid_out(layout: str, a: Any) -> Any:
    """The elements of an array in another place and order of memory."""
    if layout == "swapped":
        return a.astype(a.dtype.newbyteorder())
    if layout == "read-only":
        a.flags.writeable = False
        return a
    if a.ndim == 0:
        return a
    if layout == "reversed":
        return a[..., ::-1].copy()[..., ::-1]
    if layout == "stepped":
        wide = np.zeros((*a.shape[:-1], a.shape[-1] * 3), a.dtype)
        wide[..., ::3] = a
        return wide[..., ::3]
    if layout == "fortran":
        return np.asfortranarray(a)
    if layout == "unaligned":
        raw = np.zeros(a.nbytes + 1, "u1")[1:]
        view = raw.view(a.dtype).reshape(a.shape)
        view[...] = a
        return view
    if layout == "repeated" and a.shape[0] > 1:
        return np.broadcast_to(a[:1], a.shape)
    return a


def side_by_side(a: Any) -> Any:
    """An operand's elements in C order and native byte order.

    NumPy's own elementary functions are others in the last bits for negative strides, where it does not use vectors.
    """
    return np.array(a, a.dtype.newbyteorder("="), order="C") if isinstance(a, np.ndarray) else a


# ---- functions ----


@st.composite
def cases(draw: Any, elementary: str = "anywhere", longest: int = 5000) -> Case:
    """A random function of random operands; its elementary functions are "anywhere" or "last"."""
    given_operands = draw(operands(longest))
    names = "xyz"[: len(given_operands)]
    values = [Value(name, side_by_side(a)) for name, a in zip(names, given_operands)]
    lines = [f"def f({', '.join(names)}):"]
    count = draw(st.integers(1, 7))
    result, is_elementary = None, False
    for i in range(count):
        is_last = i == count - 1
        line, is_elementary_line = draw(expressions(values, elementary == "anywhere" or is_last))
        is_elementary = is_elementary or is_elementary_line
        name = f"t{i + 1}"
        lines.append(f"    {name} = {line}")
        scope = {value.text: value.value for value in values}
        with np.errstate(all="ignore"):
            try:
                result = eval(line, {"np": np, "inf": math.inf, "nan": math.nan}, scope)
            except Exception as error:
                result = error
        if isinstance(result, Exception) or (is_elementary and elementary == "last"):
            break
        values.append(Value(name, result))
    lines.append(f"    return {name}")
    if not isinstance(result, Exception):
        result = np.broadcast_to(result, np.broadcast_shapes(*[np.shape(a) for a in given_operands]))
    how = draw(st.sampled_from(("plain", "plain", "out", "stepped out", "threads")))
    return Case("\n".join(lines), given_operands, result, is_elementary, how)


@st.composite
def expressions(draw: Any, values: list[Value], with_elementary: bool) -> tuple[str, bool]:
    """The text of one operation on some of the values, and whether it is an elementary function."""
    arrays = [v for v in values if not v.is_number]

    def array() -> Value:
        """A recent one more often."""
        return arrays[max(draw(st.integers(0, len(arrays) - 1)), draw(st.integers(0, len(arrays) - 1)))]

    def other() -> Value:
        if draw(st.integers(0, 2)) == 0:
            return constant()
        return draw(st.sampled_from(values))

    def constant() -> Value:
        if draw(st.integers(0, 3)) == 0:
            scalar = draw(st.sampled_from(pool(draw(st.sampled_from(DTYPES))).tolist()))
            dtype = draw(st.sampled_from(DTYPES))
            with np.errstate(all="ignore"):
                try:
                    scalar = getattr(np, f"{dtype}_" if dtype == "bool" else dtype)(scalar)
                except (OverflowError, ValueError):
                    scalar = np.float64(scalar)
            return Value(f"np.{type(scalar).__name__}({scalar.item()!r})", scalar)
        number = draw(st.sampled_from(PYTHON_CONSTANTS))
        return Value(f"({number!r})", number)

    def pair() -> tuple[Value, Value]:
        """At least one of them an array: what Python does with two numbers is its own affair."""
        x, y = array(), other()
        return (y, x) if draw(st.booleans()) else (x, y)

    group = draw(st.integers(0, 12 if with_elementary else 9))
    if group <= 2:
        x, y = pair()
        operator = draw(st.sampled_from(BINARY_OPERATORS))
        return f"{x.text} {operator} {y.text}", False
    if group == 3:
        x, y = pair()
        if x.is_float or y.is_float:  # an error, mostly
            return draw(
                st.sampled_from((f"{x.text} >= {y.text}", f"{x.text} & {y.text}", f"{x.text} - {y.text}"))
            ), False
        return f"{x.text} {draw(st.sampled_from(BIT_OPERATORS))} {y.text}", False
    if group == 4:
        x = array()
        prefix = draw(st.sampled_from(PREFIXES if not x.is_float else ("-", "+", "abs")))
        return (f"abs({x.text})" if prefix == "abs" else f"{prefix}{x.text}"), False
    if group == 5:
        x = array()
        name = draw(st.sampled_from((*EXACT, *QUESTIONS)))
        if name == "signbit" and x.any(np.isnan):  # the sign of NaN is not promised
            name = "isnan"
        return f"np.{name}({x.text})", False
    if group == 6:
        x, y = pair()
        name = draw(st.sampled_from((*EXACT_PAIRS, *LOGICAL_PAIRS)))
        if name in ("fmin", "fmax") and x.any(is_zero) and y.any(is_zero):  # nor is that of zero here
            name = "maximum"
        if name == "copysign" and y.any(np.isnan):
            name = "minimum"
        return f"np.{name}({x.text}, {y.text})", False
    if group == 7:
        # An integer that does not fit is an error here; NumPy wraps it, here alone.
        others = [v if type(v.value) is not int or 0 <= v.value < 128 else array() for v in (other(), other())]
        chosen = draw(st.permutations([array(), *others]))
        return f"np.where({', '.join(v.text for v in chosen)})", False
    if group == 8:
        x, low, high = array(), other(), other()
        one_zero = x.any(is_zero) and (low.any(is_zero) or high.any(is_zero))
        if one_zero and (low.is_array or high.is_array):  # NumPy has two ways, for bounds that are one for all or many
            return f"np.maximum({x.text}, {low.text})", False
        return draw(
            st.sampled_from(
                (
                    f"np.clip({x.text}, {low.text}, {high.text})",
                    f"np.clip({x.text}, None, {high.text})",
                    f"np.clip({x.text}, min={low.text})",
                )
            )
        ), False
    x = array()
    if group == 9:
        return power(draw, x, constant(), values, with_elementary)
    if group <= 11:
        return f"np.{draw(st.sampled_from(ELEMENTARY))}({x.text})", True
    x, y = pair()
    return f"np.{draw(st.sampled_from(ELEMENTARY_PAIRS))}({x.text}, {y.text})", True


def power(draw: Any, x: Value, y: Value, values: list[Value], with_elementary: bool) -> tuple[str, bool]:
    """Its bits depend on whether the exponent is one for all elements, which NumPy sees from strides in memory."""
    is_negative = bool(np.any(np.asarray(y.value) < 0))
    if not x.shape or (is_negative and 0 in x.shape):  # NumPy's scalars have a power of their own
        return f"{x.text} * {y.text}", False
    if with_elementary:
        others = [v for v in values if v.shape == x.shape and v.shape and math.prod(v.shape) > 1]
        exponent = draw(st.sampled_from([y, *others]))
        if exponent is not y and 1 in x.shape:
            exponent = y
        text = draw(st.sampled_from((f"{x.text} ** {exponent.text}", f"np.power({x.text}, {exponent.text})")))
        return text, True
    if x.is_float or y.is_float:
        return f"{x.text} ** {draw(st.sampled_from((2, 1, 0, 0.5, 2.0, *[-1] * (0 not in x.shape))))}", False
    return f"{x.text} ** {y.text}", False


# ---- comparison ----


def run(fc: Any, case: Case) -> Any:
    """The result of the vectorized function, or its exception."""
    f = fc.vectorize(case.function())
    try:
        if case.how == "plain" or isinstance(case.expected, Exception):
            return f(*case.operands)
        if case.how == "threads":
            return f(*case.operands, threads=2)
        shape, dtype = case.expected.shape, case.expected.dtype
        out = np.empty((*shape[:-1], shape[-1] * 2) if shape else (), dtype)
        out = out[..., ::2] if shape and case.how == "stepped out" else np.empty(shape, dtype)
        assert f(*case.operands, out=out) is out
        return out
    except AssertionError:
        raise
    except Exception as error:
        return error


def explanation(case: Case, found: Any) -> str:
    shown = [(a if np.size(a) < 40 else "…", getattr(a, "dtype", ""), np.shape(a)) for a in case.operands]
    return f"{case.text}\n{shown}\nNumPy: {case.expected!r}\nfound: {found!r}"


def is_same(found: Any, expected: Any) -> bool:
    return bool(normal(np.array(found, order="C")) == normal(np.array(expected, order="C")))


def check_to_the_bit(fc: Any, case: Case) -> None:
    found = run(fc, case)
    if isinstance(case.expected, Exception):
        # NumPy's have classes of their own for some.
        assert isinstance(case.expected, type(found)), explanation(case, found)
        return
    assert not isinstance(found, Exception), explanation(case, found)
    if not is_same(found, case.expected):
        # As NumPy has it for these very strides: float16 is left to it.
        with np.errstate(all="ignore"):
            other = np.broadcast_to(case.function()(*case.operands), case.expected.shape)
        assert is_same(found, other), explanation(case, found)


def check_within_units(fc: Any, case: Case) -> None:
    """Of the last place: 4 for elementary functions of the twin."""
    found = run(fc, case)
    if isinstance(case.expected, Exception) or not case.is_elementary:
        check_to_the_bit(fc, case)
        return
    assert not isinstance(found, Exception), explanation(case, found)
    found, expected = np.asarray(found), case.expected
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape), explanation(case, found)
    if found.dtype.kind == "f":
        differ = (found != expected) & ~(np.isnan(found) & np.isnan(expected))
        found, expected = found[differ], expected[differ]
        with np.errstate(all="ignore"):
            apart = np.abs(found - expected) / np.spacing(np.maximum(np.abs(found), np.abs(expected)))
        assert np.all(apart <= 4), explanation(case, case.function())
    else:
        assert np.array_equal(found, expected), explanation(case, found)


@SEEDED
@given(case=cases())
def test_random_functions_equal_numpys_to_the_bit(native, case):
    check_to_the_bit(native, case)


@SEEDED
@given(case=cases(elementary="last", longest=65))
def test_random_functions_of_the_twin_equal_numpys(case):
    check_within_units(pure, case)


@pytest.fixture(scope="module")
def native(fc):
    if fc is pure:
        pytest.skip("the twin has its own test")
    return fc
