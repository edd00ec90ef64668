"""The public names: the same on both sides, documented, typed; and what bad input gets from each of them."""

from __future__ import annotations

import ast
import doctest
import inspect
import io
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
SORTABLE = "(accepted: bool, integers, floats, str, bytes, datetime64, timedelta64)"


class NoNumber:
    pass


ALONG_AN_AXIS = ("sum", "fsum", "mean", "min", "max", "minmax", "argmin", "argmax", "var", "std", "cumsum", "median")
REDUCTIONS = tuple(name for name in ALONG_AN_AXIS if name not in ("cumsum", "median"))  # those of `threads`
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


# A good second argument of the functions of the sorting family that need one.
SECOND = {"topk": (1,), "partition": (0,), "searchsorted": (1,), "isin": ([1],)}
SORTING = ("sort", "argsort", "topk", "partition", "unique", "searchsorted", "isin")
SORTING_ALONG_AN_AXIS = ("sort", "argsort", "topk", "partition")
SORTING_FLAGS = (("sort", "descending"), ("argsort", "descending"), ("topk", "largest"), ("isin", "invert"))


def bad_sorting_calls():
    for name in SORTING:
        second = SECOND.get(name, ())
        for bad, what in (
            (5, "int"),
            (None, "NoneType"),
            ("abc", "str"),
            (NoNumber(), "NoNumber"),
            (memoryview(b"ab").cast("c"), "a buffer of format 'c'"),
            (SQUARE, "a 2-d buffer"),
        ):
            yield name, (bad, *second), {}, TypeError, f"{name}: 'a' must not be {what} {SORTABLE}"
    for name in SORTING_ALONG_AN_AXIS:
        second = SECOND.get(name, ())
        bounds = "is out of bounds for an array of dimension 1"
        yield name, ([1], *second), {"axis": 1}, ValueError, f"{name}: axis 1 {bounds}"
        yield name, (array("d", [1]), *second), {"axis": -2}, ValueError, f"{name}: axis -2 {bounds}"
        yield name, ([1], *second), {"axis": 1.5}, TypeError, f"{name}: 'axis' must not be float (accepted: integers)"
        compare = "'<' not supported between instances of 'complex' and 'complex'"
        yield name, ([1j, 2j], *second), {}, TypeError, compare
    for name, flag in (*SORTING_FLAGS, ("unique", "counts"), ("unique", "inverse")):
        args = ([1], *SECOND.get(name, ()))
        yield name, args, {flag: 1}, TypeError, f"{name}: '{flag}' must not be int (accepted: bool)"
        yield name, args, {flag: None}, TypeError, f"{name}: '{flag}' must not be NoneType (accepted: bool)"
    for name in ("sort", "argsort"):
        yield name, ([2, 1],), {"threads": 0}, ValueError, f"{name}: 'threads' must be at least 1, not 0"
        yield name, ([2, 1],), {"threads": 1.5}, TypeError, f"{name}: 'threads' must not be float (accepted: integers)"
    yield "sort", ([3, 1],), {"out": (0, 0)}, TypeError, "sort: 'out' must not be tuple (accepted: list)"
    yield "sort", ([3, 1],), {"out": [0]}, ValueError, "sort: 'out' must have shape (2,), not (1,)"
    floats = array("d", [3, 1])
    yield "sort", (floats,), {"out": array("f", [0, 0])}, TypeError, "sort: 'out' must be float64, not float32"
    yield "sort", (floats,), {"out": array("d", [0])}, ValueError, "sort: 'out' must have shape (2,), not (1,)"
    yield "sort", (floats,), {"out": memoryview(bytes(16)).cast("d")}, ValueError, "sort: 'out' is read-only"
    yield "sort", (floats,), {"out": [0, 0]}, TypeError, "sort: 'out' must not be list (accepted: a writable array)"


