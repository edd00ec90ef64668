"""The public names: the same on both sides, documented, typed; and what bad input gets from each of them."""

from __future__ import annotations

import ast
import doctest
import inspect
import math
import os
from array import array

import pytest
from common import outcome

import fastcore
from fastcore import _backend, pure

NAMES = _backend.PUBLIC
CLASSES = ("ExactSum", "TraceError", "vectorize")
FUNCTIONS = [name for name in NAMES if name not in CLASSES]
EXACT_SUM_METHODS = ("update", "add", "merge", "result", "fraction", "mean")


def test_the_package_exports_the_public_list_and_no_more():
    assert sorted(fastcore.__all__) == sorted({*NAMES, "available_isas", "get_include", "info"})
    assert sorted(pure.__all__) == sorted(NAMES)
    for name in fastcore.__all__:
        assert hasattr(fastcore, name)


@pytest.mark.parametrize("name", NAMES)
def test_both_sides_have_the_same_names_signatures_and_docs(fc, name):
    mine, twin = getattr(fc, name), getattr(pure, name)
    assert mine.__name__ == twin.__name__ == name
    assert mine.__qualname__ == twin.__qualname__
    assert mine.__doc__ == twin.__doc__
    if name in FUNCTIONS:
        assert str(inspect.signature(mine)) == str(inspect.signature(twin))
    if name == "vectorize":
        assert inspect.signature(mine.__init__).parameters.keys() == inspect.signature(twin.__init__).parameters.keys()
        assert inspect.signature(mine.__call__).parameters.keys() == inspect.signature(twin.__call__).parameters.keys()
    if name == "ExactSum":
        assert public_names(mine) == public_names(twin) == {*EXACT_SUM_METHODS, "count"}
        for method in EXACT_SUM_METHODS:
            one, other = inspect.signature(getattr(mine, method)), inspect.signature(getattr(twin, method))
            assert parameters(one) == parameters(other), method


def public_names(cls):
    return {name for name in dir(cls) if not name.startswith("_")}


def parameters(signature):
    """Names, kinds and defaults: what a call depends on."""
    return [(p.name, p.kind, p.default) for p in signature.parameters.values()]


def test_the_parts_of_a_class_are_documented_on_both_sides(fc):
    for method in (*EXACT_SUM_METHODS, "count"):
        mine, twin = getattr(fc.ExactSum, method), getattr(pure.ExactSum, method)
        assert mine.__doc__, method
        assert mine.__doc__ == twin.__doc__, method


@pytest.mark.parametrize("name", FUNCTIONS)
def test_docstrings_follow_numpydoc(name):
    text = inspect.getdoc(getattr(pure, name))
    for section in ("Parameters\n-", "Returns\n-", "Examples\n-"):
        assert section in text, section
    assert text.splitlines()[0].startswith("Return ")


def test_the_docstring_of_a_class_follows_numpydoc():
    text = inspect.getdoc(pure.ExactSum)
    for section in ("Attributes\n-", "Examples\n-"):
        assert section in text, section
    assert text.splitlines()[0].endswith(".")


@pytest.mark.parametrize("name", NAMES)
def test_examples_run(fc, name):
    example = doctest.DocTestParser().get_doctest(getattr(pure, name).__doc__ or "", {}, name, None, None)
    for part in example.examples:
        part.source = part.source.replace("import fastcore as fc", "pass")
    example.globs["fc"] = fc
    assert doctest.DocTestRunner(verbose=False).run(example).failed == 0


@pytest.mark.parametrize("name", ("available_isas", "get_include", "info"))
def test_examples_of_the_package_run(name):
    example = doctest.DocTestParser().get_doctest(getattr(fastcore, name).__doc__, {}, name, None, None)
    assert doctest.DocTestRunner(verbose=False).run(example).failed == 0


