"""Twins of the transforms family: tracing a function into a typed program, which both sides run, and running it."""

from __future__ import annotations

import functools
import math
import struct
import sys

from fastcore.pure import arguments

TYPE_CHECKING = False  # so that `typing` is not loaded at run time
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, Callable

# ---- tracing ----

REPLACEMENTS = {
    "bool": "a condition has no single truth value here: write fastcore.where(condition, a, b) for if and else,"
    " & | ~ for and, or, not, and two comparisons for a < x < b",
    "number": "math functions, int(), float() and round() need a number: use fastcore.sqrt and the like",
    "sequence": "an element has no length, items or attributes: reduce the result instead",
}


class TraceError(TypeError):
    """A function does what a vectorized program cannot; the text names what to write instead."""


class Node:
    """An operation on earlier nodes; "operand" and "constant" are the leaves."""

    __slots__ = ("arguments", "operation", "value")

    def __init__(self, operation: str, arguments: tuple[int, ...], value: Any = None) -> None:
        self.operation = operation
        self.arguments = arguments
        self.value = value


class Graph:
    """The nodes of a traced function, equal ones once, each after its arguments; the last is the result."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._known: dict[Any, int] = {}

    def add(self, operation: str, *children: Any) -> Symbolic:
        return Symbolic(self, self._number(Node(operation, tuple(self.number(child) for child in children))))

    def operand(self, position: int) -> Symbolic:
        return Symbolic(self, self._number(Node("operand", (), position)))

    def number(self, value: Any) -> int:
        """The node of a symbolic value, or of a constant."""
        if type(value) is Symbolic and value.graph is self:
            return value.number
        if type(value) not in (bool, int, float) and not _is_numpy_scalar(value):
            raise TraceError(
                f"vectorize: {type(value).__name__} cannot take part in a vectorized function;"
                " pass arrays as operands, and use numbers as constants"
            )
        return self._number(Node("constant", (), value))

    def _number(self, node: Node) -> int:
        # repr tells 0.0 from -0.0, and the type 1 from True from 1.0.
        key = (node.operation, node.arguments, type(node.value), repr(node.value))
        if key not in self._known:
            self._known[key] = len(self.nodes)
            self.nodes.append(node)
        return self._known[key]


def _is_numpy_scalar(value: Any) -> bool:
    numpy = arguments.numpy_if_loaded()
    return numpy is not None and isinstance(value, numpy.generic) and value.dtype.name in arguments.KIND_CODES


def _binary(operation: str, swap: bool = False) -> tuple[Callable[..., Any], Callable[..., Any]]:
    def plain(self: Symbolic, other: Any) -> Symbolic:
        return self.graph.add(operation, *((other, self) if swap else (self, other)))

    def reflected(self: Symbolic, other: Any) -> Symbolic:
        return self.graph.add(operation, *((self, other) if swap else (other, self)))

    return plain, reflected


def _refuse(reason: str) -> Callable[..., Any]:
    def method(self: Symbolic, *_: Any, **__: Any) -> Any:
        raise TraceError(f"vectorize: {REPLACEMENTS[reason]}")

    return method


class Symbolic:
    """What a function is called with while it is traced: it records what is done with it."""

    __slots__ = ("graph", "number")

    def __init__(self, graph: Graph, number: int) -> None:
        self.graph = graph
        self.number = number

    __add__, __radd__ = _binary("add")
    __sub__, __rsub__ = _binary("subtract")
    __mul__, __rmul__ = _binary("multiply")
    __truediv__, __rtruediv__ = _binary("divide")
    __and__, __rand__ = _binary("logical_and")
    __or__, __ror__ = _binary("logical_or")
    __lt__, _ = _binary("less")
    __le__, _ = _binary("less_equal")
    __gt__, _ = _binary("less", swap=True)
    __ge__, _ = _binary("less_equal", swap=True)
    __eq__, _ = _binary("equal")
    __ne__, _ = _binary("not_equal")
    __hash__ = None  # type: ignore[assignment]

    def __neg__(self) -> Symbolic:
        return self.graph.add("negative", self)

    def __pos__(self) -> Symbolic:
        return self

    def __abs__(self) -> Symbolic:
        return self.graph.add("absolute", self)

    def __invert__(self) -> Symbolic:
        return self.graph.add("logical_not", self)

    def __pow__(self, exponent: Any) -> Symbolic:
        if type(exponent) is int and exponent == 2:
            return self.graph.add("square", self)
        raise TraceError("vectorize: of the powers only x ** 2 is known: write a product, such as x * x * x")

    def __rpow__(self, base: Any) -> Symbolic:
        raise TraceError("vectorize: of the powers only x ** 2 is known")

    def __floordiv__(self, other: Any) -> Symbolic:
        raise TraceError("vectorize: // and % are not known: only / divides")

    __rfloordiv__ = __mod__ = __rmod__ = __divmod__ = __rdivmod__ = __floordiv__

    __bool__ = _refuse("bool")
    __float__ = __int__ = __index__ = __complex__ = __round__ = __floor__ = __ceil__ = __trunc__ = _refuse("number")
    __iter__ = __len__ = __getitem__ = __contains__ = __format__ = _refuse("sequence")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise TraceError(f"vectorize: .{name} is not known; {REPLACEMENTS['sequence']}")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Symbolic:
        operation = _UFUNCS.get(ufunc.__name__)
        if method != "__call__" or keywords or operation is None:
            name = ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"
            raise TraceError(f"vectorize: numpy.{name} is not known here" + (" with keywords" if keywords else ""))
        if operation.startswith("greater"):
            return self.graph.add(operation.replace("greater", "less"), inputs[1], inputs[0])
        return self.graph.add(operation, *inputs)

    def __array_function__(self, function: Any, types: Any, args: Any, keywords: Any) -> Symbolic:
        if function.__name__ == "where" and len(args) == 3 and not keywords:
            return self.graph.add("where", *args)
        raise TraceError(f"vectorize: numpy.{function.__name__} is not known here")


_UFUNCS = {
    **{
        name: name
        for name in [
            "add",
            "subtract",
            "multiply",
            "divide",
            "negative",
            "absolute",
            "sqrt",
            "less",
            "less_equal",
            "equal",
            "not_equal",
        ]
    },
    **{name: name for name in ["greater", "greater_equal", "logical_and", "logical_or", "logical_not", "square"]},
    "true_divide": "divide",
    "bitwise_and": "logical_and",
    "bitwise_or": "logical_or",
    "invert": "logical_not",
}


def trace(function: Callable[..., Any]) -> tuple[Graph, int, int]:
    """Call the function once with symbolic operands: the graph, the number of operands and the result's node."""
    count = operand_count(function)
    graph = Graph()
    result = function(*[graph.operand(position) for position in range(count)])
    if result is None:
        raise TraceError("vectorize: the function returns None")
    return graph, count, graph.number(result)


