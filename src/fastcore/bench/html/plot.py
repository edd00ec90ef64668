"""The time of a call against n, drawn in SVG; for one n alone, the contenders below each other.

What is drawn is a picture to a screen reader and to the keyboard; the points that can be reached are elements above it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fastcore.bench import estimate
from fastcore.bench.html.markup import Markup, element, joined
from fastcore.bench.report import duration
from fastcore.bench.results import SAME, Race, Result

WIDTH = 480.0
HEIGHT = 320.0
LEFT, RIGHT, TOP, BOTTOM = 66.0, 20.0, 34.0, 46.0  # the margins, which hold the labels of the axes
ROW = 40.0  # the height of a contender's row where there is one n
LONGEST_NAME = 46  # the letters that a row has room for
NARROWEST = 4.0  # the least ratio of an axis's ends
LABEL_GAP = 56.0  # between the middles of two labels on the axis of n
EAST = 0.6  # of the width: from there on a point's figures are shown to its left
PEER_HUES = 3
DASHES = 4
THIN_SPACE = "\u202f"
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

# From the middle of a point.
CIRCLE = "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z"
SQUARE = "m-3.5-3.5h7v7h-7z"
TRIANGLE = "m0-4.5 4.5 8h-9z"
DIAMOND = "m0-5 4.5 5-4.5 5-4.5-5z"
POINTED_DOWN = "m0 4.5 4.5-8h-9z"
PLUS = "m-5 1.2h3.8v3.8h2.4v-3.8h3.8v-2.4h-3.8v-3.8h-2.4v3.8h-3.8z"
FILLED = (CIRCLE, SQUARE, TRIANGLE, DIAMOND, POINTED_DOWN, PLUS)  # the first is fastcore's
MARKER_SIZE = 4.0  # a bar that is shorter to both sides is behind its marker
MARKERS = (*FILLED, *FILLED)  # once more, hollow


# ---- what is drawn ----


@dataclass(frozen=True)
class Style:
    """How a contender looks: a colour by its role, and a marker and dashes that tell it from others of that colour."""

    hue: str
    marker: int
    dash: int

    @property
    def classes(self) -> str:
        hollow = ["hollow"] * (self.marker >= len(FILLED))
        return " ".join([self.hue, *hollow, *([f"dash{self.dash}"] if self.dash else [])])


@dataclass(frozen=True)
class Point:
    """A contender's time at one n, with the fastest and slowest of its passes' medians."""

    n: int
    seconds: float
    low: float
    high: float

    def __str__(self) -> str:
        low, high = duration(self.low), duration(self.high)
        if low.partition(" ")[2] == high.partition(" ")[2]:
            low = low.partition(" ")[0]
        interval = f" ({low} to {high})" if self.low < self.high else ""
        return f"n = {count(self.n)}: {duration(self.seconds)}{interval}"


@dataclass(frozen=True)
class Series:
    """A contender's times."""

    key: str
    label: str
    style: Style
    points: tuple[Point, ...]


def series_of(races: Sequence[Race]) -> list[Series]:
    """The contenders of a case that gave the right result, in their order in the races."""
    results: dict[str, Result] = {}
    points: dict[str, list[Point]] = {}
    for race in races:
        for result in race.results:
            results.setdefault(result.key, result)
            if result.status == SAME and 0 < result.seconds < math.inf:
                points.setdefault(result.key, []).append(point(race.n, result))
    styles = styles_of(result for key, result in results.items() if key in points)
    return [
        Series(key, results[key].label, styles[key], tuple(sorted(points[key], key=lambda p: p.n)))
        for key in results
        if key in points
    ]


def point(n: int, result: Result) -> Point:
    medians = [estimate.median(times) for times in result.passes if times] or [result.seconds]
    return Point(n, result.seconds, min(medians), max(medians))