def bad_selection_calls():
    for a in ([3, 1], array("d", [3, 1])):
        for name in ("topk", "partition"):
            for k in (1.0, None, "1"):
                text = f"{name}: 'k' must not be {type(k).__name__} (accepted: integers)"
                yield name, (a, k), {}, TypeError, text
        yield "topk", (a, -1), {}, ValueError, "topk: 'k' must be at least 0, not -1"
        for k in (2, -3, 10**30):
            text = f"partition: 'k' must be between -2 and 1, not {k}"
            yield "partition", (a, k), {}, ValueError, text
        for side in ("middle", "", None, 0):
            text = f"searchsorted: 'side' must be 'left' or 'right', not {side!r}"
            yield "searchsorted", (a, 1), {"side": side}, ValueError, text
        text = f"searchsorted: 'v' must not be a 2-d buffer {SORTABLE}"
        yield "searchsorted", (a, SQUARE), {}, TypeError, text
        for bad, what in ((5, "int"), (None, "NoneType"), ("abc", "str"), (SQUARE, "a 2-d buffer")):
            yield "isin", (a, bad), {}, TypeError, f"isin: 'elements' must not be {what} {SORTABLE}"
    for empty in ([], (), range(0), array("d"), b""):
        yield "partition", (empty, 0), {}, ValueError, "partition: 'k' must be between 0 and -1, not 0"
        yield "partition", (empty, -1), {}, ValueError, "partition: 'k' must be between 0 and -1, not -1"
    for bad in (1j, "1", b"1", None, NoNumber()):
        what = type(bad).__name__
        yield "searchsorted", (floats(), bad), {}, TypeError, f"searchsorted: 'v' must not be {what} {NUMBERS}"
        yield "searchsorted", (floats(), [1, bad]), {}, TypeError, f"searchsorted: 'v' must not hold {what} {NUMBERS}"
    yield "median", ([10**400],), {}, OverflowError, "median: the result is out of range for a float"
    yield "median", ([10**400, 10**400, 0, 1],), {}, OverflowError, "median: the result is out of range for a float"
    yield "unique", ([1, "a"],), {}, TypeError, "'<' not supported between instances of 'str' and 'int'"
    yield "searchsorted", ([1, 2], "a"), {}, TypeError, "'<' not supported between instances of 'int' and 'str'"


def floats():
    return array("d", [1, 2])


ITERABLES = "(accepted: any iterable)"
FILES = "(accepted: a path, a descriptor, or a file object)"
TEXTS = "(accepted: str, bytes, a buffer of bytes)"
DTYPES = "(accepted: int, float, NumPy integers and floats)"


class Unwritten:
    """A file object that nothing may be written to."""

    mode = "wb"

    def write(self, data):
        raise AssertionError


def bad_join_rows_calls():
    for bad, what in ((5, "int"), (None, "NoneType"), (NoNumber(), "NoNumber")):
        yield "join_rows", (bad,), {}, TypeError, f"join_rows: 'rows' must not be {what} {ITERABLES}"
        text = f"join_rows: row 0 of 'rows' must not be {what} {ITERABLES}"
        yield "join_rows", ([bad],), {}, TypeError, text
        text = f"join_rows: row 3 of 'rows' must not be {what} {ITERABLES}"
        yield "join_rows", ([[1], "a", range(2), bad, [1]],), {}, TypeError, text
        yield "join_rows", ([[1], "a", range(2), bad, [1]], b",", b";"), {}, TypeError, text
    for name in ("sep", "newline"):
        for bad in (5, None, [","], bytearray(b",")):
            text = f"join_rows: '{name}' must not be {type(bad).__name__} (accepted: str, bytes)"
            yield "join_rows", ([[1]],), {name: bad}, TypeError, text
            yield "join_rows", (5,), {name: bad}, TypeError, text
    text = "join_rows: 'sep' and 'newline' must both be str or both be bytes"
    for keywords in ({"sep": b","}, {"newline": b";"}, {"sep": "", "newline": b""}, {"sep": b"", "newline": ""}):
        yield "join_rows", ([[1]],), keywords, TypeError, text
    text = "join_rows: row 1 of 'rows' must have one dimension, not 2"
    yield "join_rows", ([[1], SQUARE],), {}, ValueError, text
    text = "join_rows: 'rows' must have two dimensions, not 1"
    yield "join_rows", (memoryview(b"abc"),), {}, ValueError, text
    yield "join_rows", (b"abc",), {}, TypeError, f"join_rows: row 0 of 'rows' must not be int {ITERABLES}"


