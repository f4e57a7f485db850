"""The game's pages. They ask or act, and draw."""
