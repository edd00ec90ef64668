"""Prints the constants of native/transforms/elementary.h: python tools/elementary_polynomials.py (needs mpmath)"""

from collections.abc import Callable, Sequence

from mpmath import atanh, cos, expm1, floor, log, log1p, lu_solve, matrix, mp, mpf, nint, pi, sin

mp.prec = 1600

LN2 = log(mpf(2))
GRID = mpf(2) ** -42  # high parts are multiples of it, so that their products with exponents are exact


def value(coefficients: Sequence[mpf], x: mpf) -> mpf:
    result = mpf(0)
    for coefficient in reversed(coefficients):
        result = result * x + coefficient
    return result


def extremes(error: Callable[[mpf], mpf], points: Sequence[mpf], low: mpf, high: mpf) -> list[mpf]:
    """Where the error is largest between its zeros, one of which is between each two of the points."""
    zeros = [low]
    for left, right in zip(points, points[1:]):
        sign = error(left) > 0
        for _ in range(40):
            middle = (left + right) / 2
            left, right = (middle, right) if (error(middle) > 0) == sign else (left, middle)
        zeros.append(left)
    zeros.append(high)
    return [
        max((left + (right - left) * i / 32 for i in range(33)), key=lambda x: abs(error(x)))
        for left, right in zip(zeros, zeros[1:])
    ]


def fit(function: Callable[[mpf], mpf], low: mpf, high: mpf, degree: int) -> list[mpf]:
    """The minimax polynomial by the exchange algorithm of E. Y. Remez, the lowest coefficient first."""

    def at(x: mpf) -> mpf:
        return function(x if abs(x) > mpf(2) ** -60 else mpf(2) ** -60)

    points = [(low + high) / 2 - (high - low) / 2 * cos(pi * i / (degree + 1)) for i in range(degree + 2)]
    coefficients: list[mpf] = []
    for _ in range(5):
        rows = [[x**k for k in range(degree + 1)] + [mpf(-1) ** i] for i, x in enumerate(points)]
        solution = lu_solve(matrix(rows), matrix([at(x) for x in points]))
        coefficients = [solution[k] for k in range(degree + 1)]

        def error(x: mpf, fitted: Sequence[mpf] = coefficients) -> mpf:
            return at(x) - value(fitted, x)

        points = extremes(error, points, low, high)
    return coefficients


def rounded(x: mpf, bits: int = 53) -> mpf:
    """x to so many significant bits."""
    unit = mpf(2) ** (int(floor(log(abs(x), 2))) + 1 - bits)
    return nint(x / unit) * unit


def text(x: mpf) -> str:
    """The nearest double, as C writes it."""
    digits, exponent = float(x).hex().split("p")
    return f"{digits.rstrip('0').rstrip('.')}p{exponent}"


def show_number(name: str, x: mpf) -> None:
    print(f"#define {name} {text(x)}")


def show(name: str, numbers: Sequence[mpf]) -> None:
    lines = [", ".join(text(x) for x in numbers[i : i + 4]) for i in range(0, len(numbers), 4)]
    print(f"static const double {name}[{len(numbers)}] = {{")
    print("    " + ",\n    ".join(lines) + "};")


def show_parts(name: str, x: mpf, sizes: Sequence[int]) -> None:
    """x in parts of so many bits."""
    for i, bits in enumerate(sizes):
        show_number(f"{name}_{i + 1}", rounded(x, bits))
        x -= rounded(x, bits)


def show_words(name: str, x: mpf, count: int) -> None:
    """The first bits of x < 1 in words of 64, after a word of zeros."""
    bits = int(floor(x * mpf(2) ** (64 * (count - 1))))
    words = [f"0x{bits >> 64 * i & (2**64 - 1):016x}u" for i in reversed(range(count))]
    lines = [", ".join(words[i : i + 5]) for i in range(0, count, 5)]
    print(f"static const uint64_t {name}[{count}] = {{")
    print("    " + ",\n    ".join(lines) + "};")


def show_powers() -> None:
    """2^(j/16) as a double, and how much more it is, relative to that."""
    exact = [mpf(2) ** (mpf(j) / 16) for j in range(16)]
    show("fc_exp_table", exact)
    show("fc_exp_rest", [x / rounded(x) - 1 for x in exact])


