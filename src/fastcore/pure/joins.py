"""Twins of the joins family."""

from __future__ import annotations

from fastcore.pure import arguments

TYPE_CHECKING = False  # so that `typing` is not loaded at run time
if TYPE_CHECKING:
    from typing import Any


def join(values: Any, sep: str | bytes = "") -> Any:
    """Return the text of the values, separated: ``sep.join(str(v) for v in values)``.

    Parameters
    ----------
    values : iterable
        A 1-d array, a list, a range, a generator or any other iterable, of anything that has a `str`.
    sep : str or bytes, optional
        What stands between two values.

    Returns
    -------
    str or bytes
        With a bytes ``sep``, the same text in UTF-8.

    Raises
    ------
    TypeError
        ``values`` cannot be iterated, or ``sep`` is neither str nor bytes.
    ValueError
        ``values`` has more than one dimension.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.join([1, 2.5, "x"], ", ")
    '1, 2.5, x'
    >>> fc.join(range(5), b" ")
    b'0 1 2 3 4'
    """
    if not isinstance(sep, (str, bytes)):
        arguments.reject("join", "'sep'", type(sep).__name__, "str, bytes")
    values = arguments.as_ndarray(values)
    dimensions = getattr(values, "ndim", 1)
    if dimensions == 0:
        arguments.reject("join", "'values'", "a 0-d array", "any iterable")
    if dimensions > 1:
        raise ValueError(f"join: 'values' must have one dimension, not {dimensions}")
    if not arguments.is_iterable(values):
        arguments.reject("join", "'values'", type(values).__name__, "any iterable")
    if isinstance(sep, str):
        return sep.join(map(str, values))
    return sep.join(str(v).encode() for v in values)
