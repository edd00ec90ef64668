"""Twins of the transforms family: tracing a function into a typed program, which both sides run, and running it."""

from __future__ import annotations

import functools
import math
import operator
import struct
import sys

from fastcore.pure import arguments, sums

TYPE_CHECKING = False  # so that `typing` is not loaded at run time
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, Callable

# ---- what can be recorded ----

# The ufuncs, by NumPy's names, which are those of the recorded operations but for "pow", the operator **.
EXPONENTIALS = ("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "logaddexp")
TRIGONOMETRIC = ("sin", "cos", "tan", "arcsin", "arccos", "arctan", "arctan2")
HYPERBOLIC = ("sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh")
ANGLES = ("degrees", "radians", "deg2rad", "rad2deg")
TRANSCENDENTAL = frozenset((*EXPONENTIALS, "cbrt", "hypot", *TRIGONOMETRIC, *HYPERBOLIC, *ANGLES))
FLOAT_FUNCTIONS = TRANSCENDENTAL | {"sqrt", "rint", "fabs", "copysign"}
ARITHMETIC = ("add", "subtract", "multiply", "divide", "negative", "positive", "absolute", "sign", "square")
DIVISIONS = ("floor_divide", "remainder", "fmod")
EXTREMES = ("minimum", "maximum", "fmin", "fmax", "clip")
COMPARISONS = ("less", "less_equal", "equal", "not_equal")
LOGICAL = ("logical_and", "logical_or", "logical_xor", "logical_not")
BITWISE = {
    "bitwise_and": "logical_and",
    "bitwise_or": "logical_or",
    "bitwise_xor": "logical_xor",
    "invert": "logical_not",
}
# What they are of an integer.
CLASSES = {"isnan": False, "isinf": False, "isfinite": True}
ROUNDINGS = ("floor", "ceil", "trunc")
SHIFTS = ("left_shift", "right_shift")
UFUNCS = FLOAT_FUNCTIONS.union(
    *(ARITHMETIC, DIVISIONS, EXTREMES, COMPARISONS, LOGICAL, BITWISE, SHIFTS, CLASSES, ROUNDINGS),
    ("power", "greater", "greater_equal", "signbit"),
)
# Functions of `math` whose name in NumPy is another.
MATH_NAMES = {
    **{f"a{name}": f"arc{name}" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "tan2")},
    "pow": "power",
}

# ---- what cannot, and what to write instead ----

_ELEMENT = "an element has no length, items or attributes: "
_NUMBER = "math functions, int(), float() and round() need a number: "
REPLACEMENTS = {
    "bool": "a condition has no single truth value here: write fastcore.where(condition, a, b) for if and else,"
    " fastcore.maximum and fastcore.minimum for max and min, & | ~ for and, or, not, two comparisons for a < x < b,"
    " and (x == 1) | (x == 2) for x in (1, 2)",
    "float": _NUMBER + "use fastcore.sqrt and the like",
    "int": _NUMBER + "use numpy.trunc or fastcore.floor, which keep floats as floats",
    "round": _NUMBER + "write numpy.rint(x)",
    "floor": _NUMBER + "write fastcore.floor(x)",
    "ceil": _NUMBER + "write fastcore.ceil(x)",
    "trunc": _NUMBER + "write numpy.trunc(x)",
    "reduction": _ELEMENT + "to reduce the result, call f.reduce(x, 'sum')",
    "items": _ELEMENT + "take parts of an array before the call or of its result",
    "assignment": _ELEMENT + "instead of assigning to it, write x = fastcore.where(condition, value, x)",
    "format": _ELEMENT + "print the operands or the result outside of the function instead of an f-string inside",
    "type": _ELEMENT + "its type follows from the operands': convert them before the call, or give out= to it",
    "divmod": "divmod gives two results: write x // y and x % y",
    "matmul": "@ does not work element by element: write fastcore.dot(x, y) outside of the function",
}
_ATTRIBUTES = {
    **dict.fromkeys(("sum", "mean", "min", "max", "any", "all"), "reduction"),
    **dict.fromkeys(("astype", "dtype"), "type"),
}
_METHODS = {"clip": "fastcore.clip(x, low, high)", "round": "numpy.rint(x)"}
_FUNCTIONS = {
    **{name: f"call f.reduce(x, '{name}') of the vectorized function f" for name in ("sum", "mean", "any", "all")},
    **dict.fromkeys(("min", "amin"), "call f.reduce(x, 'min') of the vectorized function f"),
    **dict.fromkeys(("max", "amax"), "call f.reduce(x, 'max') of the vectorized function f"),
    **dict.fromkeys(("round", "around", "fix"), "write numpy.rint(x) or numpy.trunc(x)"),
    "divmod": "write x // y and x % y",
    "modf": "write numpy.trunc(x) and x - numpy.trunc(x)",
    "reciprocal": "write 1 / x",
}


class TraceError(TypeError):
    """A function does what a vectorized program cannot; the text names what to write instead, and the line."""

    _is_located = False


def _locate(error: TraceError, function: Any) -> None:
    """Add the user's line to the text of an error: the innermost, or the one where the function begins."""
    if error._is_located:
        return
    import linecache
    import re

    place = None
    traceback = error.__traceback__
    while traceback is not None:
        frame = traceback.tb_frame
        if str(frame.f_globals.get("__name__")).partition(".")[0] not in ("fastcore", "numpy"):
            place = frame.f_code.co_filename, traceback.tb_lineno
        traceback = traceback.tb_next
    if place is None:
        code = getattr(function, "__code__", None)
        if code is None:
            return
        place = code.co_filename, code.co_firstlineno
    line = linecache.getline(*place).strip()
    text = str(error)
    found = re.search(r"\bmath\.(\w+)\(", line)
    if REPLACEMENTS["float"] in text and found is not None:
        name = MATH_NAMES.get(found[1], found[1])
        if name in UFUNCS:
            module = "fastcore" if name in FUNCTIONS else "numpy"
            text = f"vectorize: {_NUMBER}write {module}.{name} instead of math.{found[1]}"
    error.args = (f"{text}, at {place[0]}:{place[1]}" + (f": {line}" if line else ""),)
    error._is_located = True


# ---- tracing ----


class Node:
    """An operation on earlier nodes; "operand" and "constant" are the leaves."""

    __slots__ = ("arguments", "operation", "value")

    def __init__(self, operation: str, arguments: tuple[int, ...], value: Any = None) -> None:
        self.operation = operation
        self.arguments = arguments
        self.value = value


