"""What happens without a person: checkpoints, closing by the clock, the count (`core`); the entrance (`web`),
letters with codes (`paper`)."""

from pennypot.apps.voting.tasks import core, paper, web

__all__ = ["core", "paper", "web"]
