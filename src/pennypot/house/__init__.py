"""The house that every page stands on: settings, layout, database, deeds, long work."""