def operand_count(function: Callable[..., Any]) -> int:
    """The number of parameters that have no default."""
    if not callable(function):
        arguments.reject("vectorize", "'function'", type(function).__name__, "a function")
    import inspect

    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:
        if hasattr(function, "nin"):
            return int(function.nin)
        raise TraceError(
            "vectorize: the function has no signature to take operands from: wrap it in a lambda"
        ) from None
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        raise TraceError("vectorize: the function must name its operands instead of *args")
    count = sum(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is p.empty for p in parameters)
    if count == 0:
        raise TraceError("vectorize: the function takes no operands")
    return count


# ---- types ----

# Python numbers are weak: they take the kind of what they meet (NEP 50). Alone they are these.
WEAK = {bool: "weak bool", int: "weak int", float: "weak float"}
WEAK_ALONE = {"weak bool": "bool", "weak int": "int64", "weak float": "float64"}
COMPARISONS = ("less", "less_equal", "equal", "not_equal")


def is_weak(kind: str) -> bool:
    return kind.startswith("weak")


def bits(kind: str) -> int:
    return int(kind.lstrip("uintfloa"))


def promote(a: str, b: str) -> str:
    """The kind that two kinds compute in, as NumPy 2 has it."""
    if is_weak(a) and is_weak(b):
        a, b = WEAK_ALONE[a], WEAK_ALONE[b]
    if is_weak(a):
        a, b = b, a
    if b == "weak bool" or a == b or b == "bool":
        return a
    if b == "weak int":
        return "int64" if a == "bool" else a
    if b == "weak float":
        return a if a.startswith("float") else "float64"
    if a == "bool":
        return b
    if a.startswith("float") and b.startswith("float"):
        return a if bits(a) > bits(b) else b
    if b.startswith("float"):
        a, b = b, a
    if a.startswith("float"):
        needed = {8: 16, 16: 32, 32: 64, 64: 64}[bits(b)]
        return f"float{max(bits(a), needed)}"
    if a.startswith("uint") == b.startswith("uint"):
        return a if bits(a) > bits(b) else b
    if a.startswith("uint"):
        a, b = b, a
    if bits(a) > bits(b):
        return a
    return f"int{2 * bits(b)}" if bits(b) < 64 else "float64"


