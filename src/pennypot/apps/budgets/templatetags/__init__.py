"""Filters and tags for templates about the pool."""
