"""The small drawings of the game: one for each kind of card, of thing and of answer. A page and paper share them.

Each is drawn in a square of 24, in one colour; shape and word say the same as the colour.
"""

from __future__ import annotations

# Kinds of cards.
CARDS = {
    "need": '<path d="M12 20 4.6 12.4A4.6 4.6 0 0 1 12 6.9a4.6 4.6 0 0 1 7.4 5.5z"/>',
    "line": '<ellipse cx="12" cy="6" rx="7" ry="3"/>'
    '<path d="M5 6v6c0 1.7 3.1 3 7 3s7-1.3 7-3V6M5 12v6c0 1.7 3.1 3 7 3s7-1.3 7-3v-6"/>',
    "pool": '<circle cx="9" cy="12" r="6"/><circle cx="15" cy="12" r="6"/>',
    "idea": '<path d="M12 21v-9M12 14c-5 0-7-2.5-7-6.5 4.5 0 7 2 7 6.5zM12 11c0-4.5 2.5-7 7-7 0 4.5-2 7-7 7z"/>',
    "asset": '<path d="M4 11 12 4l8 7v9H4z"/><path d="M10 20v-5h4v5"/>',
    "event": '<path d="M6 21V4h11l-2.5 4 2.5 4H6"/>',
    "role": '<path d="M8 4v9h8M8 13v7M16 13v7M8 9h0"/><circle cx="15" cy="7" r="2.5"/>',
    "persona": '<circle cx="12" cy="12" r="4"/>'
    '<path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4'
    'M18.4 5.6 17 7M7 17l-1.4 1.4"/>',
}
# Kinds of things that a project may need.
THINGS = {
    "room": '<path d="M6 21V4h9v17M15 6h4v15M4 21h16"/><circle cx="12" cy="13" r=".8"/>',
    "hours": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5l3.5 2"/>',
    "skill": '<path d="M14.5 4.5a4.5 4.5 0 0 0-5.800 5.800L3.5 15.5 8 20l5.200-5.200a4.5 4.5 0 0 0 '
    '5.800-5.800L16 12l-3-1-1-3z"/>',
    "kit": '<path d="M4 8h16v11H4zM9 8V5h6v3M4 13h16"/>',
    "land": '<path d="M3 19h18M6 19c0-4 1-6 3-8M9 11c-3 0-4-2-4-4 3 0 4 1.5 4 4zM15 19c0-5 1-8 4-10-3-1-6 1-6 5"/>',
    "match": '<circle cx="9" cy="14" r="6"/><path d="M13 5.200a6 6 0 0 1 4.800 9.6M9 11v6M6.5 14h5"/>',
}
# Answers: a shape each, filled.
ANSWERS = {
    "support": '<path d="M12 4 22 20H2z"/>',
    "live": '<circle cx="12" cy="12" r="9"/>',
    "concern": '<path d="M12 2 22 12 12 22 2 12z"/>',
    "hold": '<path d="M4 4h16v16H4z"/>',
}


def drawing(inside: str, colour: str, *, filled: bool = False) -> str:
    """Return a drawing as an SVG file, for paper."""
    look = (
        f'fill="{colour}"'
        if filled
        else f'fill="none" stroke="{colour}" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"'
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24" {look}>{inside}</svg>'