def float_kind(kind: str) -> str:
    """The kind in which NumPy takes a root of a kind."""
    if is_weak(kind):
        return "float64"
    if kind.startswith("float"):
        return kind
    return "float16" if kind == "bool" else {8: "float16", 16: "float32", 32: "float64", 64: "float64"}[bits(kind)]


class Leaf:
    """A value of a program before its steps: an operand array, a number passed as an operand, or a constant."""

    __slots__ = ("kind", "source", "value")

    def __init__(self, source: str, value: Any, kind: str) -> None:
        self.source = source  # "operand", "scalar" or "constant"
        self.value = value  # the operand's position, or the constant
        self.kind = kind


class Step:
    """One loop over a block: the loop's name and kind, the kind it yields, and the values it takes by number."""

    __slots__ = ("arguments", "kind", "operation", "result")

    def __init__(self, operation: str, kind: str, result: str, arguments: tuple[int, ...]) -> None:
        self.operation = operation
        self.kind = kind
        self.result = result
        self.arguments = arguments


class Program:
    """A traced function for operands of given kinds: leaves, then steps; values are numbered through both."""

    __slots__ = ("kind", "leaves", "result", "steps")

    def __init__(self, leaves: list[Leaf], steps: list[Step], result: int, kind: str) -> None:
        self.leaves = leaves
        self.steps = steps
        self.result = result
        self.kind = kind


def compile_program(graph: Graph, result: int, kinds: Sequence[str]) -> Program:
    """Give every node its kind and insert the casts between them."""
    return _Compiler(graph, kinds).run(result)


