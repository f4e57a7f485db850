"""Pages of the pool: the whole picture, its parts, and each agency's budgets."""
