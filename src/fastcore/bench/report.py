"""What a run says: lines for a terminal, the summary, Markdown and CSV. All are made from results alone."""

from __future__ import annotations

import csv
import io
import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any, Callable, NamedTuple

from fastcore.bench import estimate
from fastcore.bench.estimate import NO_DIFFERENCE, Growth, Ratio
from fastcore.bench.results import SAME, Race, Result, Run

NAME_WIDTH, SIZE_WIDTH, TIME_WIDTH, AGAINST_WIDTH, PEAK_WIDTH, SAME_WIDTH, OTHER_WIDTH = 34, 11, 8, 46, 8, 7, 22


# ---- figures ----


def duration(seconds: float) -> str:
    """A time with three digits and its unit."""
    if math.isnan(seconds):
        return "–"
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= 0.9995 * scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def times(ratio: float) -> str:
    if ratio < 0.0995:
        return f"{ratio:.2g}"
    return f"{ratio:.2f}" if ratio < 9.995 else f"{ratio:.1f}" if ratio < 99.95 else f"{ratio:.0f}"


def memory(count: int | None) -> str:
    """Bytes with three digits and their unit; nothing if not known."""
    if count is None:
        return ""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= 0.9995 * scale:
            return f"{count / scale:.3g} {unit}"
    return f"{count} B"


def whole(n: int) -> str:
    return f"{n:,}".replace(",", " ")


def verdict(ratio: Ratio) -> str:
    return NO_DIFFERENCE if ratio.verdict == NO_DIFFERENCE else f"{times(ratio.value)}x {ratio.verdict}"


def interval(ratio: Ratio) -> str:
    return f"[{times(ratio.low)}, {times(ratio.high)}]"


def against_base(result: Result) -> str:
    """A result's ratio to its base, ~ if the two were not timed side by side."""
    if result.contender == result.base and not result.interpreter:
        return "base"
    if result.ratio is None:
        return ""
    return f"{'' if result.is_paired else '~'}{verdict(result.ratio)} {interval(result.ratio)}"


# ---- a terminal ----


class Line(NamedTuple):
    """A line of the table, and what it is: "head", "win", "loss", "" or "note"."""

    text: str
    kind: str = ""


def _row(name: str, size: str, time: str, against: str, peak: str, same: str, others: Sequence[str] = ()) -> str:
    if len(name) > NAME_WIDTH:
        name = name[: NAME_WIDTH - 1] + "…"
    cells = [
        f"{name:{NAME_WIDTH}} {size:>{SIZE_WIDTH}} {time:>{TIME_WIDTH}} ",
        f"{against:{AGAINST_WIDTH}} {peak:>{PEAK_WIDTH}} {same:{SAME_WIDTH}}",
        *(f"{other:>{OTHER_WIDTH}}" for other in others),
    ]
    return " ".join(cells).rstrip()


def head(interpreters: Sequence[str] = ()) -> Line:
    """The names of the columns; of each further interpreter one, with times and ratios to the same base."""
    against = "against the fastest rival [95 % interval]"
    return Line(_row("case", "n", "time", against, "peak", "same", interpreters), "head")


def lines(
    races: Sequence[Race], *, has_all: bool, growths: dict[str, Growth] | None = None, interpreters: Sequence[str] = ()
) -> Iterator[Line]:
    """The races of one case, a line each; with all contenders, or where nothing is raced, a line for each of these."""
    first = races[0]
    if has_all or any(race.ratio is None for race in races):
        yield Line(f"{first.case} · {first.title}", "head")
        for race in races:
            for result in _ordered([r for r in race.results if not r.interpreter]):
                yield _contender(race, result, interpreters)
    else:
        yield from map(_race, races)
    known = growths or {}
    found = [f"{r.label} {known[name]}" for r in first.results if (name := f"{first.case}/{r.key}") in known]
    if found:
        yield Line("  growth: " + ", ".join(found), "note")
    if first.finding:
        yield Line(f"  {first.finding}", "note")


def _race(race: Race) -> Line:
    mine, ratio = race.fastcore, race.ratio
    assert mine is not None
    assert ratio is not None
    against = f"{verdict(ratio)} {interval(ratio)} {rival(race)}"
    same = "differs" if any(r.status == "differs" for r in race.results) else SAME
    text = _row(race.case, whole(race.n), duration(mine.seconds), against, memory(mine.peak_bytes), same)
    return Line(text, "loss" if same == "differs" else _kind(ratio))


