"""What tests share: the throw-away database, the cast of people, the browser."""
