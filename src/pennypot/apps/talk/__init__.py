"""Conversation: threads of comments under a page, reports, hiding with a reason."""