def bad_join_to_calls():
    good = Unwritten
    for bad in (5, None, NoNumber()):
        text = f"join_to: 'values' must not be {type(bad).__name__} {ITERABLES}"
        yield "join_to", (good(), bad), {}, TypeError, text
        yield "join_to", ("/no/such/folder/x", bad), {}, TypeError, text
    text = "join_to: 'values' must have one dimension, not 2 (join_rows takes rows)"
    yield "join_to", (good(), SQUARE), {}, ValueError, text
    for bad in (5, None, [","], bytearray(b",")):
        text = f"join_to: 'sep' must not be {type(bad).__name__} (accepted: str, bytes)"
        yield "join_to", (good(), [1], bad), {}, TypeError, text
    for bad in ([], None, 1.5, True, b"path", NoNumber(), [1]):
        text = f"join_to: 'file' must not be {type(bad).__name__} {FILES}"
        yield "join_to", (bad, [1]), {}, TypeError, text
    for bad in (0, -1, -(10**30)):
        text = f"join_to: 'chunk' must be at least 1, not {bad}"
        yield "join_to", (good(), [1]), {"chunk": bad}, ValueError, text
        yield "join_to", ("/no/such/folder/x", [1]), {"chunk": bad}, ValueError, text
    for bad in (1.0, None, "1"):
        text = f"join_to: 'chunk' must not be {type(bad).__name__} (accepted: integers)"
        yield "join_to", (good(), [1]), {"chunk": bad}, TypeError, text
    text = "join_to: 'sep' must not be bytes for a text file (accepted: str)"
    yield "join_to", (io.StringIO(), [1], b","), {}, TypeError, text


def bad_parse_calls():
    for bad in (5, None, [1], ["1"], 1.5, array("d", [1]), array("i", [1]), NoNumber(), memoryview(b"1,2")[::2]):
        yield "parse", (bad,), {}, TypeError, f"parse: 'text' must not be {type(bad).__name__} {TEXTS}"
    for text in ("1", b"1"):
        for bad in (5, None, [","], bytearray(b",")):
            message = f"parse: 'sep' must not be {type(bad).__name__} (accepted: str, bytes)"
            yield "parse", (text, bad), {}, TypeError, message
        for bad in ("", b""):
            yield "parse", (text, bad), {}, ValueError, "parse: 'sep' must not be empty"
        for bad, what in (
            (bool, "bool"),
            (str, "str"),
            (complex, "complex"),
            (bytes, "bytes"),
            (object, "object"),
            (None, "NoneType"),
            (5, "int"),
            ("no dtype", "'no dtype'"),
            ("c16", "'c16'"),
            ([], "list"),
        ):
            message = f"parse: 'dtype' must not be {what} {DTYPES}"
            yield "parse", (text, ",", bad), {}, TypeError, message
        yield "parse", (text,), {"threads": 0}, ValueError, "parse: 'threads' must be at least 1, not 0"
        text_of_threads = "parse: 'threads' must not be float (accepted: integers)"
        yield "parse", (text,), {"threads": 1.5}, TypeError, text_of_threads
    yield "parse", ("1,x",), {}, ValueError, "parse: token 1 at offset 2 is no float: 'x'"
    yield "parse", ("1,x", ",", int), {}, ValueError, "parse: token 1 at offset 2 is no integer: 'x'"
    yield "parse", ("1,", ",", int), {}, ValueError, "parse: token 1 at offset 2 is empty"
    yield "parse", ("1,-1e400",), {}, ValueError, "parse: token 1 at offset 2 does not fit float64: '-1e400'"


