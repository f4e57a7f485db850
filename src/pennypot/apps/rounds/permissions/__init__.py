"""Who may do what in a round. One file a matter: rounds, proposals, review."""