class Graph:
    """The nodes of a traced function, equal ones once, each after its arguments."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._known: dict[Any, int] = {}

    def add(self, operation: str, *children: Any) -> Symbolic:
        numbers = tuple([self.number(child) for child in children])
        key = (operation, numbers)
        number = self._known.get(key)
        if number is None:
            number = self._append(key, Node(operation, numbers))
        return Symbolic(self, number)

    def operand(self, position: int) -> Symbolic:
        return Symbolic(self, self._append(("operand", position), Node("operand", (), position)))

    def number(self, value: Any) -> int:
        """The node of a symbolic value, or of a constant."""
        if type(value) is Symbolic and value.graph is self:
            return value.number
        if type(value) not in (bool, int, float) and not _is_numpy_scalar(value):
            if type(value) is Symbolic:
                raise TraceError("vectorize: an operand of another function cannot take part in this one: pass it on")
            raise TraceError(
                f"vectorize: {type(value).__name__} cannot take part in a vectorized function;"
                " pass arrays as operands, and use numbers as constants"
            )
        # repr tells 0.0 from -0.0, and the type 1 from True from 1.0.
        key = ("constant", type(value), repr(value))
        number = self._known.get(key)
        return self._append(key, Node("constant", (), value)) if number is None else number

    def _append(self, key: Any, node: Node) -> int:
        number = len(self.nodes)
        self._known[key] = number
        self.nodes.append(node)
        return number

    def needed(self, result: int) -> list[int]:
        """The nodes that a result is made of, in order."""
        needed = {result}
        for i in range(result, -1, -1):
            if i in needed:
                needed.update(self.nodes[i].arguments)
        return sorted(needed)


def _is_numpy_scalar(value: Any) -> bool:
    numpy = arguments.numpy_if_loaded()
    return numpy is not None and isinstance(value, numpy.generic) and value.dtype.name in arguments.KIND_CODES


def _binary(operation: str, swap: bool = False) -> tuple[Callable[..., Any], Callable[..., Any]]:
    def plain(self: Symbolic, other: Any) -> Symbolic:
        return self.graph.add(operation, *((other, self) if swap else (self, other)))

    def reflected(self: Symbolic, other: Any) -> Symbolic:
        return self.graph.add(operation, *((self, other) if swap else (other, self)))

    return plain, reflected


def _unary(operation: str) -> Callable[..., Any]:
    def method(self: Symbolic) -> Symbolic:
        return self.graph.add(operation, self)

    return method


def _refuse(reason: str) -> Callable[..., Any]:
    def method(self: Symbolic, *_: Any, **__: Any) -> Any:
        raise TraceError(f"vectorize: {REPLACEMENTS[reason]}")

    return method


class Symbolic:
    """What a function is called with while it is traced: it records what is done with it."""

    __slots__ = ("graph", "number")

    graph: Graph
    number: int

    def __init__(self, graph: Graph, number: int) -> None:
        _set_graph(self, graph)
        _set_number(self, number)

    __add__, __radd__ = _binary("add")
    __sub__, __rsub__ = _binary("subtract")
    __mul__, __rmul__ = _binary("multiply")
    __truediv__, __rtruediv__ = _binary("divide")
    __floordiv__, __rfloordiv__ = _binary("floor_divide")
    __mod__, __rmod__ = _binary("remainder")
    __pow__, __rpow__ = _binary("pow")
    __and__, __rand__ = _binary("bitwise_and")
    __or__, __ror__ = _binary("bitwise_or")
    __xor__, __rxor__ = _binary("bitwise_xor")
    __lshift__, __rlshift__ = _binary("left_shift")
    __rshift__, __rrshift__ = _binary("right_shift")
    __lt__, _ = _binary("less")
    __le__, _ = _binary("less_equal")
    __gt__, _ = _binary("less", swap=True)
    __ge__, _ = _binary("less_equal", swap=True)
    __eq__, _ = _binary("equal")
    __ne__, _ = _binary("not_equal")
    __hash__ = None  # type: ignore[assignment]
    __neg__ = _unary("negative")
    __pos__ = _unary("positive")
    __abs__ = _unary("absolute")
    __invert__ = _unary("invert")

    __bool__ = _refuse("bool")
    __float__ = __complex__ = _refuse("float")
    __int__ = __index__ = _refuse("int")
    __round__, __floor__, __ceil__, __trunc__ = (_refuse(name) for name in ("round", "floor", "ceil", "trunc"))
    __iter__ = __len__ = _refuse("reduction")
    __getitem__ = __contains__ = _refuse("items")
    __setitem__ = __delitem__ = __setattr__ = __delattr__ = _refuse("assignment")
    __format__ = __str__ = _refuse("format")
    __divmod__ = __rdivmod__ = _refuse("divmod")
    __matmul__ = __rmatmul__ = _refuse("matmul")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in _METHODS:
            raise TraceError(f"vectorize: .{name} is not known: write {_METHODS[name]}")
        raise TraceError(f"vectorize: .{name} is not known; {REPLACEMENTS[_ATTRIBUTES.get(name, 'items')]}")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Symbolic:
        name = ufunc.__name__
        # Other packages have ufuncs of these names; that of clip has no public one.
        is_known = name in UFUNCS and (name == "clip" or getattr(sys.modules["numpy"], name) is ufunc)
        if method != "__call__":
            raise _unknown(f"{name}.{method}", _FUNCTIONS["sum"] if method == "reduce" else "")
        if keywords or not is_known:
            raise _unknown(name, "call it without them" if is_known else "", " with keywords" if keywords else "")
        # A NumPy scalar before an operator comes as an array.
        inputs = tuple([a if type(a) is Symbolic or getattr(a, "shape", None) != () else a[()] for a in inputs])
        if name.startswith("greater"):
            return self.graph.add(name.replace("greater", "less"), inputs[1], inputs[0])
        return self.graph.add(name, *inputs)

    def __array_function__(self, function: Any, types: Any, args: Any, keywords: Any) -> Any:
        name = function.__name__
        if name == "where" and len(args) == 3 and not keywords:
            return self.graph.add("where", *args)
        if name == "clip":
            try:
                return record_clip(*_clip_bounds(*args, **keywords))
            except TypeError as error:
                if isinstance(error, TraceError):
                    raise
                raise _unknown("clip", "write fastcore.clip(x, low, high)", " with these arguments") from None
        raise _unknown(name)


_set_graph, _set_number = vars(Symbolic)["graph"].__set__, vars(Symbolic)["number"].__set__


def _unknown(name: str, instead: str = "", how: str = "") -> TraceError:
    instead = instead or _FUNCTIONS.get(name, "call it on the operands or on the result, outside of the function")
    return TraceError(f"vectorize: numpy.{name} is not known here{how}: {instead}")


def _clip_bounds(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> tuple[Any, ...]:
    """The arguments of a call of numpy.clip: a `TypeError` for those that have no meaning here."""
    if (a_min is not None and min is not None) or (a_max is not None and max is not None):
        raise TypeError
    return a, min if a_min is None else a_min, max if a_max is None else a_max


def record_clip(x: Any, low: Any, high: Any) -> Any:
    """The node of a clip; without a bound, of one that knows which one it has."""
    graph = symbol_of((x, low, high)).graph
    if low is None and high is None:
        return symbol_of((x,))
    if low is None:
        return graph.add("clip_high", x, high)
    return graph.add("clip_low", x, low) if high is None else graph.add("clip", x, low, high)


def symbol_of(operands: Iterable[Any]) -> Any:
    """The first that is symbolic, or None."""
    for operand in operands:
        if type(operand) is Symbolic:
            return operand
    return None


def trace(function: Callable[..., Any]) -> tuple[Graph, int, int]:
    """Call the function once with symbolic operands: the graph, the number of operands and the result's node."""
    try:
        count = operand_count(function)
        graph = Graph()
        result = function(*[graph.operand(position) for position in range(count)])
        if result is None:
            raise TraceError("vectorize: the function returns None: let it return its result")
        return graph, count, graph.number(result)
    except TraceError as error:
        _locate(error, function)
        raise


PLAIN_FUNCTIONS = ("function", "cython_function_or_method")


def operand_count(function: Callable[..., Any]) -> int:
    """The number of parameters that have no default."""
    if type(function).__name__ in PLAIN_FUNCTIONS and not function.__dict__:  # what `inspect` finds too, in more time
        code = function.__code__
        count = code.co_argcount - len(function.__defaults__ or ())
        if count > 0 and not code.co_flags & 4:  # *args
            return count
    return len(operand_names(function))