def stub_signatures():
    """The functions of __init__.pyi with their parameters' names."""
    path = os.path.join(os.path.dirname(fastcore.__file__), "__init__.pyi")
    with open(path, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    found = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        elif isinstance(node, ast.ClassDef):
            found[node.name] = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
    return found


def test_the_stub_names_every_public_name_and_parameter():
    stub = stub_signatures()
    assert set(stub) >= set(fastcore.__all__)
    for name in FUNCTIONS:
        assert stub[name] == list(inspect.signature(getattr(pure, name)).parameters), name
    assert stub["ExactSum"] >= {*EXACT_SUM_METHODS, "count"}


# ---- bad input ----

NUMBERS = "(accepted: bool, integers, floats)"
SORTABLE = "(accepted: bool, integers, floats, str)"


class NoNumber:
    pass


ALONG_AN_AXIS = ("sum", "fsum", "mean", "min", "max", "minmax", "argmin", "argmax", "var", "std", "cumsum")
REDUCTIONS = tuple(name for name in ALONG_AN_AXIS if name != "cumsum")
SQUARE = memoryview(array("d", range(4))).cast("B").cast("d", (2, 2))


def bad_dot_calls():
    """Of `dot`, with the bad operand first and second."""
    good = [1, 2]
    for bad, what in (
        (5, "be int"),
        (None, "be NoneType"),
        ("abc", "be str"),
        (NoNumber(), "be NoNumber"),
        (memoryview(b"ab").cast("c"), "be a buffer of format 'c'"),
        ([1, 1j], "hold complex"),
        ([1, "a"], "hold str"),
        ([None, 2], "hold NoneType"),
        ([1, b"a"], "hold bytes"),
        ([[1], 2], "hold list"),
    ):
        yield "dot", (bad, good), {}, TypeError, f"dot: 'a' must not {what} {NUMBERS}"
        yield "dot", (good, bad), {}, TypeError, f"dot: 'b' must not {what} {NUMBERS}"
    bounds = "is out of bounds for an array of dimension 1"
    yield "dot", (good, good), {"axis": 1}, ValueError, f"dot: axis 1 {bounds}"
    yield "dot", (good, good), {"axis": -2}, ValueError, f"dot: axis -2 {bounds}"
    yield "dot", (good, good), {"axis": "x"}, TypeError, "dot: 'axis' must not be str (accepted: integers)"
    yield "dot", (good, good), {"threads": 0}, ValueError, "dot: 'threads' must be at least 1, not 0"
    yield "dot", (good, good), {"threads": 1.5}, TypeError, "dot: 'threads' must not be float (accepted: integers)"
    yield "dot", (good, [1]), {}, ValueError, "dot: 'a' and 'b' must have the same shape, not (2,) and (1,)"
    yield "dot", (SQUARE, [1] * 4), {}, ValueError, "dot: 'a' and 'b' must have the same shape, not (2, 2) and (4,)"
    text = "dot: 'a' must not be a 2-d buffer with 'axis' (accepted: ndarray)"
    yield "dot", (SQUARE, SQUARE), {"axis": 0}, TypeError, text


def bad_calls():
    """(name, arguments, keywords, exception, text) without NumPy."""
    for name in ALONG_AN_AXIS:
        yield name, (5,), {}, TypeError, f"{name}: 'a' must not be int {NUMBERS}"
        yield name, (None,), {}, TypeError, f"{name}: 'a' must not be NoneType {NUMBERS}"
        yield name, ("abc",), {}, TypeError, f"{name}: 'a' must not be str {NUMBERS}"
        yield name, (NoNumber(),), {}, TypeError, f"{name}: 'a' must not be NoNumber {NUMBERS}"
        yield (
            name,
            (memoryview(b"abc").cast("c"),),
            {},
            TypeError,
            f"{name}: 'a' must not be a buffer of format 'c' {NUMBERS}",
        )
        yield name, ([1j],), {}, TypeError, f"{name}: 'a' must not hold complex {NUMBERS}"
        yield name, ([1, 2],), {"axis": 1}, ValueError, f"{name}: axis 1 is out of bounds for an array of dimension 1"
        yield name, ([1, 2],), {"axis": "x"}, TypeError, f"{name}: 'axis' must not be str (accepted: integers)"
        yield name, ([1, 2],), {"axis": -2}, ValueError, f"{name}: axis -2 is out of bounds for an array of dimension 1"
        yield (
            name,
            (SQUARE,),
            {"axis": 0},
            TypeError,
            f"{name}: 'a' must not be a 2-d buffer with 'axis' (accepted: ndarray)",
        )
    for name in REDUCTIONS:
        yield name, ([1, 2],), {"threads": 0}, ValueError, f"{name}: 'threads' must be at least 1, not 0"
        yield name, ([1, 2],), {"threads": -3}, ValueError, f"{name}: 'threads' must be at least 1, not -3"
        yield name, ([1, 2],), {"threads": 1.5}, TypeError, f"{name}: 'threads' must not be float (accepted: integers)"
    for name in ("sum", "fsum", "mean", "var", "std", "cumsum"):
        yield name, (["a"],), {}, TypeError, f"{name}: 'a' must not hold str {NUMBERS}"
        yield name, ([1, None],), {}, TypeError, f"{name}: 'a' must not hold NoneType {NUMBERS}"
        yield name, ([b"a"],), {}, TypeError, f"{name}: 'a' must not hold bytes {NUMBERS}"
        yield name, ([[1]],), {}, TypeError, f"{name}: 'a' must not hold list {NUMBERS}"
    for name in ("var", "std"):
        yield name, ([1, 2],), {"ddof": 1.0}, TypeError, f"{name}: 'ddof' must not be float (accepted: integers)"
        yield name, ([1, 2],), {"ddof": None}, TypeError, f"{name}: 'ddof' must not be NoneType (accepted: integers)"
        yield name, ([NoNumber()],), {}, TypeError, f"{name}: 'a' must not hold NoNumber {NUMBERS}"
        far = f"{name}: a deviation from the mean is out of range for a float"
        yield name, ([10**400, 0],), {}, OverflowError, far
        yield name, ([10**400, 0.5],), {}, OverflowError, f"{name}: the result is out of range for a float"
    yield from bad_dot_calls()
    for name in ("min", "max", "minmax", "argmin", "argmax"):
        for empty in ([], (), range(0), array("d"), array("i"), b""):
            yield name, (empty,), {}, ValueError, f"{name}: 'a' must not be empty"
    for code, kind, values in (("q", "int64", [2**63 - 1, 1]), ("Q", "uint64", [2**64 - 1, 1])):
        yield "cumsum", (array(code, values),), {}, OverflowError, f"cumsum: the result is out of range for {kind}"
    yield "mean", ([10**400],), {}, OverflowError, "mean: the result is out of range for a float"
    yield "fsum", ([10**400],), {}, OverflowError, "fsum: the result is out of range for a float"
    yield "join", (5,), {}, TypeError, "join: 'values' must not be int (accepted: any iterable)"
    yield "join", (None, ","), {}, TypeError, "join: 'values' must not be NoneType (accepted: any iterable)"
    yield "join", ([1], 5), {}, TypeError, "join: 'sep' must not be int (accepted: str, bytes)"
    yield "join", ([1], None), {}, TypeError, "join: 'sep' must not be NoneType (accepted: str, bytes)"
    for name, argument in (("fibonacci", "n"), ("fibonacci_range", "start"), ("fibonacci_mod", "n")):
        for value in (1.0, "1", None, [1], 1j):
            args = (value,) if name == "fibonacci" else (value, 1)
            text = f"{name}: '{argument}' must not be {type(value).__name__} (accepted: integers)"
            yield name, args, {}, TypeError, text
    yield "fibonacci_range", (0, 1.5), {}, TypeError, "fibonacci_range: 'stop' must not be float (accepted: integers)"
    yield "fibonacci_mod", (1, 1.5), {}, TypeError, "fibonacci_mod: 'm' must not be float (accepted: integers)"
    yield "fibonacci_mod", (1, 0), {}, ValueError, "fibonacci_mod: 'm' must be at least 1, not 0"
    yield "fibonacci_mod", (1, -5), {}, ValueError, "fibonacci_mod: 'm' must be at least 1, not -5"
    for name in ("sort", "argsort"):
        yield name, (5,), {}, TypeError, f"{name}: 'a' must not be int {SORTABLE}"
        yield name, (None,), {}, TypeError, f"{name}: 'a' must not be NoneType {SORTABLE}"
        yield name, ("abc",), {}, TypeError, f"{name}: 'a' must not be str {SORTABLE}"
        yield name, ([1],), {"descending": 1}, TypeError, f"{name}: 'descending' must not be int (accepted: bool)"
        yield name, ([1],), {"axis": 1}, ValueError, f"{name}: axis 1 is out of bounds for an array of dimension 1"
        yield name, ([1],), {"axis": 1.5}, TypeError, f"{name}: 'axis' must not be float (accepted: integers)"
        yield (
            name,
            (array("d", [1]),),
            {"axis": -2},
            ValueError,
            f"{name}: axis -2 is out of bounds for an array of dimension 1",
        )
        yield name, ([1j, 2j],), {}, TypeError, "'<' not supported between instances of 'complex' and 'complex'"
        square = memoryview(array("d", range(4))).cast("B").cast("d", (2, 2))
        yield name, (square,), {}, TypeError, f"{name}: 'a' must not be a 2-d buffer {SORTABLE}"
    yield "sort", ([3, 1],), {"out": (0, 0)}, TypeError, "sort: 'out' must not be tuple (accepted: list)"
    yield "sort", ([3, 1],), {"out": [0]}, ValueError, "sort: 'out' must have shape (2,), not (1,)"
    floats = array("d", [3, 1])
    yield "sort", (floats,), {"out": array("f", [0, 0])}, TypeError, "sort: 'out' must be float64, not float32"
    yield "sort", (floats,), {"out": array("d", [0])}, ValueError, "sort: 'out' must have shape (2,), not (1,)"
    yield "sort", (floats,), {"out": memoryview(bytes(16)).cast("d")}, ValueError, "sort: 'out' is read-only"
    yield "sort", (floats,), {"out": [0, 0]}, TypeError, "sort: 'out' must not be list (accepted: a writable array)"
    yield "vectorize", (5,), {}, TypeError, "vectorize: 'function' must not be int (accepted: a function)"
    yield "sqrt", ("x",), {}, TypeError, f"vectorize: operand 1 must not be str {NUMBERS}"
    yield "sqrt", ([1j],), {}, TypeError, f"vectorize: operand 1 must not hold complex {NUMBERS}"
    yield "sqrt", (None,), {}, TypeError, f"vectorize: operand 1 must not be NoneType {NUMBERS}"
    yield "where", ([True], ["a"], [1]), {}, TypeError, f"vectorize: operand 2 must not hold str {NUMBERS}"
    yield (
        "where",
        ([True] * 2, [1.0] * 3, 1),
        {},
        ValueError,
        "vectorize: operands of shapes (2,) and (3,) do not broadcast",
    )


@pytest.mark.parametrize("case", list(bad_calls()), ids=lambda case: f"{case[0]}-{case[4][:60]}")
def test_bad_input_is_an_error_with_this_text(fc, case):
    name, args, keywords, exception, text = case
    with pytest.raises(exception) as caught:
        getattr(fc, name)(*args, **keywords)
    if exception is not ValueError or "axis" not in text:
        assert type(caught.value) is exception
    assert str(caught.value) == text


BAD_METHOD_CALLS = (
    ("update", (5,), {}, TypeError, f"ExactSum.update: 'a' must not be int {NUMBERS}"),
    ("update", (None,), {}, TypeError, f"ExactSum.update: 'a' must not be NoneType {NUMBERS}"),
    ("update", ("abc",), {}, TypeError, f"ExactSum.update: 'a' must not be str {NUMBERS}"),
    ("update", (NoNumber(),), {}, TypeError, f"ExactSum.update: 'a' must not be NoNumber {NUMBERS}"),
    (
        "update",
        (memoryview(b"abc").cast("c"),),
        {},
        TypeError,
        f"ExactSum.update: 'a' must not be a buffer of format 'c' {NUMBERS}",
    ),
    ("update", ([1, "a"],), {}, TypeError, f"ExactSum.update: 'a' must not hold str {NUMBERS}"),
    ("update", ([1j],), {}, TypeError, f"ExactSum.update: 'a' must not hold complex {NUMBERS}"),
    ("update", ([1],), {"threads": 0}, ValueError, "ExactSum.update: 'threads' must be at least 1, not 0"),
    (
        "update",
        ([1],),
        {"threads": 1.5},
        TypeError,
        "ExactSum.update: 'threads' must not be float (accepted: integers)",
    ),
    ("add", ("a",), {}, TypeError, f"ExactSum.add: 'x' must not be str {NUMBERS}"),
    ("add", (None,), {}, TypeError, f"ExactSum.add: 'x' must not be NoneType {NUMBERS}"),
    ("add", ([1],), {}, TypeError, f"ExactSum.add: 'x' must not be list {NUMBERS}"),
    ("add", (1j,), {}, TypeError, f"ExactSum.add: 'x' must not be complex {NUMBERS}"),
    ("merge", (1.0,), {}, TypeError, "ExactSum.merge: 'other' must not be float (accepted: ExactSum)"),
    ("merge", (None,), {}, TypeError, "ExactSum.merge: 'other' must not be NoneType (accepted: ExactSum)"),
)


@pytest.mark.parametrize("case", BAD_METHOD_CALLS, ids=lambda case: f"{case[0]}-{case[4][:60]}")
def test_bad_input_of_a_method_is_an_error_with_this_text(fc, case):
    name, args, keywords, exception, text = case
    total = fc.ExactSum()
    with pytest.raises(exception) as caught:
        getattr(total, name)(*args, **keywords)
    assert type(caught.value) is exception
    assert str(caught.value) == text
    assert total == fc.ExactSum()


def test_unknown_keywords_and_too_many_arguments_are_type_errors(fc):
    functions = [getattr(fc, name) for name in FUNCTIONS]
    functions += [getattr(fc.ExactSum(), name) for name in EXACT_SUM_METHODS]
    for function in functions:
        with pytest.raises(TypeError, match="argument"):
            function([1], wrong=1)
        with pytest.raises(TypeError, match="argument"):
            function([1], [1], [1], [1], [1])


def bad_arrays(np):
    for name in ALONG_AN_AXIS:
        for dtype in ("complex128", "object", "datetime64[s]"):
            yield name, (np.zeros(3, dtype),), {}, TypeError, f"{name}: 'a' must not be {dtype} {NUMBERS}"
        yield name, (np.array(["a"]),), {}, TypeError, f"{name}: 'a' must not be str {NUMBERS}"
        yield (
            name,
            (np.zeros((2, 2)),),
            {"axis": 2},
            ValueError,
            f"{name}: axis 2 is out of bounds for an array of dimension 2",
        )
    for dtype in ("complex128", "object", "datetime64[s]"):
        bad = np.zeros(2, dtype)
        yield "dot", (bad, [1, 2]), {}, TypeError, f"dot: 'a' must not be {dtype} {NUMBERS}"
        yield "dot", (np.zeros(2), bad), {}, TypeError, f"dot: 'b' must not be {dtype} {NUMBERS}"
    yield (
        "dot",
        (np.zeros((2, 3)), np.zeros((3, 2))),
        {},
        ValueError,
        "dot: 'a' and 'b' must have the same shape, not (2, 3) and (3, 2)",
    )
    bounds = "dot: axis 2 is out of bounds for an array of dimension 2"
    yield "dot", (np.zeros((2, 2)), np.zeros((2, 2))), {"axis": 2}, ValueError, bounds
    text = "dot: 'b' must not be a 2-d buffer with 'axis' (accepted: ndarray)"
    yield "dot", (np.zeros((2, 2)), SQUARE), {"axis": 1}, TypeError, text
    full = np.full((2, 2), 2**62)
    yield "cumsum", (full,), {"axis": 0}, OverflowError, "cumsum: the result is out of range for int64"
    yield "cumsum", (full,), {}, OverflowError, "cumsum: the result is out of range for int64"
    yield "sum", (full,), {"axis": 1}, OverflowError, "sum: the result is out of range for int64"
    yield "dot", (full, full), {"axis": 1}, OverflowError, "dot: the result is out of range for int64"
    for name in ("min", "max", "minmax", "argmin", "argmax"):
        yield name, (np.zeros((0, 3)),), {}, ValueError, f"{name}: 'a' must not be empty"
        yield name, (np.zeros((0, 3)),), {"axis": 0}, ValueError, f"{name}: 'a' must not be empty"
    for name in ("sort", "argsort"):
        for dtype in ("complex128", "object"):
            yield name, (np.zeros(3, dtype),), {}, TypeError, f"{name}: 'a' must not be {dtype} {SORTABLE}"
        yield name, (np.array(5.0),), {}, TypeError, f"{name}: 'a' must not be a 0-d array {SORTABLE}"
        yield (
            name,
            (np.zeros(3),),
            {"axis": 1},
            ValueError,
            f"{name}: axis 1 is out of bounds for an array of dimension 1",
        )
    yield "join", (np.array(5.0), ","), {}, TypeError, "join: 'values' must not be a 0-d array (accepted: any iterable)"
    yield "join", (np.zeros((2, 2)), ","), {}, ValueError, "join: 'values' must have one dimension, not 2"
    a = np.array([3.0, 1.0])
    frozen = np.zeros(2)
    frozen.flags.writeable = False
    yield "sort", (a,), {"out": np.zeros(2, "float32")}, TypeError, "sort: 'out' must be float64, not float32"
    yield "sort", (a,), {"out": np.zeros(3)}, ValueError, "sort: 'out' must have shape (2,), not (3,)"
    yield "sort", (a,), {"out": np.zeros((1, 2))}, ValueError, "sort: 'out' must have shape (2,), not (1, 2)"
    yield "sort", (a,), {"out": frozen}, ValueError, "sort: 'out' is read-only"
    yield "sort", (a,), {"out": [0, 0]}, TypeError, "sort: 'out' must not be list (accepted: a writable array)"
    yield "sqrt", (np.zeros(3, complex),), {}, TypeError, f"vectorize: operand 1 must not be complex128 {NUMBERS}"
    yield "sqrt", (np.zeros(3, object),), {}, TypeError, f"vectorize: operand 1 must not be object {NUMBERS}"


def test_bad_arrays_are_errors_with_these_texts(fc, np):
    for name, args, keywords, exception, text in bad_arrays(np):
        before = [a.copy() if isinstance(a, np.ndarray) else a for a in (*args, *keywords.values())]
        with pytest.raises(exception) as caught:
            getattr(fc, name)(*args, **keywords)
        assert str(caught.value) == text
        if "axis" in keywords and "bounds" in text:
            assert type(caught.value) is np.exceptions.AxisError
        for a, b in zip((*args, *keywords.values()), before):
            assert not isinstance(a, np.ndarray) or a.tobytes() == b.tobytes()


def test_a_bad_out_of_a_vectorized_function_is_an_error_and_stays_as_it_is(fc, np):
    f = fc.vectorize(lambda x: x + 0.5)
    frozen = np.zeros(2)
    frozen.flags.writeable = False
    cases = [
        (np.zeros(2, "int64"), TypeError, "vectorize: 'out' must not be int64, to which float64 does not cast"),
        (np.zeros(3), ValueError, "vectorize: 'out' must have shape (2,), not (3,)"),
        (np.zeros((1, 2)), ValueError, "vectorize: 'out' must have shape (2,), not (1, 2)"),
        (frozen, ValueError, "vectorize: 'out' is read-only"),
        (np.zeros(2, complex), TypeError, f"vectorize: 'out' must not be complex128 {NUMBERS}"),
        ([0.0, 0.0], TypeError, "vectorize: 'out' must not be list (accepted: a writable array)"),
    ]
    for out, exception, text in cases:
        with pytest.raises(exception) as caught:
            f(np.array([1.0, 2.0]), out=out)
        assert str(caught.value) == text
        assert not np.any(out)


def test_a_vectorized_function_counts_its_operands(fc):
    f = fc.vectorize(lambda x, y: x + y)
    with pytest.raises(TypeError, match="^vectorize: the function takes 2 operands, not 1$"):
        f([1.0])
    with pytest.raises(TypeError, match="^vectorize: the function takes 1 operand, not 2$"):
        fc.vectorize(lambda x: x)([1.0], [2.0])


def test_booleans_have_no_difference(fc):
    with pytest.raises(TypeError, match="^vectorize: - does not take bool: write ~ or !=$"):
        fc.vectorize(lambda x: -x)([True])
    with pytest.raises(TypeError, match="^vectorize: & [|] ~ take conditions, not int64$"):
        fc.vectorize(lambda x: x & x)([1])


@pytest.mark.parametrize("value", (math.nan, 1e308, True, 10**30))
def test_a_scalar_is_no_sequence(fc, value):
    for name in ("sum", "sort", "join"):
        assert outcome(getattr(fc, name), value)[:2] == ("raised", "TypeError")
