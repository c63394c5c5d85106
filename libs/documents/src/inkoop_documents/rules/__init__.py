"""Rules by their official id, in sets: what must hold for which kind of document."""
