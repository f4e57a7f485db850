"""One Django app a room, in the order of the story: people, places, budgets, fund."""