def _contender(race: Race, result: Result, interpreters: Sequence[str]) -> Line:
    is_known = result.status in (SAME, "differs")
    text = _row(
        f"  {result.label}",
        whole(race.n),
        duration(result.seconds) if is_known else "",
        against_base(result) if is_known else result.status,
        memory(result.peak_bytes),
        result.status if is_known else "",
        [_elsewhere(race.result(f"{result.contender}@{name}")) for name in interpreters],
    )
    if result.status == "differs":
        return Line(text, "loss")
    return Line(text, _kind(result.ratio) if result.role == "fastcore" and result.ratio is not None else "")


def _elsewhere(result: Result | None) -> str:
    """A contender under another interpreter."""
    if result is None or result.status != SAME:
        return "" if result is None or result.status == "not installed" else result.status.partition(" (")[0]
    parts = [duration(result.seconds)]
    if result.ratio is not None:
        parts.append(f"~{times(result.ratio.value)}x")
    if result.peak_bytes is not None:
        parts.append(memory(result.peak_bytes))
    return "  ".join(parts)


def _ordered(results: Sequence[Result]) -> list[Result]:
    """The fastest first, and last those without a time."""
    return sorted(results, key=lambda r: (r.status != SAME, math.isnan(r.seconds), r.seconds))


def _kind(ratio: Ratio) -> str:
    return {"faster": "win", "slower": "loss"}.get(ratio.verdict, "")


# ---- the summary ----


def summary(races: Sequence[Race]) -> str:
    """Where fastcore is first, and, by name, where it is not."""
    raced = [(race, race.ratio) for race in races if race.ratio is not None]
    first = sum(ratio.verdict == "faster" for _, ratio in raced)
    text = f"fastcore first in {first} of {len(raced)}"
    if raced:
        text += f" (geometric mean {times(estimate.geometric_mean([ratio.value for _, ratio in raced]))}x)"
    lost = [(race, f" {times(1 / ratio.value)}x") for race, ratio in raced if ratio.verdict == "slower"]
    tied = [(race, "") for race, ratio in raced if ratio.verdict == NO_DIFFERENCE]
    parts = [text]
    if lost:
        parts.append(f"not first: {by_case(lost)}")
    if tied:
        parts.append(f"{NO_DIFFERENCE}: {by_case(tied)}")
    return "; ".join([*parts, *problems(races)])


def by_case(found: Sequence[tuple[Race, str]]) -> str:
    """The sizes of each case, and what is to be said of them after their rivals' names, which are not repeated."""
    cases = []
    for case, group in itertools.groupby(found, key=lambda pair: pair[0].case):
        races, texts = zip(*group)
        names = list(map(rival, races))
        said = [text if name == before else name + text for name, before, text in zip(names, [None, *names], texts)]
        sizes = ", ".join(str(race.n) for race in races)
        cases.append(f"{case} n={sizes} ({', '.join(text.strip() for text in said if text)})")
    return ", ".join(cases)


def problems(races: Sequence[Race]) -> list[str]:
    """The contenders that gave another result, and those that failed."""
    found = []
    for status, text in (("differs", "results differ"), ("failed", "failed")):
        names = [f"{place(race)} ({r.label})" for race in races for r in race.results if r.status.startswith(status)]
        if names:
            found.append(f"{text}: " + ", ".join(names))
    return found


def place(race: Race) -> str:
    return f"{race.case} n={race.n}"


def rival(race: Race) -> str:
    """The fastest rival, with a ~ if its result is less exact."""
    found = race.result(race.rival)
    return race.rival if found is None else found.label


def noise_text(noise: Ratio | None) -> str:
    return "" if noise is None else f"noise ±{50 * (noise.high - noise.low):.1f} % (A/A)"