def show_logarithms(ln2_high: mpf) -> tuple[mpf, mpf]:
    """Entry j serves the significands m of [0.75, 1.5) whose first fraction bits are j: a c of few bits near 1/m, and
    -log(c) in two parts; for m below 1 with log(2), as the exponent is then one too low. Returns the range of m c - 1.
    """
    reciprocals, high, rest = [], [], []
    least = most = mpf(0)
    for j in range(16):
        first, end = (mpf(1) + mpf(k) / 16 for k in (j, j + 1))
        if j >= 8:
            first, end = first / 2, end / 2
        c = nint(128 / (first + end)) / 64 if j not in (0, 15) else mpf(1)
        least, most = min(least, first * c - 1), max(most, end * c - 1)
        logarithm = -log(c) + (LN2 if j >= 8 else 0)
        part = ln2_high if j == 15 else nint(logarithm / GRID) * GRID
        reciprocals.append(c)
        high.append(part)
        rest.append(logarithm - part)
    show("fc_log_reciprocals", reciprocals)
    show("fc_log_table", high)
    show("fc_log_rest", rest)
    return least, most


def main() -> None:
    ln2_high = nint(LN2 / GRID) * GRID
    print("/* clang-format off */")
    show_number("FC_LOG2_E", 1 / LN2)
    show_number("FC_LN2", LN2)
    show_number("FC_LN2_HIGH", ln2_high)
    show_number("FC_LN2_LOW", LN2 - ln2_high)
    show_number("FC_2_PI", 2 / pi)
    show_number("FC_1_PI", 1 / pi)
    show_parts("FC_PI_2", pi / 2, [53, 53, 53])
    show_parts("FC_PI_2_SHORT", pi / 2, [33, 33, 33, 53])
    show_parts("FC_PI_SHORT", pi, [33, 53])
    quarter_turn = int(floor(pi / 2 * mpf(2) ** 127))
    print(f"#define FC_PI_2_HIGH 0x{quarter_turn >> 64:016x}u")
    print(f"#define FC_PI_2_REST 0x{quarter_turn & (2**64 - 1):016x}u")
    show_words("fc_two_over_pi", 2 / pi, 20)
    show_powers()
    least, most = show_logarithms(ln2_high)

    half = LN2 / 2 * mpf(1.0001)
    quarter = (pi / 4 * mpf(1.0001)) ** 2
    print("\n/* exp(r) = 1 + r + r^2 p(r) for |r| <= log(2)/32, then log(2)/2 */")
    show("fc_exp_short", fit(lambda r: (expm1(r) - r) / r**2, -half / 16, half / 16, 5))
    show("fc_exp_long", fit(lambda r: (expm1(r) - r) / r**2, -half, half, 10))
    print("/* log(1 + r) = r + r^2 p(r) for " + f"{float(least):.4f} <= r <= {float(most):.4f} */")
    show("fc_log_short", fit(lambda r: (log1p(r) - r) / r**2, least, most, 9))
    print("/* log((1 + s)/(1 - s)) = 2s + s^3 p(s^2) for |s| <= 3 - sqrt(8) */")
    s_most = (mpf(0.1716)) ** 2
    show("fc_log_long", fit(lambda z: (2 * atanh(z**0.5) / z**0.5 - 2) / z, mpf(0), s_most, 6))
    print("/* sin(r) = r + r^3 p(r^2) and cos(r) = 1 - r^2/2 + r^4 p(r^2) for |r| <= pi/4 */")
    show("fc_sin_terms", fit(lambda z: (sin(z**0.5) / z**0.5 - 1) / z, mpf(0), quarter, 6))
    show("fc_cos_terms", fit(lambda z: (cos(z**0.5) - 1 + z / 2) / z**2, mpf(0), quarter, 5))
    print("/* For float32: exp(r) = 1 + r p(r), |r| <= log(2)/2. */")
    show("fc_exp_single", fit(lambda r: expm1(r) / r, -half, half, 6))
    print("/* log(1 + r) = r + r^2 p(r), r as before; = r p(r), sqrt(1/2) <= 1 + r <= sqrt(2) */")
    show("fc_log_single_short", fit(lambda r: (log1p(r) - r) / r**2, least, most, 4))
    show("fc_log_single_long", fit(lambda r: log1p(r) / r, mpf(2) ** -0.5 - 1, mpf(2) ** 0.5 - 1, 11))
    print("/* sin(r) = r + r^3 p(r^2), |r| <= pi/2 */")
    show("fc_sin_single", fit(lambda z: (sin(z**0.5) / z**0.5 - 1) / z, mpf(0), quarter * 4, 4))
    print("/* clang-format on */")


if __name__ == "__main__":
    main()
