"""The cases of the bench: one module a family, each with a list CASES."""

from __future__ import annotations

import dataclasses
import functools
import importlib
import importlib.util
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Callable

FAMILIES = ("sums", "transforms", "joins", "fibonacci", "sorting", "howto")
# What a run without a name races: of each family the work that it is for, won or lost.
HEADLINES = (
    "sums/list-float",
    "sums/list-int",
    "sums/array-float",
    "sums/fsum-array",
    "sums/dot-array",
    "transforms/affine",
    "transforms/hypot",
    "joins/list-int",
    "joins/list-str",
    "joins/array-float",
    "joins/parse-float",
    "fibonacci/number",
    "fibonacci/mod-far",
    "sorting/list-float",
    "sorting/list-str",
    "sorting/array-int",
)
COMPILERS = {"numba", "pythran"}
RIVALS = ("builtin", "numpy", "peer")
NUMBERS = {float: "d", int: "q", bool: "?"}  # the types of arrays that hold the same as lists
ROUNDING = 1e-9  # how far apart sums of the same floats in different orders may be

Call = Callable[[], Any]


@dataclass(frozen=True)
class Contender:
    """One way to do a case's work, which is imported, compiled and given its data when it is first called for."""

    name: str
    role: str  # "reference", "builtin", "numpy", "peer" or "fastcore"
    prepare: Callable[..., Call]  # from the modules it needs, a call without arguments
    needs: tuple[str, ...] = ()
    tolerance: float | None = None  # if its result is less exact by nature than the case asks for
    is_compiled: bool = False  # when it is first called for, which takes a second or many

    @property
    def label(self) -> str:
        """The name, with a ~ if the result is less exact."""
        return self.name if self.tolerance is None else f"~{self.name}"

    @property
    def is_installed(self) -> bool:
        """Whether what it needs can be found; nothing is imported."""
        return all(importlib.util.find_spec(name.partition(".")[0]) is not None for name in self.needs)

    def call(self) -> Call | None:
        """Its call, ready to be timed; None if what it needs is not installed."""
        try:
            modules = [importlib.import_module(name) for name in self.needs]
        except ModuleNotFoundError:
            return None
        return self.prepare(*modules)


@dataclass(frozen=True)
class Case:
    """One piece of work at any size: `make(n)` gives its contenders, the reference first and fastcore last."""

    name: str  # family/work
    title: str
    make: Callable[[int], list[Contender]]
    is_exact: bool = True  # results must be equal; else equal up to the order of additions
    growth: int = 1  # the power of n with which the slowest contender's time grows
    sizes: tuple[int, ...] = ()  # what it is run at if no sizes are asked for; () the run's own
    base: str = ""  # the contender that all others are held against; "" the fastest rival
    finding: str = ""  # what its figures say, in a line
    processors: int = 1  # how many its contenders use

    @property
    def family(self) -> str:
        return self.name.partition("/")[0]

    def kept(self, result: Any) -> Any:
        """A result in the form in which others are compared with it."""
        return comparable(result)

    def agree(self, expected: Any, result: Any, tolerance: float | None = None) -> bool:
        """Whether a contender's result is the reference's, exactly or, with a tolerance of its own, nearly."""
        if is_identical(expected, result):
            return True
        expected, result = plain(expected), plain(result)
        if tolerance is None:
            if self.is_exact:
                return bool(expected == result)
            tolerance = ROUNDING
        return is_close(expected, result, tolerance)


def plain(result: Any) -> Any:
    """A result as Python values: what NumPy, polars and pyarrow give equals a number or a list of fastcore's."""
    if isinstance(result, tuple):
        return tuple(plain(part) for part in result)
    for name in ("tolist", "to_list", "as_py"):
        if hasattr(result, name):
            return getattr(result, name)()
    return result


def comparable(result: Any) -> Any:
    """A result as it is kept for others to be compared with: an array for a list of numbers of one type."""
    if numpy_or_none() is None or not isinstance(result, list):
        return result
    kinds = set(map(type, result))
    kind = kinds.pop() if len(kinds) == 1 else None
    try:
        return as_array(NUMBERS[kind], result) if kind in NUMBERS else result
    except OverflowError:
        return result


def is_identical(expected: Any, result: Any) -> bool:
    """Whether both are, or can be, arrays of the same shape and, in the type of the first, bytes: quick to find out."""
    if hasattr(result, "to_numpy"):
        try:
            result = result.to_numpy()
        except Exception:  # of polars', pyarrow's and pandas', as of what has no place in an array
            return False
    np = numpy_or_none()
    if np is None or not (isinstance(expected, np.ndarray) and isinstance(result, np.ndarray)):
        return False
    kinds = result.dtype.kind + expected.dtype.kind
    is_as_wide = expected.itemsize >= result.itemsize and kinds in ("bb", "ii", "uu", "ff", "ui")
    if expected.shape != result.shape or not is_as_wide:
        return False
    widened = result.astype(expected.dtype, copy=False)
    # Of unsigned integers, those that are too great become negative.
    return bool(expected.tobytes() == widened.tobytes() and (kinds != "ui" or (widened >= 0).all()))


