"""The book of numbers: whatever the report prints is entered here, so that it can be looked up and checked."""

from __future__ import annotations

from storage.rows import PortraitNumber

# Finer figures would let sums of audiences be subtracted down to the few people they have in common;
# the last bits of a float differ between processors anyway.
_DIGITS = {"value": 4, "lo": 4, "hi": 4, "q": 6}


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
            name: round(value, digits)
            for name, digits in _DIGITS.items()
            if (value := getattr(number, name)) is not None
        }
        self._rows[place] = number._replace(audience_id=number.audience_id or 0, **rounded)

    def count(self, section: str, key: str, audience_id: int, n: int, method: str = "count", view: str = "") -> None:
        """Add a plain count of people or texts."""
        self.enter(PortraitNumber(section, key, audience_id, float(n), n=n, method=method, base_view=view))

    def rows(self) -> list[PortraitNumber]:
        """Everything entered, in order of place."""
        return [self._rows[place] for place in sorted(self._rows)]
