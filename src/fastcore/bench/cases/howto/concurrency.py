"""Four tasks at a time: work and waiting, on threads and in processes.

Threads, processes and the server are there from when their contender is prepared until nobody holds its call or until
the program ends, which executors see to themselves.
"""

from __future__ import annotations

import multiprocessing
import sys
import weakref
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from typing import Any, Callable

import fastcore as fc
from fastcore.bench import cases
from fastcore.bench.cases import Call, Case, Contender, builtin
from fastcore.bench.cases.howto.roles import slow
from fastcore.bench.cases.transforms import drawn

TASKS = 4
PROCESSORS = 2
MOST_REQUESTS = 8
HOST = "127.0.0.1"


# ---- who works ----


def threads() -> Executor:
    return ThreadPoolExecutor(TASKS)


def processes(count: int) -> Executor:
    return ProcessPoolExecutor(count, multiprocessing.get_context(start_method()))


def start_method() -> str:
    """Never a fork: a lock that another thread holds at that moment is held for ever in the child."""
    return "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


def can_start_processes() -> bool:
    """Until 3.10 PyPy's executor has no other way than to fork."""
    return sys.implementation.name == "cpython" or sys.version_info >= (3, 10)


def one_by_one(function: Callable[[Any], Any], arguments: list[Any]) -> tuple[Any, ...]:
    return tuple(map(function, arguments))


def at_once(executor: Executor, function: Callable[[Any], Any], arguments: list[Any]) -> tuple[Any, ...]:
    return tuple(executor.map(function, arguments))


def by_new(make: Callable[[], Executor], function: Callable[[Any], Any], arguments: list[Any]) -> tuple[Any, ...]:
    with make() as executor:
        return at_once(executor, function, arguments)


def by_workers(
    name: str,
    role: str,
    make: Callable[[], Executor],
    function: Callable[[Any], Any],
    arguments: list[Any],
    *needs: str,
) -> Contender:
    return Contender(name, role, lambda *_: partial(at_once, make(), function, arguments), needs)


# ---- work in Python ----


def sum_of_squares(n: int) -> int:
    total = 0
    for i in range(n):
        total += i * i
    return total


def sum_of_squares_by_formula(n: int) -> int:
    return (n - 1) * n * (2 * n - 1) // 6


def cpu_tasks(n: int) -> list[Contender]:
    arguments = [n + i for i in range(TASKS)]
    two, four = partial(processes, PROCESSORS), partial(processes, TASKS)
    in_processes = [
        by_workers("2 processes", "builtin", two, sum_of_squares, arguments),
        by_workers("4 processes", "builtin", four, sum_of_squares, arguments),
        builtin("4 processes, new", partial(by_new, four, sum_of_squares, arguments)),
    ]
    return [
        slow("one by one", partial(one_by_one, sum_of_squares, arguments)),
        by_workers("4 threads", "builtin", threads, sum_of_squares, arguments),
        *(in_processes if can_start_processes() else []),
        builtin("formula, one by one", partial(one_by_one, sum_of_squares_by_formula, arguments)),
    ]


# ---- work without the GIL ----


def kernel_tasks(n: int) -> list[Contender]:
    """Without NumPy there are fastcore's twins alone, which hold the GIL: they take no part."""
    arrays = [drawn("d", n, seed) for seed in range(1, TASKS + 1)]
    lists = [array.tolist() for array in arrays]

    def by_numpy(np: Any) -> Call:
        return partial(one_by_one, np.sort, arrays)

    def by_numpy_on_threads(np: Any) -> Call:
        return partial(at_once, threads(), np.sort, arrays)

    return [
        slow("fc.sort, one by one", partial(one_by_one, fc.sort, arrays), "numpy"),
        builtin("sorted, one by one", partial(one_by_one, sorted, lists)),
        by_workers("sorted, 4 threads", "builtin", threads, sorted, lists),
        cases.numpy("np.sort, one by one", by_numpy),
        cases.numpy("np.sort, 4 threads", by_numpy_on_threads),
        by_workers("fastcore, 4 threads", "fastcore", threads, fc.sort, arrays, "numpy"),
    ]


# ---- waiting ----


class Server:
    """A server on this machine, from when its port is first asked for; it ends with this object."""

    def __init__(self) -> None:
        self._port = 0

    def port(self) -> int:
        if not self._port:
            from fastcore.bench.cases.howto import server

            self._port, stop = server.start()
            weakref.finalize(self, stop)
        return self._port


def request(server: Server, i: int) -> int:
    from http.client import HTTPConnection

    connection = HTTPConnection(HOST, server.port(), timeout=10)
    try:
        connection.request("GET", f"/{i}")
        return int(connection.getresponse().read())
    finally:
        connection.close()


def by_asyncio(server: Server, count: int) -> Call:
    import asyncio

    async def ask(i: int) -> int:
        reader, writer = await asyncio.open_connection(HOST, server.port())
        writer.write(f"GET /{i} HTTP/1.0\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        return int(answer.rpartition(b"\r\n\r\n")[2])

    async def ask_all() -> tuple[int, ...]:
        return tuple(await asyncio.gather(*map(ask, range(count))))

    return lambda: asyncio.run(ask_all())


def waiting(n: int) -> list[Contender]:
    server, count = Server(), min(n, MOST_REQUESTS)
    ask, numbers = partial(request, server), list(range(count))

    def asking(name: str, role: str, prepare: Callable[[], Call]) -> Contender:
        def started() -> Call:
            server.port()
            return prepare()

        return Contender(name, role, started)

    return [
        asking("one by one", "reference", lambda: partial(one_by_one, ask, numbers)),
        asking("4 threads", "builtin", lambda: partial(by_new, threads, ask, numbers)),
        asking("asyncio", "builtin", lambda: by_asyncio(server, count)),
    ]


CASES = [
    Case(
        "howto/cpu-tasks",
        "4 times the sum of i*i, i below n",
        cpu_tasks,
        sizes=(10_000, 1_000_000),
        base="one by one",
        finding="Under the GIL threads gain nothing; processes gain on long tasks and free cores, 4 on 2 as 2 do.",
        processors=PROCESSORS,
    ),
    Case(
        "howto/kernel-tasks",
        "4 arrays of n floats sorted",
        kernel_tasks,
        sizes=(10_000, 200_000),
        base="fc.sort, one by one",
        finding="Threads speed up kernels that release the GIL, if the pieces are large; sorted they do not.",
        processors=PROCESSORS,
    ),
    Case(
        "howto/waiting",
        "n requests of 50 ms, at most 8",
        waiting,
        growth=0,
        sizes=(4,),
        base="one by one",
        finding="Threads overlap waiting: 4 requests take little longer than one. asyncio is no faster here.",
        processors=PROCESSORS,
    ),
]
