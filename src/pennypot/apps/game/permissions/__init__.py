"""Who may do what in the game, with the reason where the answer is no."""
