"""From values to documents: UBL for machines, HTML for people."""
