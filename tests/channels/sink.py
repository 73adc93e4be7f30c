"""A mail server for tests that takes everything, unless told how to misbehave; runs as a thread or as a process."""

import json
import socketserver
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

Reply = str | None  # None: hang up without a word


class Sink(socketserver.ThreadingTCPServer):
    """Listens on a loopback port; `mails` holds (recipient, bytes). Each `on_…` answers one step."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Session)
        self.port: int = self.server_address[1]
        self.mails: list[tuple[str, bytes]] = []
        self.connections = 0
        self.greeting: Reply = "220 sink"
        self.extensions: list[str] = []
        self.on_auth: Callable[[str], Reply] = lambda _words: "235 ok"
        self.on_mail: Callable[[int], Reply] = lambda _nth: "250 ok"  # given which mail of this connection it is
        self.on_rcpt: Callable[[str], Reply] = lambda _address: "250 ok"
        self.on_data: Callable[[str], Reply] = lambda _address: "354 go on"
        self.on_content: Callable[[str, bytes], Reply] = lambda _address, _body: "250 taken"
        self.keep: Callable[[str, bytes], Any] = lambda address, body: self.mails.append((address, body))

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class Session(socketserver.StreamRequestHandler):
    server: Sink
    disable_nagle_algorithm = True

    def handle(self) -> None:
        with suppress(OSError):
            self.converse()

    def converse(self) -> None:
        self.server.connections += 1
        self.address, self.mails_begun = "", 0
        if not self.say(self.server.greeting):
            return
        while line := self.rfile.readline():
            words = line.decode("latin-1").strip()
            if not self.say(self.answer(words.split(" ")[0].upper(), words)) or words.upper() == "QUIT":
                return

    def say(self, reply: Reply) -> bool:
        if reply is None:
            return False
        self.wfile.write(reply.encode() + b"\r\n")
        return True

    def answer(self, verb: str, words: str) -> Reply:
        match verb:
            case "EHLO":
                lines = ["sink", *self.server.extensions]
                return "\r\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"])
            case "AUTH":
                return self.server.on_auth(words)
            case "MAIL":
                if self.address:
                    return "503 nested MAIL"
                self.mails_begun += 1
                self.address = "?"
                reply = self.server.on_mail(self.mails_begun)
            case "RCPT":
                self.address = words.partition("<")[2].partition(">")[0]
                return self.server.on_rcpt(self.address)
            case "DATA":
                return self.take_content()
            case "RSET":
                self.address, reply = "", "250 ok"
            case "QUIT":
                return "221 bye"
            case _:
                return "500 what?"
        if reply is None or not reply.startswith("250"):
            self.address = ""
        return reply

    def take_content(self) -> Reply:
        address, self.address = self.address, ""
        go = self.server.on_data(address)
        if go is None or not go.startswith("354"):
            return go
        self.say(go)
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line[1:] if line.startswith(b".") else line)
        body = b"".join(lines)
        reply = self.server.on_content(address, body)
        if reply and reply.startswith("2"):
            self.server.keep(address, body)
        return reply


def main(port: int, folder: Path) -> None:
    """Serve until killed; one line of JSON for each mail in folder/mails, and the port in folder/port."""
    with Sink(port) as sink, (folder / "mails").open("a", buffering=1) as out:

        def keep(address: str, body: bytes) -> None:
            head = dict(
                line.split(": ", 1)
                for line in body.split(b"\r\n\r\n")[0].decode("utf-8", "replace").split("\r\n")
                if ": " in line and not line.startswith((" ", "\t"))
            )
            out.write(json.dumps({"to": address, "id": head.get("Message-ID"), "size": len(body)}) + "\n")

        sink.keep = keep
        (folder / "port").write_text(str(sink.port))
        threading.Event().wait()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
