"""The pages of conversation: one comment and what can be done about it, and the place team's list."""