def heading(metadata: dict[str, Any]) -> str:
    """The package, the interpreter and the machine in a line."""
    python = f"{metadata.get('python_implementation', '')} {metadata.get('python_version', '')}"
    python = python.replace("cpython", "CPython").replace("pypy", "PyPy")
    isa = f", {metadata['isa']}" if metadata.get("isa", "none") != "none" else ""
    parts = [
        f"fastcore {metadata.get('fastcore_version', '')} ({metadata.get('fastcore_implementation', '')}{isa})",
        python,
        f"NumPy {metadata.get('numpy_version', 'none')}",
        str(metadata.get("cpu_model_name", "")),
    ]
    if "cpu_affinity" in metadata:
        parts.append(f"cpu {metadata['cpu_affinity']}")
    return " · ".join(parts)


# ---- Markdown and CSV ----


def as_markdown(run: Run) -> str:
    """A table for each family: a row for each case, a column for each size; then the cases without a race in full."""
    text = [heading(run.metadata) + (f" · {noise_text(run.noise)}" if run.noise else ""), ""]
    for family in dict.fromkeys(race.family for race in run.races if race.ratio is not None):
        raced = [race for race in run.races if race.family == family and race.ratio is not None]
        text += [*_race_table(family, raced), ""]
    for case in dict.fromkeys(race.case for race in run.races if race.ratio is None):
        text += [*_contender_table([race for race in run.races if race.case == case]), ""]
    text.append(summary(run.races) + ".")
    return "\n".join(text) + "\n"


def _race_table(family: str, races: Sequence[Race]) -> list[str]:
    sizes = sorted({race.n for race in races})
    text = [_cells([family, *(f"n = {whole(n)}" for n in sizes)]), _cells(["---"] * (1 + len(sizes)))]
    for case in dict.fromkeys(race.case for race in races):
        by_size = {race.n: race for race in races if race.case == case}
        title = next(iter(by_size.values())).title
        text.append(_cells([f"`{case.partition('/')[2]}`: {title}", *(_race_cell(by_size.get(n)) for n in sizes)]))
    return text


def _race_cell(race: Race | None) -> str:
    if race is None or race.ratio is None:
        return ""
    ratio = race.ratio
    shown = {"faster": f"{times(ratio.value)}x", "slower": f"**{times(ratio.value)}x**"}.get(ratio.verdict, "=")
    return f"{shown} `{rival(race)}`"


def _contender_table(races: Sequence[Race]) -> list[str]:
    first = races[0]
    columns: dict[str, Callable[[Race, Result], str]] = {
        "contender": lambda race, r: f"`{r.label}`",
        "n": lambda race, r: whole(race.n),
        "time": lambda race, r: duration(r.seconds),
        f"against {first.results[0].base}": lambda race, r: against_base(r),
        "peak": lambda race, r: memory(r.peak_bytes),
        "same": lambda race, r: r.status,
    }
    if all(result.peak_bytes is None for race in races for result in race.results):
        del columns["peak"]
    text = [f"**{first.title}** (`{first.case}`)" + (f": {first.finding}" if first.finding else ""), ""]
    text += [_cells(list(columns)), _cells(["---"] * len(columns))]
    for race in races:
        text += [_cells([cell(race, result) for cell in columns.values()]) for result in _ordered(race.results)]
    return text


def _cells(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


FIELDS: dict[str, Callable[[Race, Result], Any]] = {
    "case": lambda race, r: race.case,
    "n": lambda race, r: race.n,
    "contender": lambda race, r: r.contender,
    "role": lambda race, r: r.role,
    "interpreter": lambda race, r: r.interpreter,
    "status": lambda race, r: r.status,
    "seconds": lambda race, r: None if math.isnan(r.seconds) else r.seconds,
    "base": lambda race, r: r.base,
    "ratio": lambda race, r: r.ratio and r.ratio.value,
    "ratio_lo": lambda race, r: r.ratio and r.ratio.low,
    "ratio_hi": lambda race, r: r.ratio and r.ratio.high,
    "verdict": lambda race, r: r.ratio and r.ratio.verdict,
    "paired": lambda race, r: None if r.ratio is None else r.is_paired,
    "peak_bytes": lambda race, r: r.peak_bytes,
}


def as_csv(run: Run) -> str:
    """A line for each contender of each race."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(FIELDS)
    for race in run.races:
        for result in race.results:
            writer.writerow([field(race, result) for field in FIELDS.values()])
    return text.getvalue()
