"""Where something stands: an XPath with the usual prefixes."""

from inkoop_documents.elements import Element, local_name
from inkoop_documents.scanned import Group
from inkoop_documents.terms import NAMESPACES, Part

_PREFIXES = {uri: prefix for prefix, uri in NAMESPACES.items()}


def location(group: Group, key: str) -> str:
    """The place of a term of a group, also where it is missing."""
    path = _path_of(group.part, key)
    base = xpath(group.origin)
    return f"{base}/{path}" if path else base


def xpath(element: Element) -> str:
    """`/Invoice/cac:InvoiceLine[2]/cbc:ID`: positions only where there are several."""
    steps: list[str] = []
    at: Element | None = element
    while at is not None:
        steps.append(_step(at))
        at = at.getparent()
    return "/" + "/".join(reversed(steps))


def _path_of(part: Part, key: str) -> str:
    for term in part.terms:
        if term.id == key:
            return term.path
    return ""


def _step(element: Element) -> str:
    namespace, name = local_name(element.tag)
    prefix = _PREFIXES.get(namespace, "")
    step = f"{prefix}:{name}" if prefix else name
    before = sum(1 for _ in element.itersiblings(element.tag, preceding=True))
    if before or next(element.itersiblings(element.tag), None) is not None:
        return f"{step}[{before + 1}]"
    return step
