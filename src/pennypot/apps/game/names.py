"""What pages call the parts of a game: phases, answers, kinds of things, ends."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

PHASES = {
    "lobby": _("Lobby"),
    "arrive": _("Arrive"),
    "place": _("Place"),
    "values": _("Values"),
    "cut": _("Cut"),
    "pool": _("Pool"),
    "event": _("Event"),
    "create": _("Create"),
    "mend": _("Event and mend"),
    "story": _("Story"),
    "ratify": _("Ratify"),
    "compare": _("Compare"),
    "carry": _("Carry on"),
    "over": _("Over"),
}

# What people do in each phase, in a line that a whole hall can read.
PHASES_SAID = {
    "lobby": _("Take a seat. We begin soon."),
    "arrive": _("Say who you are today, and what you can bring."),
    "place": _("Read your card. Tell the others what you know."),
    "values": _("Three dots each: which needs come first for this table?"),
    "cut": _("What could we do with less of? Propose, answer, decide."),
    "pool": _("What could agencies share?"),
    "event": _("Something has happened. What do you do?"),
    "create": _("What do we make? Put ideas on the table, and give to them."),
    "mend": _("Change what you would like to change."),
    "story": _("One day next year: who gains, who loses, what did we do about it?"),
    "ratify": _("As yourself: what do you think of the plan?"),
    "compare": _("What did the other tables do?"),
    "carry": _("Take a project home."),
    "over": _("Thank you."),
}

ANSWERS = {
    "support": _("Support"),
    "live": _("Can live with"),
    "concern": _("Concern"),
    "hold": _("Hold"),
}

THINGS = {
    "room": _("rooms"),
    "hours": _("hours"),
    "skill": _("skills"),
    "kit": _("equipment"),
    "land": _("land"),
    "match": _("matching money"),
}

ENDS = {
    "complete": _("The target is met."),
    "gap": _("The table ended with a gap."),
    "no-agreement": _("The table did not agree."),
    "abandoned": _("The game ended before its end."),
}

HELP = {
    "facilitator": _("the facilitator"),
    "expert": _("an expert"),
    "access": _("help with reading, hearing or moving"),
    "incident": _("help at once"),
}

# What is printed for an evening, by the last part of its address.
PAPERS = {
    "cards": _("All cards, to cut out"),
    "seats": _("Seat cards, to fold"),
    "paddles": _("Four paddles for each seat"),
    "notes": _("Pledge notes"),
    "ledger": _("The table’s ledger"),
    "scribe": _("The scribe’s sheet, with the letters of all cards"),
    "script": _("Script for the facilitator"),
    "rules": _("The rules on one page"),
}

RULES = {
    "consent": _("consent + 1"),
    "unanimity": _("everybody"),
    "two-thirds": _("two thirds"),
}
