"""What holds of the repository itself."""

import re
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[2]
APPS = {"omic", "tiering", "handover", "allocation", "keywork", "wellbeing"}
FOLDERS = APPS | {"templates", "static", "tests"}
FILES = {
    *("manage.py", "pyproject.toml", "docker-compose.yml", "README.md", "LICENSE", "Makefile"),
    *("requirements.lock", "package.json", "package-lock.json"),
}
MADE_HERE = {"node_modules", "staticfiles", "test-results", "__pycache__"}
LOCKS = ["requirements.lock", ".docker/requirements.lock", ".ci/setup.lock", ".ci/node.lock", "package-lock.json"]
PURE = [
    *(path for name in ("rules", "policy") for path in (*ROOT.glob(f"*/{name}.py"), *ROOT.glob(f"*/{name}/*.py"))),
    ROOT / "omic/calendar.py",
]


def pins(lock: str) -> set[str]:
    return set(re.findall(r"^[a-z0-9._-]+==\S+", (ROOT / lock).read_text(), re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(lock: str) -> None:
    assert "://" not in (ROOT / lock).read_text()


@pytest.mark.parametrize("lock", [lock for lock in LOCKS if not lock.endswith(".json")])
def test_every_pin_has_a_hash(lock: str) -> None:
    blocks = re.split(r"\n(?=\S)", (ROOT / lock).read_text().strip())
    assert all("--hash=sha256:" in block for block in blocks)


def test_production_installs_what_was_tested() -> None:
    assert pins(".docker/requirements.lock") < pins("requirements.lock")


def test_the_top_level_is_fixed() -> None:
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith((".", "omic."))} - MADE_HERE
    assert found <= FOLDERS | FILES
    assert found >= FOLDERS


def test_no_app_imports_upwards_or_across() -> None:
    assert lint_imports() == 0


@pytest.mark.parametrize("path", PURE, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_rule_does_not_read_the_clock(path: Path) -> None:
    assert not re.search(r"timezone\.now|date\.today|datetime\.now|time\.time", path.read_text())
