"""The memory that a call takes at its peak, its result included, beyond what was taken before it.

Where the interpreter can trace allocations, that is what counts: NumPy's, Python's and the kernels' own. Elsewhere it
is what the system says of a process that was started for this one call.
"""

from __future__ import annotations

import contextlib
import gc
import subprocess
import sys
from typing import Any

from fastcore.bench import cases
from fastcore.bench.cases import Call
from fastcore.bench.measure import Group

try:
    import tracemalloc
except ImportError:  # PyPy
    tracemalloc = None  # type: ignore[assignment]

TRACING = 16  # times slower than without
RESIDENT_PATIENCE = 60.0  # seconds


def measure(group: Group, limit: float) -> None:
    """Find the peaks of a group's rows that take no more than `limit` seconds."""
    for row in group.rows:
        if row.status != "=" or row.call is None or row.seconds * TRACING > limit:
            continue
        if tracemalloc is not None:
            row.peak_bytes = traced_peak(row.call)
        else:
            row.peak_bytes = resident_peak(group.case.name, group.n, row.contender.name)


def traced_peak(call: Call) -> int:
    """Bytes, by tracemalloc."""
    gc.collect()
    was_tracing = tracemalloc.is_tracing()
    if not was_tracing:
        tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        result = call()
        _, peak = tracemalloc.get_traced_memory()
        del result
    finally:
        if not was_tracing:
            tracemalloc.stop()
    return max(0, peak - before)


def resident_peak(case: str, n: int, contender: str) -> int | None:
    """Bytes, by a process of its own; None if that fails."""
    command = [sys.executable, "-m", "fastcore.bench", "--resident", case, str(n), contender]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=RESIDENT_PATIENCE, check=True)
        return int(done.stdout.split()[-1])
    except (OSError, ValueError, IndexError, subprocess.SubprocessError):
        return None


def serve_resident(case: str, n: str, contender: str) -> int:
    """The other end: print how many bytes one call took from the system."""
    found = next(known for known in cases.all_cases() if known.name == case)
    call = next(c for c in found.make(int(n)) if c.name == contender).call()
    assert call is not None
    gc.collect()
    _forget_high_water()
    before = _resident("VmRSS:")
    result: Any = call()
    peak = _resident("VmHWM:")
    print(max(0, peak - before))
    del result
    return 0


def _forget_high_water() -> None:
    """Linux starts the mark anew where it is told to."""
    with contextlib.suppress(OSError), open("/proc/self/clear_refs", "w") as file:
        file.write("5")


def _resident(name: str) -> int:
    """Bytes of this process that are in memory, now or at most."""
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as file:
            return next(1024 * int(line.split()[1]) for line in file if line.startswith(name))
    except (OSError, StopIteration):
        import resource

        unit = 1 if sys.platform == "darwin" else 1024
        return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
