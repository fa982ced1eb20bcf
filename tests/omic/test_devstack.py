"""The launcher: real servers in folders of their own, and `manage.py up` as somebody would run it."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import psycopg2
import pytest
import redis
from django.db import OperationalError, connection
from django.test import Client

from omic.devstack.paths import socket_dir
from omic.devstack.postgres import start_postgres
from omic.devstack.process import LINUX, StackError
from omic.devstack.stack import RECORD, Stack

ROOT = Path(__file__).resolve().parents[2]
MANAGE = [sys.executable, "manage.py"]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OMIC_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def sleeper() -> Iterator[psutil.Process]:
    with subprocess.Popen(["sleep", "60"]) as process:
        yield psutil.Process(process.pid)
        process.kill()


def record(folder: Path, process: psutil.Process, *, started: float) -> None:
    folder.mkdir()
    facts = {"pid": 1, "url": "", "children": [[process.pid, started, int(signal.SIGTERM)]]}
    (folder / RECORD).write_text(json.dumps(facts))


def ask(sockets: Path, question: str) -> Any:
    with closing(psycopg2.connect(host=str(sockets), user="omic", dbname="omic")) as session:
        session.autocommit = True
        cursor = session.cursor()
        cursor.execute(question)
        return cursor.fetchone()[0] if cursor.description else None


def test_postgres_keeps_its_data_sorts_by_the_builtin_locale_and_listens_on_no_port(data: Path) -> None:
    with closing(Stack(data)) as stack:
        start_postgres(stack, socket_dir())
        ask(socket_dir(), "CREATE TABLE kept AS SELECT 42 AS answer")
    with closing(Stack(data)) as stack:
        start_postgres(stack, socket_dir())
        assert ask(socket_dir(), "SELECT answer FROM kept") == 42
        assert ask(socket_dir(), "SELECT datlocale FROM pg_database WHERE datname = 'omic'") == "C.UTF-8"
        assert ask(socket_dir(), "SHOW listen_addresses") == ""


def test_another_version_s_data_is_left_alone(data: Path) -> None:
    (data / "postgres").mkdir(parents=True)
    (data / "postgres" / "PG_VERSION").write_text("12\n")
    with closing(Stack(data)) as stack, pytest.raises(StackError, match="made by PostgreSQL 12"):
        start_postgres(stack, socket_dir())


def test_valkey_answers(valkey_server: str) -> None:
    assert redis.Redis(unix_socket_path=urlsplit(valkey_server).path).ping()


def test_what_a_killed_start_left_is_stopped(data: Path, sleeper: psutil.Process) -> None:
    record(data, sleeper, started=sleeper.create_time())
    Stack(data).close()
    assert not sleeper.is_running()


def test_a_stranger_with_the_same_number_is_left_alone(data: Path, sleeper: psutil.Process) -> None:
    record(data, sleeper, started=sleeper.create_time() - 3600)
    Stack(data).close()
    assert sleeper.status() != psutil.STATUS_ZOMBIE


def test_sockets_move_when_the_folder_s_name_is_too_long(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMIC_DATA", str(data / ("deep" * 30)))
    assert data not in socket_dir().parents
    assert len(str(socket_dir())) < 80


@pytest.fixture
def copied_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The address of a copy of the migrated test database: what runs in it commits."""
    settings = connection.get_connection_params() | {"dbname": "postgres"}
    connection.close()
    with closing(psycopg2.connect(**{k: v for k, v in settings.items() if k != "cursor_factory"})) as session:
        session.autocommit = True
        session.cursor().execute(f"CREATE DATABASE omic_copy_{os.getpid()} TEMPLATE {connection.settings_dict['NAME']}")
        yield urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/omic_copy_{os.getpid()}").geturl()
        session.cursor().execute(f"DROP DATABASE omic_copy_{os.getpid()} WITH (FORCE)")


