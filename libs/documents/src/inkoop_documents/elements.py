"""The XML elements that the rest of the package sees; lxml comes without types, these are ours."""

from collections.abc import Iterator
from typing import Protocol


class Element(Protocol):
    """What we use of `lxml.etree._Element`. Comments are never there: the gate drops them."""

    @property
    def tag(self) -> str:
        """`{namespace}name`."""
        ...

    @property
    def text(self) -> str | None:
        """What stands before the first child."""
        ...

    def get(self, name: str) -> str | None:
        """The value of an attribute."""
        ...

    def __iter__(self) -> Iterator["Element"]:
        """The children, in order."""
        ...

    def getparent(self) -> "Element | None":
        """The element around it; none for the root."""
        ...

    def itersiblings(self, tag: str, *, preceding: bool = False) -> Iterator["Element"]:
        """The siblings of a tag after it, or before it."""
        ...


def local_name(tag: str) -> tuple[str, str]:
    """Namespace and name of a tag; the namespace is empty where there is none."""
    namespace, brace, name = tag.rpartition("}")
    return namespace[1:] if brace else "", name
