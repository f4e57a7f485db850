"""Pages about places: the front page, a place's home, setting up, people, deeds, the demo bar."""