def bad_fibonacci_calls():
    for name, argument, rest in (
        ("fibonacci", "n", ()),
        ("lucas", "n", ()),
        ("fibonacci_str", "n", ()),
        ("fibonacci_range", "start", (1,)),
        ("fibonacci_mod", "n", (1,)),
    ):
        for value in (1.0, "1", None, [1], 1j):
            text = f"{name}: '{argument}' must not be {type(value).__name__} (accepted: integers)"
            yield name, (value, *rest), {}, TypeError, text
    yield "fibonacci_range", (0, 1.5), {}, TypeError, "fibonacci_range: 'stop' must not be float (accepted: integers)"
    yield "fibonacci_mod", (1, 1.5), {}, TypeError, "fibonacci_mod: 'm' must not be float (accepted: integers)"
    yield "fibonacci_mod", (1, 0), {}, ValueError, "fibonacci_mod: 'm' must be at least 1, not 0"
    yield "fibonacci_mod", (1, -5), {}, ValueError, "fibonacci_mod: 'm' must be at least 1, not -5"
    yield from bad_fibonacci_array_calls()
    yield from bad_linear_recurrence_calls()


def bad_fibonacci_array_calls():
    name, accepted = "fibonacci_array", "(accepted: integers)"
    for mod in (None, 7):
        for bad, what in (
            (5, "be int"),
            (None, "be NoneType"),
            ("12", "be str"),
            (NoNumber(), "be NoNumber"),
            (memoryview(b"ab").cast("c"), "be a buffer of format 'c'"),
            (array("d", [1, 2]), "be float64"),
            (array("f"), "be float32"),
            ([1, 2.0], "hold float"),
            ([1, "a"], "hold str"),
            ([1, None], "hold NoneType"),
            ((1, 1j), "hold complex"),
            ([[1], 2], "hold list"),
        ):
            yield name, (bad,), {"mod": mod}, TypeError, f"{name}: 'n' must not {what} {accepted}"
        keywords = {"mod": mod, "out": [0, 0]}
        yield name, ([1, 2],), keywords, TypeError, f"{name}: 'out' must not be list (accepted: a writable array)"
        keywords = {"mod": mod, "out": array("q", [0, 0])}
        yield name, ([1, 2],), keywords, TypeError, f"{name}: 'out' must be uint64, not int64"
        keywords = {"mod": mod, "out": array("Q", [0])}
        yield name, ([1, 2],), keywords, ValueError, f"{name}: 'out' must have shape (2,), not (1,)"
        keywords = {"mod": mod, "out": memoryview(bytes(16)).cast("Q")}
        yield name, ([1, 2],), keywords, ValueError, f"{name}: 'out' is read-only"
    for bad in (1.5, "7", [7]):
        text = f"{name}: 'mod' must not be {type(bad).__name__} {accepted}"
        yield name, ([1],), {"mod": bad}, TypeError, text
    for bad in (0, -5, -(10**30)):
        yield name, ([1],), {"mod": bad}, ValueError, f"{name}: 'mod' must be at least 1, not {bad}"
    for bad in (2**64 + 1, 10**30):
        text = f"{name}: 'mod' must be at most 18446744073709551616, not {bad}"
        yield name, ([1],), {"mod": bad}, OverflowError, text
    for bad, position in ((94, 3), (-1, 0), (10**30, 1), (-(2**63), 2)):
        values = [*[93] * position, bad, 95]
        text = f"{name}: 'n' must be from 0 to 93 without 'mod', but n[{position}] is {bad}"
        yield name, (values,), {}, OverflowError, text


