"""The verbs of a place, one file a subject: the only code that writes here."""
