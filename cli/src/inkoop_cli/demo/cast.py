"""Who plays in the demo: fictitious organisations; no number here belongs to anyone."""

from inkoop_cli.demo.papers import Party

MINISTRY = Party(
    id="00000003900101010000",
    name="Ministerie van Voorbeelden",
    street="Voorbeeldplein 1",
    city="Den Haag",
    zone="2500 AA",
    contact="Bureau Inkoop",
    mail="inkoop@ministerie.example",
)
FURNISHER = Party(
    id="90020202",
    name="Stoel & Tafel B.V.",
    street="Zaagselweg 12",
    city="Utrecht",
    zone="3500 BB",
    contact="Debiteurenbeheer",
    mail="facturen@stoelentafel.example",
    vat="NL990000011B01",
    iban="NL13TEST0123456789",
)
STATIONER = Party(
    id="90030303",
    name="Papier en Pen Groothandel B.V.",
    street="Inktpotlaan 3",
    city="Zwolle",
    zone="8000 CC",
    contact="Afdeling Facturatie",
    mail="facturen@papierenpen.example",
    vat="NL990000023B01",
    iban="NL62TEST0987654321",
)
