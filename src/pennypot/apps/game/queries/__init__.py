"""What the game's pages read, each with a known number of SQL queries."""
