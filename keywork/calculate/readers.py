"""Readers of facts that come as lists, which the kinds of key work share."""

from collections.abc import Iterable
from typing import Any

from omic.calculator import Reader


def list_of(reader: Reader) -> Reader:
    """A reader of a list, each item by `reader`."""

    def read(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise ValueError("must be a list")
        return tuple(reader(item) for item in value)

    return read


def rows_by(name: str, reader: Reader) -> Reader:
    """A reader of a list of objects, each with a `name` of its own that no other has."""
    read_list = list_of(reader)

    def read(value: object) -> tuple[Any, ...]:
        rows = read_list(value)
        if any(name not in row for row in rows):
            raise ValueError(f"must name the {name} of each")
        twice = _first_twice([row[name] for row in rows])
        if twice is not None:
            raise ValueError(f"names {name} {twice} twice")
        return rows

    return read


def _first_twice(names: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None
