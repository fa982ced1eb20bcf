"""Everything that the product needs, started in order in one terminal: `make run`."""

import os
import signal
import socket
import time
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from multiprocessing.context import ForkProcess
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from omic.demo.loading import was_interrupted
from omic.demo.personas import PASSWORD, PERSONAS
from omic.devstack.paths import data_dir, socket_dir
from omic.devstack.postgres import start_postgres
from omic.devstack.process import ENDING, StackError, await_answer, module
from omic.devstack.stack import Stack
from omic.devstack.valkey import start_valkey
from omic.management.commands.migrate import as_owner
from omic.models import Staff

FIRST_PORT = 8000
LAST_PORT = 32767  # above it lie the ports of outgoing connections, taken and freed all the time
HEALTH_SECONDS = 60
QUIET = ["--loglevel", "WARNING"]
CELERY = ["--quiet", "--app", "omic"]
WORKER = ["--pool", "threads", "--concurrency", "4", "--without-mingle"]
WEB = ["--workers", "2", "--threads", "4", "--preload", "--graceful-timeout", "5", "--no-control-socket"]
# True of every demonstration, and nothing to act on.
EXPECTED_WARNINGS = ("No directory at", "You're running the worker with superuser privileges")


class Command(BaseCommand):
    help = "Start the database, broker, web, worker and beat; load the demonstration into an empty database."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--with-parent", action="store_true", help="Stop when the process that started this ends.")

    def handle(self, *args: Any, **options: Any) -> None:
        self.parent = os.getppid() if options["with_parent"] else None
        for number in ENDING:
            signal.signal(number, _leave)  # explicitly: a shell's background job starts with Ctrl-C ignored
        for expected in EXPECTED_WARNINGS:
            warnings.filterwarnings("ignore", expected)
        os.chdir(settings.BASE_DIR)
        try:
            with closing(Stack(data_dir())) as stack:
                self._run(stack)
        except StackError as error:
            self.stderr.write(str(error))
            raise SystemExit(1) from None

    def _run(self, stack: Stack) -> None:
        try:
            with _address() as address:
                port = address.getsockname()[1]
                if "SITE_URL" not in os.environ:
                    settings.SITE_URL = f"http://127.0.0.1:{port}"  # emails link to where we really are
                self._start_servers(stack)
                self._prepare_database(stack)
                web = self._start_web(stack, address)
            self._start_programs(stack, web, port)
            while (name := stack.ended()) is None:
                self._rest()
            raise StackError(f"The {name} ended by itself, so everything is stopped.")
        finally:
            self.stdout.write("\nStopping …")
            self.stdout.flush()
            stack.stop("beat", "worker", "web")

    def _start_servers(self, stack: Stack) -> None:
        if "DATABASE_URL" not in os.environ:
            with self._waiting_for("PostgreSQL"):
                start_postgres(stack, socket_dir())
        if "REDIS_URL" not in os.environ:
            with self._waiting_for("the broker"):
                start_valkey(stack, socket_dir())

    def _prepare_database(self, stack: Stack) -> None:
        """Migrate only where something is pending, and load the demonstration only where nobody has an account."""
        with as_owner():
            try:
                executor = MigrationExecutor(connection)
            except OperationalError as error:
                raise StackError(f"The database cannot be reached: {error}") from None
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                with self._waiting_for("migrations"):
                    call_command("migrate", interactive=False, verbosity=0)
            if settings.DEMONSTRATION and was_interrupted():
                self._start_afresh()
            empty = settings.DEMONSTRATION and not Staff.objects.exists()
        connection.close()  # the children open their own
        if empty:
            self._load_demonstration(stack)

    def _start_afresh(self) -> None:
        """The half of a demonstration is of no use. Only a database that we made ourselves is emptied for it."""
        if "DATABASE_URL" in os.environ:
            raise StackError("Loading the demonstration was interrupted: empty the database, then start again.")
        with self._waiting_for("a fresh database, as loading the demonstration was interrupted"):
            with connection.cursor() as cursor:
                cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            connection.close()
            call_command("migrate", interactive=False, verbosity=0)

    def _load_demonstration(self, stack: Stack) -> None:
        self.stdout.write("Loading the demonstration (this once) …")
        self.stdout.flush()
        demo = stack.start("demo", lambda: call_command("demo"))
        while demo.is_alive():
            self._rest()
        if demo.exitcode:
            raise StackError("The demonstration could not be loaded.")
        stack.stop("demo")

    def _start_web(self, stack: Stack, address: socket.socket) -> ForkProcess:
        bind = ["--bind", f"fd://{address.fileno()}", "--log-level", "warning"]
        return stack.start("web", module("gunicorn", "omic.wsgi", *bind, *WEB))

    def _start_programs(self, stack: Stack, web: ForkProcess, port: int) -> None:
        """Worker and beat once the web server answers: three that start at once are slower than one after the other."""
        url = f"http://127.0.0.1:{port}"
        stack.announce(url)
        with self._waiting_for("web, worker and beat"):
            if not await_answer(web, lambda: _is_healthy(port), seconds=HEALTH_SECONDS):
                raise StackError(f"The web server does not answer {url}/health.")
            stack.start("worker", module("celery", *CELERY, "worker", *WORKER, *QUIET))
            stack.start("beat", module("celery", *CELERY, "beat", *QUIET))
        self.stdout.write(f"\nOMiC is at {url} (Ctrl-C stops it)\n")
        if settings.DEMONSTRATION:
            self._show_sign_ins()
        self.stdout.flush()

    def _show_sign_ins(self) -> None:
        known = set(Staff.objects.filter(username__in=[each.username for each in PERSONAS]).values_list("username"))
        connection.close()
        personas = [each for each in PERSONAS if (each.username,) in known]
        if not personas:
            return
        self.stdout.write(f"Sign in as any of these; the password is: {PASSWORD}\n")
        for each in personas:
            self.stdout.write(f"  {each.username:18} {each.prison:4} {each.role.label:18} {each.does}")

    def _rest(self) -> None:
        """Half a second. `make` cannot hand its SIGKILL on, so we look whether it is still there."""
        time.sleep(0.5)
        if self.parent not in (None, os.getppid()):
            raise SystemExit(0)

    @contextmanager
    def _waiting_for(self, what: str) -> Iterator[None]:
        self.stdout.write(f"Waiting for {what} … ", ending="")
        self.stdout.flush()
        begun = time.monotonic()
        yield
        self.stdout.write(f"{time.monotonic() - begun:.1f} s")


def _leave(*_: object) -> None:
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)  # stopping in order takes a moment and is not to be cut short
    raise SystemExit(0)


def _address() -> socket.socket:
    """A socket bound to $PORT or else to the first free port: ours from now on, though nobody listens there yet."""
    wanted = os.environ.get("PORT")
    for port in [int(wanted)] if wanted else range(FIRST_PORT, LAST_PORT + 1):
        address = socket.socket()
        try:
            address.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            address.bind(("127.0.0.1", port))
        except OSError:
            address.close()
            continue
        return address
    raise StackError(f"Port {wanted or FIRST_PORT} is taken.")


def _is_healthy(port: int) -> bool:
    web = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        web.request("GET", "/health")
        return web.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        web.close()