def operand_names(function: Callable[..., Any]) -> list[str]:
    """The names of the parameters that have no default."""
    if not callable(function):
        arguments.reject("vectorize", "'function'", type(function).__name__, "a function")
    import inspect

    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:
        if hasattr(function, "nin"):
            return [f"x{i + 1}" for i in range(int(function.nin))]
        raise TraceError(
            "vectorize: the function has no signature to take operands from: wrap it in a lambda"
        ) from None
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        raise TraceError("vectorize: the function must name its operands instead of *args")
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    names = [p.name for p in positional if p.default is p.empty]
    if not names:
        raise TraceError("vectorize: the function takes no operands: give it a parameter without a default")
    return names


# ---- listing ----

INFIX = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "floor_divide": "//",
    "remainder": "%",
    "pow": "**",
    "bitwise_and": "&",
    "bitwise_or": "|",
    "bitwise_xor": "^",
    "left_shift": "<<",
    "right_shift": ">>",
    "less": "<",
    "less_equal": "<=",
    "equal": "==",
    "not_equal": "!=",
}
PREFIX = {"negative": "-", "positive": "+", "invert": "~"}
CALLS = {
    "absolute": "abs({})",
    "clip_low": "clip({}, {}, None)",
    "clip_high": "clip({}, None, {})",
}


def listing(graph: Graph, result: int, name: str, operands: Sequence[str]) -> str:
    """A recorded function as Python, an operation a line."""
    import re

    letter = "t"
    while any(re.fullmatch(letter + "[0-9]+", operand) for operand in operands):
        letter += "_"
    lines = [f"def {name if name.isidentifier() else 'f'}({', '.join(operands)}):"]
    texts: dict[int, str] = {}
    count = 0
    for i in graph.needed(result):
        node = graph.nodes[i]
        if node.operation == "operand":
            texts[i] = operands[node.value]
            continue
        if node.operation == "constant":
            texts[i] = _constant_text(node.value)
            continue
        text = _operation_text(node.operation, [texts[k] for k in node.arguments])
        if i == result:
            texts[i] = text
        else:
            count += 1
            texts[i] = f"{letter}{count}"
            lines.append(f"    {texts[i]} = {text}")
    return "\n".join([*lines, f"    return {texts[result]}"])


def _constant_text(value: Any) -> str:
    if type(value) is float and value - value != 0:
        return f"float('{value}')"
    return repr(value)


def _operation_text(operation: str, values: list[str]) -> str:
    if operation in INFIX:
        if operation == "pow" and values[0].startswith("-"):
            values = [f"({values[0]})", values[1]]
        return f" {INFIX[operation]} ".join(values)
    if operation in PREFIX:
        return PREFIX[operation] + values[0]
    if operation in CALLS:
        return CALLS[operation].format(*values)
    return f"{operation}({', '.join(values)})"


# ---- types ----

# Python numbers are weak: they take the kind of what they meet (NEP 50). Alone they are these.
WEAK = {bool: "weak bool", int: "weak int", float: "weak float"}
WEAK_ALONE = {"weak bool": "bool", "weak int": "int64", "weak float": "float64"}


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
    """The kind in which NumPy computes a float function of a kind."""
    if is_weak(kind):
        return "float64"
    if kind.startswith("float"):
        return kind
    return "float16" if kind == "bool" else {8: "float16", 16: "float32", 32: "float64", 64: "float64"}[bits(kind)]


def common_float_kind(kinds: Sequence[str]) -> str:
    """The kind in which NumPy computes a float function of one or two kinds."""
    if len(kinds) == 1:
        return float_kind(kinds[0] if kinds[0] != "weak bool" else "bool")
    kind = promote_all(kinds)
    if kind.startswith("float"):
        return kind
    integers = [k for k in kinds if k in INTEGER_RANGES]
    found = [float_kind("bool" if k == "weak bool" else k) for k in (integers if "weak int" in kinds else ()) or kinds]
    return max(found, key=bits)


def promote_all(kinds: Sequence[str]) -> str:
    """The kind that kinds compute in: floats meet the others one by one, Python's numbers come last."""
    if len(kinds) < 3:
        kind = promote(*kinds) if len(kinds) == 2 else kinds[0]
        return WEAK_ALONE.get(kind, kind)
    ordered = sorted(kinds, key=lambda kind: (is_weak(kind), not kind.startswith("float")))
    kind = functools.reduce(promote, ordered)
    return WEAK_ALONE.get(kind, kind)


class Leaf:
    """A value of a program before its steps: an operand array, a number passed as an operand, or a constant."""

    __slots__ = ("kind", "source", "value")

    def __init__(self, source: str, value: Any, kind: str) -> None:
        self.source = source  # "operand", "scalar" or "constant"
        self.value = value  # the operand's position, or the constant
        self.kind = kind


