"""Notes on each signed-in person whether this session passed a second factor."""
