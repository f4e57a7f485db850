"""The verbs of the game, and the only place that writes. One file a matter."""
