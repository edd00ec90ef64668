"""The twins: every public function in plain Python, the reference that the native kernels are tested against.

On PyPy, and where no native kernels are installed, these are what `fastcore` itself provides.
"""

from fastcore.pure.fibonacci import fibonacci, fibonacci_mod, fibonacci_range
from fastcore.pure.joins import join, join_rows, join_to, parse
from fastcore.pure.sorting import argsort, isin, median, partition, searchsorted, sort, topk, unique
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
    "isin",
    "join",
    "join_rows",
    "join_to",
    "max",
    "mean",
    "median",
    "min",
    "minmax",
    "parse",
    "partition",
    "searchsorted",
    "sort",
    "sqrt",
    "std",
    "sum",
    "topk",
    "unique",
    "var",
    "vectorize",
    "where",
]
