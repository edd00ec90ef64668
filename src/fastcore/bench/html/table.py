"""All results of a case, to the last digit in the attributes data-*."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from fastcore.bench.estimate import Growth
from fastcore.bench.html.heat import MARKS
from fastcore.bench.html.markup import Markup, element
from fastcore.bench.html.plot import count
from fastcore.bench.report import duration, memory, times
from fastcore.bench.results import SAME, Race, Result


def results_table(case: str, races: Sequence[Race], growths: Mapping[str, Growth]) -> Markup:
    """The races of one case, the smallest first; columns that would be empty are left out."""
    grown = {r.key: growth for race in races for r in race.results if (growth := growth_of(case, r, growths))}
    has_memory = any(r.peak_bytes is not None for race in races for r in race.results)
    names = ["n", "contender", "time", "ratio", "95 % interval", "verdict"]
    names += ["peak"] * has_memory + ["grows as"] * bool(grown) + ["same?"]
    head = element("thead", element("tr", *(element("th", name, scope="col") for name in names)))
    bodies = (body(race, grown, has_memory) for race in races)
    name = f"All results of {case}"
    whole = element("table", element("caption", name), head, *bodies)
    return element("div", whole, class_="scroll results", role="region", tabindex="0", aria_label=name)


def growth_of(case: str, result: Result, growths: Mapping[str, Growth]) -> Growth | None:
    return growths.get(f"{case}/{result.key}")


def body(race: Race, grown: Mapping[str, Growth], has_memory: bool) -> Markup:
    """The fastest first; below them, in a row each reason, those without a time."""
    timed = sorted((r for r in race.results if has_time(r)), key=lambda r: r.seconds)
    missing: dict[str, list[str]] = {}
    for result in race.results:
        if not has_time(result):
            missing.setdefault(result.status, []).append(result.label)
    own = race.fastcore
    kinds = ("own" if result is own else "" if result.status == SAME else "quiet" for result in timed)
    rows = [(row_cells(result, grown, has_memory), kind) for result, kind in zip(timed, kinds)]
    for status, labels in missing.items():
        names = f"{', '.join(labels)}: {status}"
        rows.append(([element("th", names, scope="row", colspan=6 + has_memory + bool(grown))], "quiet"))
    heading = element("th", count(race.n), scope="rowgroup", rowspan=len(rows))
    lines = (element("tr", *([heading] if i == 0 else []), *cells, class_=kind) for i, (cells, kind) in enumerate(rows))
    return element("tbody", *lines, data_n=race.n)


def has_time(result: Result) -> bool:
    return not math.isnan(result.seconds)


def row_cells(result: Result, grown: Mapping[str, Growth], has_memory: bool) -> list[Markup]:
    return [
        element("th", result.label, scope="row"),
        time_cell(result),
        *ratio_cells(result),
        *([peak_cell(result)] if has_memory else []),
        *([growth_cell(grown.get(result.key))] if grown else []),
        element("td", result.status),
    ]


def time_cell(result: Result) -> Markup:
    once = element("small", " once") if not result.is_timed else ""
    return element("td", duration(result.seconds), once, data_seconds=result.seconds)


def ratio_cells(result: Result) -> list[Markup]:
    """The ratio to the race's base, its interval and what that says; ~ if the two were not timed side by side."""
    ratio = result.ratio
    if ratio is None:
        is_base = result.contender == result.base and not result.interpreter
        return [element("td", "base" if is_base else "", colspan=3, class_="base")]
    about = "" if result.is_paired else "~"
    return [
        element(
            "td", f"{about}{times(ratio.value)}×", data_ratio=ratio.value, data_low=ratio.low, data_high=ratio.high
        ),
        element("td", f"[{times(ratio.low)}, {times(ratio.high)}]"),
        element("td", f"{MARKS[ratio.verdict]} {ratio.verdict}"),
    ]


def peak_cell(result: Result) -> Markup:
    if result.peak_bytes is None:
        return element("td", "–")
    return element("td", memory(result.peak_bytes), data_peak=result.peak_bytes)


def growth_cell(growth: Growth | None) -> Markup:
    return element("td", "–" if growth is None else str(growth), data_growth=growth and growth.name)
