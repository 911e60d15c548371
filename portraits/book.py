"""The book of numbers: whatever the report prints is entered here, so that it can be looked up and checked."""

from __future__ import annotations

from dataclasses import replace

from storage.rows import PortraitNumber

_DIGITS = 9  # the last bits of a float differ between processors; nobody reads them


class Book:
    """Numbers of one report by (section, key, audience). The same place twice is a programming error."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, int], PortraitNumber] = {}

    def enter(self, number: PortraitNumber) -> None:
        """Add one number. Raises ValueError when its place is taken."""
        place = (number.section, number.key, number.audience_id or 0)
        if place in self._rows:
            raise ValueError(f"entered twice: {place}")
        rounded = {
            name: round(value, _DIGITS)
            for name in ("value", "lo", "hi", "q")
            if (value := getattr(number, name)) is not None
        }
        self._rows[place] = replace(number, audience_id=number.audience_id or 0, **rounded)

    def count(self, section: str, key: str, audience_id: int, n: int, method: str = "count", view: str = "") -> None:
        """Add a plain count of people or texts."""
        self.enter(PortraitNumber(section, key, audience_id, float(n), n=n, method=method, base_view=view))

    def rows(self) -> list[PortraitNumber]:
        """Everything entered, in order of place."""
        return [self._rows[place] for place in sorted(self._rows)]
