"""A server that takes its time, imported when it is started, as Python's takes long to import."""

from __future__ import annotations

import socketserver
import threading
import time
from functools import partial
from http.server import BaseHTTPRequestHandler
from typing import Any, Callable

HOST = "127.0.0.1"
WAIT = 0.05  # seconds


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


def start() -> tuple[int, Callable[[], None]]:
    """The port of a server that is started, and what stops it."""
    listener, is_ended = Listener((HOST, 0), Handler), threading.Event()
    thread = threading.Thread(target=serve, args=(listener, is_ended), daemon=True)
    thread.start()
    return listener.server_address[1], partial(stop, thread, is_ended)


def serve(listener: Listener, is_ended: threading.Event) -> None:
    with listener:
        while not is_ended.is_set():
            listener.handle_request()


def stop(thread: threading.Thread, is_ended: threading.Event) -> None:
    """May be called by a collector, in any thread."""
    is_ended.set()
    if thread is not threading.current_thread():
        thread.join(1.0)
