"""The transforms family: vectorize, where, sqrt."""

from __future__ import annotations

import math
import pickle
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


def test_the_program_lists_each_operation_once(fc):
    assert fc.vectorize(lambda x: x * x + x * x).program == "%0 = operand 0\n%1 = multiply %0 %0\n%2 = add %1 %1"
    assert fc.vectorize(lambda x: x * 2 + 2.0 * x).program.count("multiply") == 2


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
FUNCTIONS = {
    "affine": affine,
    "product": lambda x, y: x * y + x,
    "quotient": lambda x, y: x / y,
    "difference": lambda x, y: x - y,
    "negative": lambda x: -x,
    "absolute": lambda x: abs(x),
    "less": lambda x, y: x < y,
    "greater_equal": lambda x, y: x >= y,
    "equal": lambda x, y: x == y,
    "not_equal": lambda x, y: x != y,
    "against_constant": lambda x: x > 100,
    "against_large_constant": lambda x: x <= 2**40,
    "equal_to_negative": lambda x: x == -1,
    "plus_constant": lambda x: x + 1,
    "plus_large_constant": lambda x: x + 200,
    "float_constant": lambda x: x * 0.5 + 1,
    "square": lambda x: x**2,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_arrays_of_every_dtype_equal_numpy_to_the_bit(fc, np, name):
    function = FUNCTIONS[name]
    f = fc.vectorize(function)
    values = np.array([0, 1, 2, 3, 100, 127, -1, -128, 5, 7, 64, -2])
    count = function.__code__.co_argcount
    with np.errstate(all="ignore"):
        for first in DTYPES:
            x = values.astype(first)
            for second in DTYPES if count == 2 else ("int8",):
                operands = (x, values[::-1].astype(second))[:count]
                expected = outcome(function, *operands)
                if expected[0] == "raised":
                    assert outcome(f, *operands)[:2] == expected[:2], (first, second)
                else:
                    assert outcome(f, *operands) == expected, (first, second)


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


UNTRACEABLE = {
    "branch": (lambda x: x if x > 0 else -x, "fastcore.where"),
    "chain": (lambda x: 0 < x < 1, "two comparisons"),
    "and": (lambda x: x > 0 and x < 1, "& | ~"),
    "builtin max": (lambda x: max(x, 0), "fastcore.where"),
    "math": (lambda x: math.exp(x), "fastcore.sqrt"),
    "int": (lambda x: int(x), "need a number"),
    "loop": (lambda x: [v + 1 for v in x], "no length, items"),
    "index": (lambda x: x[0], "no length, items"),
    "len": (lambda x: len(x), "no length, items"),
    "method": (lambda x: x.sum(), ".sum is not known"),
    "format": (lambda x: f"{x}", "no length, items"),
    "power": (lambda x: x**3, "x * x * x"),
    "floor": (lambda x: x // 2, "// and %"),
    "nothing": (lambda x: None, "returns None"),
    "text": (lambda x: "text", "str cannot take part"),
    "list": (lambda x: [x], "list cannot take part"),
    "no operands": (lambda: 1, "takes no operands"),
    "star": (lambda *x: x[0], "instead of *args"),
}


@pytest.mark.parametrize("name", UNTRACEABLE)
def test_what_cannot_be_traced_is_a_trace_error_that_names_the_replacement(fc, name):
    function, text = UNTRACEABLE[name]
    with pytest.raises(fc.TraceError) as caught:
        fc.vectorize(function)
    assert text in str(caught.value)
    assert isinstance(caught.value, TypeError)


def test_numpy_functions_that_are_not_known_are_trace_errors(fc, np):
    for function in (
        np.exp,
        lambda x: np.add.reduce(x),
        lambda x: np.sort(x),
        lambda x: np.add(x, 1, dtype="f4"),
        np.sum,
    ):
        with pytest.raises(fc.TraceError):
            fc.vectorize(function)
    with pytest.raises(fc.TraceError, match="ndarray cannot take part"):
        fc.vectorize(lambda x: x + np.arange(3))


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


def test_random_expressions_equal_numpy_to_the_bit(fc, np):
    """Small random trees over two operands, as functions of NumPy arrays and as programs."""
    rng = np.random.default_rng(7)
    x, y = np.array(pseudorandom_floats(200)), np.array(pseudorandom_floats(200, seed=5))

    def tree(depth):
        if depth == 0:
            return str(rng.choice(["x", "y", "2", "0.1", "-3.5"]))
        operation = str(rng.choice(["+", "-", "*", "/", "neg", "sqrt", "where", "abs"]))
        if operation == "neg":
            return f"(-{tree(depth - 1)})"
        if operation == "sqrt":
            return f"np.sqrt(abs({tree(depth - 1)} + x))"
        if operation == "abs":
            return f"abs({tree(depth - 1)})"
        if operation == "where":
            return f"np.where({tree(depth - 1)} + x > {tree(depth - 1)}, {tree(depth - 1)}, {tree(depth - 1)})"
        return f"({tree(depth - 1)} {operation} {tree(depth - 1)})"

    for _ in range(60):
        text = f"lambda x, y: x + {tree(int(rng.integers(1, 4)))}"
        try:
            function = eval(text, {"np": np})
            f = fc.vectorize(function)
        except ZeroDivisionError:
            continue
        with np.errstate(all="ignore"):
            try:
                expected = normal(function(x, y))
            except ZeroDivisionError:
                continue
        assert normal(f(x, y)) == expected, text