class Up:
    """`manage.py up` on a copied database with nothing to load: production has no demonstration."""

    def __init__(self, database: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        given = {"DATABASE_URL": database, "DATABASE_ROLE": "omic_app", "PORT": str(self.port)}
        self.env = {**os.environ, **given, "OMIC_ENVIRONMENT": "production", "SECRET_KEY": "of this test"}
        self.process = self.run()
        for line in self.process.stdout:
            if b"OMiC is at" in line:
                break

    def run(self) -> psutil.Popen:
        return psutil.Popen([*MANAGE, "up"], cwd=ROOT, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def is_healthy(self) -> bool:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=5)) as web:
            try:
                web.request("GET", "/health")
                return web.getresponse().status == 200
            except OSError:
                return False


@pytest.fixture
def up(data: Path, copied_database: str) -> Iterator[Up]:
    running = Up(copied_database)
    yield running
    with suppress(psutil.NoSuchProcess):  # a child may end by itself between the two
        for process in [running.process, *running.process.children(recursive=True)]:
            process.kill()


def test_up_serves_a_second_start_says_who_does_and_ctrl_c_stops_everything(up: Up) -> None:
    assert up.is_healthy()
    second = up.run()
    words = second.communicate(timeout=60)[0].decode()
    assert second.returncode == 1
    assert f"Already running: http://127.0.0.1:{up.port} (process {up.process.pid})" in words
    children = up.process.children(recursive=True)
    assert len(children) >= 5  # broker, web and its workers, worker, beat
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(30) == 0
    assert not [child for child in children if child.is_running()]


def test_sigkill_leaves_nothing_behind(up: Up, data: Path) -> None:
    children = up.process.children(recursive=True)
    up.process.kill()
    up.process.wait()
    if not LINUX:  # there the next start clears what this one left
        Stack(data).close()
    assert not psutil.wait_procs(children, timeout=30)[1]


def test_migrate_works_as_the_owner(copied_database: str) -> None:
    env = {**os.environ, "DATABASE_URL": copied_database, "DATABASE_ROLE": "omic_app"}
    dropped = subprocess.run([*MANAGE, "migrate", "sessions", "zero"], cwd=ROOT, env=env, capture_output=True)
    assert dropped.returncode == 0, dropped.stderr.decode()[-500:]


@pytest.mark.django_db
def test_health_is_open_to_everybody(client: Client) -> None:
    assert client.get("/health").status_code == 200


def test_health_says_that_the_database_does_not_answer(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", refuse)
    assert client.get("/health").status_code == 503


LOAD = """
import django
django.setup()
from datetime import UTC, datetime
from omic.demo.loading import load, plan
from omic.demo.personas import LOCAL, TRAINER, WOMENS
sizes = {LOCAL: 40, WOMENS: 25, TRAINER: 25}
load(plan(now=datetime(2026, 11, 21, 14, 30, tzinfo=UTC), sizes=sizes), print)
"""


def _python(code: str, database: str) -> subprocess.CompletedProcess[str]:
    given = {"DATABASE_URL": database, "DATABASE_ROLE": "omic_app", "DJANGO_SETTINGS_MODULE": "omic.settings"}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **given}, capture_output=True, text=True
    )


@pytest.mark.long
def test_two_processes_load_the_demonstration_and_only_once(copied_database: str) -> None:
    first = _python(LOAD, copied_database)
    assert first.returncode == 0, first.stderr[-500:]
    assert "Found amiss by the night 0\n" in first.stdout
    assert "Nightly emails sent 3\n" in first.stdout
    assert "staff in this database already" in _python(LOAD, copied_database).stderr


@pytest.mark.long
def test_up_refuses_half_a_demonstration_in_a_database_of_others(data: Path, copied_database: str) -> None:
    half = "DEMO_PARTS = [(kind, parts[:1]) for kind, parts in settings.DEMO_PARTS[:2]] + [('whole', ['no.such.part'])]"
    interrupted = LOAD.replace("load(plan", f"from django.conf import settings\nsettings.{half}\nload(plan")
    assert "No module named 'no'" in _python(interrupted, copied_database).stderr
    env = {**os.environ, "DATABASE_URL": copied_database, "DATABASE_ROLE": "omic_app", "PORT": "0"}
    up = subprocess.run([*MANAGE, "up"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert up.returncode == 1
    assert "Loading the demonstration was interrupted: empty the database" in up.stderr