def bad_linear_recurrence_calls():
    name = "linear_recurrence"
    for bad, what in (
        (5, "be int (accepted: an iterable of integers)"),
        (None, "be NoneType (accepted: an iterable of integers)"),
        (NoNumber(), "be NoNumber (accepted: an iterable of integers)"),
        ("12", "hold str (accepted: integers)"),
        ([1, 2.0], "hold float (accepted: integers)"),
        ([None, 1], "hold NoneType (accepted: integers)"),
        ([[1], 2], "hold list (accepted: integers)"),
        (array("d", [1, 2]), "hold float (accepted: integers)"),
    ):
        for mod in (None, 7):
            yield name, (bad, [1, 2], 3), {"mod": mod}, TypeError, f"{name}: 'coefficients' must not {what}"
            yield name, ([1, 2], bad, 3), {"mod": mod}, TypeError, f"{name}: 'initial' must not {what}"
    for mod in (None, 7):
        for empty in ([], (), array("q"), b""):
            yield name, (empty, [], 3), {"mod": mod}, ValueError, f"{name}: 'coefficients' must not be empty"
        for initial in ([], [1], [1, 2, 3]):
            text = f"{name}: 'initial' must have as many elements as 'coefficients' (2), not {len(initial)}"
            yield name, ([1, 2], initial, 3), {"mod": mod}, ValueError, text
        for bad in (-1, -(10**30)):
            yield name, ([1], [1], bad), {"mod": mod}, ValueError, f"{name}: 'n' must be at least 0, not {bad}"
        for bad in (1.0, None, "1"):
            text = f"{name}: 'n' must not be {type(bad).__name__} (accepted: integers)"
            yield name, ([1], [1], bad), {"mod": mod}, TypeError, text
    for bad in (0, -1, -(10**30)):
        yield name, ([1], [1], 1), {"mod": bad}, ValueError, f"{name}: 'mod' must be at least 1, not {bad}"
    for bad in (1.0, "1", [1]):
        text = f"{name}: 'mod' must not be {type(bad).__name__} (accepted: integers)"
        yield name, ([1], [1], 1), {"mod": bad}, TypeError, text


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
    for name in ("sum", "fsum", "mean", "var", "std", "cumsum", "median"):
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
    yield "join", (SQUARE,), {}, ValueError, "join: 'values' must have one dimension, not 2 (join_rows takes rows)"
    yield from bad_join_rows_calls()
    yield from bad_join_to_calls()
    yield from bad_parse_calls()
    yield from bad_fibonacci_calls()
    yield from bad_sorting_calls()
    yield from bad_selection_calls()
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


