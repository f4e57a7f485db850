"""Pages of a round: thin, they ask or act, then draw."""
