"""A real HTTP receiver of alerts, such as a chat's webhook."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from types import TracebackType
from typing import Self


class Hook:
    """Receives what is posted to `url`, or refuses it with `answer`."""

    def __init__(self, port: int = 0) -> None:
        self.received: list[dict[str, str]] = []
        self.answer = 200
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if hook.answer == 200:
                    hook.received.append(json.loads(body))
                self.send_response(hook.answer)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Tests have their own way to tell."""

        self.server = HTTPServer(("127.0.0.1", port), Handler)
        self.url = f"json://127.0.0.1:{self.server.server_port}/secret-of-the-channel"

    def __enter__(self) -> Self:
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    @property
    def titles(self) -> list[str]:
        return [message["title"].partition(": ")[2] for message in self.received]
