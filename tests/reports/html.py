"""Reads a page the way a browser does: which elements it has, and what text a person sees."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "img", "hr", "input"}


@dataclass
class Page:
    """The elements of a page in order, with their attributes, and its visible text."""

    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    unclosed: list[str] = field(default_factory=list)

    @property
    def tags(self) -> list[str]:
        """The names of the elements, in order."""
        return [tag for tag, _ in self.elements]

    @property
    def text(self) -> str:
        """All text, the style sheet's left out, with single spaces."""
        return " ".join(" ".join(self.texts).split())

    def attributes(self, *names: str) -> list[str]:
        """The values of some attributes, of all elements."""
        return [attributes[name] or "" for _, attributes in self.elements for name in names if name in attributes]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.page.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.page.unclosed.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.page.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.page.unclosed.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.page.unclosed and self.page.unclosed[-1] != "style":
            self.page.texts.append(data)


def read(markup: str) -> Page:
    """The page, after checking that every element is closed where it should be."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    assert not reader.page.unclosed
    return reader.page
