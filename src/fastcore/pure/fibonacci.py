"""Twins of the fibonacci family."""

from __future__ import annotations

import operator

from fastcore.pure import arguments, sorting, transforms

TYPE_CHECKING = False  # so that `typing` is not loaded at run time
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

# F(n) of it has 750 MB.
LARGEST_INDEX = 2**33
# The last n whose F(n) fits a uint64.
LARGEST_WORD_INDEX = 93
# Terms for each coefficient that are sooner made one by one, as long as they are integers of any size.
FEW = 32
# Of numbers that are converted by `str` whatever limit is set, which may be 640.
DIGITS = 500


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
    at: int = _pair(n)[1]
    return at if n >= 0 or n % 2 else -at


def lucas(n: int) -> int:
    """Return the n-th Lucas number, exactly.

    Parameters
    ----------
    n : int
        From -2**33 to 2**33; L(0) = 2, L(1) = 1, each further one is the sum of the two before it, and
        L(-n) = (-1)**n L(n).

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
    >>> fc.lucas(100)
    792070839848372253127
    >>> fc.lucas(-7)
    -29

    References
    ----------
    S. Vajda, "Fibonacci and Lucas Numbers, and the Golden Section", 1989, formula 6: L(n) = F(n - 1) + F(n + 1).
    """
    n = index("lucas", "'n'", n)
    before, at = _pair(n)
    number: int = 2 * before + at
    return number if n >= 0 or n % 2 == 0 else -number


def fibonacci_str(n: int) -> str:
    """Return the decimal digits of the n-th Fibonacci number.

    They are those of ``str(fibonacci(n))``, whatever limit `sys.set_int_max_str_digits` sets, in less time.

    Parameters
    ----------
    n : int
        From -2**33 to 2**33.

    Returns
    -------
    str
        With a leading ``-`` if the number is negative, as it is for even n below 0.

    Raises
    ------
    TypeError
        ``n`` is not an integer.
    OverflowError
        ``n`` is out of range.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.fibonacci_str(100)
    '354224848179261915075'
    >>> len(fc.fibonacci_str(100_000))
    20899

    References
    ----------
    D. Takahashi, "A fast algorithm for computing large Fibonacci numbers", Inf. Process. Lett. 75 (2000) 243-246.
    """
    n = index("fibonacci_str", "'n'", n)
    try:
        import _decimal  # not the one in Python, which is slow, and converts ints to str
    except ImportError:
        digits = _digits(_pair(n)[1])
    else:
        exact = _decimal.Context(
            prec=_decimal.MAX_PREC, Emax=_decimal.MAX_EMAX, Emin=_decimal.MIN_EMIN, traps=[_decimal.Inexact]
        )
        with _decimal.localcontext(exact):
            digits = str(_pair(n, _decimal.Decimal)[1])
    return digits if n >= 0 or n % 2 else f"-{digits}"


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
    m = modulus("fibonacci_mod", "'m'", m)
    return _residue(n, m)


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


def fibonacci_array(n: Any, *, mod: int | None = None, out: Any = None) -> Any:
    """Return the Fibonacci number of each element, as uint64.

    Parameters
    ----------
    n : array, list or any iterable of integers
        Any shape; bool and integer dtypes. From 0 to 93 without ``mod``, as F(94) does not fit; of any size and sign
        with it.
    mod : int, optional
        From 1 to 2**64: the numbers are taken modulo it.
    out : writable array, optional
        Takes the result: of uint64 dtype and the shape of ``n``. It may share memory with ``n``.

    Returns
    -------
    ndarray, array.array or list
        ``out`` if given; else a uint64 ndarray of the shape of ``n`` for an ndarray, array.array of 'Q' for another
        buffer, list of int for an iterable. With ``mod`` from 0 to mod - 1.

    Raises
    ------
    TypeError
        ``n`` holds something else than integers; ``mod`` is not an integer; ``out`` has another dtype.
    ValueError
        ``mod`` is less than 1; ``out`` has another shape or is read-only.
    OverflowError
        An element is not from 0 to 93 and there is no ``mod``; ``mod`` is more than 2**64.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.fibonacci_array([10, 50, 93])
    [55, 12586269025, 12200160415121876738]
    >>> fc.fibonacci_array([10**18, -2], mod=10**9 + 7)
    [209783453, 1000000006]
    """
    if mod is not None:
        mod = modulus("fibonacci_array", "'mod'", mod)
        if mod > 2**64:
            raise OverflowError(f"fibonacci_array: 'mod' must be at most {2**64}, not {mod}")
    operand = arguments.read("fibonacci_array", "'n'", n, "integers")
    if operand.kind is not None and "float" in operand.kind:
        arguments.reject("fibonacci_array", "'n'", operand.kind, "integers")
    indices = integers("fibonacci_array", "'n'", operand.values)
    if out is not None:
        arguments.check_out("fibonacci_array", out, "uint64", operand.shape)
    if mod is None:
        for position, i in enumerate(indices):
            if not 0 <= i <= LARGEST_WORD_INDEX:
                raise OverflowError(
                    f"fibonacci_array: 'n' must be from 0 to {LARGEST_WORD_INDEX} without 'mod', "
                    f"but n[{position}] is {i}"
                )
        table = fibonacci_range(0, LARGEST_WORD_INDEX + 1)
        numbers = [table[i] for i in indices]
    else:
        numbers = [_residue(i, mod) for i in indices]
    if out is None:
        return sorting.answer(operand, numbers, "uint64", operand.shape)
    return transforms.write_out(out, numbers)