class _Compiler:
    def __init__(self, graph: Graph, kinds: Sequence[str]) -> None:
        self.graph = graph
        self.kinds = kinds
        self.leaves: dict[Any, int] = {}
        self.leaf_list: list[Leaf] = []
        self.steps: list[Step] = []
        self.casts: dict[tuple[Any, str], Any] = {}

    # A typed value is (where, kind): where is a node for weak leaves, ("leaf", i) or ("step", i) for the rest.

    def run(self, result: int) -> Program:
        typed: list[Any] = []
        for node in self.graph.nodes[: result + 1]:
            typed.append(self._node(node, [typed[i] for i in node.arguments]))
        where, kind = typed[result]
        kind = WEAK_ALONE.get(kind, kind)
        where = self._cast((where, typed[result][1]), kind)
        count = len(self.leaf_list)

        def number(value: Any) -> int:
            return int(value[1] if value[0] == "leaf" else count + value[1])

        steps = [
            Step(step.operation, step.kind, step.result, tuple(number(v) for v in step.arguments))
            for step in self.steps
        ]
        return Program(self.leaf_list, steps, number(where), kind)

    def _node(self, node: Node, args: list[Any]) -> Any:
        if node.operation == "operand":
            kind = self.kinds[node.value]
            return (("scalar", node.value), kind) if is_weak(kind) else (self._leaf("operand", node.value, kind), kind)
        if node.operation == "constant":
            if type(node.value) in WEAK:
                return ("constant", node.value), WEAK[type(node.value)]
            kind = node.value.dtype.name
            return self._leaf("constant", node.value.item(), kind), kind
        kinds = [kind for _, kind in args]
        if node.operation == "where":
            condition = self._condition(args[0])
            kind = promote(kinds[1], kinds[2])
            return self._step("where", kind, kind, condition, self._cast(args[1], kind), self._cast(args[2], kind))
        if node.operation in COMPARISONS:
            return self._comparison(node.operation, args)
        if node.operation.startswith("logical"):
            for kind in kinds:
                if kind not in ("bool", "weak bool"):
                    raise TypeError(f"vectorize: & | ~ take conditions, not {WEAK_ALONE.get(kind, kind)}")
            return self._step(node.operation, "bool", "bool", *(self._cast(a, "bool") for a in args))
        kind = kinds[0] if len(kinds) == 1 else promote(*kinds)
        kind = WEAK_ALONE.get(kind, kind)
        if node.operation == "divide" and not kind.startswith("float"):
            kind = "float64"
        if node.operation == "sqrt":
            kind = float_kind(kind)
        if node.operation == "square":
            kind = "int8" if kind == "bool" else kind
            value = self._cast(args[0], kind)
            return self._step("multiply", kind, kind, value, value)
        if kind == "bool" and node.operation in ("subtract", "negative"):
            raise TypeError("vectorize: - does not take bool: write ~ or !=")
        return self._step(node.operation, kind, kind, *(self._cast(a, kind) for a in args))

    def _comparison(self, operation: str, args: list[Any]) -> Any:
        kind = promote(args[0][1], args[1][1])
        for position, (where, weak) in enumerate(args):
            # A Python integer beyond an integer kind compares as the number it is.
            if weak == "weak int" and where[0] == "constant" and kind in INTEGER_RANGES:
                least, most = INTEGER_RANGES[kind]
                if not least <= where[1] <= most:
                    beyond = where[1] > most
                    answer = {"equal": False, "not_equal": True}.get(operation, beyond if position else not beyond)
                    return self._leaf("constant", answer, "bool"), "bool"
        kinds = {kind for _, kind in args}
        if kind == "float64" and not any(k.startswith(("float", "weak")) for k in kinds):
            kind = "mixed64"  # uint64 against a signed kind: exactly, as integers
            return self._step(operation, kind, "bool", *(where for where, _ in args))
        return self._step(operation, kind, "bool", *(self._cast(a, kind) for a in args))

    def _condition(self, value: Any) -> Any:
        kind = value[1]
        if kind in ("bool", "weak bool"):
            return self._cast(value, "bool")
        kind = WEAK_ALONE.get(kind, kind)
        zero = self._leaf("constant", cast(0, kind), kind)
        return self._step("not_equal", kind, "bool", self._cast(value, kind), zero)[0]

    def _step(self, operation: str, kind: str, result: str, *values: Any) -> Any:
        self.steps.append(Step(operation, kind, result, values))
        return ("step", len(self.steps) - 1), result

    def _cast(self, value: Any, kind: str) -> Any:
        where, found = value
        if where[0] == "constant":
            return self._leaf("constant", cast_weak(where[1], kind), kind)
        if where[0] == "scalar":
            return self._leaf("scalar", where[1], kind)
        if found == kind:
            return where
        key = (where, kind)
        if key not in self.casts:
            self.casts[key] = self._step("cast", found, kind, where)[0]
        return self.casts[key]

    def _leaf(self, source: str, value: Any, kind: str) -> Any:
        key = (source, repr(value), kind)
        if key not in self.leaves:
            self.leaves[key] = len(self.leaf_list)
            self.leaf_list.append(Leaf(source, value, kind))
        return ("leaf", self.leaves[key])


# ---- elements ----

INTEGER_RANGES = {
    f"{sign}int{size}": ((0, 2**size - 1) if sign else (-(2 ** (size - 1)), 2 ** (size - 1) - 1))
    for size in (8, 16, 32, 64)
    for sign in ("", "u")
}


def cast(value: Any, kind: str) -> Any:
    """A number as the nearest element of a kind: integers wrap, floats round and overflow to infinity."""
    if kind == "bool":
        return bool(value)
    if kind in INTEGER_RANGES:
        least, most = INTEGER_RANGES[kind]
        return (int(value) - least) % (most - least + 1) + least
    if type(value) is int and kind != "float64" and abs(value) >= 2**53:
        # Rounded once: what falls out of 53 bits is kept as a sticky bit until the next step rounds.
        excess = value.bit_length() - 53
        value = math.ldexp(value >> excess | (value & (2**excess - 1) != 0), excess) if excess < 900 else value
    value = float(value)
    if kind == "float64" or value - value != 0:
        return value
    code = arguments.KIND_CODES[kind]
    try:
        return struct.unpack(code, struct.pack(code, value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)


def cast_weak(value: Any, kind: str) -> Any:
    """A Python number as a constant of a kind; an integer must fit."""
    if kind in INTEGER_RANGES and type(value) is int:
        least, most = INTEGER_RANGES[kind]
        if not least <= value <= most:
            raise OverflowError(f"vectorize: {value} is out of range for {kind}")
    return cast(value, kind)


def divide(x: float, y: float) -> float:
    """x / y as IEEE 754 has it where Python raises."""
    if y != 0:
        return x / y
    return math.nan if x == 0 or x != x else math.copysign(math.inf, x) * math.copysign(1.0, y)


def square_root(x: float) -> float:
    return math.nan if x < 0 else math.sqrt(x)


# By name, before the result is cast to its kind.
OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "divide": divide,
    "negative": lambda x: -x,
    "absolute": abs,
    "sqrt": square_root,
    "less": lambda x, y: x < y,
    "less_equal": lambda x, y: x <= y,
    "equal": lambda x, y: x == y,
    "not_equal": lambda x, y: x != y,
    "logical_and": lambda x, y: x and y,
    "logical_or": lambda x, y: x or y,
    "logical_not": lambda x: not x,
    "where": lambda condition, x, y: x if condition else y,
    "cast": lambda x: x,
}


