"""Numbers of imported posts: the file's own where it gives one, else made of the content, the same on every import."""

from __future__ import annotations

import hashlib

from collector.import_fields import Row

# Made numbers live above any that a file would give, and below 2^53, which every JSON reader keeps whole.
FIRST_MADE = 2**52
_LARGEST_DIGITS = 15


class PostNumbers:
    """Gives every row of one import a number unique within its owner.

    The same row gets the same number in a later import of the file, whatever was appended or reordered between
    rows of other content. Rows without an id that are equal are separate texts: people do repeat themselves.
    """

    def __init__(self) -> None:
        self._seen: dict[int, dict[int, int]] = {}
        self._repeats: dict[tuple[int, int], int] = {}

    def number(self, owner: int, row: Row) -> int | None:
        """The post's number, or None when the file already gave this very post (same id and text)."""
        seen = self._seen.get(owner)
        if seen is None:
            seen = self._seen[owner] = {}
        mark = hash((row.text, row.repost_text))
        name = row.id or row.url
        found = _own(row.id) or _made(name if name else _content(row))
        if name:
            if seen.get(found) == mark:
                return None
            if found in seen:  # one id for two texts: it is no id of posts, so the text has to tell them apart
                found = _made(f"{name}\0{_content(row)}")
                if seen.get(found) == mark:
                    return None
        elif found in seen:
            nth = self._repeats[owner, found] = self._repeats.get((owner, found), 0) + 1
            found = _made(f"{nth}\0{_content(row)}")
        seen[found] = mark
        return found


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
