"""What a run found, apart from how: read by every report, written to and read from files that pyperf reads too."""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fastcore.bench import estimate
from fastcore.bench.estimate import Growth, Ratio

SCHEMA = 1
SAME = "="


class Unreadable(Exception):
    """A file that is not one of ours, nor of pyperf's."""


@dataclass(frozen=True)
class Result:
    """What a contender took at one size."""

    contender: str
    role: str  # "reference", "builtin", "numpy", "peer" or "fastcore"
    status: str  # "=", "differs", "not installed", "failed (…)" or "skipped (…)"
    is_rough: bool = False  # its result is less exact by nature: the mark ~
    interpreter: str = ""  # such as "PyPy 3.9.16"; "" is the one that the run was started with
    loops: int = 1
    passes: tuple[tuple[float, ...], ...] = ()  # seconds a call, by pass and round
    first: float = math.nan  # seconds of the check's call
    base: str = ""  # the contender that the ratio is against
    ratio: Ratio | None = None
    is_paired: bool = True  # the ratio is of rounds side by side
    peak_bytes: int | None = None

    @property
    def label(self) -> str:
        """The contender's name, marked if its result is less exact, with the interpreter if it is another."""
        name = f"~{self.contender}" if self.is_rough else self.contender
        return f"{name} · {self.interpreter}" if self.interpreter else name

    @property
    def key(self) -> str:
        """What tells it from the others of its race."""
        return f"{self.contender}@{self.interpreter}" if self.interpreter else self.contender

    @property
    def is_timed(self) -> bool:
        return any(self.passes)

    @property
    def seconds(self) -> float:
        """Median seconds a call; of a contender too slow to be timed again, those of the check; NaN if none."""
        times = [t for rounds in self.passes for t in rounds]
        return estimate.median(times) if times else self.first


@dataclass(frozen=True)
class Race:
    """The contenders of a case at one size; fastcore, if it takes part, against the fastest of its rivals."""

    case: str  # family/work
    title: str
    n: int
    results: tuple[Result, ...]
    rival: str = ""  # the fastest builtin, NumPy or peer whose result is right
    ratio: Ratio | None = None  # of fastcore to it
    finding: str = ""  # what the case teaches

    @property
    def family(self) -> str:
        return self.case.partition("/")[0]

    @property
    def fastcore(self) -> Result | None:
        return next((r for r in self.results if r.role == "fastcore" and not r.interpreter), None)

    def result(self, key: str) -> Result | None:
        return next((r for r in self.results if r.key == key), None)


@dataclass(frozen=True)
class Run:
    """All races of a run, in order, and the machine they were run on."""

    races: tuple[Race, ...]
    metadata: dict[str, Any]  # see machine()
    version: str = ""  # of fastcore
    argv: tuple[str, ...] = ()
    noise: Ratio | None = None  # of a function against itself
    growths: dict[str, Growth] = field(default_factory=dict)  # by case/contender


def machine(info: dict[str, Any], cpu: int | None) -> dict[str, Any]:
    """The metadata of a run, under pyperf's names where it has one."""
    found = {
        "python_implementation": platform.python_implementation().lower(),
        "python_version": platform.python_version(),
        "platform": platform.platform(),
        "cpu_model_name": cpu_model(),
        "fastcore_version": info["version"],
        "fastcore_implementation": info["implementation"],
        "isa": info["isa"] or "none",
        "numpy_version": info["numpy"] or "none",
        "unit": "second",
    }
    return found if cpu is None else {**found, "cpu_affinity": str(cpu)}


def cpu_model() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


# ---- in pyperf's format 1.0; what that has no place for stands apart, under "fastcore" ----


def as_json(run: Run) -> str:
    benchmarks, untimed = [], []
    for race in run.races:
        for result in race.results:
            metadata = _metadata(race, result)
            if result.is_timed:
                runs = [{"values": list(rounds)} for rounds in result.passes if rounds]
                benchmarks.append({"metadata": metadata, "runs": runs})
            else:
                untimed.append(metadata)
    own = {
        "schema": SCHEMA,
        "version": run.version,
        "argv": list(run.argv),
        "noise_aa": None if run.noise is None else [run.noise.value, run.noise.low, run.noise.high],
        "cases": {race.case: {"title": race.title, "finding": race.finding} for race in run.races},
        "growths": {name: [g.name, g.constant, g.factor, g.error] for name, g in run.growths.items()},
        "skipped": untimed,
    }
    # A benchmark is a line, so that two files can be told apart by eye.
    lines = ",\n".join(json.dumps(benchmark) for benchmark in benchmarks)
    return (
        f'{{"version": "1.0",\n"fastcore": {json.dumps(own)},\n"metadata": {json.dumps(run.metadata)},\n'
        f'"benchmarks": [\n{lines}\n]}}'
    )