def run_element(program: Program, leaves: Iterable[Any]) -> Any:
    """The program for one element, given its leaves' values."""
    values = list(leaves)
    for step in program.steps:
        value = OPERATIONS[step.operation](*[values[i] for i in step.arguments])
        values.append(cast(value, step.result))
    return values[program.result]


def run_with_numpy(graph: Graph, result: int, operands: Sequence[Any]) -> Any:
    """The traced operations by NumPy's own functions, for kinds that the loops do not have."""
    import numpy

    functions = {
        **{name: getattr(numpy, name) for name in OPERATIONS if name not in ("cast", "where")},
        "square": numpy.square,
        "where": lambda condition, a, b: numpy.where(numpy.asarray(condition) != 0, a, b),
    }
    values: list[Any] = []
    with numpy.errstate(all="ignore"):
        for node in graph.nodes[: result + 1]:
            if node.operation == "operand":
                values.append(operands[node.value])
            elif node.operation == "constant":
                values.append(node.value)
            else:
                values.append(functions[node.operation](*[values[i] for i in node.arguments]))
    return values[result]


# ---- calling ----


class Column:
    """An operand of a call: its elements, kind and shape; a number has no shape."""

    __slots__ = ("container", "kind", "shape", "values")

    def __init__(self, values: Any, kind: str, shape: tuple[int, ...] | None, container: str) -> None:
        self.values = values
        self.kind = kind
        self.shape = shape
        self.container = container  # "ndarray", "array", "list" or "scalar"


def read_operand(position: int, a: Any) -> Column:
    """Read an operand of a vectorized function; a list is what NumPy would make of its numbers."""
    if type(a) in WEAK:
        return Column(a, WEAK[type(a)], None, "scalar")
    name = f"operand {position + 1}"
    operand = arguments.read("vectorize", name, a)
    if operand.kind is not None:
        return Column(operand.values, operand.kind, operand.shape, operand.container)
    values = [v if type(v) in WEAK else arguments.real("vectorize", name, v) for v in operand.values]
    kind = "bool" if values and all(type(v) is bool for v in values) else "int64"
    if any(type(v) is float for v in values) or not values:
        kind = "float64"
        values = [float(v) for v in values]
    elif any(not -(2**63) <= v < 2**63 for v in values):
        raise OverflowError(f"vectorize: {name} holds an integer that is out of range for int64")
    return Column(values, kind, operand.shape, "list")


