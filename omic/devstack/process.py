"""Child processes that do not outlive us: on Linux the kernel sees to it, elsewhere the next start does (stack.py)."""

import ctypes
import functools
import importlib.util
import multiprocessing
import os
import pwd
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from multiprocessing.context import ForkProcess
from pathlib import Path

LINUX = sys.platform == "linux"
CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
NOBODY = 65534  # must be an account that exists: initdb looks its name up


class StackError(Exception):
    """A server could not be started; the message says which, why, and what to do, in words for the terminal."""


def spawn(
    work: Callable[[], object],
    *,
    log: Path | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
    drop_root: bool = False,
) -> ForkProcess:
    """Do `work` in a forked child: see `program` and `module` for what it can be.

    The child leads its own session, so that Ctrl-C reaches us alone and we stop the children in order. `log` takes
    its output (else the terminal does). `drop_root` makes it nobody when we are root. On Linux the kernel sends it
    `death_signal` when we die, even by SIGKILL.
    """
    account = nobody() if drop_root else None
    parent = os.getpid()

    def begin() -> None:
        os.setsid()
        for number in ENDING:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        if log:
            _write_to(log)
        if account:
            _become(account)
        elif drop_root and is_root():
            _enter_namespace()
        _die_with(parent, death_signal)
        work()

    child = multiprocessing.get_context("fork").Process(target=begin)
    child.start()
    return child


def program(path: Path, *arguments: str | Path) -> Callable[[], object]:
    """Become another program."""
    return functools.partial(os.execv, path, [str(path), *map(str, arguments)])


def module(name: str, *arguments: str) -> Callable[[], object]:
    """Run a module as `python -m` would, but in this process: all that is already imported need not be again."""

    def run() -> None:
        sys.argv = [name, *arguments]
        runpy.run_module(name, run_name="__main__", alter_sys=True)

    return run


def await_answer(child: ForkProcess, answers: Callable[[], bool], *, seconds: float) -> bool:
    """Ask until it answers; False when the child has ended or the time is up."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and child.is_alive():
        if answers():
            return True
        time.sleep(0.02)
    return False


def wheel_folder(package: str, *, instead: str) -> Path:
    """The folder of an installed package, without importing it. `instead` is the setting that does without it."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise StackError(f"{package} is not installed: run `make setup`, or set {instead}.")
    return Path(found.submodule_search_locations[0])


def is_root() -> bool:
    """PostgreSQL refuses to run as root."""
    return os.geteuid() == 0


@functools.cache
def nobody() -> pwd.struct_passwd | None:
    """The account that runs PostgreSQL for a root without user namespaces (some containers, macOS); else None."""
    if not is_root() or (LINUX and _has_namespaces()):
        return None
    return pwd.getpwnam("nobody")


def _has_namespaces() -> bool:
    try:
        subprocess.run(["true"], check=True, preexec_fn=_enter_namespace)  # noqa: S607
    except subprocess.SubprocessError:
        return False
    return True


def _enter_namespace() -> None:
    """Enter a user namespace in which root is called nobody: no account is made and no file changes hands."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} 0 1")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} 0 1")


def _become(account: pwd.struct_passwd) -> None:
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)


def end_with_parent() -> None:
    """In a child that a library has forked: end when the parent does, however that ends."""
    _die_with(os.getppid(), signal.SIGTERM)


def _die_with(parent: int, death_signal: signal.Signals) -> None:
    if LINUX:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal)  # a change of identity clears it: so only now
    if os.getppid() != parent:  # it died before we asked
        raise SystemExit(1)


def _write_to(log: Path) -> None:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(descriptor, stream)
    os.close(descriptor)