class Step:
    """One loop over a block: the loop's name and kind, the kind it yields, and the values it takes by number.

    The name is that of the ufunc whose inner loop of these kinds does it, or "where" or "cast"; a comparison of
    "mixed64" is of uint64 with a signed kind, as integers.
    """

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

    # A typed value is (where, kind): where is ("constant", value) or ("scalar", position) for weak leaves, whose kind
    # is open, and ("leaf", i) or ("step", i) for the rest.

    def run(self, result: int) -> Program:
        typed: dict[int, Any] = {}
        for i in self.graph.needed(result):
            node = self.graph.nodes[i]
            typed[i] = self._node(node, [typed[k] for k in node.arguments])
        kind = WEAK_ALONE.get(typed[result][1], typed[result][1])
        where = self._cast(typed[result], kind)
        count = len(self.leaf_list)

        def number(value: Any) -> int:
            return int(value[1] if value[0] == "leaf" else count + value[1])

        steps = [
            Step(step.operation, step.kind, step.result, tuple([number(v) for v in step.arguments]))
            for step in self.steps
        ]
        return Program(self.leaf_list, steps, number(where), kind)

    def _node(self, node: Node, args: list[Any]) -> Any:
        operation = node.operation
        if operation == "operand":
            kind = self.kinds[node.value]
            return (("scalar", node.value), kind) if is_weak(kind) else (self._leaf("operand", node.value, kind), kind)
        if operation == "constant":
            if type(node.value) in WEAK:
                return ("constant", node.value), WEAK[type(node.value)]
            kind = node.value.dtype.name
            return self._leaf("constant", node.value.item(), kind), kind
        special = _SPECIAL.get(operation)
        if special is not None:
            return special(self, operation, args)
        kind = promote_all([kind for _, kind in args])
        if operation in _NO_BOOL and kind == "bool":
            raise TypeError(f"vectorize: {_NO_BOOL[operation]}")
        if operation in DIVISIONS and kind == "bool":
            kind = "int8"
        if operation == "divide" and not kind.startswith("float"):
            kind = "float64"
        return self._apply(operation, kind, *args)

    def _where(self, operation: str, args: list[Any]) -> Any:
        source, number = args[0][0]
        is_constant = source == "constant"  # of any size
        condition = self._leaf(source, bool(number), "bool") if is_constant else self._condition(args[0])
        kind = promote_all([args[1][1], args[2][1]])
        return self._step("where", kind, kind, condition, self._cast(args[1], kind), self._cast(args[2], kind))

    def _comparison(self, operation: str, args: list[Any]) -> Any:
        kind = promote(args[0][1], args[1][1])
        for position, (where, weak) in enumerate(args):
            # A Python integer beyond an integer kind, but not beyond bool, compares as the number it is.
            is_bool = args[1 - position][1] in ("bool", "weak bool")
            if weak == "weak int" and where[0] == "constant" and kind in INTEGER_RANGES and not is_bool:
                least, most = INTEGER_RANGES[kind]
                if not least <= where[1] <= most:
                    beyond = where[1] > most
                    answer = {"equal": False, "not_equal": True}.get(operation, beyond if position else not beyond)
                    return self._constant(answer, "bool")
        kinds = {kind for _, kind in args}
        if kind == "float64" and not any(k.startswith(("float", "weak")) for k in kinds):
            # uint64 against a signed kind: exactly, as integers
            return self._step(operation, "mixed64", "bool", *(where for where, _ in args))
        return self._step(operation, kind, "bool", *(self._cast(a, kind) for a in args))

    def _logical(self, operation: str, args: list[Any]) -> Any:
        return self._step(operation, "bool", "bool", *(self._condition(a) for a in args))

    def _bitwise(self, operation: str, args: list[Any]) -> Any:
        kind = self._integer_kind(args, "& | ^ ~ take conditions or integers")
        if kind == "bool":
            return self._step(BITWISE[operation], "bool", "bool", *(self._cast(a, "bool") for a in args))
        return self._apply(operation, kind, *args)

    def _shift(self, operation: str, args: list[Any]) -> Any:
        kind = self._integer_kind(args, "<< and >> take integers")
        return self._apply(operation, "int8" if kind == "bool" else kind, *args)

    def _integer_kind(self, args: list[Any], what: str) -> str:
        kinds = [WEAK_ALONE.get(kind, kind) for _, kind in args]
        kind = promote_all([kind for _, kind in args])
        if kind.startswith("float"):
            wrong = [k for k in kinds if k.startswith("float")] or kinds
            raise TypeError(f"vectorize: {what}, not {' and '.join(wrong[: 1 if wrong is not kinds else 2])}")
        return kind

    def _float(self, operation: str, args: list[Any]) -> Any:
        kind = common_float_kind([kind for _, kind in args])
        return self._apply("absolute" if operation == "fabs" else operation, kind, *args)

    def _rounding(self, operation: str, args: list[Any]) -> Any:
        kind = promote_all([args[0][1]])
        if not kind.startswith("float"):
            return self._cast(args[0], kind), kind
        return self._apply(operation, kind, *args)

    def _positive(self, operation: str, args: list[Any]) -> Any:
        kind = promote_all([args[0][1]])
        if kind == "bool":
            raise TypeError("vectorize: + does not take bool: write fastcore.where(x, 1, 0)")
        return self._cast(args[0], kind), kind

    def _square(self, operation: str, args: list[Any]) -> Any:
        kind = promote_all([args[0][1]])
        return self._product("int8" if kind == "bool" else kind, args[0], args[0])

    def _class(self, operation: str, args: list[Any]) -> Any:
        kind = promote_all([args[0][1]])
        if operation in CLASSES and not kind.startswith("float"):
            return self._constant(CLASSES[operation], "bool")
        kind = common_float_kind([args[0][1]])
        return self._step(operation, kind, "bool", self._cast(args[0], kind))

    def _clip(self, operation: str, args: list[Any]) -> Any:
        bounds: list[Any] = args[1:] if operation == "clip" else [args[1], None]
        if operation == "clip_high":
            bounds.reverse()
        x = args[0]
        own = WEAK_ALONE.get(x[1], x[1])
        if own in INTEGER_RANGES:
            # A Python integer at the end of the kind's range, or beyond it, is no bound.
            least, most = INTEGER_RANGES[own]
            low, high = (b[0][1] if b and b[1] == "weak int" and b[0][0] == "constant" else None for b in bounds)
            bounds = [
                None if low is not None and low <= least else bounds[0],
                None if high is not None and high >= most else bounds[1],
            ]
        kind = promote_all([own, *(b[1] for b in bounds if b)])
        if bounds[0] and bounds[1] and self._is_number(bounds[0]) and self._is_number(bounds[1]):
            return self._apply("clip", kind, x, *bounds)
        for name, bound in zip(("maximum", "minimum"), bounds):
            if bound:
                x = self._apply(name, kind, x, bound)
        return self._cast(x, kind), kind

    def _power(self, operation: str, args: list[Any]) -> Any:
        value, exponent = args
        kind = promote_all([value[1], exponent[1]])
        known = self._known_constant(exponent) if operation == "pow" else None
        if known == 2 and type(known) is int and kind == "int64" and exponent[1] == "weak int":
            kind = promote_all([value[1]])  # bool ** 2 is numpy.square
        if kind == "bool":
            kind = "int8"
        if known is None or (kind == "float16" and not is_weak(exponent[1])):
            return self._apply("power", kind, *args)
        if kind.startswith("float"):
            return self._float_power(kind, value, exponent, float(known))
        return self._integer_power(kind, value, int(cast_weak(known, kind)))

    def _float_power(self, kind: str, value: Any, exponent: Any, known: float) -> Any:
        if known == 2:
            return self._product(kind, value, value)
        if known == 0.5:
            return self._apply("sqrt", kind, value)
        if known == 1:
            return self._cast(value, kind), kind
        if known == 0:
            return self._constant(1.0, kind)
        if known == -1:
            return self._apply("divide", kind, self._constant(1.0, kind), value)
        return self._apply("power", kind, value, exponent)

    def _integer_power(self, kind: str, value: Any, exponent: int) -> Any:
        """By squaring: the products wrap as the power does."""
        if exponent < 0:
            raise ValueError(NEGATIVE_POWER)
        result = None
        square = self._cast(value, kind), kind
        while exponent:
            if exponent & 1:
                result = square if result is None else self._product(kind, result, square)
            exponent >>= 1
            if exponent:
                square = self._product(kind, square, square)
        return result or self._constant(1, kind)

    def _product(self, kind: str, x: Any, y: Any) -> Any:
        return self._apply("multiply", kind, x, y)

    def _condition(self, value: Any) -> Any:
        kind = value[1]
        if kind in ("bool", "weak bool"):
            return self._cast(value, "bool")
        kind = WEAK_ALONE.get(kind, kind)
        zero = self._leaf("constant", cast(0, kind), kind)
        return self._step("not_equal", kind, "bool", self._cast(value, kind), zero)[0]

    def _is_number(self, value: Any) -> bool:
        return value[0][0] in ("constant", "scalar") or self._known_constant(value) is not None

    def _known_constant(self, value: Any) -> Any:
        """The value of a constant; None for what is none."""
        (source, position), _ = value
        if source == "leaf" and self.leaf_list[position].source == "constant":
            return self.leaf_list[position].value
        return position if source == "constant" else None

    def _constant(self, value: Any, kind: str) -> Any:
        return self._leaf("constant", value, kind), kind

    def _apply(self, operation: str, kind: str, *args: Any) -> Any:
        """A step whose arguments and result have one kind."""
        return self._step(operation, kind, kind, *[self._cast(a, kind) for a in args])

    def _step(self, operation: str, kind: str, result: str, *values: Any) -> Any:
        step = Step(operation, kind, result, values)
        if operation not in NOT_FOLDED and all(
            source == "leaf" and self.leaf_list[i].source == "constant" for source, i in values
        ):
            value = element_function(step)(*[self.leaf_list[i].value for _, i in values])
            return self._constant(cast(value, result), result)
        self.steps.append(step)
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
        number = self.leaves.get(key)
        if number is None:
            number = self.leaves[key] = len(self.leaf_list)
            self.leaf_list.append(Leaf(source, value, kind))
        return ("leaf", number)