def broadcast_shape(shapes: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """The shape that shapes make together, as NumPy has it."""
    dimensions = max(len(shape) for shape in shapes)
    padded = [(1,) * (dimensions - len(shape)) + shape for shape in shapes]
    result = []
    for lengths in zip(*padded):
        known = {length for length in lengths if length != 1}
        if len(known) > 1:
            text = " and ".join(str(shape) for shape in shapes)
            raise ValueError(f"vectorize: operands of shapes {text} do not broadcast")
        result.append(known.pop() if known else 1)
    return tuple(result)


def result_container(columns: Sequence[Column]) -> str:
    """ndarray before array before list before number."""
    found = {column.container for column in columns}
    return next(name for name in ("ndarray", "array", "list", "scalar") if name in found)


def check_cast(kind: str, out_kind: str) -> None:
    """Check that a result may go into an array of another kind: NumPy's "same kind" rule."""
    order = ["bool", "uint", "int", "float"]
    if order.index(kind.rstrip("0123456789")) > order.index(out_kind.rstrip("0123456789")):
        raise TypeError(f"vectorize: 'out' must not be {out_kind}, to which {kind} does not cast")


class vectorize:
    """A function of numbers as a function of arrays, which runs in one pass.

    The function is called once, now, with symbolic operands that record what it does; a call then runs the recorded
    program on the elements of its operands. Values that the function takes from around it are fixed at that moment.

    Parameters
    ----------
    function : callable
        Of one or more numbers, using + - * / and ** 2, comparisons, & | ~, abs, `fastcore.sqrt` and `fastcore.where`,
        or the NumPy functions of these names.

    Attributes
    ----------
    reference : callable
        The function itself.
    program : str
        The recorded operations, one a line.

    Raises
    ------
    TraceError
        The function does what cannot be recorded, such as ``if x > 0`` or ``math.exp(x)``.

    Notes
    -----
    A call takes as many operands as the function has parameters without a default: arrays, lists or other iterables of
    numbers, and numbers; they broadcast. The result is an ndarray if an operand is one, else an array.array if an
    operand is a buffer, else a list if an operand is iterable, else a number. Values and dtypes are NumPy 2's to the
    bit, where integers wrap; no warning is given where a float overflows or is divided by zero. A list is what
    `numpy.array` would make of it. ``out`` is a writable array for the result, which may be an operand. ``threads`` is
    for large arrays; default: ``FASTCORE_NUM_THREADS``, or 1.

    Examples
    --------
    >>> import fastcore as fc
    >>> f = fc.vectorize(lambda x: (x * 2 + 3) / 5)
    >>> f([1.0, 2.5, 6.0])
    [1.0, 1.6, 3.0]
    >>> print(f.program)
    %0 = operand 0
    %1 = constant 2
    %2 = multiply %0 %1
    %3 = constant 3
    %4 = add %2 %3
    %5 = constant 5
    %6 = divide %4 %5
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._graph, self._count, self._result = trace(function)
        self.reference = function
        # So that a decorated function is found and helped with as itself.
        for name in ("__module__", "__name__", "__qualname__", "__doc__"):
            if hasattr(function, name):
                setattr(self, name, getattr(function, name))
        self.__wrapped__ = function
        self._programs: dict[tuple[str, ...], Program] = {}

    @property
    def program(self) -> str:
        """The recorded operations, one a line, each with the lines it works on."""
        return listing(self._graph)

    def __repr__(self) -> str:
        return f"vectorize({self.reference!r})"

    def __reduce__(self) -> Any:
        name = getattr(self, "__qualname__", "")
        if getattr(sys.modules.get(self.__module__), name, None) is self:
            return name  # by reference, as the decorated function it is
        return type(self), (self.reference,)

    def __call__(self, *operands: Any, out: Any = None, threads: int | None = None) -> Any:
        """Run the program on the operands."""
        if any(type(a) is Symbolic for a in operands):
            return self.reference(*operands)
        arguments.threads("vectorize", threads)
        columns = read_columns(operands, self._count)
        program = self._compiled(tuple(column.kind for column in columns))
        shape = broadcast_shape([column.shape for column in columns if column.shape is not None] or [()])
        container = result_container(columns)
        if out is not None:
            check_out(out, program.kind, shape)
        results = list(_run(program, columns, shape))
        if out is not None:
            return write_out(out, results)
        return new_container(results, program.kind, shape, container)

    def _compiled(self, kinds: tuple[str, ...]) -> Program:
        """The program for operands of these kinds; a few hundred combinations at most are kept."""
        program = self._programs.get(kinds)
        if program is None:
            program = compile_program(self._graph, self._result, kinds)
            if len(self._programs) < 256:
                self._programs[kinds] = program
        return program


def listing(graph: Graph) -> str:
    lines = []
    for i, node in enumerate(graph.nodes):
        leaf = [] if node.value is None else [repr(node.value)]
        lines.append(" ".join([f"%{i} = {node.operation}", *leaf, *(f"%{k}" for k in node.arguments)]))
    return "\n".join(lines)


def read_columns(operands: Sequence[Any], count: int) -> list[Column]:
    if len(operands) != count:
        raise TypeError(f"vectorize: the function takes {count} operand{'s' * (count != 1)}, not {len(operands)}")
    return [read_operand(i, a) for i, a in enumerate(operands)]


def _run(program: Program, columns: Sequence[Column], shape: tuple[int, ...]) -> Iterable[Any]:
    size = math.prod(shape)
    leaves: list[Sequence[Any]] = []
    for leaf in program.leaves:
        if leaf.source == "constant":
            leaves.append([leaf.value] * size)
        elif leaf.source == "scalar":
            leaves.append([cast_weak(columns[leaf.value].values, leaf.kind)] * size)
        else:
            column = columns[leaf.value]
            leaves.append(broadcast_values(column.values, column.shape or (), shape))
    if not leaves:
        return [run_element(program, ())] * size
    return (run_element(program, row) for row in zip(*leaves))


def broadcast_values(values: Sequence[Any], shape: tuple[int, ...], target: tuple[int, ...]) -> Sequence[Any]:
    """Flat values of a shape, repeated to fill another."""
    if shape == target:
        return values
    shape = (1,) * (len(target) - len(shape)) + shape
    steps = [math.prod(shape[i + 1 :]) if shape[i] != 1 else 0 for i in range(len(shape))]
    positions = [0]
    for length, step in zip(target, steps):
        positions = [p + i * step for p in positions for i in range(length)]
    return [values[p] for p in positions]


def check_out(out: Any, kind: str, shape: tuple[int, ...]) -> None:
    """Check that `out` takes a result of a kind and shape."""
    numpy = arguments.numpy_if_loaded()
    if numpy is not None and isinstance(out, numpy.ndarray):
        found = out.dtype.name
    else:
        try:
            view = memoryview(out)
        except (TypeError, BufferError):
            arguments.reject("vectorize", "'out'", type(out).__name__, "a writable array")
        found = arguments.kind_of_format(view.format, view.itemsize) or view.format
    if found not in arguments.KIND_CODES:
        arguments.reject("vectorize", "'out'", found, arguments.NUMBERS)
    check_cast(kind, found)
    arguments.check_out("vectorize", out, found, shape)


def write_out(out: Any, results: list[Any]) -> Any:
    numpy = arguments.numpy_if_loaded()
    if numpy is not None and isinstance(out, numpy.ndarray):
        kind = out.dtype.name
        out[...] = numpy.array([cast(v, kind) for v in results], dtype=kind).reshape(out.shape)
        return out
    view = memoryview(out)
    kind = arguments.kind_of_format(view.format, view.itemsize) or ""
    flat: Any = view if view.ndim == 1 else view.cast("B").cast(arguments.KIND_CODES[kind])  # type: ignore[call-overload]
    for i, v in enumerate(results):
        flat[i] = cast(v, kind)
    return out


def new_container(results: list[Any], kind: str, shape: tuple[int, ...], container: str) -> Any:
    if container == "ndarray":
        result = sys.modules["numpy"].array(results, dtype=kind).reshape(shape)
        return result if shape else result[()]
    if container == "array":
        return arguments.new_array(results, kind)
    return results if container == "list" else results[0]


# ---- functions for use inside ----


def sqrt(x: Any) -> Any:
    """Return the square root: of an operand inside a vectorized function, or of the elements of an array.

    Parameters
    ----------
    x : operand, number, array or iterable of numbers

    Returns
    -------
    operand, number, array or list
        NaN where an element is negative.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.sqrt([4.0, 2.25])
    [2.0, 1.5]
    """
    return x.graph.add("sqrt", x) if type(x) is Symbolic else _vectorized(sqrt)(x)


def where(condition: Any, a: Any, b: Any) -> Any:
    """Return ``a`` where the condition holds and ``b`` elsewhere, inside a vectorized function or on arrays.

    Parameters
    ----------
    condition, a, b : operands, numbers, arrays or iterables of numbers
        They broadcast. A condition that is no bool holds where it is not zero.

    Returns
    -------
    operand, number, array or list

    Examples
    --------
    >>> import fastcore as fc
    >>> f = fc.vectorize(lambda x: fc.where(x > 0, x, x * 0.01))
    >>> f([-1.0, 2.0])
    [-0.01, 2.0]
    """
    for operand in (condition, a, b):
        if type(operand) is Symbolic:
            return operand.graph.add("where", condition, a, b)
    return _vectorized(where)(condition, a, b)


@functools.cache
def _vectorized(function: Callable[..., Any]) -> vectorize:
    """`sqrt` or `where` by itself."""
    return vectorize(function)
