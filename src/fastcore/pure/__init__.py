"""The twins: every public function in plain Python, the reference that the native kernels are tested against.

On PyPy, and where no native kernels are installed, these are what `fastcore` itself provides.
"""

from fastcore.pure.fibonacci import fibonacci, fibonacci_mod, fibonacci_range
from fastcore.pure.joins import join
from fastcore.pure.sorting import argsort, sort
from fastcore.pure.sums import (
    ExactSum,
    argmax,
    argmin,
    cumsum,
    dot,
    fsum,
    max,
    mean,
    min,
    minmax,
    std,
    sum,
    var,
)
from fastcore.pure.transforms import TraceError, sqrt, vectorize, where

__all__ = [
    "ExactSum",
    "TraceError",
    "argmax",
    "argmin",
    "argsort",
    "cumsum",
    "dot",
    "fibonacci",
    "fibonacci_mod",
    "fibonacci_range",
    "fsum",
    "join",
    "max",
    "mean",
    "min",
    "minmax",
    "sort",
    "sqrt",
    "std",
    "sum",
    "var",
    "vectorize",
    "where",
]