def bad_arrays_to_sort(np):
    for name in SORTING:
        second = SECOND.get(name, ())
        for dtype in ("complex128", "object"):
            text = f"{name}: 'a' must not be {dtype} {SORTABLE}"
            yield name, (np.zeros(3, dtype), *second), {}, TypeError, text
        text = f"{name}: 'a' must not be a 0-d array {SORTABLE}"
        yield name, (np.array(5.0), *second), {}, TypeError, text
        text = f"{name}: 'a' must not be MaskedArray {SORTABLE}"
        yield name, (np.ma.masked_array([1.0]), *second), {}, TypeError, text
    for name in SORTING_ALONG_AN_AXIS:
        bounds = "is out of bounds for an array of dimension"
        for dtype in ("float64", "U3", "datetime64[s]"):
            second = SECOND.get(name, ())
            yield name, (np.zeros(3, dtype), *second), {"axis": 1}, ValueError, f"{name}: axis 1 {bounds} 1"
            yield name, (np.zeros((2, 3), dtype), *second), {"axis": -3}, ValueError, f"{name}: axis -3 {bounds} 2"
    frozen = np.zeros(2)
    frozen.flags.writeable = False
    for a, out, exception, text in (
        ([3.0, 1.0], np.zeros(2, "float32"), TypeError, "must be float64, not float32"),
        ([3.0, 1.0], np.zeros(3), ValueError, "must have shape (2,), not (3,)"),
        ([3.0, 1.0], np.zeros((1, 2)), ValueError, "must have shape (2,), not (1, 2)"),
        ([3.0, 1.0], frozen, ValueError, "is read-only"),
        ([3.0, 1.0], [0, 0], TypeError, "must not be list (accepted: a writable array)"),
        ([3.0, 1.0], np.zeros(2, "U3"), TypeError, "must be float64, not U3"),
        (["b", "aaa"], np.zeros(2, "U2"), TypeError, "must be U3, not U2"),
        (["b", "aaa"], np.zeros(2, "U4"), TypeError, "must be U3, not U4"),
        (["b", "aaa"], np.zeros(2, "S3"), TypeError, "must be U3, not S3"),
        (["b", "aaa"], array("d", [0, 0]), TypeError, "must be U3, not float64"),
        ([b"b", b"aaa"], np.zeros(2, "S4"), TypeError, "must be S3, not S4"),
        (np.zeros(2, "M8[s]"), np.zeros(2, "M8[ms]"), TypeError, "must be datetime64[s], not datetime64[ms]"),
        (np.zeros(2, "M8[s]"), np.zeros(2, "m8[s]"), TypeError, "must be datetime64[s], not timedelta64[s]"),
        (np.zeros(2, "m8[25s]"), np.zeros(2, "m8[s]"), TypeError, "must be timedelta64[25s], not timedelta64[s]"),
        (np.zeros(2, "M8[s]"), np.zeros(2, "int64"), TypeError, "must be datetime64[s], not int64"),
        (np.zeros(2, "M8[s]"), array("q", [0, 0]), TypeError, "must be datetime64[s], not int64"),
    ):
        yield "sort", (np.array(a),), {"out": out}, exception, f"sort: 'out' {text}"


def bad_arrays_to_search(np):
    numbers, text, data = np.array([1.0, 2.0]), np.array(["a", "b"]), np.array([b"a", b"b"])
    days, seconds, spans = np.zeros(2, "M8[D]"), np.zeros(2, "M8[s]"), np.zeros(2, "m8[s]")
    yield "partition", (np.zeros((2, 0)), 0), {}, ValueError, "partition: 'k' must be between 0 and -1, not 0"
    yield "partition", (np.zeros((2, 3)), 3), {}, ValueError, "partition: 'k' must be between -3 and 2, not 3"
    for dimensions in (2, 3):
        a = np.zeros((1,) * dimensions)
        text_of_it = f"searchsorted: 'a' must have one dimension, not {dimensions}"
        yield "searchsorted", (a, 1.0), {}, ValueError, text_of_it
    for a, v, what, accepted in (
        (numbers, text, "be str", "bool, integers, floats"),
        (numbers, text[0], "be str_", "bool, integers, floats"),
        (numbers, data, "be bytes", "bool, integers, floats"),
        (numbers, days, "be datetime64[D]", "bool, integers, floats"),
        (numbers, [1, "a"], "hold str", "bool, integers, floats"),
        (numbers, [1, text[0]], "hold str_", "bool, integers, floats"),
        (numbers, np.zeros(2, complex), "be complex128", SORTABLE[11:-1]),
        (text, numbers, "be float64", "str"),
        (text, data, "be bytes", "str"),
        (text, ["a", b"a"], "hold bytes", "str"),
        (text, 1, "be int", "str"),
        (data, text, "be str", "bytes"),
        (data, "a", "be str", "bytes"),
        (data, [b"a", 1], "hold int", "bytes"),
        (seconds, days, "be datetime64[D]", "datetime64[s]"),
        (seconds, days[0], "be datetime64[D]", "datetime64[s]"),
        (seconds, spans, "be timedelta64[s]", "datetime64[s]"),
        (seconds, np.zeros(2, "int64"), "be int64", "datetime64[s]"),
        (seconds, 5, "be int", "datetime64[s]"),
        (seconds, "2020-01-01", "be str", "datetime64[s]"),
        (seconds, [seconds[0]], "be list", "datetime64[s]"),
        (spans, seconds, "be datetime64[s]", "timedelta64[s]"),
        ([1, 2], days, "be datetime64[D]", "bool, integers, floats, str, bytes"),
    ):
        yield "searchsorted", (a, v), {}, TypeError, f"searchsorted: 'v' must not {what} (accepted: {accepted})"
    for a, others, what, accepted in (
        (numbers, np.zeros(2, complex), "complex128", SORTABLE[11:-1]),
        (numbers, np.array(1.0), "a 0-d array", SORTABLE[11:-1]),
        (numbers, days, "datetime64[D]", "bool, integers, floats, str, bytes"),
        ([1], days, "datetime64[D]", "bool, integers, floats, str, bytes"),
        (days, numbers, "float64", "datetime64[D]"),
        (days, seconds, "datetime64[s]", "datetime64[D]"),
        (days, [days[0]], "list", "datetime64[D]"),
        (spans, seconds, "datetime64[s]", "timedelta64[s]"),
    ):
        yield "isin", (a, others), {}, TypeError, f"isin: 'elements' must not be {what} (accepted: {accepted})"


