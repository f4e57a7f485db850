"""The pool: budgets, lines, transfers, reading files, spending."""
