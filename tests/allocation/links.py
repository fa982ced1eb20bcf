"""The numbers on a page: every link whose words begin with one."""

import re
from html.parser import HTMLParser

NUMBER = re.compile(r"[\d,]+")


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.main = False
        self.links: list[tuple[str, str]] = []
        self.open: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.main = self.main or tag == "main"
        if tag == "a" and self.main:
            self.open = dict(attrs).get("href") or ""
            self.links.append((self.open, ""))

    def handle_data(self, data: str) -> None:
        if self.open is not None:
            href, words = self.links[-1]
            self.links[-1] = (href, words + data)

    def handle_endtag(self, tag: str) -> None:
        self.open = None if tag == "a" else self.open
        self.main = self.main and tag != "main"


def numbers(html: str) -> list[tuple[int, str]]:
    """(number, address) of every link in the page's main part whose words begin with a number; dates left out."""
    parser = _Links()
    parser.feed(html)
    found = [(NUMBER.match(words.strip()), href) for href, words in parser.links]
    return [(int(match[0].replace(",", "")), href) for match, href in found if match and "/why/" not in href]
