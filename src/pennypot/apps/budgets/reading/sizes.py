"""Sizes in words."""


def in_words(size_bytes: int) -> str:
    """A size as people say it: ``in_words(1_500_000)`` is ``"1.5 MB"``."""
    size = float(size_bytes)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return f"{size:,.0f} {unit}" if unit == "bytes" or size >= 10 else f"{size:.1f} {unit}"
        size /= 1000
    raise AssertionError("unreachable")
