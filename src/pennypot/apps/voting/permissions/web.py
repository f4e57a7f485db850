"""Who may get a ballot and cast it on the web."""
