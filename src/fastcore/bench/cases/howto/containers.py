"""The right container, and what sorting costs."""

from __future__ import annotations

import random
from collections import deque
from functools import partial

import fastcore as fc
from fastcore.bench import cases
from fastcore.bench.cases import Case, Contender, builtin, decks
from fastcore.bench.cases.decks import Deck, inputs_of
from fastcore.bench.cases.howto.roles import kernel, slow

MOST_BUBBLES = 2000
NARROW = 100


def shuffled(n: int) -> list[int]:
    values = list(range(n))
    random.Random(1).shuffle(values)
    return values


# ---- membership ----


def membership(n: int) -> list[Contender]:
    """The last element is the list's worst case but one: what is not there is compared with as many."""
    values = shuffled(n)
    last, members = values[-1], set(values)
    return [
        slow("in list", lambda: last in values),
        builtin("in set", lambda: last in members),
        builtin("in set(list), made for it", lambda: last in set(values)),
    ]


# ---- a queue of bounded length ----


def by_pop(n: int, window: int) -> list[int]:
    queue: list[int] = []
    for i in range(n):
        queue.append(i)
        if len(queue) > window:
            queue.pop(0)
    return queue


def by_popleft(n: int, window: int) -> list[int]:
    queue: deque[int] = deque()
    for i in range(n):
        queue.append(i)
        if len(queue) > window:
            queue.popleft()
    return list(queue)


def by_bounded_deque(n: int, window: int) -> list[int]:
    queue: deque[int] = deque(maxlen=window)
    for i in range(n):
        queue.append(i)
    return list(queue)


def bounded_queue(n: int, window: int) -> list[Contender]:
    return [
        slow("list.pop(0)", partial(by_pop, n, window)),
        builtin("deque.popleft()", partial(by_popleft, n, window)),
        builtin("deque(maxlen)", partial(by_bounded_deque, n, window)),
    ]


def wide_queue(n: int) -> list[Contender]:
    return bounded_queue(n, (n + 1) // 2)


def narrow_queue(n: int) -> list[Contender]:
    return bounded_queue(n, NARROW)


# ---- sorting ----


def bubble_sort(values: list[int]) -> list[int]:
    values = values[:]
    for end in range(len(values) - 1, 0, -1):
        for i in range(end):
            if values[i] > values[i + 1]:
                values[i], values[i + 1] = values[i + 1], values[i]
    return values


def sorting(n: int) -> list[Contender]:
    """Of many lists in turn: the processor learns the order of a short one by heart."""
    deck = Deck([(values,) for values in inputs_of(shuffled, min(n, MOST_BUBBLES))])
    return [
        slow("bubble sort", deck.call_again(bubble_sort)),
        decks.builtin("sorted", deck, sorted),
        cases.numpy("np.sort(array)", lambda np: deck.call(np.sort, "array", lambda a: (np.array(a),))),
        cases.numpy("np.sort(list).tolist()", lambda np: deck.call(lambda a: np.sort(a).tolist())),
        kernel(deck.call(fc.sort)),
    ]


def order_of_input(n: int) -> list[Contender]:
    values, ordered = shuffled(n), list(range(n))
    return [
        slow("sorted(shuffled)", partial(sorted, values)),
        builtin("sorted(already sorted)", partial(sorted, ordered)),
        cases.numpy("np.sort(shuffled)", lambda np: partial(np.sort, np.array(values))),
        cases.numpy("np.sort(already sorted)", lambda np: partial(np.sort, np.array(ordered))),
        kernel(partial(fc.sort, values)),
    ]


CASES = [
    Case(
        "howto/membership",
        "whether a list's last element is in it",
        membership,
        sizes=(10, 10_000),
        base="in list",
        finding="A set takes the same time at any size; made for a single question it costs more than the search.",
    ),
    Case(
        "howto/queue",
        "n through a queue of n/2",
        wide_queue,
        growth=2,
        sizes=(1000, 20_000, 100_000),
        base="list.pop(0)",
        finding="pop(0) moves all that is behind it: the longer the queue, the slower. A deque's length is no matter.",
    ),
    Case(
        "howto/queue-100",
        "n through a queue of 100",
        narrow_queue,
        sizes=(10_000,),
        base="list.pop(0)",
        finding="A queue of 100 hides what pop(0) costs: the gain is small here, and many times that in howto/queue.",
    ),
    Case(
        "howto/sort",
        "n shuffled ints, at most 2000",
        sorting,
        growth=0,
        sizes=(100, 1000),
        base="bubble sort",
        finding="Bubble sort falls behind as n grows. np.sort of a list, converted twice, loses its lead over sorted.",
    ),
    Case(
        "howto/sort-input",
        "n ints, shuffled or sorted before",
        order_of_input,
        sizes=(500_000,),
        base="sorted(shuffled)",
        finding="Input that is sorted already flatters sorted, which then compares neighbours once: shuffle it.",
    ),
]