def is_close(expected: Any, result: Any, tolerance: float) -> bool:
    """Whether two floats, or all of two lists of floats, are this close."""
    if isinstance(expected, list):
        return (
            isinstance(result, list)
            and len(expected) == len(result)
            and all(is_close(a, b, tolerance) for a, b in zip(expected, result))
        )
    return isinstance(result, float) and math.isclose(expected, result, rel_tol=tolerance, abs_tol=tolerance)


def contenders(reference: Call, fastcore: Call, *rivals: Contender, needs: tuple[str, ...] = ()) -> list[Contender]:
    """The contenders of a case; `needs` names what its data cannot be made without."""
    return [
        Contender("reference", "reference", lambda *modules: reference, needs),
        *rivals,
        Contender("fastcore", "fastcore", lambda *modules: fastcore, needs),
    ]


def builtin(name: str, call: Call, *, tolerance: float | None = None) -> Contender:
    return Contender(name, "builtin", lambda: call, (), tolerance)


def numpy(name: str, prepare: Callable[[Any], Call], *, tolerance: float | None = None) -> Contender:
    """`prepare` gives the call from the NumPy module."""
    return Contender(name, "numpy", prepare, ("numpy",), tolerance)


def peer(name: str, needs: str, prepare: Callable[..., Call], *, tolerance: float | None = None) -> Contender:
    """`needs` names modules, with spaces between them; `prepare` gives the call from these."""
    modules = tuple(needs.split())
    return Contender(name, "peer", prepare, modules, tolerance, not COMPILERS.isdisjoint(modules))


def compiled(
    loop: Callable[..., Any], *arguments: Any, fastmath: bool = False, tolerance: float | None = None
) -> Contender:
    """A plain loop under numba, compiled for the types of these arguments before it is timed."""

    def prepare(numba: Any) -> Call:
        function = _compiled(numba.njit, loop, fastmath)
        function(*arguments)
        return functools.partial(function, *arguments)

    return peer("numba fastmath" if fastmath else "numba", "numba", prepare, tolerance=tolerance)


@functools.lru_cache(maxsize=64)
def _compiled(njit: Callable[..., Any], loop: Callable[..., Any], fastmath: bool) -> Any:
    return njit(loop, fastmath=fastmath)


def all_cases() -> list[Case]:
    found: list[Case] = []
    for family in FAMILIES:
        found += importlib.import_module(f"{__name__}.{family}").CASES
    return found


def is_wanted(contender: Contender, wanted: Sequence[str]) -> bool:
    """Whether a contender is among those wanted: roles, "peers", or "peer:NAME" of one; [] is all."""
    return not wanted or bool(names_of(contender).intersection(wanted))


def names_of(contender: Contender) -> set[str]:
    """What a contender can be asked for by."""
    if contender.role != "peer":
        return {contender.role}
    return {"peer", "peers", *(f"peer:{name}" for name in (contender.name, *contender.needs) if name != "numpy")}


def with_contenders(case: Case, wanted: Sequence[str]) -> Case:
    """The case with some of its contenders; an exact copy of it, but for that."""
    if not wanted:
        return case
    return dataclasses.replace(case, make=lambda n: [c for c in case.make(n) if is_wanted(c, wanted)])


def numpy_or_none() -> Any:
    try:
        return importlib.import_module("numpy")
    except ModuleNotFoundError:
        return None


@functools.lru_cache(maxsize=16)
def floats(n: int, seed: int = 1) -> list[float]:
    """Normally distributed floats; shared, so not to be changed."""
    import random

    rng = random.Random(seed)
    return [rng.gauss(0.0, 1.0) for _ in range(n)]


@functools.lru_cache(maxsize=16)
def integers(n: int, bits: int = 20, seed: int = 1) -> list[int]:
    """Integers spread evenly over a width, without order; shared, so not to be changed."""
    import random

    rng = random.Random(seed)
    return [rng.getrandbits(bits) for _ in range(n)]


def as_array(code: str, values: list[Any]) -> Any:
    """The values as an ndarray, or as an array.array where NumPy is not installed."""
    from array import array

    module = numpy_or_none()
    if module is None:
        return array(code, values)
    kind = module.dtype(code)
    return module.array(values, dtype=f"{kind.kind}{kind.itemsize}")  # of two types of a size, the one that is usual
