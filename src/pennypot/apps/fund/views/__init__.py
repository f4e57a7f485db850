"""The pages of the one per cent."""