def linear_recurrence(coefficients: Iterable[int], initial: Iterable[int], n: int, *, mod: int | None = None) -> int:
    """Return the n-th term of a linear recurrence with constant coefficients, exactly or modulo a number.

    The terms are ``x[i] = c[0] x[i-1] + c[1] x[i-2] + ... + c[k-1] x[i-k]``, from the k first ones on.

    Parameters
    ----------
    coefficients : iterable of integers
        ``c``, at least one, of any size and sign.
    initial : iterable of integers
        ``x[0]`` to ``x[k-1]``: as many, of any size and sign.
    n : int
        At least 0, of any size.
    mod : int, optional
        At least 1: the term is taken modulo it.

    Returns
    -------
    int
        ``x[n]``; with ``mod`` from 0 to mod - 1. Without it the memory for it may grow in proportion to ``n``.

    Raises
    ------
    TypeError
        An argument is not an integer, or not an iterable of integers.
    ValueError
        There are no coefficients, or not as many initial terms; ``n`` is less than 0 or ``mod`` less than 1.

    Examples
    --------
    >>> import fastcore as fc
    >>> fc.linear_recurrence([1, 1], [0, 1], 100)
    354224848179261915075
    >>> fc.linear_recurrence([1, 1, 1], [0, 0, 1], 10**18, mod=10**9 + 7)
    913728402

    References
    ----------
    A. Bostan, R. Mori, "A simple and fast algorithm for computing the N-th term of a linearly recurrent sequence",
    Symposium on Simplicity in Algorithms (2021) 118-132.
    """
    c = terms("'coefficients'", coefficients)
    if not c:
        raise ValueError("linear_recurrence: 'coefficients' must not be empty")
    x = terms("'initial'", initial)
    if len(x) != len(c):
        raise ValueError(
            f"linear_recurrence: 'initial' must have as many elements as 'coefficients' ({len(c)}), not {len(x)}"
        )
    n = arguments.index("linear_recurrence", "'n'", n)
    if n < 0:
        raise ValueError(f"linear_recurrence: 'n' must be at least 0, not {n}")
    if mod is not None:
        mod = modulus("linear_recurrence", "'mod'", mod)
    if mod is None and n < FEW * len(c):
        while len(x) <= n:
            x.append(sum(v * w for v, w in zip(c, reversed(x))))
        return x[n]
    # The generating function of the terms is a quotient of two polynomials, and stays one when all terms but those of
    # even, or odd, index are left out.
    denominator = _reduced([1] + [-v for v in c], mod)
    numerator = _product(x, denominator, mod)[: len(c)]
    while n > 0:
        mirrored = _reduced([-v if i % 2 else v for i, v in enumerate(denominator)], mod)
        numerator = _product(numerator, mirrored, mod)[n % 2 :: 2]
        n //= 2
        if n > 0:
            denominator = _product(denominator, mirrored, mod)[::2]
    return numerator[0]


def index(function: str, argument: str, n: Any) -> int:
    """An index whose Fibonacci number can be held."""
    number = arguments.index(function, argument, n)
    if abs(number) > LARGEST_INDEX:
        raise OverflowError(f"{function}: {argument} must be from -{LARGEST_INDEX} to {LARGEST_INDEX}, not {number}")
    return number


def modulus(function: str, argument: str, m: Any) -> int:
    """What numbers are taken modulo."""
    number = arguments.index(function, argument, m)
    if number < 1:
        raise ValueError(f"{function}: {argument} must be at least 1, not {number}")
    return number


def integers(function: str, argument: str, values: Iterable[Any]) -> list[int]:
    """Elements that must be integers."""
    numbers = []
    for v in values:
        try:
            numbers.append(int(operator.index(v)))
        except TypeError:
            arguments.reject_element(function, argument, v, "integers")
    return numbers


def terms(argument: str, values: Any) -> list[int]:
    """The coefficients or the first terms of a recurrence."""
    try:
        elements = iter(values)
    except TypeError:
        arguments.reject("linear_recurrence", argument, type(values).__name__, "an iterable of integers")
    return integers("linear_recurrence", argument, elements)


def _pair(n: int, number: Callable[[int], Any] = int) -> tuple[Any, Any]:
    """F(|n| - 1) and F(|n|), by two squarings a bit, as numbers of a type."""
    before, at, sign = number(1), number(0), 2
    for bit in bin(abs(n))[2:]:
        s, t = before * before, at * at
        doubled = 3 * t - 2 * s + sign
        before, at, sign = s + t, doubled, 2
        if bit == "1":
            before, at, sign = at, before + at, -2
    return before, at


def _digits(number: int) -> str:
    """The decimal digits of an int from 0 up, in halves, so that the limit of what `str` takes is not met."""
    powers = [10**DIGITS]
    while powers[-1] <= number:
        powers.append(powers[-1] ** 2)

    def below(powers: list[int], number: int) -> str:
        """The digits of a number that is below the square of the last power."""
        if not powers:
            return str(number).zfill(DIGITS)
        high, low = divmod(number, powers[-1])
        return below(powers[:-1], high) + below(powers[:-1], low)

    return below(powers, number).lstrip("0") or "0"


def _residue(n: int, m: int) -> int:
    """F(n) modulo m."""
    before, at = 1 % m, 0
    for bit in bin(abs(n))[2:]:
        before, at = (before * before + at * at) % m, at * (2 * before + at) % m
        if bit == "1":
            before, at = at, (before + at) % m
    return -at % m if n < 0 and n % 2 == 0 else at


def _product(a: list[int], b: list[int], mod: int | None) -> list[int]:
    """The product of two polynomials."""
    product = [0] * (len(a) + len(b) - 1)
    for i, v in enumerate(a):
        for j, w in enumerate(b):
            product[i + j] += v * w
    return _reduced(product, mod)


def _reduced(polynomial: list[int], mod: int | None) -> list[int]:
    return polynomial if mod is None else [v % mod for v in polynomial]
