"""Many small inputs, dealt in turn.

A processor that is given the same short input again and again learns its branches by heart: `sorted` then took a
quarter of its time on 100 floats, `np.searchsorted` a seventh on 1000. So of a small size there are many inputs.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, Callable

from fastcore.bench import cases
from fastcore.bench.cases import Call, Contender

ENOUGH = 1 << 15  # elements of all inputs together: half as many are still learned in part, twice as many matter little
MOST_INPUTS = 1024

Input = tuple[Any, ...]  # the arguments of a call


def count_of_inputs(n: int) -> int:
    return max(1, min(MOST_INPUTS, ENOUGH // n))


def inputs_of(draw: Callable[[int], Any], n: int) -> list[Any]:
    """Inputs of n elements each, drawn as one list or range."""
    drawn = draw(n * count_of_inputs(n))
    return [drawn[i : i + n] for i in range(0, len(drawn), n)]


class Deck:
    """Inputs, which are dealt to each contender in turn, to all from the first on."""

    def __init__(self, inputs: list[Input], held: dict[str, list[Input]] | None = None) -> None:
        self.inputs = inputs
        self.last = inputs[0]
        self._held = {} if held is None else held

    def call(self, function: Callable[..., Any], form: str = "", hold: Callable[..., Input] | None = None) -> Call:
        """A call of a function on the next input, or on the form, by its name, in which a library holds it."""
        held = self.inputs
        if hold is not None:
            if form not in self._held:
                self._held[form] = list(itertools.starmap(hold, self.inputs))
            held = self._held[form]
        return itertools.starmap(function, self._deal(held)).__next__

    def call_again(self, function: Callable[..., Any]) -> Call:
        """The same, but from the input on that was dealt last, with whose result this one is to be compared."""
        return itertools.starmap(function, self._deal_again()).__next__

    def _deal(self, held: list[Input]) -> Iterator[Input]:
        while True:
            for dealt, arguments in zip(self.inputs, held):
                self.last = dealt
                yield arguments

    def _deal_again(self) -> Iterator[Input]:
        yield self.last
        yield from self._deal(self.inputs)


def builtin(name: str, deck: Deck, function: Callable[..., Any], *, tolerance: float | None = None) -> Contender:
    return cases.builtin(name, deck.call(function), tolerance=tolerance)


def peer(
    needs: str,
    deck: Deck,
    function: Callable[..., Callable[..., Any]],
    hold: Callable[..., Callable[..., Input]] | None = None,
    *,
    name: str = "",
    form: str = "",
    tolerance: float | None = None,
) -> Contender:
    """From the modules that it needs, what it calls, and what it makes of an input beforehand.

    `form` tells one thing that a library holds from another.
    """
    library = needs.split()[-1].partition(".")[0]

    def prepare(*modules: Any) -> Call:
        return deck.call(function(*modules), f"{library} {form}", hold and hold(*modules))

    return cases.peer(name or library, needs, prepare, tolerance=tolerance)
