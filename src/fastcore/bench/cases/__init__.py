"""The cases of the bench: one module a family, each with a list CASES."""

from __future__ import annotations

import functools
import importlib
import math
from dataclasses import dataclass
from typing import Any, Callable

FAMILIES = ("sums", "transforms", "joins", "fibonacci", "sorting")

Call = Callable[[], Any]


@dataclass(frozen=True)
class Contender:
    """One way to do a case's work: a call without arguments, on data that is made beforehand."""

    name: str
    role: str  # "reference", "builtin", "numpy" or "fastcore"
    call: Call | None  # None: what it needs is not installed


@dataclass(frozen=True)
class Case:
    """One piece of work at any size: `make(n)` gives its contenders, the reference first."""

    name: str  # family/work
    title: str
    make: Callable[[int], list[Contender]]
    is_exact: bool = True  # results must be equal; else equal up to the order of additions

    @property
    def family(self) -> str:
        return self.name.partition("/")[0]

    def agree(self, a: Any, b: Any) -> bool:
        """Whether two contenders' results are the same."""
        a, b = plain(a), plain(b)
        if self.is_exact:
            return bool(a == b)
        return isinstance(b, float) and math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)


def plain(result: Any) -> Any:
    """A result as Python values: an array of a NumPy contender equals a list of fastcore's."""
    return result.tolist() if hasattr(result, "tolist") else result


def numpy_or_none() -> Any:
    try:
        import numpy
    except ImportError:
        return None
    return numpy


def contenders(
    reference: Call, fastcore: Call, builtin: tuple[str, Call] | None = None, numpy: tuple[str, Any] | None = None
) -> list[Contender]:
    """The usual four: `numpy` is a name and a function of the NumPy module that gives the call."""
    found = [Contender("reference", "reference", reference)]
    if builtin is not None:
        found.append(Contender(builtin[0], "builtin", builtin[1]))
    if numpy is not None:
        module = numpy_or_none()
        found.append(Contender(numpy[0], "numpy", None if module is None else numpy[1](module)))
    found.append(Contender("fastcore", "fastcore", fastcore))
    return found


def all_cases() -> list[Case]:
    found: list[Case] = []
    for family in FAMILIES:
        found += importlib.import_module(f"{__name__}.{family}").CASES
    return found


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
    return [rng.randrange(1 << bits) for _ in range(n)]


def as_array(code: str, values: list[Any]) -> Any:
    """The values as an ndarray, or as an array.array where NumPy is not installed."""
    from array import array

    numpy = numpy_or_none()
    return array(code, values) if numpy is None else numpy.array(values, dtype=code)
