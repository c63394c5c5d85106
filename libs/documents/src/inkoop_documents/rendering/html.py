"""An invoice for people: one page of HTML in Dutch or English, everything escaped."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Literal

from inkoop_documents.model import Invoice, InvoiceKind
from inkoop_documents.rendering.labels import LABELS

if TYPE_CHECKING:
    from jinja2 import Template

Language = Literal["nl", "en"]


def render_html(invoice: Invoice, language: Language = "nl") -> str:
    """A whole page that needs nothing from outside: no script, no font, no image."""
    labels = LABELS[language]
    kind = "credit_note" if invoice.kind is InvoiceKind.CREDIT_NOTE else "invoice"
    return _template().render(
        invoice=invoice,
        language=language,
        label=labels,
        title=labels[kind],
        number=_number_format(language),
        money=_money_format(language),
        day=_day_format(language),
    )


@cache
def _template() -> "Template":
    """Imported at first use: a service that only reads documents does not carry it."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415

    environment = Environment(
        loader=PackageLoader("inkoop_documents.rendering"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("invoice.html.j2")


def _number_format(language: Language) -> Callable[[Decimal], str]:
    def show(number: Decimal) -> str:
        shown = f"{number.normalize():,f}"
        return _swap(shown) if language == "nl" else shown

    return show


def _money_format(language: Language) -> Callable[[Decimal], str]:
    def show(amount: Decimal) -> str:
        shown = f"{amount:,.2f}"
        return _swap(shown) if language == "nl" else shown

    return show


def _swap(shown: str) -> str:
    """1,234.56 as the Dutch write it: 1.234,56."""
    return shown.translate(str.maketrans(",.", ".,"))


def _day_format(language: Language) -> Callable[[date], str]:
    form = "%d-%m-%Y" if language == "nl" else "%d %B %Y"

    def show(day: date) -> str:
        return day.strftime(form)

    return show