# Operations whose kinds have rules of their own.
_SPECIAL: dict[str, Callable[[_Compiler, str, list[Any]], Any]] = {
    "where": _Compiler._where,
    **dict.fromkeys(COMPARISONS, _Compiler._comparison),
    **dict.fromkeys(LOGICAL, _Compiler._logical),
    **dict.fromkeys(BITWISE, _Compiler._bitwise),
    **dict.fromkeys(SHIFTS, _Compiler._shift),
    **dict.fromkeys(FLOAT_FUNCTIONS, _Compiler._float),
    **dict.fromkeys(ROUNDINGS, _Compiler._rounding),
    **dict.fromkeys((*CLASSES, "signbit"), _Compiler._class),
    **dict.fromkeys(("clip", "clip_low", "clip_high"), _Compiler._clip),
    **dict.fromkeys(("pow", "power"), _Compiler._power),
    "positive": _Compiler._positive,
    "square": _Compiler._square,
}
_NO_BOOL = {
    **dict.fromkeys(("subtract", "negative"), "- does not take bool: write ~ or !="),
    "sign": "numpy.sign does not take bool: write fastcore.where(x, 1, 0)",
}
# What is not computed while compiling: it is NumPy's, to the bit.
NOT_FOLDED = TRANSCENDENTAL | {"power"}
NEGATIVE_POWER = "Integers to negative integer powers are not allowed."


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


# As IEEE 754 has them, where Python raises.


def divide(x: float, y: float) -> float:
    if y != 0:
        return x / y
    return math.nan if x == 0 or x != x else math.copysign(math.inf, x) * math.copysign(1.0, y)


def square_root(x: float) -> float:
    return math.nan if x < 0 else math.sqrt(x)


def elementary(function: Callable[..., float], poles: dict[float, float] | None = None) -> Callable[..., float]:
    """A function of `math`, with infinity where it overflows and at its poles, and NaN where it is not defined."""
    poles = poles or {}

    def element(x: float, *rest: float) -> float:
        try:
            return function(x, *rest)
        except OverflowError:
            return math.copysign(math.inf, x)
        except ValueError:
            return poles.get(x, math.nan)

    return element


def power(x: Any, y: Any) -> Any:
    if type(x) is int:
        if y < 0:
            raise ValueError(NEGATIVE_POWER)
        return pow(x, y, 2**64)  # the element is what is left of it
    try:
        return math.pow(x, y)
    except OverflowError:
        return -math.inf if x < 0 and y % 2 == 1 else math.inf
    except ValueError:
        if x != 0:
            return math.nan
        return math.copysign(math.inf, x) if y % 2 == 1 else math.inf


def power_by_number(x: Any, y: Any) -> Any:
    """NumPy's power where the exponent is one for all elements."""
    if type(x) is not float or y not in (-1, 0, 0.5, 1, 2):
        return power(x, y)
    return {-1: lambda: divide(1.0, x), 0: lambda: 1.0, 0.5: lambda: square_root(x), 1: lambda: x, 2: lambda: x * x}[
        y
    ]()


def floor_divide(x: Any, y: Any) -> Any:
    if y == 0:
        return 0 if type(x) is int else divide(x, y)
    return x // y


def single_floor_divide(x: float, y: float) -> float:
    """The method of Python's //, rounded to float32 step by step as NumPy has it."""
    if y == 0:
        return divide(x, y)
    rest = float_remainder(x, y)
    quotient = cast(divide(cast(x - rest, "float32"), y), "float32")
    if rest and (y < 0) != (rest < 0):
        quotient = cast(quotient - 1.0, "float32")
    if not quotient:
        return math.copysign(0.0, x) * math.copysign(1.0, y)
    if quotient - quotient != 0:
        return float(quotient)
    whole = float(math.floor(quotient))
    return whole + 1.0 if quotient - whole > 0.5 else whole


float_remainder = elementary(math.fmod)


def remainder(x: Any, y: Any) -> Any:
    if y == 0:
        return 0 if type(x) is int else math.nan
    return x % y


def fmod(x: Any, y: Any) -> Any:
    """The remainder with the sign of x."""
    if type(x) is float:
        return float_remainder(x, y)
    rest = abs(x) % abs(y) if y else 0
    return -rest if x < 0 else rest


def clip_element(x: Any, low: Any, high: Any) -> Any:
    for bound in (low, high):
        if bound != bound:
            return bound
    x = low if x < low else x
    return high if x > high else x


def sign(x: Any) -> Any:
    return x if x != x else (x > 0) - (x < 0)


def rounded(function: Callable[[float], int]) -> Callable[[float], float]:
    """A function that rounds to an integer, as a float of the sign of the argument."""

    def element(x: float) -> float:
        return x if x - x != 0 else math.copysign(float(function(x)), x)

    return element


def cube_root(x: float) -> float:
    """Where `math` has none: a power, and a step of Newton's method."""
    if x == 0 or x - x != 0:
        return x
    exponent = math.frexp(x)[1] // 3
    scaled = math.ldexp(abs(x), -3 * exponent)  # so that no cube is out of range
    root = scaled ** (1 / 3)
    root -= (root - scaled / (root * root)) / 3
    return math.copysign(math.ldexp(root, exponent), x)


def logaddexp(x: float, y: float) -> float:
    if x == y:
        return x + math.log(2)
    return max(x, y) + math.log1p(math.exp(-abs(x - y))) if x - y == x - y else math.nan


def left_shift(x: int, y: int) -> int:
    return x << y if 0 <= y < 64 else 0


def right_shift(x: int, y: int) -> int:
    return x >> (y if 0 <= y < 64 else 64)


_ZERO_POLE = {0.0: -math.inf}
# By name, before the result is cast to its kind.
OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "divide": divide,
    "floor_divide": floor_divide,
    "remainder": remainder,
    "fmod": fmod,
    "power": power,
    "negative": lambda x: -x,
    "absolute": abs,
    "sign": sign,
    # Of equal ones the second.
    "minimum": lambda x, y: x if x != x or x < y else y,
    "maximum": lambda x, y: x if x != x or x > y else y,
    "fmin": lambda x, y: x if y != y or x < y else y,
    "fmax": lambda x, y: x if y != y or x > y else y,
    "clip": clip_element,
    "less": lambda x, y: x < y,
    "less_equal": lambda x, y: x <= y,
    "equal": lambda x, y: x == y,
    "not_equal": lambda x, y: x != y,
    "logical_and": lambda x, y: x and y,
    "logical_or": lambda x, y: x or y,
    "logical_xor": lambda x, y: x != y,
    "logical_not": lambda x: not x,
    "bitwise_and": operator.and_,
    "bitwise_or": operator.or_,
    "bitwise_xor": operator.xor,
    "invert": operator.invert,
    "left_shift": left_shift,
    "right_shift": right_shift,
    "isnan": lambda x: x != x,
    "isinf": lambda x: abs(x) == math.inf,
    "isfinite": lambda x: x - x == 0,
    "signbit": lambda x: math.copysign(1.0, x) < 0,
    "copysign": math.copysign,
    "rint": rounded(round),
    "floor": rounded(math.floor),
    "ceil": rounded(math.ceil),
    "trunc": rounded(math.trunc),
    "sqrt": square_root,
    "cbrt": getattr(math, "cbrt", cube_root),
    "exp": elementary(math.exp),
    "exp2": elementary(getattr(math, "exp2", lambda x: math.pow(2.0, x))),
    "expm1": elementary(math.expm1),
    "log": elementary(math.log, _ZERO_POLE),
    "log2": elementary(math.log2, _ZERO_POLE),
    "log10": elementary(math.log10, _ZERO_POLE),
    "log1p": elementary(math.log1p, {-1.0: -math.inf}),
    "logaddexp": logaddexp,
    "sin": elementary(math.sin),
    "cos": elementary(math.cos),
    "tan": elementary(math.tan),
    "arcsin": elementary(math.asin),
    "arccos": elementary(math.acos),
    "arctan": math.atan,
    "arctan2": math.atan2,
    "sinh": elementary(math.sinh),
    "cosh": lambda x: elementary(math.cosh)(abs(x)),
    "tanh": math.tanh,
    "arcsinh": math.asinh,
    "arccosh": elementary(math.acosh),
    "arctanh": elementary(math.atanh, {1.0: math.inf, -1.0: -math.inf}),
    "hypot": lambda x, y: elementary(math.hypot)(abs(x), y),
    "degrees": lambda x: x * (180.0 / math.pi),
    "rad2deg": lambda x: x * (180.0 / math.pi),
    "radians": lambda x: x * (math.pi / 180.0),
    "deg2rad": lambda x: x * (math.pi / 180.0),
    "where": lambda condition, x, y: x if condition else y,
    "cast": lambda x: x,
}
# Those that are others for a kind; float16 has its own of equal ones.
OF_KIND: dict[tuple[str, str], Callable[..., Any]] = {
    ("floor_divide", "float16"): single_floor_divide,
    ("floor_divide", "float32"): single_floor_divide,
    ("minimum", "float16"): lambda x, y: x if x != x or x <= y else y,
    ("maximum", "float16"): lambda x, y: x if x != x or x >= y else y,
    ("fmin", "float16"): lambda x, y: x if y != y or x <= y else y,
    ("fmax", "float16"): lambda x, y: x if y != y or x >= y else y,
}


