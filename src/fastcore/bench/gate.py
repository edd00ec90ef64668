"""Two runs side by side: by their ratios to a base in the same run, which the machine's moods leave alone.

What seems lost is run again in fresh processes before it counts.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fastcore.bench import results
from fastcore.bench.estimate import Ratio
from fastcore.bench.report import interval, place, times
from fastcore.bench.results import Race, Run

AGAIN = 2.0  # seconds for a race that is run again
ATTEMPTS = 2  # fresh processes that must all show a loss
MUST_MATCH = {
    "cpu_model_name": "processor",
    "isa": "instruction set",
    "python_implementation": "Python",
    "python_version": "Python",
}


@dataclass(frozen=True)
class Change:
    """A race in two runs: fastcore's ratio to the same base, then and now."""

    race: Race
    base: str
    then: Ratio
    now: Ratio

    @property
    def loss(self) -> float:
        """The part of its lead that fastcore lost, negative if it gained."""
        return 1 - self.now.value / self.then.value

    def is_worse(self, limit: float) -> bool:
        """Whether so much is lost, and by more than the two intervals leave open."""
        return self.loss >= limit and self.now.high < self.then.low

    def __str__(self) -> str:
        ratios = " -> ".join(f"{times(ratio.value)}x {interval(ratio)}" for ratio in (self.then, self.now))
        return f"{place(self.race)} against {self.base}: {ratios}, {-100 * self.loss:+.0f} %"


def folder() -> Path:
    """Where runs are saved under a name: the user's own data folder."""
    named = os.environ.get("XDG_DATA_HOME") or (os.environ.get("LOCALAPPDATA") if os.name == "nt" else None)
    return Path(named or Path.home() / ".local" / "share") / "fastcore" / "bench"


def path_of(name: str) -> Path:
    """The file that a name, or a path that ends in .json, stands for."""
    return Path(name) if name.endswith(".json") else folder() / f"{name}.json"


def mismatch(before: Run, metadata: dict[str, object]) -> str | None:
    """What is not the same about the machine; None if everything that matters is."""
    for key, text in MUST_MATCH.items():
        then, now = str(before.metadata.get(key, "")), str(metadata.get(key, ""))
        if key == "python_version":
            then, now = (".".join(version.split(".")[:2]) for version in (then, now))
        if then != now:
            return f"another {text}: {then} there, {now} here"
    return None


def bases(before: Run) -> dict[tuple[str, int], str]:
    """The contender that each race's ratio was against."""
    return {(race.case, race.n): race.rival for race in before.races if race.ratio is not None}


def changes(before: Run, races: Sequence[Race]) -> Iterator[Change]:
    """The races that both runs have, held against the base of the first."""
    then = {(race.case, race.n): race for race in before.races if race.ratio is not None}
    for race in races:
        old, mine = then.get((race.case, race.n)), race.fastcore
        if old is None or old.ratio is None or mine is None:
            continue
        now = race.ratio if race.rival == old.rival else mine.ratio if mine.base == old.rival else None
        if now is not None:
            yield Change(race, old.rival, old.ratio, now)


def run_again(race: Race, base: str) -> Race | None:
    """A race in a fresh process, against the same base; None if that fails."""
    with tempfile.TemporaryDirectory(prefix="fastcore-bench-") as made:
        path = Path(made) / "again.json"
        arguments = [race.case, "-n", str(race.n), "-t", str(AGAIN), "--base", base, "-q", "-o", str(path)]
        subprocess.run([sys.executable, "-m", "fastcore.bench", *arguments], capture_output=True)
        try:
            return load(str(path)).races[0]
        except (results.Unreadable, IndexError):
            return None


def confirmed(suspects: Sequence[Race], base_of: Callable[[Race], str], is_bad: Callable[[Race], bool]) -> list[Race]:
    """Those that are as bad in fresh processes, as they are in the last of them."""
    lost = list(suspects)
    for _ in range(ATTEMPTS):
        again = [run_again(race, base_of(race)) for race in lost]
        lost = [race for race in again if race is not None and is_bad(race)]
    return lost


def save(run: Run, name: str) -> Path:
    path = path_of(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(results.as_json(results.condensed(run)) + "\n", encoding="utf-8")
    return path


def load(name: str) -> Run:
    """The run saved under a name or in a file; `Unreadable` if there is none, or if it is something else."""
    foreign = f"{name} is not a fastcore or pyperf file"
    try:
        return results.from_json(path_of(name).read_text(encoding="utf-8"))
    except OSError as error:
        raise results.Unreadable(f"{foreign}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise results.Unreadable(foreign) from error
    except results.Unreadable as error:
        raise results.Unreadable(f"{name} {error}") from error
