"""The processes of one data folder: who started them, how they stop, and what a killed predecessor left running."""

import fcntl
import json
import os
import signal
from collections.abc import Callable, Sequence
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any

import psutil

from omic.devstack.process import ENDING, StackError, spawn

RECORD = "stack.json"
STOP_SECONDS = 15.0
CLOCK_SLACK_SECONDS = 2.0  # a process's start is reckoned from the clock, which may be set right meanwhile


class Stack:
    """Sole use of a data folder, and the children started in it.

    The folder's record is locked while we live and names every child, so that a second start can say who is
    running, and the next start after a SIGKILL can stop what is left. Raises StackError if another process holds it.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder
        self.children: dict[str, ForkProcess] = {}
        self._signals: dict[str, signal.Signals] = {}
        self._facts: dict[str, Any] = {"pid": os.getpid(), "url": "still starting", "children": []}
        self._file = (folder / RECORD).open("a+")
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # unlike flock, no child of ours holds it too
        except (BlockingIOError, PermissionError):
            running = self._read()
            raise StackError(f"Already running: {running.get('url')} (process {running.get('pid')})") from None
        _stop_left_over(self._read().get("children", []))
        self._write()

    def announce(self, url: str) -> None:
        """Note the address that a second start shows."""
        self._facts["url"] = url
        self._write()

    def start(
        self,
        name: str,
        work: Callable[[], object],
        *,
        log: Path | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        drop_root: bool = False,
    ) -> ForkProcess:
        """Start a child that `stop_signal` will end. See process.spawn for the rest."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)  # else a child could start that nobody will stop
        try:
            child = spawn(work, log=log, death_signal=stop_signal, drop_root=drop_root)
            self.children[name], self._signals[name] = child, stop_signal
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        assert child.pid is not None
        self._facts["children"].append([child.pid, psutil.Process(child.pid).create_time(), int(stop_signal)])
        self._write()
        return child

    def ended(self) -> str | None:
        """The name of a child that has ended by itself, if any."""
        return next((name for name, child in self.children.items() if not child.is_alive()), None)

    def stop(self, *names: str) -> None:
        """Stop these children together and wait; one that has not gone in 15 seconds is killed."""
        children = {name: self.children.pop(name) for name in names if name in self.children}
        for name, child in children.items():
            if child.is_alive() and child.pid:
                os.kill(child.pid, self._signals[name])
        for child in children.values():
            child.join(STOP_SECONDS)
            child.kill()
            child.join()

    def close(self) -> None:
        """Stop whatever is left, newest first, and give the folder up."""
        for name in reversed(list(self.children)):
            self.stop(name)
        self._facts = {}
        self._write()
        self._file.close()

    def _read(self) -> dict[str, Any]:
        self._file.seek(0)
        text = self._file.read()
        return json.loads(text) if text else {}

    def _write(self) -> None:
        self._file.seek(0)
        self._file.truncate()
        json.dump(self._facts, self._file)
        self._file.flush()


def _stop_left_over(children: Sequence[tuple[int, float, int]]) -> None:
    for pid, started, stop_signal in reversed(children):
        try:
            process = psutil.Process(pid)
            if abs(process.create_time() - started) > CLOCK_SLACK_SECONDS:
                continue  # the number has been given to a stranger
            process.send_signal(stop_signal)
            process.wait(STOP_SECONDS)
        except psutil.TimeoutExpired:
            process.kill()
        except psutil.NoSuchProcess:
            continue
