"""Numbers of imported posts: the file's own where they name its rows, else made of the content, the same on every
import."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Sequence

from collector.import_columns import Texts
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
        self._keys: set[int] = set()

    def look(self, texts: Texts) -> None:
        """Take note of the ids of more rows."""
        if self.repeated:
            return
        keys = _keys(texts)
        self.named = self.named or bool(keys)
        expected = len(self._keys) + len(keys)
        self._keys.update(keys)
        self.repeated = len(self._keys) < expected

    def settle(self, parts: Iterable[Texts]) -> None:
        """The file has been looked through: where an id repeats, see whether its rows do. ``parts``: all of them once
        more, read only then."""
        self._keys.clear()
        marks: dict[int, int] = {}
        for texts in parts if self.repeated else ():
            contents = zip(texts.text, texts.repost_text, texts.author, texts.published_at, strict=True)
            named = itertools.compress(contents, _names(texts))
            for key, mark in zip(_keys(texts), map(hash, named), strict=True):
                if marks.setdefault(key, mark) != mark:
                    self.unique = False
                    return


def _names(texts: Texts) -> Sequence[str]:
    """The ids of the rows, or the addresses that stand for them; empty where there is neither."""
    return [number or address for number, address in zip(texts.id, texts.url, strict=True)]


def _keys(texts: Texts) -> list[int]:
    """What stands for the owner and the id of each row that has one; "007" and "7" are one number."""
    names = _names(texts)
    authors = ["" if name else author for name, author in zip(texts.community, texts.author, strict=True)]
    keys = map(hash, zip(texts.community, authors, map(str.lstrip, names, itertools.repeat("0")), strict=False))
    return list(itertools.compress(keys, names))


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

    def number(self, owners: Sequence[int], authors: Sequence[int], texts: Texts) -> Sequence[int | None]:
        """The numbers of a batch; None where the file already gave this very post (same id and content)."""
        plain = self._ids.unique and not self._ids.repeated and not self._recalls
        if plain and (own := _all_own(texts.id)):
            return own
        places = list(zip(owners, authors, texts.rows(), strict=True))
        if self._recalls:
            self._recall(places)
        return list(map(self._number, places))

    def _number(self, place: Place) -> int | None:
        owner, _, row = place
        name = row.id or row.url
        return self._named(place, name) if name else self._unnamed(owner, row)

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


def _all_own(names: Sequence[str]) -> list[int] | None:
    """What :func:`_own` makes of each, or None where it knows one of them not."""
    joined = "".join(names)
    if not (joined.isascii() and joined.isdecimal() and all(names) and max(map(len, names)) <= _LARGEST_DIGITS):
        return None
    numbers = list(map(int, names))
    return numbers if all(numbers) else None


def _content(row: Row) -> str:
    # Lengths keep ("ab", "c") and ("a", "bc") apart.
    parts = (row.author, row.community, row.text, row.repost_text or "")
    return "\0".join((*map(str, map(len, parts)), str(row.published_at), *parts))


def _made(content: str) -> int:
    digest = hashlib.blake2b(content.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return FIRST_MADE + int.from_bytes(digest) % FIRST_MADE
