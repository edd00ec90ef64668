"""Four tasks at a time: work and waiting, on threads and in processes.

Threads, processes and the server are there from when their contender is prepared until nobody holds its call or until
the program ends, which executors see to themselves.
"""

from __future__ import annotations

import http.client
import multiprocessing
import socketserver
import sys
import threading
import time
import weakref
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from http.server import BaseHTTPRequestHandler
from typing import Any, Callable

import fastcore as fc
from fastcore.bench import cases
from fastcore.bench.cases import Call, Case, Contender, builtin
from fastcore.bench.cases.howto.roles import slow
from fastcore.bench.cases.transforms import drawn

TASKS = 4
PROCESSORS = 2
WAIT = 0.05  # seconds
MOST_REQUESTS = 8
HOST = "127.0.0.1"


# ---- who works ----


def threads() -> Executor:
    return ThreadPoolExecutor(TASKS)


def processes(count: int) -> Executor:
    return ProcessPoolExecutor(count, multiprocessing.get_context(start_method()))


def start_method() -> str:
    """A fork, as is the custom, where it is the default and does not warn of the other threads."""
    methods = multiprocessing.get_all_start_methods()
    if "fork" in methods and sys.platform != "darwin" and sys.version_info < (3, 12):
        return "fork"
    return "forkserver" if "forkserver" in methods else "spawn"


def can_start_processes() -> bool:
    """In PyPy the executor fails unless it forks."""
    return sys.implementation.name == "cpython" or start_method() == "fork"


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


class Handler(BaseHTTPRequestHandler):
    """Waits, then gives back the path."""

    def do_GET(self) -> None:
        time.sleep(WAIT)
        body = self.path[1:].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


class Listener(socketserver.ThreadingTCPServer):
    """As `http.server` has it, but without asking what the machine's name is, which may take seconds."""

    allow_reuse_address = True
    request_queue_size = 64
    timeout = 0.05  # seconds until it looks whether it is to end


class Server:
    """A server on this machine, from when its port is first asked for; it ends with this object."""

    def __init__(self) -> None:
        self._port = 0

    def port(self) -> int:
        if not self._port:
            listener, is_ended = Listener((HOST, 0), Handler), threading.Event()
            thread = threading.Thread(target=serve, args=(listener, is_ended), daemon=True)
            thread.start()
            weakref.finalize(self, stop, thread, is_ended)
            self._port = listener.server_address[1]
        return self._port


def serve(listener: Listener, is_ended: threading.Event) -> None:
    with listener:
        while not is_ended.is_set():
            listener.handle_request()


def stop(thread: threading.Thread, is_ended: threading.Event) -> None:
    """May be called by a collector, in any thread."""
    is_ended.set()
    if thread is not threading.current_thread():
        thread.join(1.0)


def request(server: Server, i: int) -> int:
    connection = http.client.HTTPConnection(HOST, server.port(), timeout=10)
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
        finding="Under the GIL threads gain nothing; processes do if tasks are long, and 4 on 2 cores no more than 2.",
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
        sizes=(4,),
        base="one by one",
        finding="Threads overlap waiting: 4 requests take little longer than one. asyncio is no faster here.",
        processors=PROCESSORS,
    ),
]
