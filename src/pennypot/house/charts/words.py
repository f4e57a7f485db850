"""How wide words are in our two typefaces, so that a picture knows which words fit before it is drawn."""

from __future__ import annotations

from dataclasses import dataclass

# The widths of the printable ASCII characters and of £ · – ’, in thousandths of the type's size.
_CHARACTERS = "".join(map(chr, range(32, 127))) + "£·–’"
# Atkinson Hyperlegible Next, weight 600.
_READ = (
    "303 298 362 730 604 953 727 195 324 324 485 598 252 369 253 424 656 430 569 592 621 602 617 529 621 578 253 "
    "253 564 617 564 526 780 662 634 654 683 589 562 711 699 415 546 654 548 848 710 737 617 747 639 604 592 687 "
    "628 877 666 627 615 333 424 344 573 391 274 544 587 502 586 555 349 582 565 285 255 536 301 870 565 567 587 "
    "591 368 497 360 559 509 723 522 499 492 370 249 370 543 627 277 502 259 "
)
# Bricolage Grotesque, weight 700.
_SAID = (
    "231 291 360 626 641 977 755 177 321 316 436 528 196 352 233 361 665 347 603 606 623 610 657 509 656 652 244 "
    "220 528 528 528 421 987 698 683 680 700 621 593 721 723 294 374 687 509 939 776 722 646 723 678 652 570 728 "
    "674 986 697 641 570 324 357 319 572 555 283 586 638 565 638 581 398 601 631 277 281 590 274 946 631 609 638 "
    "638 434 544 397 622 572 863 569 602 525 349 271 342 528 718 233 537 204 "
)
# A character that is not listed is taken as wide as a wide one, and all words as a little wider than they are,
# because a reader without our typefaces sees others.
_OTHER = 700
_SPARE = 1.04


@dataclass(frozen=True)
class Typeface:
    """Widths of characters in thousandths of the size."""

    widths: dict[str, int]

    def width(self, text: str, size: float) -> float:
        """Return how wide the text is at this size, in the size's own unit."""
        return sum(self.widths.get(character, _OTHER) for character in text) * size / 1000 * _SPARE

    def wrap(self, text: str, room: float, size: float, lines: int) -> list[str] | None:
        """Break the text into at most so many lines, between words.

        Returns
        -------
        The lines, or None when the text does not fit: it is then left to the list beside the picture.
        """
        broken: list[str] = []
        for word in text.split():
            if self.width(word, size) > room:
                return None
            longer = f"{broken[-1]} {word}" if broken else word
            if broken and self.width(longer, size) <= room:
                broken[-1] = longer
            else:
                broken.append(word)
        return broken if len(broken) <= lines else None


def _typeface(widths: str) -> Typeface:
    return Typeface(dict(zip(_CHARACTERS, map(int, widths.split()), strict=True)))


READ = _typeface(_READ)
SAID = _typeface(_SAID)
