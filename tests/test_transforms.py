"""The transforms family: vectorize, its reduce, the functions of their own, standardize."""

from __future__ import annotations

import functools
import inspect
import itertools
import math
import operator
import pickle
import types
from array import array

import pytest
from common import FLOATS, normal, outcome, pseudorandom_floats
from hypothesis import given
from hypothesis import strategies as st

from fastcore import pure


def affine(x):
    return (x * 2 + 3) / 5


# ---- results ----


@given(values=st.lists(FLOATS, max_size=60))
def test_lists_of_floats_equal_the_function_itself(fc, values):
    assert normal(fc.vectorize(affine)(values)) == normal([affine(v) for v in values])


@pytest.mark.parametrize("n", (0, 1, 2, 1023, 1024, 1025, 5000))
def test_lengths_around_a_block(fc, n):
    values = pseudorandom_floats(n)
    f = fc.vectorize(lambda x: fc.where(x > 0, fc.sqrt(abs(x)), -x * x + 1) * 0.5)
    expected = [(math.sqrt(abs(x)) if x > 0 else -x * x + 1) * 0.5 for x in values]
    assert normal(f(values)) == normal(expected)
    assert normal(f(array("d", values))) == normal(array("d", expected))
    assert normal(f(memoryview(array("d", values))[::-1])) == normal(array("d", expected[::-1]))


def test_containers_decide_the_result(fc):
    f = fc.vectorize(affine)
    assert normal(f([1.0, 6.0])) == normal([1.0, 3.0])
    assert normal(f((1, 6))) == normal([1.0, 3.0])
    assert normal(f(range(1, 7, 5))) == normal([1.0, 3.0])
    assert normal(f(iter([1, 6]))) == normal([1.0, 3.0])
    assert normal(f(array("f", [1, 6]))) == normal(array("f", [1, 3]))
    assert normal(f(6)) == normal(3.0)
    assert normal(f([])) == normal([])
    assert normal(fc.vectorize(lambda x: x > 1)([0.5, 1.5])) == normal([False, True])
    assert normal(fc.vectorize(lambda x: x > 1)(array("i", [1, 2]))) == normal(array("B", [0, 1]))


@pytest.mark.parametrize(
    "numbers",
    (
        *(range(0), range(1, 5000), range(9, -9, -2), range(7, 8, 2**70), range(-(2**63), 2**63, 2**64 - 1)),
        *(range(2**63 - 9, 2**63), range(2**63 - 9, 2**63 + 1), range(2**70, 2**70 + 3)),
    ),
)
def test_a_range_is_the_list_of_its_numbers(fc, numbers):
    for function in (affine, lambda x: x * 3, lambda x: x > 2):
        f = fc.vectorize(function)
        assert outcome(f, numbers) == outcome(f, list(numbers))
        assert outcome(f.reduce, numbers, "sum") == outcome(f.reduce, list(numbers), "sum")
    together = fc.vectorize(lambda x, y: x * 2 - y)
    assert outcome(together, numbers, numbers[::-1]) == outcome(together, list(numbers), list(numbers)[::-1])


def test_lists_are_what_numpy_makes_of_them(fc):
    f = fc.vectorize(lambda x: x * 2)
    assert normal(f([1, 2])) == normal([2, 4])
    assert normal(f([1, 2.5])) == normal([2.0, 5.0])
    assert normal(f([True, 2])) == normal([2, 4])
    assert f([2**62]) == [-(2**63)]
    with pytest.raises(OverflowError, match="^vectorize: operand 1 holds an integer that is out of range for int64$"):
        f([2**63])


def test_division_by_zero_and_roots_of_negatives_are_ieee(fc):
    f = fc.vectorize(lambda x, y: x / y)
    assert normal(f([1.0, -1.0, 0.0, 1.0], [0.0, 0.0, 0.0, -0.0])) == normal([math.inf, -math.inf, math.nan, -math.inf])
    assert normal(fc.sqrt([-1.0, -0.0, math.inf])) == normal([math.nan, -0.0, math.inf])


def test_several_operands_broadcast(fc):
    f = fc.vectorize(lambda x, y, z: x * y + z)
    assert f([1.0, 2.0], [3.0, 4.0], 0.5) == [3.5, 8.5]
    assert f([1.0], [3.0, 4.0], [0.0, 1.0]) == [3.0, 5.0]
    assert f(2, 3, 4) == 10


def test_constants_and_identities(fc):
    assert fc.vectorize(lambda x: 3)([1.0, 2.0]) == [3, 3]
    assert fc.vectorize(lambda x: x)([1.0, 2.0]) == [1.0, 2.0]
    assert fc.vectorize(lambda x, y: y)([1.0, 2.0], 5) == [5, 5]
    assert fc.vectorize(lambda x: True)(array("d", [1])) == array("B", [1])


def test_where_and_sqrt_by_themselves(fc):
    assert fc.where([True, False], [1.0, 2.0], 0.0) == [1.0, 0.0]
    assert fc.where([2.0, 0.0], 1, 2) == [1, 2]
    assert fc.sqrt(2.25) == 1.5


def test_a_constant_condition_is_any_number(fc):
    for condition in (2**70, -1, math.nan, 0.5, True):
        assert fc.vectorize(lambda x, c=condition: fc.where(c, x, -x))([1, 2]) == [1, 2]
    for condition in (0, -0.0, False):
        assert fc.vectorize(lambda x, c=condition: fc.where(c, x, -x))([1, 2]) == [-1, -2]


def test_conditions_combine(fc):
    f = fc.vectorize(lambda x: fc.where((x > 0) & ~(x > 2) | (x == -1), x, 0.0))
    assert f([-2.0, -1.0, 1.0, 3.0]) == [0.0, -1.0, 1.0, 0.0]


def test_a_vectorized_function_inside_another(fc):
    inner = fc.vectorize(affine)
    assert fc.vectorize(lambda x: inner(x) + 1)([1.0, 6.0]) == [2.0, 4.0]


def test_defaults_are_constants(fc):
    def scaled(x, factor=3):
        return x * factor

    assert fc.vectorize(scaled)([1, 2]) == [3, 6]


def test_a_vectorized_function_survives_pickling(fc):
    f = fc.vectorize(affine)
    assert pickle.loads(pickle.dumps(f))([1.0]) == [1.0]
    assert f.reference is affine
    assert repr(f) == f"vectorize({affine!r})"


def test_a_decorated_function_keeps_its_name_and_docs_and_is_pickled_by_reference(fc, monkeypatch):
    @fc.vectorize
    def decorated(x):
        """Twice x."""
        return x * 2

    assert decorated.__name__ == "decorated"
    assert decorated.__doc__ == "Twice x."
    decorated.__qualname__ = "decorated"
    monkeypatch.setitem(globals(), "decorated", decorated)
    assert pickle.loads(pickle.dumps(decorated)) is decorated


