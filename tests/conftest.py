"""Fixtures that several browser journeys and matrices share."""

from tests.brindley import brindley

__all__ = ["brindley"]
