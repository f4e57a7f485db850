"""What happens without a person: letters of the entrance and what is forgotten in time (`web`)."""

from pennypot.apps.voting.tasks import web

__all__ = ["web"]