def condensed(run: Run) -> Run:
    """The run with one time for each pass, the median of its rounds in four digits: all that a later look needs."""
    return replace(
        run,
        races=tuple(
            replace(race, results=tuple(replace(result, passes=_medians(result.passes)) for result in race.results))
            for race in run.races
        ),
    )


def _medians(passes: Sequence[Sequence[float]]) -> tuple[tuple[float, ...], ...]:
    return tuple((float(f"{estimate.median(rounds):.4g}"),) for rounds in passes if rounds)


def _metadata(race: Race, result: Result) -> dict[str, Any]:
    """Flat, as pyperf wants it."""
    found: dict[str, Any] = {
        "name": f"{race.case}/n={race.n}/{result.key}",
        "loops": result.loops,
        "family": race.family,
        "case": race.case,
        "n": race.n,
        "contender": result.contender,
        "role": result.role,
        "status": result.status,
        "equal": result.status == SAME,
        "rough": result.is_rough,
    }
    if result.interpreter:
        found["interpreter"] = result.interpreter
    if result.peak_bytes is not None:
        found["peak_bytes"] = result.peak_bytes
    if not math.isnan(result.first):
        found["first"] = result.first
    if result.ratio is not None:
        found |= {"ratio_base": result.base, "paired": result.is_paired, **_flat("ratio", result.ratio)}
    elif result.base:
        found["ratio_base"] = result.base
    if result is race.fastcore and race.ratio is not None:
        found |= {"rival": race.rival, **_flat("rival_ratio", race.ratio)}
    return found


def _flat(name: str, ratio: Ratio) -> dict[str, Any]:
    verdict = "verdict" if name == "ratio" else f"{name}_verdict"
    return {name: ratio.value, f"{name}_lo": ratio.low, f"{name}_hi": ratio.high, verdict: ratio.verdict}


def _ratio(metadata: dict[str, Any], name: str) -> Ratio | None:
    return Ratio(*(metadata[f"{name}{end}"] for end in ("", "_lo", "_hi"))) if name in metadata else None


def from_json(text: str) -> Run:
    """The run that was written; `Unreadable` if the text is of something else."""
    try:
        document = json.loads(text)
        if "benchmarks" in document and "fastcore" not in document:
            raise Unreadable("is pyperf's own, without the ratios of a fastcore run")
        own = document["fastcore"]
        if own["schema"] != SCHEMA:
            raise Unreadable(f"has schema {own['schema']}, not {SCHEMA}")
        races: dict[tuple[str, int], list[tuple[Result, dict[str, Any]]]] = {}
        timed = [(b["metadata"], b["runs"]) for b in document["benchmarks"]]
        for metadata, runs in timed + [(metadata, []) for metadata in own["skipped"]]:
            passes = tuple(tuple(part["values"]) for part in runs)
            result = _result(metadata, passes)
            races.setdefault((metadata["case"], metadata["n"]), []).append((result, metadata))
        noise = own["noise_aa"]
        return Run(
            races=tuple(_race(case, n, parts, own["cases"][case]) for (case, n), parts in races.items()),
            metadata=document["metadata"],
            version=own["version"],
            argv=tuple(own["argv"]),
            noise=noise and Ratio(*noise),
            growths={name: Growth(*parts) for name, parts in own["growths"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable("is not a fastcore or pyperf file") from error


def _result(metadata: dict[str, Any], passes: tuple[tuple[float, ...], ...]) -> Result:
    return Result(
        contender=metadata["contender"],
        role=metadata["role"],
        status=metadata["status"],
        is_rough=metadata["rough"],
        interpreter=metadata.get("interpreter", ""),
        loops=metadata["loops"],
        passes=passes,
        first=metadata.get("first", math.nan),
        base=metadata.get("ratio_base", ""),
        ratio=_ratio(metadata, "ratio"),
        is_paired=metadata.get("paired", True),
        peak_bytes=metadata.get("peak_bytes"),
    )


def _race(case: str, n: int, parts: list[tuple[Result, dict[str, Any]]], about: dict[str, str]) -> Race:
    rival = next((metadata for _, metadata in parts if "rival" in metadata), {})
    return Race(
        case=case,
        title=about["title"],
        n=n,
        results=tuple(result for result, _ in parts),
        rival=rival.get("rival", ""),
        ratio=_ratio(rival, "rival_ratio"),
        finding=about["finding"],
    )
