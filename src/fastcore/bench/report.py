"""What a run of the bench says: the table and its summary for a person, and pyperf's JSON for programs."""

from __future__ import annotations

import json
import math
import platform
from typing import Any

from fastcore.bench import measure
from fastcore.bench.measure import Group, Ratio, Row

COLUMNS = ("case", "n", "reference", "builtin", "NumPy", "fastcore", "against the best rival", "same")
SHOWN = ("reference", "builtin", "numpy", "fastcore")  # the roles that have a column


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


def comparison(group: Group) -> tuple[Row | None, Ratio | None]:
    """The best rival and fastcore's ratio to it."""
    mine, rival = group.row("fastcore"), group.best_rival()
    if mine is None or rival is None or not mine.is_timed:
        return rival, None
    return rival, measure.compare(mine, rival)


def table(groups: list[Group], ratios: dict[int, tuple[Row | None, Ratio | None]]) -> list[tuple[str, ...]]:
    """A line for each group, and below it, in its first cell alone, the contenders that have no column."""
    lines = []
    for i, group in enumerate(groups):
        cells = [group.case.name, f"{group.n:,}".replace(",", " ")]
        for role in SHOWN:
            row = group.row(role)
            cells.append("" if row is None else duration(row.seconds) if row.status in ("=", "differs") else row.status)
        cells.append(against(*ratios.get(i, (None, None))))
        cells.append("differs" if any(row.status == "differs" for row in group.rows) else "=")
        lines.append(tuple(cells))
        rest = others(group)
        if rest:
            lines.append((f"    {rest}",))
    return lines


def against(rival: Row | None, ratio: Ratio | None) -> str:
    if ratio is None or rival is None:
        return ""
    interval = f"[{times(ratio.low)}, {times(ratio.high)}]"
    verdict = "no difference shown"
    if ratio.verdict != verdict:
        verdict = f"{times(ratio.value)}x {ratio.verdict}"
    return f"{verdict} {interval} {rival.contender.label}"


def others(group: Group) -> str:
    """The peers, and the builtin and NumPy rows that are not the fastest: time, and fastcore's ratio to it."""
    mine = group.row("fastcore")
    shown = [group.row(role) for role in SHOWN]
    rest = [row for row in group.rows if row not in shown]
    known = [f"{row.contender.label} {duration(row.seconds)}{factor(mine, row)}" for row in rest if row.status == "="]
    for status in dict.fromkeys(row.status for row in rest if row.status != "="):
        known.append(f"{status}: " + ", ".join(row.contender.label for row in rest if row.status == status))
    return "; ".join(known)


def factor(mine: Row | None, row: Row) -> str:
    """How many times faster fastcore is, in brackets; ~ where the two were not timed side by side."""
    if mine is None or mine.status != "=":
        return ""
    about = "" if mine.is_timed and row.is_timed else "~"
    return f" ({about}{times(measure.point_ratio(mine, row))}x)"


def aligned(lines: list[tuple[str, ...]]) -> list[str]:
    """The lines of a table in plain text, below its heading: numbers to the right."""
    full = [line for line in [COLUMNS, *lines] if len(line) == len(COLUMNS)]
    widths = [max(len(line[i]) for line in full) for i in range(len(COLUMNS))]
    text = []
    for line in [COLUMNS, *lines]:
        cells = [cell.ljust(w) if i in (0, 6, 7) else cell.rjust(w) for i, (cell, w) in enumerate(zip(line, widths))]
        text.append("  ".join(cells).rstrip())
    return text


def colour(line: tuple[str, ...]) -> str:
    """The style of a line in a terminal."""
    if len(line) < len(COLUMNS):
        return "dim"
    return "red" if "slower" in line[6] or line[7] == "differs" else "green" if "faster" in line[6] else ""


def summary(groups: list[Group], ratios: dict[int, tuple[Row | None, Ratio | None]]) -> str:
    """Where fastcore is first, and, by name, where it is not."""
    raced = [
        (groups[i], rival, ratio) for i, (rival, ratio) in ratios.items() if rival is not None and ratio is not None
    ]
    first = sum(ratio.verdict == "faster" for _, _, ratio in raced)
    losses = [
        f"{group.case.name} n={group.n} ({rival.contender.label} {times(1 / ratio.value)}x)"
        for group, rival, ratio in raced
        if ratio.verdict == "slower"
    ]
    ties = [
        f"{group.case.name} n={group.n} ({rival.contender.label})"
        for group, rival, ratio in raced
        if ratio.verdict == "no difference shown"
    ]
    text = f"Summary: fastcore first in {first} of {len(raced)}"
    if losses:
        text += "; not first: " + ", ".join(losses)
    if ties:
        text += "; no difference shown: " + ", ".join(ties)
    return "; ".join([text, *problems(groups)])


def problems(groups: list[Group]) -> list[str]:
    """The contenders that gave another result, and the peers that failed."""
    found = []
    for status, text in (("differs", "results differ"), ("failed", "failed")):
        names = [
            f"{group.case.name} n={group.n} ({row.contender.label})"
            for group in groups
            for row in group.rows
            if row.status.startswith(status)
        ]
        if names:
            found.append(f"{text}: " + ", ".join(names))
    return found


def machine() -> str:
    """The processor's name."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def as_json(
    groups: list[Group],
    ratios: dict[int, tuple[Row | None, Ratio | None]],
    info: dict[str, Any],
    argv: list[str],
    noise: Ratio | None,
    cpu: int | None,
) -> str:
    """The run in pyperf's format 1.0, for `pyperf show` and `compare_to`; what that has no place for stands apart."""
    benchmarks, skipped = [], []
    for i, group in enumerate(groups):
        rival, ratio = ratios.get(i, (None, None))
        for row in group.rows:
            name = f"{group.case.name}/n={group.n}/{row.contender.name}"
            runs = [[t / 1e9 for t in rounds] for rounds in row.passes if rounds]
            if not runs:
                skipped.append({"name": name, "status": row.status})
                continue
            metadata: dict[str, Any] = {
                "name": name,
                "loops": row.loops,
                "family": group.case.family,
                "case": group.case.name,
                "n": group.n,
                "contender": row.contender.name,
                "role": row.contender.role,
                "equal": row.status == "=",
            }
            if (
                row.contender.role == "fastcore"
                and rival is not None
                and ratio is not None
                and not math.isnan(ratio.value)
            ):
                metadata |= {
                    "ratio_base": rival.contender.name,
                    "ratio": ratio.value,
                    "ratio_low": ratio.low,
                    "ratio_high": ratio.high,
                    "verdict": ratio.verdict,
                }
            benchmarks.append({"metadata": metadata, "runs": [{"values": values} for values in runs]})
    document = {
        "version": "1.0",
        "fastcore": {
            "schema": 1,
            "version": info["version"],
            "argv": argv,
            "noise": None if noise is None else [noise.low, noise.high],
            "skipped": skipped,
        },
        "metadata": {
            "python_implementation": platform.python_implementation().lower(),
            "python_version": platform.python_version(),
            "cpu_model_name": machine(),
            "implementation": info["implementation"],
            "isa": info["isa"] or "none",
            "cpu_affinity": "" if cpu is None else str(cpu),
            "unit": "second",
        },
        "benchmarks": benchmarks,
    }
    return json.dumps(document, indent=1)
