"""What can be said from the times: the ratio of two contenders with its interval, and how a cost grows with n.

A ratio is taken within rounds, in which both contenders met the same machine. The estimate is the median over passes
of the median over a pass's rounds; its 95 % interval is a bootstrap over passes and, within each, over rounds, as those
of one pass resemble each other (A. C. Davison, D. V. Hinkley, "Bootstrap Methods and their Application", 1997, 3.8).
"""

from __future__ import annotations

import functools
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Callable

DRAWS = 400
STEP = 17
BAND = 0.02  # differences within it are not called one
CANARY_BAND = 0.03
MARGIN = math.log(1.5)  # of one round; of more it is so many times less, as a bootstrap of few says too much
NO_DIFFERENCE = "no difference shown"

Passes = Sequence[Sequence[float]]  # times by pass and round


@dataclass(frozen=True)
class Ratio:
    """How many times faster than a base, with the 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        if self.low > 1 + BAND:
            return "faster"
        return "slower" if self.high < 1 - BAND else NO_DIFFERENCE

    @property
    def is_noise(self) -> bool:
        """Of a function against itself: whether it differs from itself by more than a run may."""
        return not (self.low >= 1 - CANARY_BAND and self.high <= 1 + CANARY_BAND)


def paired(mine: Passes, base: Passes) -> Ratio | None:
    """How many times faster, from the rounds that both took part in; None if there are none."""
    logs = [[math.log(b / a) for a, b in zip(times, others) if a > 0 and b > 0] for times, others in zip(mine, base)]
    return _bootstrap([(rounds, []) for rounds in logs if rounds])


def unpaired(mine: Passes, base: Passes) -> Ratio | None:
    """The same from times that were not taken side by side, such as those of two interpreters, pass by pass."""
    logs = [[[math.log(t) for t in times if t > 0] for times in passes] for passes in (base, mine)]
    return _bootstrap([(a, b) for a, b in zip(*logs) if a and b])


def geometric_mean(values: Sequence[float]) -> float:
    return math.exp(math.fsum(map(math.log, values)) / len(values))


def median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _bootstrap(passes: list[tuple[list[float], list[float]]]) -> Ratio | None:
    """The median over passes of the median of the first logarithms less that of the second, with its interval."""
    if not passes:
        return None
    value = median([median(first) - (median(second) if second else 0.0) for first, second in passes])
    resampled = [[a - b for a, b in zip(_medians(first, 1), _medians(second, 2))] for first, second in passes]
    draws = sorted(median([resampled[i][place] for i, place in drawn]) for drawn in _draws(len(passes)))
    margin = MARGIN / sum(min(len(first), len(second or first)) for first, second in passes)
    low = min(draws[int(0.025 * DRAWS)], value) - margin
    high = max(draws[int(0.975 * DRAWS) - 1], value) + margin
    return Ratio(math.exp(value), math.exp(low), math.exp(high))


@functools.lru_cache(maxsize=64)
def _draws(count: int) -> list[list[tuple[int, int]]]:
    """As many of so many passes, drawn with replacement, and which of its medians, DRAWS times."""
    rng = random.Random(1)
    places = range(0, count * STEP, STEP)  # of a pass that is drawn twice two different medians
    drawn = [rng.choices(range(count), k=count) for _ in range(DRAWS)]
    return [[(i, (number + place) % DRAWS) for i, place in zip(row, places)] for number, row in enumerate(drawn)]


def _medians(values: list[float], seed: int) -> list[float]:
    """Medians of as many values drawn with replacement, DRAWS of them; zeros of none."""
    ordered = sorted(values)
    return [ordered[place] for place in _places(len(values), seed)] if values else [0.0] * DRAWS


@functools.lru_cache(maxsize=1024)
def _places(n: int, seed: int) -> tuple[int, ...]:
    """Where among n sorted values the median of n drawn with replacement is, DRAWS times.

    A draw is the value at the place of a uniform number, so the median is at the place of the median of n uniform
    numbers; and that, for n = 2m - 1, is distributed as Beta(m, m).
    """
    rng, m = random.Random(seed), (n + 1) / 2
    return tuple(int(n * rng.betavariate(m, m)) for _ in range(DRAWS))


# ---- growth ----

GROWTHS: dict[str, Callable[[float], float]] = {
    "1": lambda n: 1.0,
    "log n": lambda n: math.log2(n + 1),
    "√n": math.sqrt,
    "n": lambda n: n,
    "n log n": lambda n: n * math.log2(n + 1),
    "n√n": lambda n: n**1.5,
    "n²": lambda n: n * n,
    "n³": lambda n: n**3,
}
FEWEST_SIZES = 3  # two points lie on any curve
CLEARLY_BETTER = 0.9  # a function that grows faster must be this much nearer to the times


@dataclass(frozen=True)
class Growth:
    """Times as a constant and a multiple of a function of n."""

    name: str  # of GROWTHS
    constant: float  # seconds
    factor: float  # seconds
    error: float  # root mean square of the relative deviations

    def __str__(self) -> str:
        return f"{self.name} ±{100 * self.error:.0f} %"


def growth(times: dict[int, float]) -> Growth | None:
    """The simplest growth that is near to these seconds at each n; None for fewer than three sizes.

    Each is fitted by least squares of the relative deviations, with neither part negative.
    """
    if len(times) < FEWEST_SIZES:
        return None
    best: Growth | None = None
    for name, function in GROWTHS.items():
        found = _fitted(name, function, times)
        if best is None or found.error < CLEARLY_BETTER * best.error:
            best = found
    return best


def _fitted(name: str, function: Callable[[float], float], times: dict[int, float]) -> Growth:
    # With weights 1/t^2 the target is 1: minimise the sum of (a u + b v - 1)^2, where u = 1/t and v = function(n)/t.
    u = [1 / t for t in times.values()]
    v = [function(n) / t for n, t in times.items()]
    uu, vv = math.fsum(x * x for x in u), math.fsum(x * x for x in v)
    uv, su, sv = math.fsum(x * y for x, y in zip(u, v)), math.fsum(u), math.fsum(v)
    candidates = [(su / uu, 0.0), (0.0, sv / vv)]
    determinant = uu * vv - uv * uv
    if determinant > 1e-9 * uu * vv:
        candidates.append(((su * vv - sv * uv) / determinant, (sv * uu - su * uv) / determinant))

    def error(parts: tuple[float, float]) -> float:
        a, b = parts
        return math.sqrt(math.fsum((a * x + b * y - 1) ** 2 for x, y in zip(u, v)) / len(u))

    a, b = min((parts for parts in candidates if min(parts) >= 0), key=error)
    return Growth(name, a, b, error((a, b)))
