"""The pages of proposals: the list, one proposal, writing one, standing behind it, joining two."""
