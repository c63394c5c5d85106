"""Code lists of EN 16931, and forms where a list is too long to be worth carrying.

A form lets more through than the list does: we stay silent where we cannot know.
"""

import re
from collections.abc import Iterator


class Form:
    """Codes by their form: what matches may be a code."""

    __slots__ = ("_known", "_matches")

    def __init__(self, pattern: str) -> None:
        self._matches = re.compile(pattern, re.ASCII).fullmatch
        self._known: set[object] = set()

    def __contains__(self, code: object) -> bool:
        if code in self._known:
            return True
        if not isinstance(code, str) or self._matches(code) is None:
            return False
        if len(self._known) < MOST_KNOWN:
            self._known.add(code)
        return True

    def __iter__(self) -> Iterator[str]:
        """A form cannot be listed."""
        return iter(())

    def __len__(self) -> int:
        return 0


MOST_KNOWN = 1000
"""Codes that a form remembers, so that it need not match them again."""


def _codes(*rows: str) -> frozenset[str]:
    return frozenset(code for row in rows for code in row.split())


def _numbers(first: int, last: int) -> frozenset[str]:
    return frozenset(str(number) for number in range(first, last + 1))


CURRENCIES = _codes(
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN",
    "BWP BYN BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP",
    "ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR",
    "ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD",
    "MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR",
    "PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL",
    "THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAD",
    "XAF XAG XAU XBA XBB XBC XBD XCD XCG XDR XOF XPD XPF XPT XSU XTS XUA XXX YER ZAR ZMW ZWG ZWL",
)
"""ISO 4217 alpha-3, with those withdrawn lately."""

COUNTRIES = _codes(
    "1A AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ",
    "BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO",
    "DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU",
    "GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW",
    "KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU",
    "MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW",
    "PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF",
    "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XI XK YE",
    "YT ZA ZM ZW",
)
"""ISO 3166-1 alpha-2, with Northern Ireland and Kosovo as EN 16931 has them."""

VAT_PREFIXES = COUNTRIES | {"EL", "AN"}
"""What a VAT number may begin with (BR-CO-09)."""

INVOICE_TYPES = _codes(
    "71 80 82 84 102 130 202 203 204 211 218 219 295 325 326 331 380 382 383 384 385 386 387 388",
    "389 390 393 394 395 456 457 471 472 473 500 501 502 503 527 553 575 623 633 751 780 817 870",
    "875 876 877 935",
)
"""UNTDID 1001, what may be an invoice (BR-CL-01)."""
CREDIT_NOTE_TYPES = _codes("81 83 261 262 296 308 381 396 420 458 532")
"""UNTDID 1001, what may be a credit note (BR-CL-01)."""

VAT_CATEGORIES = _codes("AE B E G K L M O S Z")
"""UNCL 5305, the part that EN 16931 uses; B is Italy's split payment."""

PAYMENT_MEANS = _numbers(1, 70) | _numbers(74, 78) | _numbers(91, 98) | {"ZZZ"}
"""UNCL 4461."""

ALLOWANCE_REASONS = _codes("41 42 60 62 63 64 65 66 67 68 70 71 88 95 100 102 103 104 105")
"""UNCL 5189, the part that EN 16931 uses."""

POINT_DATE_CODES = _codes("3 35 432")
"""UNTDID 2005, the part that EN 16931 uses."""

MIME_CODES = frozenset(
    {
        "application/pdf",
        "image/png",
        "image/jpeg",
        "text/csv",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/xml",
        "text/xml",
    }
)
"""What an attachment may be (BR-CL-24)."""

ICD = Form(r"0(?:[01]\d\d|2[0-4]\d)|SEPA")
"""ISO 6523 identifier schemes; SEPA marks a bank assigned creditor identifier (BT-90)."""
EAS = Form(r"0(?:[01]\d\d|2[0-4]\d)|99\d\d|AN|AQ|AS|AU|EM")
"""Electronic address schemes."""
REFERENCE_SCHEMES = Form(r"[A-Z]{2,3}")
"""UNTDID 1153."""
CHARGE_REASONS = Form(r"[A-Z]{2,3}")
"""UNCL 7161."""
CLASSIFICATIONS = Form(r"[A-Z]{2,3}")
"""UNTDID 7143."""
UNITS = Form(r"[A-Z0-9]{2,3}|X[A-Z0-9]{1,2}")
"""UN/ECE Recommendation 20 and 21."""
EXEMPTIONS = Form(r"(?i:VATEX-[A-Z]{2}-[A-Z0-9-]+)")
"""CEF VATEX."""
