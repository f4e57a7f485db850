"""English as in Britain: Django's plain "en" writes dates the American way."""
