"""Twins of the fibonacci family."""

from __future__ import annotations

from fastcore.pure import arguments

TYPE_CHECKING = False  # so that `typing` is not loaded at run time
if TYPE_CHECKING:
    from typing import Any

# F(n) of it has 750 MB.
LARGEST_INDEX = 2**33


def fibonacci(n: int) -> int:
    """Return the n-th Fibonacci number, exactly.

    Parameters
    ----------
    n : int
        From -2**33 to 2**33; F(0) = 0, F(1) = 1, and F(-n) = (-1)**(n + 1) F(n).

    Returns
    -------
    int

    Raises
    ------
    TypeError
        ``n`` is not an integer.
    OverflowError
        ``n`` is out of range.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.fibonacci(100)
    354224848179261915075
    >>> fc.fibonacci(-8)
    -21

    References
    ----------
    D. Takahashi, "A fast algorithm for computing large Fibonacci numbers", Inf. Process. Lett. 75 (2000) 243-246.
    """
    n = index("fibonacci", "'n'", n)
    return _pair(n)[1] if n >= 0 or n % 2 else -_pair(-n)[1]


def fibonacci_mod(n: int, m: int) -> int:
    """Return the n-th Fibonacci number modulo m.

    Parameters
    ----------
    n : int
        Of any size and sign.
    m : int
        At least 1.

    Returns
    -------
    int
        From 0 to m - 1.

    Raises
    ------
    TypeError
        An argument is not an integer.
    ValueError
        ``m`` is less than 1.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.fibonacci_mod(10**18, 10**9 + 7)
    209783453
    """
    n = arguments.index("fibonacci_mod", "'n'", n)
    m = arguments.index("fibonacci_mod", "'m'", m)
    if m < 1:
        raise ValueError(f"fibonacci_mod: 'm' must be at least 1, not {m}")
    before, at = 1 % m, 0
    for bit in bin(abs(n))[2:]:
        before, at = (before * before + at * at) % m, at * (2 * before + at) % m
        if bit == "1":
            before, at = at, (before + at) % m
    return -at % m if n < 0 and n % 2 == 0 else at


def fibonacci_range(start: int, stop: int) -> list[int]:
    """Return the Fibonacci numbers from the start-th up to but not including the stop-th.

    Parameters
    ----------
    start, stop : int
        As in `range`; from -2**33 to 2**33.

    Returns
    -------
    list of int
        ``[fibonacci(n) for n in range(start, stop)]``.

    Raises
    ------
    TypeError
        An argument is not an integer.
    OverflowError
        An argument is out of range.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.fibonacci_range(5, 10)
    [5, 8, 13, 21, 34]
    """
    start = index("fibonacci_range", "'start'", start)
    stop = index("fibonacci_range", "'stop'", stop)
    numbers = []
    if start < stop:
        at, after = fibonacci(start), fibonacci(start + 1)
        for _ in range(start, stop):
            numbers.append(at)
            at, after = after, at + after
    return numbers


def index(function: str, argument: str, n: Any) -> int:
    """An index whose Fibonacci number can be held."""
    number = arguments.index(function, argument, n)
    if abs(number) > LARGEST_INDEX:
        raise OverflowError(f"{function}: {argument} must be from -{LARGEST_INDEX} to {LARGEST_INDEX}, not {number}")
    return number


def _pair(n: int) -> tuple[int, int]:
    """F(|n| - 1) and F(|n|), by two squarings a bit."""
    before, at, sign = 1, 0, 2
    for bit in bin(abs(n))[2:]:
        s, t = before * before, at * at
        doubled = 3 * t - 2 * s + sign
        before, at, sign = s + t, doubled, 2
        if bit == "1":
            before, at, sign = at, before + at, -2
    return before, at
