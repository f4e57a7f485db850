"""What happens without a person: checkpoints, closing by the clock, the count (`core`); letters to key holders
(`keys`); the entrance (`web`), letters with codes (`paper`)."""

from pennypot.apps.voting.tasks import core, keys, paper, web

__all__ = ["core", "keys", "paper", "web"]
