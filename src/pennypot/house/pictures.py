"""Pictures that people send: read by their content, drawn again from their pixels, and nothing else kept.

Where and when a picture was taken, by whom and with what (EXIF, GPS, comments, previews) stays out, because only the
pixels are copied. Anything that is no JPEG, PNG, WebP or GIF by its first bytes is refused, whatever its name says.
"""

from __future__ import annotations

import io
import secrets
from dataclasses import dataclass
from threading import Lock
from typing import IO, Any

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MAX_BYTES = 15 * 1024 * 1024
# A telephone makes 12 to 50 million pixels; a JPEG of that size is read at a fraction, the others whole.
MAX_PIXELS = {"JPEG": 80_000_000, "PNG": 25_000_000, "WEBP": 25_000_000, "GIF": 25_000_000}
LARGE, SMALL = 1600, 480  # longest side in pixels
QUALITY = 82

# One at a time: a picture needs up to 100 MB while it is read, and a small server has 1 GB.
_one_at_a_time = Lock()


class NotUsable(Exception):
    """The picture cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Drawn:
    """A picture drawn again: two JPEGs and the size of the large one in pixels."""

    large: bytes
    small: bytes
    width: int
    height: int


def draw_again(file: IO[bytes]) -> Drawn:
    """Read a picture and draw it again at two sizes.

    Parameters
    ----------
    file
        What was sent, open for reading; at most `MAX_BYTES` of it are read.

    Raises
    ------
    NotUsable
        It is too large, no picture, damaged, or has more pixels than fit into memory.
    """
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise NotUsable(
            _("This picture is larger than %(most)s megabytes. Take a smaller one.") % {"most": MAX_BYTES // 1024**2}
        )
    with _one_at_a_time:
        try:
            return _drawn(data)
        except NotUsable:
            raise
        except (UnidentifiedImageError, Image.DecompressionBombError):
            raise NotUsable(_("This is no picture that we can read. Save it as JPEG or PNG and try again.")) from None
        except Exception:
            # A damaged file can fail anywhere in the reader, with any kind of error; none of them is our page's.
            raise NotUsable(_("This picture is damaged. Save it again as JPEG or PNG and try again.")) from None


def random_name() -> str:
    """Return a file name that says nothing and cannot be guessed."""
    return f"{secrets.token_hex(16)}.jpg"


def _drawn(data: bytes) -> Drawn:
    with Image.open(io.BytesIO(data), formats=FORMATS) as found:
        # Only the header has been read so far: what the picture says of its size is believed for refusing it.
        if found.width * found.height > MAX_PIXELS[str(found.format)] or min(found.size) < 1:
            raise NotUsable(_("This picture has too many pixels. Make it smaller and try again."))
        found.draft("RGB", (LARGE, LARGE))
        found.load()
        upright = ImageOps.exif_transpose(found)
    picture = _on_white(upright)
    picture.thumbnail((LARGE, LARGE), Image.Resampling.LANCZOS)
    large, (width, height) = _jpeg(picture), picture.size
    picture.thumbnail((SMALL, SMALL), Image.Resampling.LANCZOS)
    return Drawn(large, _jpeg(picture), width, height)


def _on_white(picture: Any) -> Any:
    """Copy the pixels to a fresh picture without transparency."""
    ground = Image.new("RGB", picture.size, "white")
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        whole = picture.convert("RGBA")
        ground.paste(whole, mask=whole.getchannel("A"))
    else:
        ground.paste(picture.convert("RGB"))
    return ground


def _jpeg(picture: Any) -> bytes:
    held = io.BytesIO()
    picture.save(held, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return held.getvalue()