def styles_of(results: Iterable[Result]) -> dict[str, Style]:
    """The same for fastcore wherever it is; all others by their order."""
    found: dict[str, Style] = {}
    used: dict[str, int] = {}
    for result in results:
        if result.role == "fastcore" and not result.interpreter:
            found[result.key] = Style("fastcore", 0, 0)
            continue
        of_role = used.get(result.role, 0)
        used[result.role] = of_role + 1
        hues = PEER_HUES if result.role == "peer" else 1
        hue = f"peer{of_role % hues}" if result.role == "peer" else result.role
        marker = 1 + (sum(used.values()) - 1) % (len(MARKERS) - 1)
        found[result.key] = Style(hue, marker, (of_role // hues + (result.role == "fastcore")) % DASHES)
    return found


# ---- axes ----


@dataclass(frozen=True)
class Axis:
    """A logarithmic axis: from low at start to high at end, in units of the drawing."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return self.start + share * (self.end - self.start)

    @property
    def ticks(self) -> list[float]:
        """Powers of ten, or, where there would be few, 1, 2 and 5 times these."""
        decades = math.log10(self.high / self.low)
        step = 1 + int(decades / 7)
        exponents = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        parts = (1, 2, 5) if decades < 2 else (1,)
        values = [part * 10.0**exponent for exponent in exponents if exponent % step == 0 for part in parts]
        return [value for value in values if self.low <= value <= self.high]


def axis_of(values: Sequence[float], start: float, end: float, margin: float) -> Axis:
    """An axis on which all values have a margin, in units of the drawing, to both ends."""
    low, high = min(values), max(values)
    if high < NARROWEST * low:
        middle = math.sqrt(low * high)
        low, high = middle / math.sqrt(NARROWEST), middle * math.sqrt(NARROWEST)
    beyond = (high / low) ** (margin / (abs(end - start) - 2 * margin))
    return Axis(low / beyond, high * beyond, start, end)


def count(n: int) -> str:
    """A number of elements, in groups of three digits."""
    return f"{n:,}".replace(",", THIN_SPACE)


def short_count(n: int) -> str:
    """The same, but large powers of ten as such."""
    digits = str(n)
    is_power = digits.rstrip("0") == "1"
    return f"10{str(len(digits) - 1).translate(SUPERSCRIPTS)}" if is_power and n >= 100_000 else count(n)


# ---- the drawing ----


def figure(case: str, races: Sequence[Race]) -> Markup:
    """A case's picture with its legend, or nothing if nothing was timed."""
    series = series_of(races)
    if not series:
        return element("p", "No contender was timed.", class_="quiet")
    one_size = len({p.n for s in series for p in s.points}) == 1
    drawing = rows(case, series) if one_size else lines(case, series)
    caption = element("figcaption", caption_of(series, one_size))
    return element("figure", drawing, *([] if one_size else [legend(series)]), caption)


def caption_of(series: Sequence[Series], one_size: bool) -> str:
    at = f" at n = {count(series[0].points[0].n)}" if one_size else " against n, both axes logarithmic"
    return f"Time of a call{at}: the median, with a bar from the fastest to the slowest pass."


def lines(case: str, series: Sequence[Series]) -> Markup:
    """A line a contender, fastcore's on top."""
    points = [p for s in series for p in s.points]
    across = axis_of([float(p.n) for p in points], LEFT, WIDTH - RIGHT, 22)
    up = axis_of([t for p in points for t in (p.low, p.high)], HEIGHT - BOTTOM, TOP, 16)
    ordered = sorted(series, key=lambda s: s.style.hue == "fastcore")
    drawn = [
        grid_of_times(up),
        grid_of_sizes(across, sorted({p.n for p in points})),
        element("text", "time", x="8", y="16"),
        element("text", "n", x=number(WIDTH - RIGHT), y=number(HEIGHT - 6), class_="ends"),
        *(curve(s, [(across(p.n), up(p.seconds), up(p.low), up(p.high)) for p in s.points]) for s in ordered),
    ]
    spots = [spot(s, p, across(p.n), up(p.seconds), HEIGHT) for s in ordered for p in s.points]
    return plot(case, f"Time of a call against n: {case}", ranking(series), drawn, spots, HEIGHT)


def grid_of_times(up: Axis) -> Markup:
    lines = "".join(f"M{number(LEFT)} {number(up(t))}H{number(WIDTH - RIGHT)}" for t in up.ticks)
    labels = (element("text", duration(t), x=number(LEFT - 8), y=number(up(t) + 4)) for t in up.ticks)
    return joined(element("path", class_="grid", d=lines), element("g", *labels, class_="ends"))


def grid_of_sizes(across: Axis, sizes: Sequence[int]) -> Markup:
    bottom = HEIGHT - BOTTOM
    lines = "".join(f"M{number(across(n))} {number(TOP)}V{number(bottom + 4)}" for n in sizes)
    labels: list[Markup] = []
    free = -LABEL_GAP
    for n in sizes:
        if across(n) >= free:
            labels.append(element("text", short_count(n), x=number(across(n)), y=number(bottom + 19)))
            free = across(n) + LABEL_GAP
    return joined(element("path", class_="grid", d=lines), element("g", *labels, class_="middles"))


def curve(series: Series, places: Sequence[tuple[float, float, float, float]]) -> Markup:
    """A contender's line, bars and markers."""
    line = "L".join(f"{number(x)} {number(y)}" for x, y, _, _ in places)
    bars = "".join(
        f"M{number(x - 3)} {number(high)}h6m-3 0V{number(low)}m-3 0h6"
        for x, y, low, high in places
        if max(low - y, y - high) > MARKER_SIZE
    )
    markers = "".join(f"M{number(x)} {number(y)}{MARKERS[series.style.marker]}" for x, y, _, _ in places)
    return element(
        "g",
        element("path", class_="line", d=f"M{line}") if len(places) > 1 else "",
        element("path", class_="bar", d=bars) if bars else "",
        element("path", class_="marker", d=markers),
        class_=series.style.classes,
    )


def rows(case: str, series: Sequence[Series]) -> Markup:
    """A row a contender, the fastest first: its name, and below it its time on an axis."""
    ordered = sorted(series, key=lambda s: s.points[0].seconds)
    height = TOP + ROW * len(ordered)
    times = [t for s in series for t in (s.points[0].low, s.points[0].high)]
    across = axis_of(times, 8, WIDTH - 8, 16)
    lines = "".join(f"M{number(across(t))} {number(TOP - 10)}V{number(height)}" for t in across.ticks)
    drawn = [element("path", class_="grid", d=lines)]
    # The labels at the ends stay inside; between them there is room, as an axis has few ticks.
    places = ((t, min(max(across(t), 26), WIDTH - 26)) for t in across.ticks)
    labels = (element("text", duration(t), x=number(x), y=number(TOP - 17)) for t, x in places)
    drawn.append(element("g", *labels, class_="middles"))
    spots = []
    for i, s in enumerate(ordered):
        p, y = s.points[0], TOP + ROW * i
        drawn.append(row(s, across, y))
        spots.append(spot(s, p, across(p.seconds), y + 27, height))
    return plot(case, f"Time of a call: {case}", ranking(series), drawn, spots, height)


def row(series: Series, across: Axis, y: float) -> Markup:
    p, middle = series.points[0], y + 27
    low, high = across(p.low), across(p.high)
    is_seen = max(high - across(p.seconds), across(p.seconds) - low) > MARKER_SIZE
    bar = f"M{number(low)} {number(middle - 3)}v6m0-3H{number(high)}m0-3v6" if is_seen else ""
    return element(
        "g",
        element("path", class_="track", d=f"M8 {number(middle)}H{number(WIDTH - 8)}"),
        element("text", shortened(series.label), x="8", y=number(y + 15), class_="name"),
        element("text", duration(p.seconds), x=number(WIDTH - 8), y=number(y + 15), class_="name ends"),
        element("path", class_="bar", d=bar) if bar else "",
        element(
            "path", class_="marker", d=f"M{number(across(p.seconds))} {number(middle)}{MARKERS[series.style.marker]}"
        ),
        class_=series.style.classes,
    )


def plot(
    case: str, title: str, description: str, drawn: Sequence[Markup], spots: Sequence[Markup], height: float
) -> Markup:
    picture = element(
        "svg",
        element("title", title),
        element("desc", description),
        *drawn,
        viewBox=f"0 0 {number(WIDTH)} {number(height)}",
        role="img",
    )
    return element("div", picture, *spots, class_="plot")


def spot(series: Series, p: Point, x: float, y: float, height: float) -> Markup:
    """What the pointer and the keyboard find at a point: its figures."""
    return element(
        "i",
        class_="east" if x > EAST * WIDTH else "",
        style=f"left:{number(100 * x / WIDTH)}%;top:{number(100 * y / height)}%",
        role="img",
        tabindex="0",
        aria_label=f"{series.label}, {p}",
    )


def legend(series: Sequence[Series]) -> Markup:
    """Names beside their line and marker, the fastest at its largest size first."""
    largest = max(p.n for s in series for p in s.points)
    ordered = sorted(series, key=lambda s: (s.points[-1].n != largest, s.points[-1].seconds))
    return element("ul", *(element("li", swatch(s), s.label) for s in ordered), class_="legend")


def swatch(series: Series) -> Markup:
    style = series.style
    return element(
        "svg",
        element("path", class_="line", d="M1 7H33"),
        element("path", class_="marker", d=f"M17 7{MARKERS[style.marker]}"),
        aria_hidden="true",
        class_=f"swatch {style.classes}",
    )


def ranking(series: Sequence[Series]) -> str:
    """In words, for those who do not see the picture."""
    largest = max(p.n for s in series for p in s.points)
    ordered = sorted((s for s in series if s.points[-1].n == largest), key=lambda s: s.points[-1].seconds)
    times = ", ".join(f"{s.label} {duration(s.points[-1].seconds)}" for s in ordered)
    return f"At n = {count(largest)}, the fastest first: {times}."


def shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def number(value: float) -> str:
    """A coordinate, to a tenth."""
    return f"{value:.1f}".removesuffix(".0")