def bad_arrays_of_indices(np):
    name, accepted = "fibonacci_array", "(accepted: integers)"
    for dtype in ("float16", "float32", "float64", "complex128", "object", "datetime64[s]", "timedelta64[s]"):
        for shape in (3, (2, 0), ()):
            yield name, (np.zeros(shape, dtype),), {}, TypeError, f"{name}: 'n' must not be {dtype} {accepted}"
    yield name, (np.zeros(2, "U3"),), {"mod": 7}, TypeError, f"{name}: 'n' must not be str {accepted}"
    yield name, (np.zeros(2, "S3"),), {"mod": 7}, TypeError, f"{name}: 'n' must not be bytes {accepted}"
    yield name, (np.float64(1),), {}, TypeError, f"{name}: 'n' must not be float64 {accepted}"
    yield name, (np.ma.masked_array([1]),), {}, TypeError, f"{name}: 'n' must not be MaskedArray {accepted}"
    yield name, ([1, np.float64(1)],), {}, TypeError, f"{name}: 'n' must not hold float64 {accepted}"
    yield name, ([1, np.zeros(2, "int64")],), {}, TypeError, f"{name}: 'n' must not hold ndarray {accepted}"
    frozen = np.zeros(2, "uint64")
    frozen.flags.writeable = False
    for out, exception, text in (
        (np.zeros(2, "int64"), TypeError, "must be uint64, not int64"),
        (np.zeros(2), TypeError, "must be uint64, not float64"),
        (np.zeros(2, "U3"), TypeError, "must be uint64, not U3"),
        (np.zeros(3, "uint64"), ValueError, "must have shape (2,), not (3,)"),
        (np.zeros((1, 2), "uint64"), ValueError, "must have shape (2,), not (1, 2)"),
        (np.zeros((), "uint64"), ValueError, "must have shape (2,), not ()"),
        (frozen, ValueError, "is read-only"),
    ):
        for mod in (None, 2**61 - 1):
            for n in (np.arange(2), np.arange(4, dtype="uint8")[::2], [1, 2]):
                yield name, (n,), {"mod": mod, "out": out}, exception, f"{name}: 'out' {text}"
    for dtype in ("float64", "U1", "object"):
        a = np.array([1, 2], dtype)
        what = {"float64": "float64", "U1": "str_", "object": "NoneType"}[dtype]
        if dtype == "object":
            a[1] = None
        text = f"must not hold {what} {accepted}"
        yield "linear_recurrence", (a, [1, 2], 3), {}, TypeError, f"linear_recurrence: 'coefficients' {text}"
        yield "linear_recurrence", ([1, 2], a, 3), {"mod": 7}, TypeError, f"linear_recurrence: 'initial' {text}"
    text = "linear_recurrence: 'initial' must not be ndarray (accepted: an iterable of integers)"
    yield "linear_recurrence", ([1], np.array(1), 3), {}, TypeError, text
    text = "linear_recurrence: 'coefficients' must not hold ndarray (accepted: integers)"
    yield "linear_recurrence", (np.ones((2, 2), "int64"), [1, 2], 3), {}, TypeError, text