def element_function(step: Step, numbers: Iterable[int] = ()) -> Callable[..., Any]:
    """What a step does to its arguments' elements; `numbers` are the values that are one for all elements."""
    if step.operation == "power" and step.kind != "float16" and step.arguments[1] in numbers:
        return power_by_number
    return OF_KIND.get((step.operation, step.kind)) or OPERATIONS[step.operation]


def run_elements(program: Program, rows: Iterable[Sequence[Any]], numbers: Iterable[int] = ()) -> list[Any]:
    """The program for elements, given their leaves' values; `numbers` are the leaves that are one for all elements."""
    steps = []
    known = set(numbers)
    for i, step in enumerate(program.steps):
        steps.append((element_function(step, known), step.arguments, step.result))
        if known.issuperset(step.arguments):
            known.add(len(program.leaves) + i)
    results = []
    for row in rows:
        values = list(row)
        for function, positions, kind in steps:
            values.append(cast(function(*[values[i] for i in positions]), kind))
        results.append(values[program.result])
    return results


def run_with_numpy(graph: Graph, result: int, operands: Sequence[Any]) -> Any:
    """The traced operations by NumPy's own functions, for kinds that the loops do not have."""
    import numpy

    functions: dict[str, Callable[..., Any]] = {
        "where": lambda condition, a, b: numpy.where(numpy.asarray(condition) != 0, a, b),
        "pow": lambda x, y: x**y if hasattr(x, "dtype") or hasattr(y, "dtype") else numpy.power(x, y),
        "clip_low": lambda x, low: numpy.clip(x, low, None),
        "clip_high": lambda x, high: numpy.clip(x, None, high),
    }
    values: dict[int, Any] = {}
    with numpy.errstate(all="ignore"):
        for i in graph.needed(result):
            node = graph.nodes[i]
            if node.operation == "operand":
                values[i] = operands[node.value]
            elif node.operation == "constant":
                values[i] = node.value
            else:
                function = functions.get(node.operation) or getattr(numpy, node.operation)
                values[i] = function(*[values[k] for k in node.arguments])
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


def check_cast(kind: str, out_kind: str, function: str = "vectorize") -> None:
    """Check that a result may go into an array of another kind: NumPy's "same kind" rule."""
    order = ["bool", "uint", "int", "float"]
    if order.index(kind.rstrip("0123456789")) > order.index(out_kind.rstrip("0123456789")):
        raise TypeError(f"{function}: 'out' must not be {out_kind}, to which {kind} does not cast")


ACCURACIES = ("numpy", "1ulp")
REDUCTIONS = ("sum", "min", "max", "mean", "any", "all")


class vectorize:
    """A function of numbers as a function of arrays, which runs in one pass.

    The function is called once, now, with symbolic operands that record what it does; a call then runs the recorded
    program on the elements of its operands. Values that the function takes from around it are fixed at that moment.

    Parameters
    ----------
    function : callable, optional
        Of one or more numbers, using operators, fastcore's functions and those of NumPy that work element by element.
        Without it, the result is a decorator: ``@fc.vectorize(accuracy="1ulp")``.
    accuracy : {"numpy", "1ulp"}, optional
        What the transcendental functions return: what NumPy's do, to the bit, or what is within one unit in the last
        place of the true value, where exp, log, sin, cos and tanh take less time.

    Attributes
    ----------
    reference : callable
        The function itself.
    program : str
        The recorded operations, as Python.
    accuracy : str

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
    >>> f.reduce([1.0, 2.5, 6.0], "max")
    3.0
    >>> print(f.program)
    def f(x):
        t1 = x * 2
        t2 = t1 + 3
        return t2 / 5
    """

    def __new__(cls, function: Any = None, *, accuracy: str = "numpy") -> Any:
        if accuracy not in ACCURACIES:
            raise ValueError(f"vectorize: 'accuracy' must be 'numpy' or '1ulp', not {accuracy!r}")
        if function is None:
            return functools.partial(cls, accuracy=accuracy)
        return object.__new__(cls)

    def __init__(self, function: Any = None, *, accuracy: str = "numpy") -> None:
        self._graph, self._count, self._result = trace(function)
        self.reference = function
        self.accuracy = accuracy
        # So that a decorated function is found and helped with as itself.
        for name in ("__module__", "__name__", "__qualname__", "__doc__"):
            if hasattr(function, name):
                setattr(self, name, getattr(function, name))
        self.__wrapped__ = function
        self._programs: dict[tuple[str, ...], Program] = {}

    @property
    def program(self) -> str:
        """The recorded operations as Python, one a line."""
        name = getattr(self.reference, "__name__", "")
        return listing(self._graph, self._result, name, operand_names(self.reference))

    def __repr__(self) -> str:
        accuracy = "" if self.accuracy == "numpy" else f", accuracy={self.accuracy!r}"
        return f"vectorize({self.reference!r}{accuracy})"

    def __reduce__(self) -> Any:
        name = getattr(self, "__qualname__", "")
        if getattr(sys.modules.get(self.__module__), name, None) is self:
            return name  # by reference, as the decorated function it is
        if self.accuracy == "numpy":
            return type(self), (self.reference,)
        return functools.partial(type(self), accuracy=self.accuracy), (self.reference,)

    def __call__(self, *operands: Any, out: Any = None, threads: int | None = None) -> Any:
        """Run the program on the operands."""
        if symbol_of(operands) is not None:
            return self._inside(operands, out)
        arguments.threads("vectorize", threads)
        columns = read_columns(operands, self._count)
        program = self._compiled(tuple([column.kind for column in columns]))
        shape = broadcast_shape([column.shape for column in columns if column.shape is not None] or [()])
        container = result_container(columns)
        if out is not None:
            check_out(out, program.kind, shape)
        results = _run(program, columns, shape)
        if out is not None:
            return write_out(out, results)
        return new_container(results, program.kind, shape, container)

    def reduce(self, *operands: Any, op: str | None = None, threads: int | None = None) -> Any:
        """Return the sum, min, max or mean of the results, as `fastcore.sum` and the others do, or any or all of them.

        Parameters
        ----------
        *operands : arrays, iterables of numbers, numbers
            As in a call.
        op : {"sum", "min", "max", "mean", "any", "all"}
            May also be given as the last of the operands.
        threads : int, optional
            For large arrays; default: ``FASTCORE_NUM_THREADS``, or 1. The result does not depend on it.

        Returns
        -------
        int, float or bool
            What the function of this name returns for the result of the call; of any and all, a bool, where NaN is
            not zero.

        Examples
        --------
        >>> import fastcore as fc
        >>> fc.vectorize(lambda x, y: x * y).reduce([1.0, 2.0], [3.0, 4.0], "sum")
        11.0
        """
        operands, op = check_reduction(operands, op)
        return reduce_result(op, self(*operands, threads=threads))

    def _inside(self, operands: Sequence[Any], out: Any = None) -> Any:
        """A call within another function that is traced."""
        if out is not None:
            raise TraceError("vectorize: 'out' is for calls on arrays: use the result")
        return self.reference(*operands)

    def _compiled(self, kinds: tuple[str, ...]) -> Program:
        """The program for operands of these kinds; a few hundred combinations at most are kept."""
        program = self._programs.get(kinds)
        if program is None:
            program = compile_program(self._graph, self._result, kinds)
            if len(self._programs) < 256:
                self._programs[kinds] = program
        return program