PROGRAMS = {
    "as the issue has it": (lambda x: (x * 2 + 3) / 5, "x", "t1 = x * 2; t2 = t1 + 3; return t2 / 5"),
    "shared": (lambda x: x * x + x * x, "x", "t1 = x * x; return t1 + t1"),
    "constants of two types": (lambda x: x * 2 + x * 2.0, "x", "t1 = x * 2; t2 = x * 2.0; return t1 + t2"),
    "identity": (lambda x: x, "x", "return x"),
    "constant": (lambda x: 3, "x", "return 3"),
    "names that look like results": (lambda t1, t: t1 - t - 1, "t1, t", "t_1 = t1 - t; return t_1 - 1"),
    "prefixes": (lambda x: -x + ~x - +x + abs(x), "x", None),
    "negative base": (lambda x: (-2) ** x, "x", "return (-2) ** x"),
    "infinity": (lambda x: x < math.inf, "x", "return x < float('inf')"),
    "unused": (lambda x: (x * 3, x + 1)[1], "x", "return x + 1"),
    "default": (lambda x, k=3: x * k, "x", "return x * 3"),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_program_is_the_function_in_python(fc, name):
    function, parameters, body = PROGRAMS[name]
    text = fc.vectorize(function).program
    assert text.splitlines()[0] == f"def f({parameters}):"
    if body is not None:
        assert text == f"def f({parameters}):\n    " + body.replace("; ", "\n    ")
    found = {}
    exec(text, found)
    operands = [3] * function.__code__.co_argcount
    assert found["f"](*operands[: text.splitlines()[0].count(",") + 1]) == function(
        *operands[: text.splitlines()[0].count(",") + 1]
    )


def test_the_program_calls_functions_by_their_names(fc):
    def named(x, low):
        return fc.clip(fc.where(x > low, fc.exp(x), low), low, None)

    assert fc.vectorize(named).program == (
        "def named(x, low):\n    t1 = low < x\n    t2 = exp(x)\n    t3 = where(t1, t2, low)\n"
        "    return clip(t3, low, None)"
    )
    assert fc.vectorize(lambda x: fc.clip(x, None, 3)).program == "def f(x):\n    return clip(x, None, 3)"
    assert fc.vectorize(fc.exp).program == "def exp(x):\n    return exp(x)"


def test_in_place_operators_rebind(fc):
    def function(x):
        y = x
        y += 1
        y **= 2
        y <<= 1
        return y - x

    assert fc.vectorize(function)([1, 2]) == [7, 16]


# ---- accuracy ----


def test_accuracy_is_an_option_of_the_decorator(fc):
    @fc.vectorize(accuracy="1ulp")
    def function(x):
        return fc.exp(x)

    assert function.accuracy == "1ulp"
    assert function.reference(1.0) == function(1.0)
    assert repr(function) == f"vectorize({function.reference!r}, accuracy='1ulp')"
    assert fc.vectorize(affine).accuracy == "numpy"
    assert fc.vectorize(affine, accuracy="numpy").accuracy == "numpy"
    assert fc.vectorize()(affine)([1.0]) == [1.0]


def test_accuracy_survives_pickling(fc):
    f = pickle.loads(pickle.dumps(fc.vectorize(affine, accuracy="1ulp")))
    assert f.accuracy == "1ulp"
    assert f([1.0]) == [1.0]


@pytest.mark.parametrize("accuracy", ("x", "", None, 1))
def test_an_accuracy_that_does_not_exist(fc, accuracy):
    text = f"^vectorize: 'accuracy' must be 'numpy' or '1ulp', not {accuracy!r}$"
    with pytest.raises(ValueError, match=text):
        fc.vectorize(affine, accuracy=accuracy)
    with pytest.raises(ValueError, match=text):
        fc.vectorize(accuracy=accuracy)


def test_a_function_inside_another_has_the_accuracy_of_that(fc):
    inner = fc.vectorize(lambda x: fc.exp(x), accuracy="1ulp")
    values = pseudorandom_floats(100)
    outer = fc.vectorize(lambda x: inner(x))
    assert normal(outer(values)) == normal(fc.exp(values))
    assert outer.accuracy == "numpy"


# ---- out ----


def test_out_takes_the_result(fc):
    f = fc.vectorize(affine)
    x = array("d", [1.0, 6.0])
    out = array("d", [0.0, 0.0])
    assert f(x, out=out) is out
    assert out == array("d", [1.0, 3.0])
    assert f(x, out=x) is x
    assert x == out
    assert f([1.0, 6.0], out=out) is out
    assert f([1.0, 6.0], out=array("f", [0, 0])) == array("f", [1, 3])


def test_out_may_overlap_an_operand_in_part(fc):
    f = fc.vectorize(lambda x: x + 1)
    a = array("d", range(3000))
    view = memoryview(a)
    f(view[:2000], out=view[500:2500])
    assert a[500:2500] == array("d", [i + 1 for i in range(2000)])


def test_out_of_a_smaller_type_of_the_same_sort(fc):
    f = fc.vectorize(lambda x: x * 2)
    assert f(array("q", [1, 200]), out=array("b", [0, 0])) == array("b", [2, -112])
    with pytest.raises(TypeError, match="^vectorize: 'out' must not be int64, to which float64 does not cast$"):
        f([1.5], out=array("q", [0]))


@pytest.mark.parametrize("out", ([0.0], "x", b"12345678", None))
def test_an_out_that_cannot_be_written(fc, out):
    f = fc.vectorize(affine)
    if out is None:
        assert f([1.0], out=out) == [1.0]
    else:
        assert outcome(f, [1.0], out=out) == outcome(pure.vectorize(affine), [1.0], out=out)
        assert outcome(f, [1.0], out=out)[0] == "raised"


# ---- arrays ----


DTYPES = (
    "bool",
    "int8",
    "uint8",
    "int16",
    "uint16",
    "int32",
    "uint32",
    "int64",
    "uint64",
    "float16",
    "float32",
    "float64",
)
UNARY = (
    *("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt", "square", "fabs", "absolute"),
    *("sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh"),
    *("degrees", "radians", "deg2rad", "rad2deg", "floor", "ceil", "trunc", "rint", "negative", "positive", "sign"),
    *("invert", "logical_not", "isnan", "isinf", "isfinite", "signbit"),
)
BINARY = (
    *("add", "subtract", "multiply", "divide", "floor_divide", "remainder", "fmod", "power", "arctan2", "hypot"),
    *("copysign", "logaddexp", "minimum", "maximum", "fmin", "fmax", "less", "less_equal", "greater", "greater_equal"),
    *("equal", "not_equal", "bitwise_and", "bitwise_or", "bitwise_xor", "left_shift", "right_shift"),
    *("logical_and", "logical_or", "logical_xor"),
)
OPERATORS = {
    **{name: getattr(operator, name) for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow")},
    **{name: getattr(operator, name) for name in ("and_", "or_", "xor", "lshift", "rshift")},
    **{name: getattr(operator, name) for name in ("lt", "le", "gt", "ge", "eq", "ne")},
}
# What the twin computes by `math`, within 4 units in the last place of NumPy.
TRANSCENDENTAL = {
    *("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "cbrt", "sin", "cos", "tan", "arcsin", "arccos"),
    *("arctan", "sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh", "degrees", "radians", "deg2rad", "rad2deg"),
    *("power", "pow", "arctan2", "hypot", "logaddexp"),
}
CONSTANTS = (True, 0, 1, 2, 3, 7, -1, 100, 300, 2**40, 0.5, 2.0, -1.0, 0.0, -0.0, 1.5, 3e38, math.nan, math.inf)


def numpy_constants(np):
    yield from (np.float32(0.5), np.float16(0.5), np.float64(0), np.int8(2), np.int64(-1), np.uint64(3), np.bool_(True))


def special_values(np, dtype):
    """Zeros, ends of the range, NaN: twelve elements of a dtype."""
    if dtype == "bool":
        return np.array([0, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1], bool)
    if "int" in dtype:
        least, most = np.iinfo(dtype).min, np.iinfo(dtype).max
        return np.array([0, 1, 2, 3, 7, 5, most, least, most - 1, least + 1, 64, 9], dtype)
    info = np.finfo(dtype)
    return np.array([0, -0.0, 1, -1, 0.5, -2.5, 3, np.inf, -np.inf, np.nan, info.smallest_subnormal, info.max], dtype)


def result_or_error(function, *operands):
    try:
        return function(*operands)
    except Exception as error:
        return error


def units_apart(np, x, y):
    """The greatest distance between elements, in units in the last place; infinite where only one is finite."""
    x, y = x[~(np.isnan(x) & np.isnan(y))], y[~(np.isnan(x) & np.isnan(y))]
    x, y = x[x != y], y[x != y]
    if not x.size:
        return 0
    if not np.all(np.isfinite(x) & np.isfinite(y)):
        return math.inf
    return np.max(np.abs(x - y) / np.spacing(np.maximum(np.abs(x), np.abs(y))))


def check_against_numpy(fc, np, function, operands, name=""):
    """That a function gives what NumPy gives of it: type, bits (but for the twin's transcendental functions), error."""
    with np.errstate(all="ignore"):
        expected = result_or_error(function, *operands)
        found = result_or_error(fc.vectorize(function), *operands)
        note = (name, [getattr(a, "dtype", a) for a in operands], expected, found)
        if isinstance(expected, Exception):
            assert isinstance(expected, type(found)), note
        elif fc is pure and name in TRANSCENDENTAL:
            assert not isinstance(found, Exception), note
            assert found.dtype == expected.dtype, note
            assert units_apart(np, found, expected) <= 4, note
        else:
            assert normal(found) == normal(expected), note


@pytest.mark.usefixtures("recent_numpy")
@pytest.mark.parametrize("name", UNARY)
def test_unary_functions_of_every_dtype_equal_numpys(fc, np, name):
    ufunc = getattr(np, name)
    for dtype in DTYPES:
        check_against_numpy(fc, np, lambda x: ufunc(x), (special_values(np, dtype),), name)


@pytest.mark.parametrize("name", BINARY)
def test_binary_functions_of_every_pair_of_dtypes_equal_numpys(fc, np, name):
    ufunc = getattr(np, name)
    for first, second in itertools.product(DTYPES, repeat=2):
        x, y = special_values(np, first), special_values(np, second)[::-1].copy()
        if name in ("fmin", "fmax"):  # of which the sign of a zero is not promised
            y[(x == 0) & (y == 0)] = 1
        check_against_numpy(fc, np, lambda x, y: ufunc(x, y), (x, y), name)


@pytest.mark.parametrize("name", OPERATORS)
def test_operators_of_every_pair_of_dtypes_equal_numpys(fc, np, name):
    function = OPERATORS[name]
    for first, second in itertools.product(DTYPES, repeat=2):
        operands = special_values(np, first), special_values(np, second)[::-1].copy()
        check_against_numpy(fc, np, lambda x, y: function(x, y), operands, name)


@pytest.mark.parametrize("name", ("neg", "pos", "abs", "invert"))
def test_unary_operators_of_every_dtype_equal_numpys(fc, np, name):
    function = getattr(operator, name)
    for dtype in DTYPES:
        check_against_numpy(fc, np, lambda x: function(x), (special_values(np, dtype),))


@pytest.mark.usefixtures("recent_numpy")
@pytest.mark.parametrize("name", OPERATORS)
def test_operators_with_constants_equal_numpys(fc, np, name):
    function = OPERATORS[name]
    for constant in (*CONSTANTS, *numpy_constants(np)):
        for dtype in DTYPES:
            operands = (special_values(np, dtype),)
            check_against_numpy(fc, np, lambda x, c=constant: function(x, c), operands, name)
            check_against_numpy(fc, np, lambda x, c=constant: function(c, x), operands, name)


@pytest.mark.usefixtures("recent_numpy")
@pytest.mark.parametrize("name", ("minimum", "maximum", "arctan2", "hypot", "copysign", "power", "fmod", "logaddexp"))
def test_functions_with_constants_equal_numpys(fc, np, name):
    ufunc = getattr(np, name)
    for constant in (True, 0, 2, -1, 300, 0.5, 2.0, np.float32(0.5)):
        for dtype in DTYPES:
            operands = (special_values(np, dtype),)
            check_against_numpy(fc, np, lambda x, c=constant: ufunc(x, c), operands, name)
            check_against_numpy(fc, np, lambda x, c=constant: ufunc(c, x), operands, name)


def test_where_of_every_three_dtypes_equals_numpys(fc, np):
    for dtypes in itertools.product(DTYPES, repeat=3):
        operands = [special_values(np, dtype) for dtype in dtypes]
        operands[1] = operands[1][::-1].copy()
        check_against_numpy(fc, np, lambda c, x, y: np.where(c, x, y), operands)


def test_clip_of_every_three_dtypes_equals_numpys(fc, np):
    for dtypes in itertools.product(DTYPES, repeat=3):
        operands = [special_values(np, dtype) for dtype in dtypes]
        operands[1] = operands[1][::-1].copy()
        check_against_numpy(fc, np, lambda x, low, high: np.clip(x, low, high), operands)


BOUNDS = (None, 0, 1, -1, 127, 300, -300, 2**70, 0.5, math.nan, 2.5, -0.0, 0.0, True)


@pytest.mark.usefixtures("recent_numpy")
def test_clip_between_constants_equals_numpys(fc, np):
    for dtype in DTYPES:
        for low, high in itertools.product((*BOUNDS, np.int8(3), np.float32(1.5), np.uint16(3)), repeat=2):
            if dtype == "bool" and low is high is None:  # an error in NumPy
                continue
            function = lambda x, low=low, high=high: np.clip(x, low, high)
            check_against_numpy(fc, np, function, (special_values(np, dtype),))


@pytest.mark.usefixtures("recent_numpy")
def test_clip_takes_its_bounds_by_every_name(fc, np):
    x = special_values(np, "float64")
    for function in (
        lambda x: np.clip(x, a_min=-1, a_max=2),
        lambda x: np.clip(x, -1, a_max=2),
        lambda x: np.clip(x, min=-1, max=2),
        lambda x: np.clip(x, None, 2),
        lambda x: np.clip(x, max=2),
        lambda x: np.clip(x, None, None),
    ):
        check_against_numpy(fc, np, function, (x,))


def test_a_float_function_of_many_elements_equals_numpys(fc, np):
    for dtype, name in itertools.product(("float32", "float64"), ("exp", "log1p", "sin", "tanh", "cbrt", "arctan")):
        ufunc = getattr(np, name)
        x = np.array(pseudorandom_floats(5000)).astype(dtype)
        for values in (x, x[::2], x[:1025], x.astype(x.dtype.newbyteorder())):
            check_against_numpy(fc, np, ufunc, (values,), name)


@pytest.mark.parametrize("dtype", ("float16", "float32", "float64"))
def test_quotients_rounded_down_are_numpys_for_any_magnitudes(fc, np, dtype):
    """Its loops round at each step, so that those of float32 are not those of float64, rounded."""
    values = [math.ldexp(v % 1 + 1, i % 30 - 15) for i, v in enumerate(pseudorandom_floats(3000))]
    with np.errstate(all="ignore"):
        x = np.array(values).astype(dtype)
        y = x[::-1] * np.array([1, -1, 3], dtype).repeat(1000)
        for function in (operator.floordiv, operator.mod, np.fmod):
            check_against_numpy(fc, np, lambda x, y, function=function: function(x, y), (x, y))


DIVISORS = (
    *(1, 3, 5, 7, 10, -3, 0.1, 1e-3, 1 / 3, math.pi, 1 - 2.0**-53, 1 + 2.0**-52, -(2 - 2.0**-52), 255.0),
    *(2, 0.5, -0.25, 2.0**1023, 2.0**-1022, 2.0**-1074, 2.0**100, 2.0**-100, 2.0**126, 2.0**-126),
    *(1.3 * 2.0**100, 1.3 * 2.0**-100, 1.7 * 2.0**101, 1.7 * 2.0**-101, 1e300, 1e-300, 1e308, 5e-324, 1e38, 1e-38),
    *(0.0, -0.0, math.inf, -math.inf, math.nan),
)


INTEGER_CONSTANTS = (0, 1, 2, 3, 100, 127, 2**31 - 1, 2**31, 2**32 - 1, 2**40 + 7, 2**63 - 1, -1, -(2**31), -(2**63))


@pytest.mark.parametrize("dtype", ("int8", "int16", "int32", "uint32", "int64", "uint64"))
def test_integers_wrap_before_they_are_divided(fc, np, dtype):
    """A multiple plus a constant is computed as integers are loaded to be converted."""
    limits = np.iinfo(dtype)
    rng = np.random.default_rng(3)
    x = rng.integers(limits.min, limits.max, 100, dtype, endpoint=True)
    x[:5] = (limits.min, limits.max, 0, 1, limits.max // 2)
    constants = [c for c in INTEGER_CONSTANTS if limits.min <= c <= limits.max]
    for c, d in itertools.product(constants, repeat=2):
        for function in (
            lambda x, c, d: (x * c + d) / 5,
            lambda x, c, d: (d + c * x) / 7.0,
            lambda x, c, d: (x * c - d) * 0.1,
            lambda x, c, d: (c - x) / 3 + (x - d) / 3,
            lambda x, c, d: (-x) / 3 + (x + c) * 1.5 - d,
            lambda x, c, d: (x * c) / 3.0,
        ):
            with np.errstate(all="ignore"):
                expected = normal(function(x, c, d))
            assert normal(fc.vectorize(lambda x, f=function, c=c, d=d: f(x, c, d))(x)) == expected, (c, d)
            assert normal(fc.vectorize(function)(x, c, d)) == expected, (c, d)


COMPARISONS = (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne)


@pytest.mark.parametrize("dtype", ("float32", "float64"))
def test_tests_against_constants_and_within_bounds_are_numpys(fc, np, dtype):
    """Written as bytes by the step that makes them, for any pair of bounds and NaN."""
    x = np.tile(special_values(np, dtype), 10)
    for n in (1, 15, len(x)):
        few = x[:n]
        for compare, k in itertools.product(COMPARISONS, (0, -1.5, math.inf, math.nan)):
            check_against_numpy(fc, np, lambda x, f=compare, k=k: f(x, k), (few,))
            check_against_numpy(fc, np, lambda x, k, f=compare: f(k, x), (few, k))
        for (first, second), (low, high) in itertools.product(
            itertools.product(COMPARISONS, repeat=2), ((-1.5, 1), (1, -1.5), (1.0, 1.0))
        ):
            for function in (
                lambda x, low, high, f=first, g=second: f(low, x) & g(x, high),
                lambda x, low, high, f=first, g=second: f(x, high) & g(low, x) & (x != 2),
                lambda x, low, high, f=first, g=second: ~(f(low, abs(x)) & g(abs(x), high)),
            ):
                check_against_numpy(fc, np, function, (few, low, high))
                check_against_numpy(fc, np, lambda x, f=function, a=low, b=high: f(x, a, b), (few,))


@pytest.mark.parametrize("dtype", ("bool", "int8", "uint16", "int32", "float32", "int64", "float64"))
def test_elements_that_lie_apart_are_gathered_in_order(fc, np, dtype):
    base = np.arange(12_000).astype(dtype) if dtype != "bool" else np.arange(12_000) % 3 == 0
    f = fc.vectorize(lambda x, y: fc.where(x != 0, x, y))
    for step, n in itertools.product((2, 3, 4, 5, -1, -2, -7), (1, 2, 5, 100, 1024, 1500)):
        x = base[::step][:n]
        y = base[-1::-step][:n]
        assert normal(f(x, y)) == normal(np.where(x != 0, x, y)), (step, n)


@pytest.mark.parametrize("dtype", ("float32", "float64"))
def test_quotients_by_constants_are_correctly_rounded(fc, np, dtype):
    """Of any magnitudes, side by side: a product that is corrected must see where it may not be used."""
    rng = np.random.default_rng(2)
    count = 200 if fc is pure else 3000
    bits = rng.integers(0, 2**63, count, dtype="u8") * 2 + 1
    anything = bits.view("f8") if dtype == "float64" else (bits >> np.uint64(32)).astype("u4").view("f4")
    ordinary = rng.normal(size=count).astype(dtype)
    few = ordinary.copy()
    few[:: count // 10] = special_values(np, dtype)[: len(few[:: count // 10])]
    # The least and the greatest of which a product is corrected, in tiles with nothing beyond them.
    least, most = (-63, 64) if dtype == "float32" else (-511, 512)
    mantissas = (1 + rng.random(count)).astype(dtype) * np.array([1, -1], dtype).repeat(count // 2)
    small, large = np.ldexp(mantissas, least), np.ldexp(mantissas, most)
    with np.errstate(all="ignore"):
        for divisor in DIVISORS:
            for function in (
                lambda x, c=divisor: x / c,
                lambda x, c=divisor: (x * 2 + 3) / c,
                lambda x, c=divisor: np.sqrt(x / c) - x / -c,
            ):
                f = fc.vectorize(function)
                for x in (anything, ordinary, few, small, large):
                    assert normal(f(x)) == normal(function(x)), divisor
            quotient = fc.vectorize(lambda x, y: x / y)
            assert normal(quotient(few, divisor)) == normal(few / divisor), divisor


@pytest.mark.usefixtures("recent_numpy")
def test_powers_by_numbers_are_numpys(fc, np):
    """Its operator takes roots, squares and quotients of some exponents, and so do its loops of others."""
    specials = np.array([-math.inf, math.inf, -0.0, 0.0, -2.0, math.nan, 1e200, 5e-324])
    for dtype in ("float32", "float64"):
        with np.errstate(all="ignore"):
            x = np.concatenate([specials, np.array(pseudorandom_floats(2000))]).astype(dtype)
        for exponent in (2, 2.0, 0.5, 1, 0, -1, np.float32(2), np.float64(0.5), np.int8(-1)):
            for function in (operator.pow, np.power):
                with np.errstate(all="ignore"):
                    expected = function(x, exponent)
                by_constant = fc.vectorize(lambda x, y=exponent, function=function: function(x, y))
                by_operand = fc.vectorize(lambda x, y, *, function=function: function(x, y))
                assert normal(by_constant(x)) == normal(expected), exponent
                if type(exponent) in (int, float, x.dtype.type):  # others are cast, which hides that they are one
                    assert normal(by_operand(x, exponent)) == normal(expected), exponent


def test_numpy_scalars_are_strong_and_python_numbers_weak(fc, np):
    x = np.arange(5, dtype="float32")
    assert fc.vectorize(lambda x: x * 2.5)(x).dtype == np.float32
    assert fc.vectorize(lambda x: x * np.float64(2.5))(x).dtype == np.float64
    assert fc.vectorize(lambda x, y: x * y)(x, 2.5).dtype == np.float32
    assert fc.vectorize(lambda x, y: x * y)(x, np.float64(2.5)).dtype == np.float64


@pytest.mark.parametrize("dtype", ("float32", "float64"))
def test_sqrt_and_where_equal_numpy_to_the_bit(fc, np, dtype):
    x = np.array(pseudorandom_floats(3000)).astype(dtype)
    y = x[::-1].copy()
    f = fc.vectorize(lambda x, y: fc.where(x > y, fc.sqrt(x * x + y * y), x * 0.01))
    assert normal(f(x, y)) == normal(np.where(x > y, np.sqrt(x * x + y * y), x * 0.01).astype(dtype))


def test_numpy_functions_are_traced(fc, np):
    x = np.array(pseudorandom_floats(100))
    f = fc.vectorize(lambda x: np.where(np.greater(x, 0), np.sqrt(np.abs(x)), np.square(x)) + np.float64(1))
    assert normal(f(x)) == normal(np.where(x > 0, np.sqrt(np.abs(x)), np.square(x)) + 1)


@pytest.mark.parametrize(
    "shapes", ([(3, 4), (4,)], [(3, 1), (1, 4)], [(), (5,)], [(2, 3, 4), (3, 1)], [(0, 3), (3,)], [(1,), ()])
)
def test_arrays_broadcast_as_numpys(fc, np, shapes):
    operands = [np.arange(math.prod(shape), dtype="float64").reshape(shape) for shape in shapes]
    f = fc.vectorize(lambda x, y: x * 2 - y)
    assert normal(f(*operands)) == normal(operands[0] * 2 - operands[1])


def test_layouts_do_not_matter(fc, np):
    f = fc.vectorize(lambda x, y: x * 2 + y)
    base = np.array(pseudorandom_floats(12000)).reshape(100, 120)
    for x in (
        base,
        base.T,
        base[::-1],
        base[:, ::2],
        base[0],
        base[0, ::-1],
        base.astype(">f8"),
        np.broadcast_to(1.5, 7),
    ):
        assert normal(f(x, x)) == normal(np.asarray(x * 2 + x, dtype="float64"))
        line = x.ravel()[: x.size // 2 * 2]
        assert normal(f(line[::2], line[1::2])) == normal((line[::2] * 2 + line[1::2]).astype("float64"))


def test_out_arrays_of_any_layout_and_overlap(fc, np):
    f = fc.vectorize(lambda x: x + 1)
    x = np.arange(6.0).reshape(2, 3)
    for out in (
        np.empty((2, 3)),
        np.empty((3, 2)).T,
        np.empty((2, 6))[:, ::2],
        np.empty((2, 3), ">f8"),
        np.empty((2, 3), "float32"),
    ):
        assert f(x, out=out) is out
        assert np.array_equal(out, x + 1)
    line = np.arange(5000.0)
    f(line[:4000], out=line[1000:])
    assert np.array_equal(line[1000:], np.arange(1.0, 4001.0))
    turned = np.arange(5000.0)
    f(turned[::-1], out=turned)
    assert np.array_equal(turned, np.arange(5000.0)[::-1] + 1)
    half = np.empty(6, "float16")
    assert np.array_equal(f(np.arange(6.0), out=half), np.arange(1, 7))


def test_zero_dimensional_arrays_stand_for_every_element(fc, np):
    f = fc.vectorize(lambda x, y: x * y)
    for n in (2, 100, 3000):
        y = np.arange(1.0, n + 1)
        assert np.array_equal(f(np.array(3.5), y), 3.5 * y)
        assert np.array_equal(f(y, np.array(3.5)), y * 3.5)
        assert np.array_equal(f(np.array([3.5]), y), 3.5 * y)


def test_zero_dimensional_arrays_give_scalars(fc, np):
    assert normal(fc.vectorize(affine)(np.array(6.0))) == normal(np.float64(3.0))
    assert normal(fc.vectorize(affine)(np.float32(6.0))) == normal(np.float32(3.0))


def test_integer_constants_out_of_range_are_overflow_errors(fc, np):
    with pytest.raises(OverflowError, match="^vectorize: 300 is out of range for uint8$"):
        fc.vectorize(lambda x: x + 300)(np.arange(3, dtype="uint8"))
    with pytest.raises(OverflowError, match="^vectorize: 300 is out of range for uint8$"):
        fc.vectorize(lambda x, y: x + y)(np.arange(3, dtype="uint8"), 300)


# ---- tracing ----


def assigned(x):
    x[0] = 1
    return x


def renamed(x):
    x.name = 1
    return x


UNTRACEABLE = {
    "branch": (lambda x: x if x > 0 else -x, "fastcore.where"),
    "chain": (lambda x: 0 < x < 1, "two comparisons"),
    "and": (lambda x: x > 0 and x < 1, "& | ~"),
    "builtin max": (lambda x: max(x, 0), "fastcore.maximum"),
    "membership": (lambda x: x in (1, 2), "(x == 1) | (x == 2)"),
    "math": (lambda x: math.exp(x), "write fastcore.exp instead of math.exp"),
    "math of another name": (lambda x: math.atan2(x, 1), "write numpy.arctan2 instead of math.atan2"),
    "math without a counterpart": (lambda x: math.gamma(x), "use fastcore.sqrt and the like"),
    "math floor": (lambda x: math.floor(x), "fastcore.floor(x)"),
    "math ceil": (lambda x: math.ceil(x), "fastcore.ceil(x)"),
    "math trunc": (lambda x: math.trunc(x), "numpy.trunc(x)"),
    "float": (lambda x: float(x), "need a number"),
    "int": (lambda x: int(x), "need a number"),
    "index by it": (lambda x: operator.index(x), "need a number"),
    "round": (lambda x: round(x), "numpy.rint(x)"),
    "loop": (lambda x: [v + 1 for v in x], "no length, items"),
    "index": (lambda x: x[0], "no length, items"),
    "len": (lambda x: len(x), "f.reduce(x, 'sum')"),
    "contains": (lambda x: 1 in x, "no length, items"),
    "method": (lambda x: x.sum(), ".sum is not known; an element has no length, items or attributes: to reduce"),
    "clip method": (lambda x: x.clip(0, 1), "fastcore.clip(x, low, high)"),
    "astype": (lambda x: x.astype("f4"), "convert them before the call"),
    "format": (lambda x: f"{x}", "f-string"),
    "text of it": (lambda x: str(x), "f-string"),
    "assignment": (assigned, "fastcore.where(condition, value, x)"),
    "attribute": (renamed, "fastcore.where(condition, value, x)"),
    "divmod": (lambda x: divmod(x, 2), "x // y and x % y"),
    "matmul": (lambda x: x @ x, "fastcore.dot"),
    "nothing": (lambda x: None, "returns None"),
    "text": (lambda x: "text", "str cannot take part"),
    "list": (lambda x: [x], "list cannot take part"),
    "complex": (lambda x: x + 1j, "complex cannot take part"),
    "no operands": (lambda: 1, "takes no operands"),
    "star": (lambda *x: x[0], "instead of *args"),
}


@pytest.mark.parametrize("name", UNTRACEABLE)
def test_what_cannot_be_traced_is_a_trace_error_that_names_the_replacement_and_the_line(fc, name):
    function, text = UNTRACEABLE[name]
    with pytest.raises(fc.TraceError) as caught:
        fc.vectorize(function)
    assert text in str(caught.value)
    assert isinstance(caught.value, TypeError)
    lines, first = inspect.getsourcelines(function)
    number = first + 1 if function in (assigned, renamed) else first
    assert str(caught.value).endswith(f", at {__file__}:{number}: {lines[number - first].strip()}")


def test_the_line_is_that_of_the_innermost_function_of_the_users(fc):
    def helper(x):
        return math.log(x)

    def function(x):
        y = x + 1
        return helper(y)

    with pytest.raises(fc.TraceError, match=r"fastcore\.log instead of math\.log, at .*: return math\.log\(x\)$"):
        fc.vectorize(function)
    outer = fc.vectorize(lambda x: x + 1)
    with pytest.raises(fc.TraceError, match=r", at .*test_transforms\.py:\d+: fc\.vectorize\(lambda x: outer\(bool"):
        fc.vectorize(lambda x: outer(bool(x)))


def test_a_line_without_source_is_named_without_it(fc):
    function = eval(compile("lambda x:\\\n x if x else 1", "no/such/file.py", "eval"))
    with pytest.raises(fc.TraceError, match=r", at no/such/file\.py:[12]$"):
        fc.vectorize(function)


def test_what_is_done_inside_another_trace_is_located_once(fc):
    def function(x):
        return fc.vectorize(lambda y: y if y else x)(x)

    with pytest.raises(fc.TraceError) as caught:
        fc.vectorize(function)
    assert str(caught.value).count(", at ") == 1


def test_operands_of_another_function_cannot_take_part(fc):
    def function(x):
        return fc.vectorize(lambda y: y + x)(x)

    with pytest.raises(fc.TraceError, match="an operand of another function cannot take part"):
        fc.vectorize(function)


def test_calls_inside_take_no_out(fc):
    inner = fc.vectorize(affine)
    out = array("d", [0])
    for function in (
        lambda x: inner(x, out=out),
        lambda x: fc.exp(x, out=out),
        lambda x: fc.maximum(x, 1, out=out),
        lambda x: fc.where(x, 1, 2, out=out),
        lambda x: fc.clip(x, 1, 2, out=out),
    ):
        with pytest.raises(fc.TraceError, match="'out' .*is for calls on arrays"):
            fc.vectorize(function)


def test_what_needs_all_elements_is_not_for_inside(fc):
    with pytest.raises(fc.TraceError, match="standardize needs all elements at once"):
        fc.vectorize(lambda x: fc.standardize(x))
    with pytest.raises(fc.TraceError, match="call f.reduce"):
        fc.vectorize(lambda x: fc.sum(x))
    inner = fc.vectorize(affine)
    with pytest.raises(fc.TraceError, match="call f.reduce"):
        fc.vectorize(lambda x: inner.reduce(x, "sum"))


def test_numpy_functions_that_are_not_known_are_trace_errors(fc, np):
    for function, text in (
        (lambda x: np.add.reduce(x), "numpy.add.reduce is not known here: call f.reduce"),
        (lambda x: np.sort(x), "numpy.sort is not known here"),
        (lambda x: np.add(x, 1, dtype="f4"), "numpy.add is not known here with keywords"),
        (lambda x: np.heaviside(x, 0), "numpy.heaviside is not known here"),
        (lambda x: np.round(x), "write numpy.rint"),
        (lambda x: np.sum(x), "call f.reduce"),
        (lambda x: np.max(x), "call f.reduce"),
        (lambda x: np.divmod(x, 2), "write x // y and x % y"),
        (lambda x: np.where(x), "numpy.where is not known here"),
        (lambda x: np.clip(x, 0, 1, out=x), "write fastcore.clip"),
        (lambda x: np.clip(x, 0, 1, dtype="f4"), "write fastcore.clip"),
        (lambda x: np.clip(x, 0, 1, min=2), "write fastcore.clip"),
        (np.sum, "call f.reduce"),
        (lambda x: x + np.arange(3), "ndarray cannot take part"),
        (lambda x: np.arange(3) + x, "ndarray cannot take part"),
        (lambda x: np.maximum(x, [1, 2]), "list cannot take part"),
        (lambda x: x + np.complex64(1), "complex64 cannot take part"),
        (lambda x: np.float32(1) if x > 0 else x, "fastcore.where"),
    ):
        with pytest.raises(fc.TraceError) as caught:
            fc.vectorize(function)
        assert text in str(caught.value)


def test_a_ufunc_of_another_package_is_not_numpys(fc, np):
    ufunc = np.frompyfunc(lambda x: x, 1, 1)
    with pytest.raises(fc.TraceError, match="is not known here"):
        fc.vectorize(lambda x: ufunc(x))
    namesake = types.SimpleNamespace(__name__="exp")
    with pytest.raises(fc.TraceError, match="is not known here"):
        fc.vectorize(lambda x: x.__array_ufunc__(namesake, "__call__", x))


def test_ufuncs_and_functions_of_fastcore_are_functions_too(fc, np):
    x = np.array([0.25, 4.0])
    assert normal(fc.vectorize(np.sqrt)(x)) == normal(np.sqrt(x))
    assert normal(fc.vectorize(fc.floor)(x)) == normal(np.floor(x))
    assert normal(fc.vectorize(np.hypot)(x, x)) == normal(np.hypot(x, x))


def test_numpy_scalars_before_an_operator(fc, np):
    x = np.arange(1, 5, dtype="float32")
    for constant in (np.float32(2), np.float64(2), np.int8(2), np.bool_(True)):
        for f in (lambda x, c=constant: c * x, lambda x, c=constant: c < x, lambda x, c=constant: c / x):
            assert normal(fc.vectorize(f)(x)) == normal(f(x))


def test_a_wrapped_function_has_the_operands_of_what_it_wraps(fc):
    @functools.wraps(affine)
    def wrapper(*operands, **keywords):
        return affine(*operands, **keywords)

    assert fc.vectorize(wrapper)([1.0]) == [1.0]
    assert fc.vectorize(functools.partial(lambda a, x: a * x, 3))([1.0]) == [3.0]

    class Callable:
        def __call__(self, x, factor=2):
            return x * factor

    assert fc.vectorize(Callable())([1.0]) == [2.0]


def test_a_function_is_traced_once(fc):
    calls = []

    def counted(x):
        calls.append(x)
        return x + 1

    f = fc.vectorize(counted)
    f([1.0]), f([1]), f(2)
    assert len(calls) == 1
    assert f.reference(1) == 2


def test_an_exception_while_tracing_passes_through(fc):
    def failing(x):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        fc.vectorize(failing)


# ---- functions of their own ----


DIRECT = ("exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "sin", "cos", "tan", "tanh", "floor", "ceil")
REFERENCE = {
    **{name: getattr(math, name) for name in ("exp", "expm1", "log", "log1p", "log2", "log10", "sqrt")},
    **{name: getattr(math, name) for name in ("sin", "cos", "tan", "tanh", "floor", "ceil")},
}


@pytest.mark.parametrize("name", DIRECT)
def test_functions_of_lists_are_near_those_of_math(fc, name):
    values = [abs(v) % 700 + 0.25 for v in pseudorandom_floats(200)]
    found = getattr(fc, name)(values)
    assert all(type(v) is float for v in found)
    assert found == pytest.approx([REFERENCE[name](v) for v in values], rel=2e-15)
    assert normal(getattr(fc, name)(array("d", values))) == normal(array("d", found))
    assert normal(getattr(fc, name)(tuple(values))) == normal(found)
    assert normal(getattr(fc, name)(values[0])) == normal(found[0])


SPECIAL = {
    "exp": ([math.inf, -math.inf, 1000.0, -1000.0, 0.0], [math.inf, 0.0, math.inf, 0.0, 1.0]),
    "expm1": ([math.inf, -math.inf, 1000.0, -0.0], [math.inf, -1.0, math.inf, -0.0]),
    "log": ([0.0, -0.0, -1.0, math.inf, 1.0], [-math.inf, -math.inf, math.nan, math.inf, 0.0]),
    "log1p": ([-1.0, -2.0, math.inf, -0.0], [-math.inf, math.nan, math.inf, -0.0]),
    "log2": ([0.0, -1.0, math.inf, 8.0], [-math.inf, math.nan, math.inf, 3.0]),
    "log10": ([0.0, -1.0, math.inf, 1.0], [-math.inf, math.nan, math.inf, 0.0]),
    "sqrt": ([-1.0, -0.0, math.inf, 2.25], [math.nan, -0.0, math.inf, 1.5]),
    "sin": ([math.inf, -math.inf, -0.0], [math.nan, math.nan, -0.0]),
    "cos": ([math.inf, -math.inf, -0.0], [math.nan, math.nan, 1.0]),
    "tan": ([math.inf, -math.inf, -0.0], [math.nan, math.nan, -0.0]),
    "tanh": ([math.inf, -math.inf, -0.0, 1000.0], [1.0, -1.0, -0.0, 1.0]),
    "floor": ([-0.5, 0.5, -0.0, math.inf, 2.0**60], [-1.0, 0.0, -0.0, math.inf, 2.0**60]),
    "ceil": ([-0.5, 0.5, -0.0, -math.inf, 2.0**60], [-0.0, 1.0, -0.0, -math.inf, 2.0**60]),
    "isnan": ([math.nan, 0.0, math.inf], [True, False, False]),
}


@pytest.mark.parametrize("name", SPECIAL)
def test_special_values_of_functions_are_those_of_ieee_754(fc, name):
    values, expected = SPECIAL[name]
    assert normal(getattr(fc, name)(values)) == normal(expected)
    assert normal(getattr(fc, name)([math.nan])) == normal([name == "isnan" or math.nan])


def test_minimum_and_maximum_take_the_second_of_equal_zeros_and_every_nan(fc):
    zeros, turned = [0.0, -0.0], [-0.0, 0.0]
    assert normal(fc.minimum(zeros, turned)) == normal(turned)
    assert normal(fc.maximum(zeros, turned)) == normal(turned)
    assert normal(fc.maximum([math.nan, 1.0], [1.0, math.nan])) == normal([math.nan, math.nan])
    assert fc.minimum([1, 5], 3) == [1, 3]
    assert fc.maximum(2, 3.5) == 3.5


def test_clip_between_numbers_keeps_zeros_and_spreads_nan(fc):
    zeros = [0.0, -0.0]
    assert normal(fc.clip(zeros, -0.0, 1.0)) == normal(zeros)
    assert normal(fc.clip(zeros, 0.0, 1.0)) == normal(zeros)
    assert normal(fc.clip(zeros, [0.0, 0.0], [1.0, 1.0])) == normal([0.0, 0.0])
    assert normal(fc.clip([1.0, math.nan], math.nan, 2.0)) == normal([math.nan, math.nan])
    assert normal(fc.clip([1.0, math.nan], 0.0, math.nan)) == normal([math.nan, math.nan])
    assert normal(fc.clip([1.0, math.nan, 5.0], 3, 2)) == normal([2.0, math.nan, 2.0])


def test_clip_without_a_bound(fc):
    assert fc.clip([1, 5, 9], 3, None) == [3, 5, 9]
    assert fc.clip([1, 5, 9], None, 6) == [1, 5, 6]
    values = [1, 5, 9]
    assert fc.clip(values, None, None) == values
    assert fc.clip(values, None, None) is not values
    assert fc.clip(5, 0, 3) == 3


def test_clip_drops_integers_that_nothing_is_beyond(fc):
    assert fc.clip(array("B", [1, 200]), -1, 300) == array("B", [1, 200])
    assert fc.clip(array("B", [1, 200]), -(2**80), 100) == array("B", [1, 100])
    assert fc.clip([1, 2**40], 5, 2**80) == [5, 2**40]
    assert fc.clip(iter([1, 2, 3]), 2, 2**70) == [2, 2, 3]
    assert fc.vectorize(lambda x: fc.clip(x, -1, 300))(array("b", [-5, 5])) == array("b", [-1, 5])
    for low, high in ((256, 300), (-5, -2), (0, -1), (300, None), (None, -1)):
        with pytest.raises(OverflowError, match="^clip: -?[0-9]+ is out of range for uint8$"):
            fc.clip(array("B", [1, 200]), low, high)
        with pytest.raises(OverflowError, match="^vectorize: -?[0-9]+ is out of range for uint8$"):
            fc.vectorize(lambda x, low=low, high=high: fc.clip(x, low, high))(array("B", [1, 200]))


def test_errors_of_clip_are_its_own(fc):
    for args, keywords, text in (
        (("x", 0, 1), {}, "clip: operand 1 must not be str (accepted: bool, integers, floats)"),
        (([1.0], 1j, 1), {}, "clip: operand 2 must not be complex (accepted: bool, integers, floats)"),
        (([1.0], 0, 1), {"out": [0.0]}, "clip: 'out' must not be list (accepted: a writable array)"),
        (([1.0], 0, 1), {"out": array("q", [0])}, "clip: 'out' must not be int64, to which float64 does not cast"),
        (([1.0], 0, 1), {"threads": "x"}, "clip: 'threads' must not be str (accepted: integers)"),
    ):
        with pytest.raises(TypeError) as caught:
            fc.clip(*args, **keywords)
        assert str(caught.value) == text


def test_functions_take_out(fc):
    x = array("d", [1.0, 4.0])
    for function, expected in (
        (lambda out: fc.sqrt(x, out=out), [1.0, 2.0]),
        (lambda out: fc.minimum(x, 2, out=out), [1.0, 2.0]),
        (lambda out: fc.where(x, x, 0.0, out=out), [1.0, 4.0]),
        (lambda out: fc.clip(x, 2, 3, out=out), [2.0, 3.0]),
        (lambda out: fc.clip(x, None, None, out=out), [1.0, 4.0]),
        (lambda out: fc.standardize(x, out=out), [-1.0, 1.0]),
        (lambda out: fc.standardize(x, 0, out), [-1.0, 1.0]),
        (lambda out: fc.log2(out, out=out), [3.0, 4.0]),
    ):
        out = array("d", [8.0, 16.0])
        assert function(out) is out
        assert out == array("d", expected)
    assert fc.sqrt(x, out=array("f", [0.0, 0.0])) == array("f", [1.0, 2.0])


def test_functions_of_arrays_of_any_layout_equal_numpys(fc, np):
    base = np.array([abs(v) + 0.5 for v in pseudorandom_floats(4000)]).reshape(50, 80)
    for x in (base, base.T, base[::2, 5:], base[:, ::3], base.astype(">f8"), base.astype("f4"), base[0], base[0, 0]):
        out = np.empty(x.shape, x.dtype.newbyteorder("="))
        for name in ("floor", "ceil", "sqrt", "isnan"):
            check_against_numpy(fc, np, getattr(np, name), (x,))
            assert normal(getattr(fc, name)(x)) == normal(getattr(np, name)(x))
            if x.shape and name != "isnan":
                assert getattr(fc, name)(x, out=out, threads=2) is out
                assert normal(out) == normal(np.ascontiguousarray(getattr(np, name)(x).astype(out.dtype)))
        assert normal(fc.minimum(x, 1.5)) == normal(np.minimum(x, 1.5))
        assert normal(fc.maximum(2, x, threads=2)) == normal(np.maximum(2, x))
        assert normal(fc.clip(x, 1, 1.5, threads=2)) == normal(np.clip(x, 1, 1.5))
        assert normal(fc.where(x > 1, x, 0, threads=2)) == normal(np.where(x > 1, x, 0)[()])


@pytest.mark.usefixtures("recent_numpy")
@pytest.mark.parametrize("name", DIRECT)
def test_functions_of_arrays_equal_numpys(fc, np, name):
    x = np.array([abs(v) + 0.5 for v in pseudorandom_floats(3000)])
    for values in (x, x.astype("f4"), x[::2], x.reshape(50, 60).T, x.astype(">f8"), np.arange(1, 100, dtype="i2")):
        with np.errstate(all="ignore"):
            expected = getattr(np, name)(values)
        for found in (getattr(fc, name)(values), getattr(fc, name)(values, threads=2)):
            assert found.dtype == expected.dtype
            if fc is pure and name in TRANSCENDENTAL:
                assert units_apart(np, found, expected) <= 4
            else:
                assert normal(found) == normal(np.ascontiguousarray(expected, expected.dtype.newbyteorder("=")))


def test_functions_look_like_functions(fc):
    for name in (*DIRECT, "isnan", "minimum", "maximum", "where", "clip", "standardize"):
        function = getattr(fc, name)
        assert function.__name__ == function.__qualname__ == name
        assert function.__doc__.startswith("Return ")
        assert {"out", "threads"} <= inspect.signature(function).parameters.keys()


# ---- reduce ----


REDUCTIONS = ("sum", "min", "max", "mean", "any", "all")


def reduction(fc, op, values):
    return {"any": any, "all": all}[op](v != 0 for v in values) if op in ("any", "all") else getattr(fc, op)(values)


@pytest.mark.parametrize("op", REDUCTIONS)
def test_reduce_is_the_function_of_the_result(fc, op):
    f = fc.vectorize(affine)
    for n in (1, 2, 63, 64, 65, 1023, 1024, 1025, 4095, 4096, 4097, 8200):
        values = pseudorandom_floats(n, seed=n)
        for container in (values, array("d", values), memoryview(array("d", values))[::-1]):
            expected = normal(reduction(fc, op, f(container)))
            assert normal(f.reduce(container, op)) == expected, n
            assert normal(f.reduce(container, op=op, threads=2)) == expected, n


@pytest.mark.parametrize("op", REDUCTIONS)
def test_reduce_of_arrays_is_the_function_of_the_result(fc, np, op):
    square = np.array(pseudorandom_floats(1300)).reshape(13, 100)
    for dtype in ("float64", "float32", "float16", "int8", "int64", "uint64", "bool"):
        with np.errstate(all="ignore"):
            x = (abs(square) * 10).astype(dtype)
        for function in (lambda x: x * 3, lambda x: x > 2, lambda x: x / 7, lambda x: x):
            f = fc.vectorize(function)
            for a in (x, x.T, x[::-1], x[:, 1:65], x[:8, :8], x[0, ::2], x[3, 3]):
                result = f(a)
                values = result.ravel().tolist()
                expected = reduction(fc, op, values if op in ("any", "all") else result)
                assert normal(f.reduce(a, op)) == normal(expected), dtype
                assert normal(f.reduce(a, op, threads=2)) == normal(expected), dtype


def test_reduce_of_several_operands_and_numbers(fc):
    f = fc.vectorize(lambda x, y: x * y)
    assert normal(f.reduce([1, 2, 3], 2, "sum")) == normal(12)
    assert normal(f.reduce([1.0, 2.0], [3.0, 4.0], "mean")) == normal(5.5)
    assert normal(f.reduce(3, 2, "sum")) == normal(6)
    assert normal(f.reduce(3, 2.5, "max")) == normal(7.5)
    assert normal(f.reduce(0, 2, "any")) == normal(False)
    assert normal(fc.vectorize(lambda x: 3).reduce([1.0, 2.0], "sum")) == normal(6)
    assert normal(fc.vectorize(lambda x: x > 1)([1, 2, 3])) == normal([False, True, True])
    assert normal(fc.vectorize(lambda x: x > 1).reduce([1, 2, 3], "sum")) == normal(2)


def test_integers_that_are_reduced_do_not_wrap_again(fc):
    f = fc.vectorize(lambda x: x)
    assert f.reduce([2**63 - 1] * 5, "sum") == 5 * (2**63 - 1)
    assert f.reduce(array("B", [255] * 1000), "sum") == 255000
    assert f.reduce(array("Q", [2**64 - 1, 1]), "mean") == 2.0**63


def test_nan_in_a_reduction(fc):
    f = fc.vectorize(lambda x: x)
    assert f.reduce([0.0, math.nan], "any") is True
    assert f.reduce([1.0, math.nan], "all") is True
    for op in ("sum", "min", "max", "mean"):
        assert normal(f.reduce([1.0, math.nan, 0.0], op)) == normal(math.nan)
    assert normal(f.reduce([-0.0, 0.0], "max")) == normal(fc.max([-0.0, 0.0]))
    assert normal(f.reduce([0.0, -0.0], "min")) == normal(fc.min([0.0, -0.0]))


def test_reductions_of_nothing(fc):
    f = fc.vectorize(affine)
    assert normal(f.reduce([], "sum")) == normal(fc.sum(f([])))
    assert normal(f.reduce(array("d"), "sum")) == normal(0.0)
    assert f.reduce([], "any") is False
    assert f.reduce([], "all") is True
    for op in ("min", "max"):
        with pytest.raises(ValueError, match=f"^{op}: 'a' must not be empty$"):
            f.reduce([], op)
    with pytest.warns(RuntimeWarning, match="mean: 'a' is empty"):
        assert math.isnan(f.reduce([], "mean"))


def test_bad_reductions_are_errors(fc):
    f = fc.vectorize(affine)
    names = "'sum', 'min', 'max', 'mean', 'any' or 'all'"
    for args, keywords, exception, text in (
        (([1.0], "median"), {}, ValueError, f"vectorize.reduce: 'op' must be {names}, not 'median'"),
        (([1.0],), {"op": "x"}, ValueError, f"vectorize.reduce: 'op' must be {names}, not 'x'"),
        (([1.0],), {}, TypeError, f"vectorize.reduce: 'op' must not be list (accepted: {names})"),
        (([1.0], [2.0], "sum"), {}, TypeError, "vectorize: the function takes 1 operand, not 2"),
        (("sum",), {}, TypeError, "vectorize: the function takes 1 operand, not 0"),
        ((["a"], "sum"), {}, TypeError, "vectorize: operand 1 must not hold str (accepted: bool, integers, floats)"),
        (([1.0], "sum"), {"threads": 0}, ValueError, "vectorize: 'threads' must be at least 1, not 0"),
    ):
        with pytest.raises(exception) as caught:
            f.reduce(*args, **keywords)
        assert str(caught.value) == text


@given(values=st.lists(FLOATS, max_size=200))
def test_reduced_sums_equal_sums_to_the_bit(fc, values):
    f = fc.vectorize(lambda x: x * 0.5 - 1)
    assert normal(f.reduce(values, "sum")) == normal(fc.sum(f(values)))
    assert normal(f.reduce(array("d", values), "sum")) == normal(fc.sum(f(array("d", values))))


# ---- standardize ----


def standardized(values, ddof=0):
    mean, deviation = pure.mean(values), pure.std(values, ddof=ddof)
    return [(v - mean) / deviation if deviation else math.nan for v in values]


def test_standardize_is_the_distance_from_the_mean_in_standard_deviations(fc):
    for n in (2, 3, 63, 64, 65, 1023, 1025, 4097):
        values = pseudorandom_floats(n)
        for ddof in (0, 1):
            expected = standardized(values, ddof)
            assert normal(fc.standardize(values, ddof)) == normal(expected)
            assert normal(fc.standardize(array("d", values), ddof=ddof, threads=2)) == normal(array("d", expected))
    assert fc.standardize([1, 3]) == [-1.0, 1.0]
    assert fc.standardize(range(1, 4, 2)) == [-1.0, 1.0]
    assert fc.standardize(iter([True, False])) == [1.0, -1.0]


def test_standardize_rounds_once_to_the_type_of_the_result(fc):
    values = array("f", pseudorandom_floats(1000))
    assert normal(fc.standardize(values)) == normal(array("f", standardized(values.tolist())))
    integers = array("q", [2**53 + 1, 2**53 + 3, 5])
    assert normal(fc.standardize(integers)) == normal(array("d", standardized([float(v) for v in integers])))


def test_standardize_of_arrays(fc, np):
    x = np.array(pseudorandom_floats(600)).reshape(20, 30)
    expected = np.array(standardized(x.ravel().tolist())).reshape(20, 30)
    for a in (x, x.astype(">f8"), np.asfortranarray(x), x[::-1][::-1]):
        assert normal(fc.standardize(a)) == normal(expected)
    assert normal(fc.standardize(x.T)) == normal(np.array(standardized(x.T.ravel().tolist())).reshape(30, 20))
    for dtype, kind in (("float32", "float32"), ("float16", "float16"), ("int8", "float64"), ("bool", "float64")):
        with np.errstate(all="ignore"):
            a = (x % 100).astype(dtype)
        values = [float(v) for v in a.ravel().tolist()]
        assert normal(fc.standardize(a)) == normal(np.array(standardized(values)).astype(kind).reshape(20, 30))


def test_standardize_writes_into_out(fc, np):
    x = np.array(pseudorandom_floats(600)).reshape(20, 30)
    expected = np.array(standardized(x.ravel().tolist())).reshape(20, 30)
    for out in (np.empty((20, 30)), np.empty((30, 20)).T, np.empty((20, 60))[:, ::2], np.empty((20, 30), ">f8")):
        assert fc.standardize(x, out=out) is out
        assert np.array_equal(out, expected)
    single = np.empty((20, 30), "f4")
    assert normal(fc.standardize(x, out=single)) == normal(expected.astype("f4"))
    line = np.arange(100.0)
    expected = fc.standardize(line[:50])
    assert np.array_equal(fc.standardize(line[:50], out=line[20:70]), expected)
    y = x.copy()
    assert fc.standardize(y, out=y) is y
    assert normal(y) == normal(fc.standardize(x))


def test_standardize_of_special_values(fc):
    for values in ([1.0, math.nan, 2.0], [1.0, math.inf], [2.0, 2.0], [5], [-0.0, 0.0]):
        assert normal(fc.standardize(values)) == normal([math.nan] * len(values))
    assert normal(fc.standardize([])) == normal([])
    assert normal(fc.standardize(array("f"))) == normal(array("f"))
    assert fc.standardize([], 1) == []
    with pytest.warns(RuntimeWarning, match="standardize: 'ddof' leaves no degrees of freedom"):
        assert normal(fc.standardize([1.0, 3.0], 2)) == normal([-0.0, 0.0])


def test_bad_calls_of_standardize_are_errors(fc):
    numbers = "(accepted: bool, integers, floats)"
    for args, keywords, exception, text in (
        ((5,), {}, TypeError, f"standardize: 'x' must not be int {numbers}"),
        (("abc",), {}, TypeError, f"standardize: 'x' must not be str {numbers}"),
        ((["a"],), {}, TypeError, f"standardize: 'x' must not hold str {numbers}"),
        (([1j],), {}, TypeError, f"standardize: 'x' must not hold complex {numbers}"),
        (([1, 2], 0.5), {}, TypeError, "standardize: 'ddof' must not be float (accepted: integers)"),
        (([1, 2],), {"threads": 0}, ValueError, "standardize: 'threads' must be at least 1, not 0"),
        (([1, 2],), {"out": [0, 0]}, TypeError, "standardize: 'out' must not be list (accepted: a writable array)"),
        (([1, 2],), {"out": array("d", [0])}, ValueError, "standardize: 'out' must have shape (2,), not (1,)"),
        (
            ([1, 2],),
            {"out": array("q", [0, 0])},
            TypeError,
            "standardize: 'out' must not be int64, to which float64 does not cast",
        ),
        (([10**400, 1],), {}, OverflowError, "standardize: 'x' holds an integer that is out of range for a float"),
    ):
        with pytest.raises(exception) as caught:
            fc.standardize(*args, **keywords)
        assert str(caught.value) == text


# ---- within one unit in the last place ----


def ulps_from_the_true_value(np, found, x, function):
    """Of float64, by x87's 64 bits, whose own error is below 2**-10 of a float64's unit in the last place."""
    exact = function(x.astype(np.longdouble))
    rounded = exact.astype(found.dtype)
    where = np.isfinite(rounded)
    assert np.array_equal(found[~where], rounded[~where], equal_nan=True)
    unit = np.spacing(np.abs(rounded[where])).astype(np.longdouble)
    return float(np.max(np.abs(found[where] - exact[where]) / unit, initial=0))


RANGES = {
    "exp": ((-745.2, 709.8), (-1, 1), (-1e-5, 1e-5)),
    "log": ((0, 1e308), (0.5, 2), (0, 1e-300), (0, 100)),
    "sin": ((-4, 4), (-1e5, 1e5), (-1e22, 1e22), (-1e-5, 1e-5)),
    "cos": ((-4, 4), (-1e5, 1e5), (-1e22, 1e22), (-1e-5, 1e-5)),
    "tanh": ((-20, 20), (-1, 1), (-1e-5, 1e-5)),
}


@pytest.fixture
def long_double(np):
    if np.finfo(np.longdouble).nmant != 63:
        pytest.skip("no long double of 64 bits to compare with")


@pytest.mark.parametrize("name", RANGES)
@pytest.mark.parametrize("dtype", ("float64", "float32"))
def test_accuracy_of_one_unit_in_the_last_place(fc, np, long_double, name, dtype):
    f = fc.vectorize(getattr(np, name), accuracy="1ulp")
    rng = np.random.default_rng(5)
    with np.errstate(all="ignore"):
        for least, most in RANGES[name]:
            x = rng.uniform(least, most, 4000).astype(dtype)
            assert fc is pure or ulps_from_the_true_value(np, f(x), x, getattr(np, name)) <= 1 + 2**-10, (least, most)
        bits = rng.integers(0, 2**64, 8000, dtype="u8") if dtype == "float64" else rng.integers(0, 2**32, 8000, "u4")
        x = bits.view(dtype)
        x = x[np.isfinite(x)]
        x = np.abs(x) if name == "log" else x
        assert fc is pure or ulps_from_the_true_value(np, f(x), x, getattr(np, name)) <= 1 + 2**-10


@pytest.mark.parametrize("name", RANGES)
def test_special_values_within_one_unit_are_exact(fc, name):
    values, expected = SPECIAL[name]
    f = fc.vectorize(lambda x: getattr(fc, name)(x), accuracy="1ulp")
    for n in (1, 7, 64, 1000):
        assert normal(f(values * n)) == normal(expected * n)
        assert normal(f([math.nan] * n)) == normal([math.nan] * n)


def test_the_twin_computes_the_same_for_either_accuracy():
    values = pseudorandom_floats(500)
    for name in RANGES:
        f = pure.vectorize(getattr(pure, name), accuracy="1ulp")
        assert normal(f(values)) == normal(getattr(pure, name)(values))


def test_functions_within_one_unit_among_other_operations(fc, np):
    def function(x):
        return np.exp(-x * x / 2) * 0.5 + np.tanh(x) / (1 + np.exp(-x)) - np.where(x > 0, np.sin(x), np.cos(x))

    f = fc.vectorize(function, accuracy="1ulp")
    x = np.random.default_rng(3).normal(size=10007)
    result = f(x)
    np.testing.assert_allclose(result, function(x), rtol=1e-13, atol=1e-15)
    for threads in (1, 2):
        assert normal(f(x, threads=threads)) == normal(result)
    assert normal(f(x.reshape(1, -1).T).ravel()) == normal(result)
    assert normal(f(x[::-1])[::-1]) == normal(f(x[::-1].copy())[::-1])
    assert normal(f(x[100:103])) == normal(result[100:103])
    line = np.concatenate([x, np.zeros(50)])
    assert f(line[:-50], out=line[50:]).base is line
    assert normal(line[50:]) == normal(result)
    assert f(x, out=x) is x
    assert normal(x) == normal(result)


def test_other_functions_within_one_unit_are_numpys(fc, np):
    x = np.abs(np.array(pseudorandom_floats(2000))) + 0.5
    for name in ("log2", "cbrt", "arctan", "expm1", "sqrt"):
        f = fc.vectorize(getattr(np, name), accuracy="1ulp")
        assert normal(f(x)) == normal(fc.vectorize(getattr(np, name))(x))


# ---- special values ----


def test_integer_division_and_shifts_have_no_undefined_cases(fc):
    x, y = array("b", [-128, -128, 7, -7, 7, -7]), array("b", [-1, 0, 0, 2, -2, -2])
    assert fc.vectorize(lambda x, y: x // y)(x, y) == array("b", [-128, 0, 0, -4, -4, 3])
    assert fc.vectorize(lambda x, y: x % y)(x, y) == array("b", [0, 0, 0, 1, -1, -1])
    counts = array("b", [0, 7, 8, 64, 127, -1])
    assert fc.vectorize(lambda x, y: x << y)(array("b", [1] * 6), counts) == array("b", [1, -128, 0, 0, 0, 0])
    assert fc.vectorize(lambda x, y: x >> y)(array("b", [-3] * 6), counts) == array("b", [-3, -1, -1, -1, -1, -1])
    assert fc.vectorize(lambda x, y: x >> y)(array("b", [100] * 6), counts) == array("b", [100, 0, 0, 0, 0, 0])


def test_division_by_zero_of_floats_is_ieee(fc):
    x, y = [1.0, -1.0, 0.0, math.inf, 5.0, -5.0], [0.0, 0.0, 0.0, 2.0, math.inf, math.inf]
    quotients = [math.inf, -math.inf, math.nan, math.nan, 0.0, -1.0]
    assert normal(fc.vectorize(lambda x, y: x // y)(x, y)) == normal(quotients)
    rests = [math.nan, math.nan, math.nan, math.nan, 5.0, math.inf]
    assert normal(fc.vectorize(lambda x, y: x % y)(x, y)) == normal(rests)


def test_powers(fc):
    assert fc.vectorize(lambda x: x**3)([2, -3]) == [8, -27]
    assert fc.vectorize(lambda x: x**0)([2, 0]) == [1, 1]
    assert fc.vectorize(lambda x: x**63)([2, -1]) == [-(2**63), -1]
    assert fc.vectorize(lambda x: 2**x)([0, 10, 63, 64]) == [1, 1024, -(2**63), 0]
    assert normal(fc.vectorize(lambda x: x**0.5)([-0.0, 4.0, -1.0])) == normal([-0.0, 2.0, math.nan])
    assert normal(fc.vectorize(lambda x: x**-1)([0.0, -0.0, 4.0])) == normal([math.inf, -math.inf, 0.25])
    assert normal(fc.vectorize(lambda x: x**0)([math.nan, math.inf])) == normal([1.0, 1.0])
    assert normal(fc.vectorize(lambda x, y: x**y)([-8.0, 0.0, -0.0, 1e200], [0.5, -1.0, -3.0, 2.0])) == normal(
        [math.nan, math.inf, -math.inf, math.inf]
    )
    for function in (lambda x: x**-1, lambda x: x ** (x - 5)):
        with pytest.raises(ValueError, match="^Integers to negative integer powers are not allowed.$"):
            fc.vectorize(function)([1, 2])
    with pytest.raises(OverflowError, match="^vectorize: 300 is out of range for int8$"):
        fc.vectorize(lambda x: x**300)(array("b", [1]))


def test_classes_of_integers_are_constants_of_the_right_shape(fc):
    for name, expected in (("isnan", False), ("isinf", False), ("isfinite", True)):
        f = fc.vectorize(lambda x, name=name: x.graph.add(name, x))
        assert f([1, 2]) == [expected] * 2
        assert f(array("d", [1, 2])) == array("B", [expected] * 2)
        assert f([True]) == [expected]


def test_overflow_gives_no_warning(fc, np):
    x = np.array([1e308, -1.0, 0.0])
    f = fc.vectorize(lambda x: np.exp(x) * 1e308 + np.log(x) / 0 + np.sqrt(x) ** 3)
    f(x)  # warnings are errors here
    f(np.array([1e38, -1, 0], "f4"))
    f(np.array([1e4, -1, 0], "f2"))


POLYNOMIALS = {
    "cubic": lambda x, y: 1.5 * x * x * x + 2.5 * x * x + 3.5 * x + 4.5,
    "falling": lambda x, y: 1.5 * x * x * x - 2.5 * x * x - 3.5 * x - 4.5,
    "rising": lambda x, y: 4.5 + 3.5 * x + 2.5 * x * x + 1.5 * x * x * x,
    "reversed": lambda x, y: 1 - x * 2.5 + x * x * 0.5 - x * x * x * 0.1,
    "of two": lambda x, y: 1.5 * x * x * x + 2.5 * y * y + 3.5 * x * y - 4.5 * y,
    "shared": lambda x, y: (2.5 * x * x) * (2.5 * x * x + 1) + (2.5 * x * x - 3 * y + 1),
    "horner": lambda x, y: ((1.5 * x + 2.5) * x + 3.5) * x - 4.5,
    "of sums": lambda x, y: (x + y) * (x + y) + 3 * (x + y) + 1,
    "products": lambda x, y: x * y + x * x - y * y + (x - 2 * y + 0.5),
    "differences": lambda x, y: (3 * x - (2 * y - 1)) - (0.5 - 2 * x * x),
    "constants": lambda x, y: 0.0 * x * x * x - 0.0 * x * x + -0.0 * x - 0.0,
}


@pytest.mark.parametrize("dtype", ("float32", "float64"))
@pytest.mark.parametrize("name", POLYNOMIALS)
def test_polynomials_equal_numpys_to_the_bit(fc, np, name, dtype):
    """Steps that do several operations round each of them."""
    with np.errstate(all="ignore"):
        x = np.array([*pseudorandom_floats(300), math.inf, -0.0]).astype(dtype)
        y = np.linspace(-3, 3, 302).astype(dtype)
        f = fc.vectorize(POLYNOMIALS[name])
        for a in (x, y):
            assert normal(f(a, y)) == normal(POLYNOMIALS[name](a, y))
    with_numbers = fc.vectorize(lambda x, a, b, c, d: a * x * x * x + b * x * x - c * x - d)
    assert normal(with_numbers(y, 1.5, 2, 0.25, 3)) == normal(1.5 * y * y * y + 2 * y * y - 0.25 * y - 3)


# ---- memory ----


@pytest.mark.parametrize("dtype", ("float32", "float64"))
def test_operands_at_any_address(fc, np, dtype):
    """Elements before a boundary of a cache line are done apart in long arrays: wherever each operand begins."""
    f = fc.vectorize(lambda c, x, y: fc.where(c, x * 2 + y, y / 5))
    values = np.array(pseudorandom_floats(2100) * 2).astype(dtype)
    for start in range(17):
        c, x, y = values[start : start + 2000] > 0, values[start : start + 2000], values[2 * start : 2 * start + 2000]
        out = np.empty(2020, dtype)[19 - start : 2019 - start]
        expected = np.where(c, x * np.dtype(dtype).type(2) + y, y / np.dtype(dtype).type(5))
        assert normal(f(c, x, y, out=out)) == normal(expected), start
        assert f.reduce(c, x, y, "sum") == fc.sum(expected), start


@pytest.mark.parametrize("start", (0, 1, 2, 5))
@pytest.mark.parametrize(("n", "threads"), ((1_700_000, 1), (1_700_000, 2), (17 * 262144 + 1, 1)))
def test_results_that_go_past_the_caches(fc, np, start, n, threads):
    """Of one element is the last part of the longest, less than what precedes a cache line."""
    if fc is pure:
        pytest.skip("the twin writes element by element")
    x = np.arange(n + start, dtype="float64")[start:]
    out = np.zeros(n + 9)
    assert fc.vectorize(affine)(x, out=out[start : start + n], threads=threads) is not None
    assert np.array_equal(out[start : start + n], affine(x))
    assert not out[:start].any()
    assert not out[start + n :].any()
    fc.vectorize(affine)(x, out=x, threads=threads)
    assert np.array_equal(out[start : start + n], x)


def test_threads_change_no_result(fc, np):
    """Of a program with NumPy's loops in it, of strided and broadcast operands, and of reductions."""
    if fc is pure:
        pytest.skip("the twin runs on one thread")
    x = np.array(pseudorandom_floats(1000) * 150)
    f = fc.vectorize(lambda x, y: fc.where(x > y, np.exp(-x * x) + y, np.sin(x)))
    for operands in ((x, x[::-1]), (x.reshape(300, 500).T, 0.5), (x.reshape(300, 500), x[:500])):
        assert normal(f(*operands, threads=2)) == normal(f(*operands))
        for op in ("sum", "min", "max", "mean"):
            assert normal(f.reduce(*operands, op, threads=2)) == normal(f.reduce(*operands, op)), op


def test_a_subclass_may_have_a_call_of_its_own(fc):
    class Doubled(fc.vectorize):
        def __call__(self, *operands, **keywords):
            return [2 * v for v in super().__call__(*operands, **keywords)]

    class Plain(fc.vectorize):
        pass

    assert Doubled(affine)([1.0, 6.0]) == [2.0, 6.0]
    assert Plain(affine)([1.0, 6.0]) == [1.0, 3.0]
    assert fc.vectorize(affine).__call__([1.0, 6.0], out=None, threads=1) == [1.0, 3.0]
    with pytest.raises(TypeError):
        fc.vectorize(affine)([1.0], dtype="f4")