def bad_arrays(np):
    for name in ALONG_AN_AXIS:
        for dtype in ("complex128", "object", "datetime64[s]"):
            yield name, (np.zeros(3, dtype),), {}, TypeError, f"{name}: 'a' must not be {dtype} {NUMBERS}"
        yield name, (np.array(["a"]),), {}, TypeError, f"{name}: 'a' must not be str {NUMBERS}"
        yield name, (np.array([b"a"]),), {}, TypeError, f"{name}: 'a' must not be bytes {NUMBERS}"
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
    yield from bad_arrays_to_sort(np)
    yield from bad_arrays_to_search(np)
    yield "join", (np.array(5.0), ","), {}, TypeError, "join: 'values' must not be a 0-d array (accepted: any iterable)"
    advice = "(join_rows takes rows)"
    for dimensions in (2, 3):
        a = np.zeros((2,) * dimensions)
        text = f"'values' must have one dimension, not {dimensions} {advice}"
        yield "join", (a, ","), {}, ValueError, f"join: {text}"
        yield "join_to", (Unwritten(), a, ","), {}, ValueError, f"join_to: {text}"
    text = "join_to: 'values' must not be a 0-d array (accepted: any iterable)"
    yield "join_to", (Unwritten(), np.array(5.0)), {}, TypeError, text
    for dimensions in (0, 1, 3):
        text = f"join_rows: 'rows' must have two dimensions, not {dimensions}"
        yield "join_rows", (np.zeros((2,) * dimensions),), {}, ValueError, text
    text = "join_rows: row 1 of 'rows' must have one dimension, not 2"
    yield "join_rows", ([np.zeros(2), np.zeros((2, 2))],), {}, ValueError, text
    text = "join_rows: row 0 of 'rows' must not be a 0-d array (accepted: any iterable)"
    yield "join_rows", ([np.array(5.0)],), {}, TypeError, text
    text = "join_rows: row 2 of 'rows' must not be a 0-d array (accepted: any iterable)"
    yield "join_rows", ([[1], [2], np.float64(3)],), {}, TypeError, text
    yield "parse", (np.zeros(3),), {}, TypeError, f"parse: 'text' must not be ndarray {TEXTS}"
    yield "parse", (np.zeros(6, "u1")[::2],), {}, TypeError, f"parse: 'text' must not be ndarray {TEXTS}"
    yield from bad_arrays_of_indices(np)
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
    with pytest.raises(TypeError, match="^vectorize: [+] does not take bool: write fastcore.where"):
        fc.vectorize(lambda x: +x)([True])


def test_bits_are_of_conditions_and_integers(fc):
    text = "^vectorize: & [|] ^ ~ take conditions or integers, not float64$".replace("^ ~", "\\^ ~")
    for function in (lambda x: x & x, lambda x: x | True, lambda x: 1 ^ x, lambda x: ~x):
        with pytest.raises(TypeError, match=text):
            fc.vectorize(function)([1.5])
    with pytest.raises(TypeError, match="^vectorize: << and >> take integers, not float64$"):
        fc.vectorize(lambda x: x << 1)([1.5])
    assert fc.vectorize(lambda x: (x & 6 | 1) ^ ~x)([5, 2]) == [-1, -2]


@pytest.mark.parametrize("value", (math.nan, 1e308, True, 10**30))
def test_a_scalar_is_no_sequence(fc, value):
    for name in ("sum", "sort", "join", "join_rows", "unique", "median"):
        assert outcome(getattr(fc, name), value)[:2] == ("raised", "TypeError")
