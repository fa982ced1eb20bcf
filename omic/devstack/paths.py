"""Where the embedded PostgreSQL and Valkey keep their data and sockets. Imported by settings: standard library only."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

SOCKET_LIMIT = 104  # macOS: longest path of a Unix socket
LONGEST_SOCKET_NAME = len("/.s.PGSQL.5432")


def data_dir() -> Path:
    """The folder of everything embedded: `OMIC_DATA`, else `.data` in the checkout."""
    return Path(os.environ.get("OMIC_DATA") or Path(__file__).resolve().parents[2] / ".data")


def socket_dir() -> Path:
    """The sockets' folder: below the data folder, or in the temporary folder when that path does not suit a socket.

    It does not suit when it is too long, or holds characters that would need escaping in an address.
    """
    folder = data_dir() / "sockets"
    if len(str(folder)) + LONGEST_SOCKET_NAME < SOCKET_LIMIT and re.fullmatch(r"[A-Za-z0-9._/-]+", str(folder)):
        return folder
    digest = hashlib.sha256(str(data_dir()).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"omic-{digest}"


def database_url() -> str:
    """The embedded database's address, in the form django-environ reads."""
    return f"postgres://omic@/omic?host={socket_dir()}&port=5432"


def broker_url() -> str:
    """The embedded broker's address, in the form Celery reads."""
    return f"redis+socket://{socket_dir()}/valkey.sock"


def private_folder(folder: Path) -> Path:
    """Make a folder that only we can enter. One that stands in the shared temporary folder may be somebody else's."""
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.geteuid():
        raise PermissionError(f"{folder} belongs to another user.")
    folder.chmod(0o700)
    return folder