def check_reduction(operands: tuple[Any, ...], op: Any) -> tuple[tuple[Any, ...], str]:
    """The operands and the operation of a call of `reduce`."""
    if symbol_of(operands) is not None:
        raise TraceError(f"vectorize: {REPLACEMENTS['reduction']}, outside of the function")
    if op is None and operands:
        operands, op = operands[:-1], operands[-1]
    names = "'sum', 'min', 'max', 'mean', 'any' or 'all'"
    if not isinstance(op, str):
        arguments.reject("vectorize.reduce", "'op'", type(op).__name__, names)
    if op not in REDUCTIONS:
        raise ValueError(f"vectorize.reduce: 'op' must be {names}, not {op!r}")
    return operands, op


def reduce_result(op: str, result: Any) -> Any:
    """Reduce what a call returned."""
    if type(result) in WEAK:
        result = [result]
    if op in ("any", "all"):
        flags = [v != 0 for v in arguments.read("vectorize.reduce", "the result", result).values]
        return any(flags) if op == "any" else all(flags)
    return {"sum": sums.sum, "min": sums.min, "max": sums.max, "mean": sums.mean}[op](result)


def read_columns(operands: Sequence[Any], count: int) -> list[Column]:
    if len(operands) != count:
        raise TypeError(f"vectorize: the function takes {count} operand{'s' * (count != 1)}, not {len(operands)}")
    return [read_operand(i, a) for i, a in enumerate(operands)]


def _run(program: Program, columns: Sequence[Column], shape: tuple[int, ...]) -> list[Any]:
    size = math.prod(shape)
    leaves: list[Sequence[Any]] = []
    numbers = []
    for i, leaf in enumerate(program.leaves):
        if leaf.source == "operand":
            column = columns[leaf.value]
            leaves.append(broadcast_values(column.values, column.shape or (), shape))
            is_number = not column.shape or (math.prod(column.shape) == 1 and size > 1)
        else:
            value = leaf.value if leaf.source == "constant" else cast_weak(columns[leaf.value].values, leaf.kind)
            leaves.append([value] * size)
            is_number = True
        if is_number:
            numbers.append(i)
    return run_elements(program, zip(*leaves) if leaves else [()] * size, numbers)


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


def check_out(out: Any, kind: str, shape: tuple[int, ...], function: str = "vectorize") -> None:
    """Check that `out` takes a result of a kind and shape."""
    numpy = arguments.numpy_if_loaded()
    if numpy is not None and isinstance(out, numpy.ndarray):
        found = out.dtype.name
    else:
        try:
            view = memoryview(out)
        except (TypeError, BufferError):
            arguments.reject(function, "'out'", type(out).__name__, "a writable array")
        found = arguments.kind_of_format(view.format, view.itemsize) or view.format
    if found not in arguments.KIND_CODES:
        arguments.reject(function, "'out'", found, arguments.NUMBERS)
    check_cast(kind, found, function)
    arguments.check_out(function, out, found, shape)


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


# ---- functions of their own, and for use inside ----

_DOC = """Return {what}: of {operands} inside a vectorized function, or of the elements of arrays.

    Parameters
    ----------
    {parameters} : operand, number, array or iterable of numbers
    out : writable array, optional
        Takes the result; it may be an operand.
    threads : int, optional
        For large arrays; default: ``FASTCORE_NUM_THREADS``, or 1.

    Returns
    -------
    operand, number, array or list
        {result}

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.{example}
    {shown}
    """
