"""Numbers of imported posts: the file's own where they name its rows, else made of the content, the same on every
import."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from collector.import_fields import Row
from storage import Store, walls

# Made numbers live above any that a file would give, and below 2^53, which every JSON reader keeps whole.
FIRST_MADE = 2**52
_LARGEST_DIGITS = 15

Place = tuple[int, int, Row]  # the owner's number, the author's, the row


class Ids:
    """What the ids of a file are, found out while it is looked through.

    Not ``unique``: one id stands for two texts of one owner, as the number of a post in a table of its comments.
    ``repeated``: a row stands there twice. ``named``: some rows have an id at all.
    """

    def __init__(self) -> None:
        self.unique = True
        self.repeated = self.named = False
        self._marks: dict[int, int] = {}

    def look(self, rows: Iterable[Row]) -> None:
        """Take note of more rows."""
        marks = self._marks
        for row in rows if self.unique else ():
            name = row.id or row.url
            if not name:
                continue
            self.named = True
            # "007" and "7" are one number.
            key = hash((row.community, "" if row.community else row.author, name.lstrip("0")))
            mark = hash((row.text, row.repost_text, row.author, row.published_at))
            if key not in marks:
                marks[key] = mark
                continue
            self.repeated = True
            if marks[key] != mark:
                self.unique = False
                self.close()
                return

    def close(self) -> None:
        """Let the memory go: the file has been looked through."""
        self._marks.clear()


class PostNumbers:
    """Gives every row of one file a number unique within its owner.

    The same row gets the same number in a later import of the file, whatever was appended or reordered. Rows without
    an id that are equal are separate texts: people do repeat themselves.
    """

    def __init__(self, store: Store, ids: Ids) -> None:
        self._store, self._ids = store, ids
        self._seen: dict[int, set[int]] = {}
        self._repeats: dict[tuple[int, int], int] = {}
        self._stored: dict[tuple[int, int], tuple[object, ...]] = {}
        # An earlier import may have taken the ids otherwise: its rows keep the numbers that they have.
        self._recalls = ids.named and (not ids.unique or walls.any_post_from(store, FIRST_MADE))

    def number(self, places: list[Place]) -> list[int | None]:
        """The numbers of a batch; None where the file already gave this very post (same id and content)."""
        if self._recalls:
            self._recall(places)
        if self._ids.unique and not self._ids.repeated and not self._recalls:
            return [
                _own(row.id) or (_made(row.id or row.url) if row.id or row.url else self._unnamed(owner, row))
                for owner, _, row in places
            ]
        return [
            self._named(place, row.id or row.url) if row.id or row.url else self._unnamed(owner, row)
            for place in places
            for owner, _, row in (place,)
        ]

    def _recall(self, places: list[Place]) -> None:
        asked: dict[int, list[int]] = {}
        for owner, _, row in places:
            if name := row.id or row.url:
                asked.setdefault(owner, []).append(_full(row, name) if self._ids.unique else _plain(row, name))
        self._stored = walls.stored_posts(self._store, asked)

    def _named(self, place: Place, name: str) -> int | None:
        owner, author, row = place
        found = _plain(row, name) if self._ids.unique else _full(row, name)
        if self._recalls:
            other = _full(row, name) if self._ids.unique else _plain(row, name)
            if self._stored.get((owner, other)) == (author, row.published_at, row.text, row.repost_text):
                found = other
        if self._ids.repeated:
            seen = self._seen.setdefault(owner, set())
            if found in seen:
                return None
            seen.add(found)
        return found

    def _unnamed(self, owner: int, row: Row) -> int:
        seen = self._seen.setdefault(owner, set())
        found = _made(_content(row))
        if found in seen:
            nth = self._repeats[owner, found] = self._repeats.get((owner, found), 0) + 1
            found = _made(f"{nth}\0{_content(row)}")
        seen.add(found)
        return found


def _plain(row: Row, name: str) -> int:
    return _own(row.id) or _made(name)


def _full(row: Row, name: str) -> int:
    return _made(f"{name}\0{_content(row)}")


def _own(name: str) -> int | None:
    if name.isascii() and name.isdecimal() and len(name) <= _LARGEST_DIGITS:
        return int(name) or None
    return None


def _content(row: Row) -> str:
    # Lengths keep ("ab", "c") and ("a", "bc") apart.
    parts = (row.author, row.community, row.text, row.repost_text or "")
    return "\0".join((*map(str, map(len, parts)), str(row.published_at), *parts))


def _made(content: str) -> int:
    digest = hashlib.blake2b(content.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return FIRST_MADE + int.from_bytes(digest) % FIRST_MADE
