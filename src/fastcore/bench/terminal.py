"""Lines and a progress bar: in colours and with a bar by rich in a terminal, plain anywhere else."""

from __future__ import annotations

import os
import sys
import time
from typing import IO, Any

from fastcore.bench.report import Line

STYLES = {"head": "bold", "win": "green", "loss": "red", "note": "dim"}
BLANK = "\r" + " " * 78 + "\r"


class Screen:
    """Where a run shows itself; a context, which takes the bar away at its end."""

    def __init__(self, out: IO[str], *, has_bar: bool, has_colour: bool) -> None:
        self._out = out
        self._start = time.monotonic()
        self._bar: Any = None
        self._console: Any = None
        self._task: Any = None
        has_colour = has_colour and not os.environ.get("NO_COLOR") and out.isatty()
        shown = out if out.isatty() else sys.stderr  # the bar is on the lines' own terminal, if that is one
        self._plain_bar = shown if has_bar and shown.isatty() else None
        try:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
        except ImportError:
            return
        if has_colour:
            self._console = Console(file=out, highlight=False)
        if self._plain_bar is not None:
            console = self._console or Console(file=shown, no_color=not has_colour)
            columns = (TextColumn("{task.description:38}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
            self._bar = Progress(*columns, console=console, transient=True)
            self._task = self._bar.add_task("", total=1.0)
            self._bar.start()

    def __enter__(self) -> Screen:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
        elif self._plain_bar is not None:
            print(BLANK, end="", file=self._plain_bar, flush=True)
        self._bar = self._plain_bar = None

    def line(self, line: Line) -> None:
        """Print a line above the bar."""
        if self._console is not None:
            self._console.print(line.text, style=STYLES.get(line.kind, ""), markup=False, soft_wrap=True)
            return
        if self._plain_bar is not None and self._bar is None:
            print(BLANK, end="", file=self._plain_bar, flush=True)
        if self._bar is not None and self._out.isatty():
            self._bar.console.print(line.text, markup=False, highlight=False, soft_wrap=True)
        else:
            print(line.text, file=self._out, flush=True)

    def progress(self, part: float, text: str) -> None:
        if self._bar is not None:
            self._bar.update(self._task, completed=part, description=text)
        elif self._plain_bar is not None:
            left = (time.monotonic() - self._start) * (1 - part) / part if part > 0 else 0.0
            print(f"\r{text:40.40} {100 * part:3.0f} %  {left:3.0f} s left", end="", file=self._plain_bar, flush=True)