_LOGARITHM = "Minus infinity of zero, NaN of what is negative."
# What each function returns, what is special, and an example.
_UNARY = {
    "exp": ("e to the power of x", "Infinity where that is out of range.", "exp([0.0, -1000.0])", "[1.0, 0.0]"),
    "expm1": ("exp(x) - 1, which is precise near 0", "-1 of minus infinity.", "expm1([0.0])", "[0.0]"),
    "log": ("the natural logarithm", _LOGARITHM, "log([1.0, 0.0])", "[0.0, -inf]"),
    "log1p": ("log(1 + x), which is precise near 0", "Minus infinity of -1, NaN below.", "log1p([0.0])", "[0.0]"),
    "log2": ("the logarithm to base 2", _LOGARITHM, "log2([8.0])", "[3.0]"),
    "log10": ("the logarithm to base 10", _LOGARITHM, "log10([1000.0])", "[3.0]"),
    "sqrt": ("the square root", "NaN of what is negative.", "sqrt([4.0, 2.25])", "[2.0, 1.5]"),
    "sin": ("the sine", "NaN of an infinity.", "sin([0.0])", "[0.0]"),
    "cos": ("the cosine", "NaN of an infinity.", "cos([0.0])", "[1.0]"),
    "tan": ("the tangent", "NaN of an infinity.", "tan([0.0])", "[0.0]"),
    "tanh": ("the hyperbolic tangent", "1 and -1 of the infinities.", "tanh([0.0])", "[0.0]"),
    "floor": ("the greatest whole number up to x", "Of the type of x.", "floor([1.5, -1.5])", "[1.0, -2.0]"),
    "ceil": ("the least whole number from x up", "Of the type of x.", "ceil([1.5, -1.5])", "[2.0, -1.0]"),
    "isnan": ("whether x is NaN", "Of bool.", 'isnan([1.0, float("nan")])', "[False, True]"),
}
_BINARY = {
    "minimum": ("the lesser of a and b", "NaN where one is.", "minimum([1.0, 5.0], 3.0)", "[1.0, 3.0]"),
    "maximum": ("the greater of a and b", "NaN where one is.", "maximum([-1.0, 2.0], 0.0)", "[0.0, 2.0]"),
}
_WHERE_DOC = """Return ``a`` where the condition holds and ``b`` elsewhere, inside a vectorized function or on arrays.

    Parameters
    ----------
    condition, a, b : operands, numbers, arrays or iterables of numbers
        They broadcast. A condition that is no bool holds where it is not zero.
    out : writable array, optional
        Takes the result; it may be an operand.
    threads : int, optional
        For large arrays; default: ``FASTCORE_NUM_THREADS``, or 1.

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
_CLIP_DOC = """Return ``x`` held between two bounds, inside a vectorized function or on arrays, as `numpy.clip` does.

    Parameters
    ----------
    x : operand, number, array or iterable of numbers
    low, high : operand, number, array, iterable of numbers or None
        They broadcast. None, and a Python integer beyond the range of the integers of ``x``, is no bound.
    out : writable array, optional
        Takes the result; it may be an operand.
    threads : int, optional
        For large arrays; default: ``FASTCORE_NUM_THREADS``, or 1.

    Returns
    -------
    operand, number, array or list
        ``high`` where it is below ``low``; NaN where one of the three is.

    Raises
    ------
    OverflowError
        ``low`` is above the range of the integers of ``x``, or ``high`` below it.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.clip([-3.0, 0.5, 7.0], 0, 1)
    [0.0, 0.5, 1.0]
    """


def make_functions(vectorize: Any) -> dict[str, Callable[..., Any]]:
    """The functions that are recorded inside a vectorized function, and run by `vectorize` elsewhere, by name."""
    functions: dict[str, Callable[..., Any]] = {}
    for name, (what, result, example, shown) in _UNARY.items():
        functions[name] = _unary_function(name, vectorize)
        functions[name].__doc__ = _DOC.format(
            what=what, operands="an operand", parameters="x", result=result, example=example, shown=shown
        )
    for name, (what, result, example, shown) in _BINARY.items():
        functions[name] = _binary_function(name, vectorize)
        functions[name].__doc__ = _DOC.format(
            what=what, operands="operands", parameters="a, b", result=result, example=example, shown=shown
        )
    functions["where"] = _where_function(vectorize)
    functions["clip"] = _clip_function(vectorize)
    for name, function in functions.items():
        function.__name__ = function.__qualname__ = name
    return functions


def record(operation: str, operands: Sequence[Any], out: Any) -> Any:
    """The node of a function of operands of which one is symbolic."""
    if out is not None:
        raise TraceError(f"vectorize: 'out' of {operation} is for calls on arrays: use the result")
    return symbol_of(operands).graph.add(operation, *operands)


# Each function is vectorized when it is first called on other than operands.


def _unary_function(name: str, vectorize: Any) -> Callable[..., Any]:
    vectorized: Any = None

    def function(x: Any, *, out: Any = None, threads: int | None = None) -> Any:
        nonlocal vectorized
        if type(x) is Symbolic:
            return record(name, (x,), out)
        if vectorized is None:
            vectorized = vectorize(function)
        return vectorized(x, out=out, threads=threads)

    return function


def _binary_function(name: str, vectorize: Any) -> Callable[..., Any]:
    vectorized: Any = None

    def function(a: Any, b: Any, *, out: Any = None, threads: int | None = None) -> Any:
        nonlocal vectorized
        if type(a) is Symbolic or type(b) is Symbolic:
            return record(name, (a, b), out)
        if vectorized is None:
            vectorized = vectorize(function)
        return vectorized(a, b, out=out, threads=threads)

    return function


def _where_function(vectorize: Any) -> Callable[..., Any]:
    vectorized: Any = None

    def where(condition: Any, a: Any, b: Any, *, out: Any = None, threads: int | None = None) -> Any:
        nonlocal vectorized
        if type(condition) is Symbolic or type(a) is Symbolic or type(b) is Symbolic:
            return record("where", (condition, a, b), out)
        if vectorized is None:
            vectorized = vectorize(where)
        return vectorized(condition, a, b, out=out, threads=threads)

    where.__doc__ = _WHERE_DOC
    return where


def _clip_function(vectorize: Any) -> Callable[..., Any]:
    vectorized: dict[tuple[bool, bool], Any] = {}  # by which bounds there are

    def run(x: Any, low: Any, high: Any, out: Any, threads: int | None) -> Any:
        which = low is not None, high is not None
        if not vectorized:
            vectorized[True, True] = vectorize(lambda x, low, high: record_clip(x, low, high))
            vectorized[True, False] = vectorize(lambda x, low: record_clip(x, low, None))
            vectorized[False, True] = vectorize(lambda x, high: record_clip(x, None, high))
            vectorized[False, False] = vectorize(lambda x: x)
        return vectorized[which](x, *(b for b in (low, high) if b is not None), out=out, threads=threads)

    def clip(x: Any, low: Any, high: Any, *, out: Any = None, threads: int | None = None) -> Any:
        if type(x) is Symbolic or type(low) is Symbolic or type(high) is Symbolic:
            if out is not None:
                raise TraceError("vectorize: 'out' of clip is for calls on arrays: use the result")
            return record_clip(x, low, high)
        if hasattr(type(x), "__next__"):
            x = list(x)
        try:
            try:
                return run(x, low, high, out, threads)
            except OverflowError:
                bounds = integer_bounds(x, low, high)
                if bounds == (low, high):
                    raise
            return run(x, *bounds, out, threads)
        except (TypeError, ValueError, OverflowError) as error:
            error.args = (str(error).replace("vectorize: ", "clip: ", 1),)
            raise

    clip.__doc__ = _CLIP_DOC
    return clip


def integer_bounds(x: Any, low: Any, high: Any) -> tuple[Any, Any]:
    """The bounds without those Python integers that no integer of the kind of x is beyond."""
    kind = read_operand(0, x).kind
    least, most = INTEGER_RANGES.get(WEAK_ALONE.get(kind, kind), (-math.inf, math.inf))
    return None if type(low) is int and low <= least else low, None if type(high) is int and high >= most else high


FUNCTIONS = make_functions(vectorize)
exp, expm1, log, log1p, log2, log10 = (FUNCTIONS[name] for name in ("exp", "expm1", "log", "log1p", "log2", "log10"))
sqrt, sin, cos, tan, tanh = (FUNCTIONS[name] for name in ("sqrt", "sin", "cos", "tan", "tanh"))
floor, ceil, isnan = (FUNCTIONS[name] for name in ("floor", "ceil", "isnan"))
minimum, maximum, where, clip = (FUNCTIONS[name] for name in ("minimum", "maximum", "where", "clip"))


def standardize(x: Any, ddof: int = 0, out: Any = None, *, threads: int | None = None) -> Any:
    """Return the elements' distances from their mean in standard deviations: ``(x - mean(x)) / std(x, ddof=ddof)``.

    Integers count as float64. The mean and the standard deviation, over all elements, are those of `mean` and `std`;
    the difference and the quotient are computed in float64 and rounded once to the type of the result.

    Parameters
    ----------
    x : array, list, range or any iterable of numbers
        Any shape; bool, integer and float dtypes.
    ddof : int, optional
        Taken from the number of elements in the variance's divisor: 0 for the population, 1 for a sample.
    out : writable array, optional
        Takes the result; it may be ``x``.
    threads : int, optional
        For large arrays; default: ``FASTCORE_NUM_THREADS``, or 1. The result does not depend on it.

    Returns
    -------
    array or list
        Of the shape of ``x``: float32 and float16 of these, else float64. NaN throughout if an element is NaN or
        infinite, or if all are equal.

    Raises
    ------
    TypeError
        The elements are not numbers.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.standardize([1.0, 3.0])
    [-1.0, 1.0]
    """
    if symbol_of((x,)) is not None:
        raise TraceError("vectorize: standardize needs all elements at once: call it on the operands or on the result")
    freedom = arguments.index("standardize", "'ddof'", ddof)
    arguments.threads("standardize", threads)
    operand = arguments.read("standardize", "'x'", x)
    values = [float_of("standardize", "'x'", v) for v in operand.values]
    kind = operand.kind if operand.kind in ("float16", "float32") else "float64"
    if out is not None:
        check_out(out, kind, operand.shape, "standardize")
    results = []
    if values:
        deviation = math.sqrt(sums.variance("standardize", values, freedom))
        mean = sums.mean(values)
        results = [cast(divide(v - mean, deviation), kind) for v in values]
    if out is not None:
        return write_out(out, results)
    return new_container(results, kind, operand.shape, operand.container)


def float_of(function: str, argument: str, v: Any) -> float:
    """An element as a float."""
    try:
        return float(arguments.real(function, argument, v))
    except OverflowError:
        raise OverflowError(f"{function}: {argument} holds an integer that is out of range for a float") from None
