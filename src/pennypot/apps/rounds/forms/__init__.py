"""Forms of a round."""
