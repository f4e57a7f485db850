"""Who may do what in voting: `core` (keys, closing, opening, voids), `web` (ballots), `paper` (desk and envelopes)."""
