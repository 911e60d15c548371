"""Writes imported rows to the social tables, batch by batch, and the audiences they make up."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from collector.import_columns import Texts
from collector.import_numbers import PostNumbers
from collector.import_reading import Reading
from collector.read_people import PersonId
from collector.read_vk_json import VkRow
from storage import Store, audiences, people, walls
from storage.aliases import Aliases
from storage.columns import Columns, as_columns
from storage.rows import Audience, Comment, Community, FilePost, Post, User

RECIPE = "import"
_APART = "импорт"
# Authors and memberships of earlier batches that a writer keeps in mind, 10-20 MB of them; then it asks the file anew.
REMEMBERED = 100_000


class RowWriter:
    """Rows of a mapped file: a text of a community goes to its wall and makes its author a member of it; a text
    of an author alone goes to the author's wall. ``replaced`` counts stored texts that gave way to the file's."""

    def __init__(self, store: Store, reading: Reading, seen: int) -> None:
        self._store, self._source, self._seen = store, reading.label, seen
        self._titles = reading.titles
        self._aliases = Aliases(store, reading.label)
        self._numbers = PostNumbers(store, reading.ids)
        self._communities: dict[str, int] = {}
        self._authors: dict[str, int] = {}
        self._members: set[tuple[int, int]] = set()
        self._lonely: set[int] = set()
        self.repeated = self.replaced = 0

    @property
    def refused(self) -> int:
        """How many authors of the file asked to be forgotten."""
        return len(self._aliases.refused)

    def write(self, parts: Sequence[Texts]) -> None:
        """Write one batch in one transaction."""
        with self._store.write():
            self._meet_communities(itertools.chain.from_iterable(texts.community for texts in parts))
            self._meet_authors(itertools.chain.from_iterable(texts.author for texts in parts))
            placed = [(*self._places(texts), texts) for texts in parts]
            self._meet_members((owners, authors) for owners, authors, _ in placed)
            posts = [self._posts(*place) for place in placed]
            self.replaced += walls.save_file_posts(self._store, posts, self._seen)

    def _places(self, texts: Texts) -> tuple[list[int], list[int]]:
        """Whose wall each row goes to, and who wrote it: a community itself where the file names no author."""
        authors, communities = self._authors, self._communities
        pairs = zip(texts.community, texts.author, strict=True)
        owners = [-communities[community] if community else authors[author] for community, author in pairs]
        return owners, list(map(authors.get, texts.author, owners))

    def _meet_members(self, placed: Iterable[tuple[list[int], list[int]]]) -> None:
        fresh: dict[int, dict[int, None]] = {}
        pairs = itertools.chain.from_iterable(zip(*places, strict=True) for places in placed)
        for owner, author in dict.fromkeys(pairs):
            if owner > 0:
                self._lonely.add(author)
            elif owner != author and (owner, author) not in self._members:
                self._members.add((owner, author))
                fresh.setdefault(-owner, {})[author] = None
        for community_id, ids in fresh.items():
            people.save_members(self._store, community_id, ids, self._seen)

    def _posts(self, owners: list[int], authors: list[int], texts: Texts) -> Columns:
        """The posts, without the rows that repeat."""
        numbers = self._numbers.number(owners, authors, texts)
        columns: tuple[Sequence[Any], ...] = (
            owners, numbers, authors, texts.published_at, texts.text, texts.repost_text, texts.likes, texts.comments,
            texts.reposts, texts.views,
        )  # fmt: skip
        if None in numbers:
            self.repeated += numbers.count(None)
            fresh = [number is not None for number in numbers]
            columns = tuple(list(itertools.compress(column, fresh)) for column in columns)
        return Columns(FilePost, columns)

    def _meet_communities(self, names: Iterable[str]) -> None:
        fresh = [name for name in dict.fromkeys(names) if name and name not in self._communities]
        if not fresh:
            return
        known, made = self._numbered("community", fresh)
        # In the file's order, so that a resumed import makes the audiences in the order of an unbroken one.
        self._communities |= {name: known.get(name) or made[name] for name in fresh}
        rows = [
            Community(number, name=self._titles.get(name, name), source=self._source) for name, number in made.items()
        ]
        people.save_communities(self._store, rows, self._seen)

    def _meet_authors(self, names: Iterable[str]) -> None:
        if max(len(self._authors), len(self._members)) > REMEMBERED:
            self._authors.clear()
            self._members.clear()
        fresh = [name for name in dict.fromkeys(names) if name and name not in self._authors]
        if not fresh:
            return
        known, made = self._numbered("user", fresh)
        self._authors |= known | made
        rows = [User(number, state="unknown", source=self._source) for number in made.values()]
        people.save_users(self._store, rows, self._seen)

    def _numbered(self, kind: str, names: list[str]) -> tuple[dict[str, int], dict[str, int]]:
        known = self._aliases.find(kind, names)
        fresh = [name for name in names if name not in known]
        return known, self._aliases.add(kind, fresh) if fresh else {}

    def audiences(self) -> list[str]:
        """Write an audience for each community of the file, and one of the authors who wrote in none.

        Returns a message for each name that the study already uses otherwise.
        """
        messages = []
        for key, number in self._communities.items():
            title = self._titles.get(key, key)
            names = title, self._source if title == key else key
            members = people.member_ids(self._store, number)
            messages.append(save_audience(self._store, names, [number], members, self._seen))
        if self._lonely:
            messages.append(save_audience(self._store, (self._source, _APART), [], self._lonely, self._seen))
        return [message for message in messages if message]


class VkWriter:
    """Rows of raw VK JSON, under VK's own ids. A file has no date, so what the study knows better stays."""

    def __init__(self, store: Store, reading: Reading, seen: int) -> None:
        self._store, self._source, self._seen = store, reading.label, seen
        self._authors: dict[int, set[int]] = {}
        self._own: dict[int, None] = {}
        self._listed: dict[int, None] = {}
        self.repeated = self.replaced = self.refused = 0

    def write(self, parts: Sequence[Columns | list[VkRow]]) -> None:
        """Write one batch in one transaction."""
        rows = [row for part in parts if not isinstance(part, Columns) for row in part]
        posts = [part for part in parts if isinstance(part, Columns)]
        if single := [row for row in rows if isinstance(row, Post)]:
            posts.append(as_columns(Post, single))
        comments = [row for row in rows if isinstance(row, Comment)]
        with self._store.write():
            profiles = [row for row in rows if isinstance(row, User)]
            _save_people(self._store, profiles, self._seen)
            self._listed |= dict.fromkeys(row.id for row in profiles)
            self._save_communities([row for row in rows if isinstance(row, Community)])
            walls.fill_posts(self._store, posts, self._seen)
            walls.fill_comments(self._store, comments, self._seen)
            self._meet(posts, Post)
            self._meet([as_columns(Comment, comments)], Comment)

    def _save_communities(self, rows: list[Community]) -> None:
        for row in rows:
            known = people.find_community(self._store, row.id)
            filled = row if known is None else _filled(known, row)
            if filled != known:
                people.save_communities(self._store, [filled], self._seen)

    def _meet(self, parts: Iterable[Columns], row_class: type[Post | Comment]) -> None:
        """Note who wrote on which wall; the parts are of Posts or of Comments."""
        is_post = row_class is Post
        pairs: dict[tuple[int, int | None], None] = {}
        for part in parts:
            pairs |= dict.fromkeys(zip(part.column("owner_id"), part.column("from_id"), strict=True))
            if is_post and any(signers := part.column("signer_id")):
                pairs |= dict.fromkeys(zip(part.column("owner_id"), signers, strict=True))
        met = {number: None for pair in pairs for number in pair if number and number > 0}
        for wall, author in pairs:
            if wall > 0:
                self._own[wall if is_post else author or wall] = None
                continue
            self._meet_community(-wall)
            if author in met:
                self._authors[-wall].add(author)
        people.add_unknown_users(self._store, met, self._seen)

    def _meet_community(self, community_id: int) -> None:
        if community_id not in self._authors:
            self._authors[community_id] = set()
            if people.find_community(self._store, community_id) is None:
                people.save_communities(self._store, [Community(community_id)], self._seen)

    def audiences(self) -> list[str]:
        """Write an audience of the authors for each community that no audience of the study covers yet, and one of the
        people whose own walls are in the file; of its profiles where there is nothing else in it."""
        messages = []
        for community_id, authors in self._authors.items():
            if _covered(self._store, community_id):
                continue
            row = people.find_community(self._store, community_id)
            name = (row and (row.name or row.screen_name)) or f"club{community_id}"
            names = name, f"club{community_id}"
            messages.append(save_audience(self._store, names, [community_id], authors, self._seen))
        lonely = self._own or ({} if self._authors else self._listed)
        if not _studied(self._store, lonely):
            messages.append(save_audience(self._store, (self._source, _APART), [], lonely, self._seen))
        return [message for message in messages if message]


class PeopleWriter:
    """People of a list or a table, and the audience they make up."""

    def __init__(self, store: Store, reading: Reading, seen: int) -> None:
        self._store, self._source, self._seen = store, reading.label, seen
        self._people: dict[int, None] = {}
        self.repeated = self.replaced = self.refused = 0

    def write(self, parts: Sequence[Sequence[VkRow | PersonId]]) -> None:
        """Write one batch in one transaction."""
        rows = list(itertools.chain.from_iterable(parts))
        fresh = [row for row in rows if row.id not in self._people]
        self.repeated += len(rows) - len({row.id for row in fresh})
        self._people |= dict.fromkeys(row.id for row in fresh)
        with self._store.write():
            _save_people(self._store, [row for row in fresh if isinstance(row, User)], self._seen)
            ids = [row.id for row in fresh if isinstance(row, PersonId)]
            people.add_unknown_users(self._store, ids, self._seen)

    def audiences(self) -> list[str]:
        """Write the audience; returns a message when its name is taken."""
        message = save_audience(self._store, (self._source, _APART), [], self._people, self._seen)
        return [message] if message else []


def _save_people(store: Store, rows: list[User], seen: int) -> None:
    known = {user.id: user for user in people.users(store, [row.id for row in rows])}
    for row in rows:
        known[row.id] = _merged(known.get(row.id), row)
    people.save_users(store, [known[number] for number in {row.id: None for row in rows}], seen)


def _filled(known: Community, fresh: Community) -> Community:
    """The known row with what it lacks."""
    lacking = [name for name, value in known._asdict().items() if value is None]
    return known._replace(**{name: getattr(fresh, name) for name in lacking})


def _merged(known: User | None, fresh: User) -> User:
    """The known row with what the fresh one adds: a profile inside an answer carries fewer fields than its own."""
    if known is None:
        return fresh
    added = {name: value for name, value in fresh._asdict().items() if value is not None}
    if added.get("birth_flag") == "none":
        del added["birth_flag"]
    if added["state"] == "unknown":
        del added["state"]
    return known._replace(**added)


def _covered(store: Store, community_id: int) -> bool:
    """Whether an audience that was not made by an import names the community."""
    for row in audiences.audiences(store):
        if row.recipe != RECIPE and community_id in (json.loads(row.definition).get("any") or []):
            return True
    return False


def _studied(store: Store, ids: Iterable[int]) -> bool:
    """Whether all these people are in audiences of the study that no import made; nobody is."""
    left = set(ids)
    for row in audiences.audiences(store):
        if left and row.recipe != RECIPE:
            left.difference_update(audiences.sample(store, row.id or 0))
    return not left


def save_audience(store: Store, names: tuple[str, str], communities: list[int], ids: Iterable[int], seen: int) -> str:
    """Make an audience or add people to the one an earlier import made. ``names``: its name, and what tells it apart
    from another of that name; returns a message when that was needed."""
    definition = json.dumps({"any": communities})
    with store.write():
        name = next(one for one in _spellings(*names) if _is_mine(audiences.find_audience(store, one), definition))
        audience_id = audiences.save_audience(store, Audience(name, definition, recipe=RECIPE))
        before = audiences.sample(store, audience_id)
        weights = before | dict.fromkeys(ids, 1.0)
        if weights != before:
            audiences.save_sample(store, audience_id, weights, seen)
    if name == names[0]:
        return ""
    return (
        f"Аудитория «{names[0]}» в исследовании уже есть и не изменена: люди импорта сохранены как «{name}». "
        "Если это те же люди и сообщества, импортируйте такие файлы вместе с --source ИМЯ."
    )


def _is_mine(row: Audience | None, definition: str) -> bool:
    """Whether a name is free, or that of the audience an earlier import made by the same definition."""
    return row is None or (row.recipe, row.definition) == (RECIPE, definition)


def _spellings(name: str, apart: str) -> Iterator[str]:
    yield name
    yield f"{name} ({apart})"
    yield from (f"{name} ({apart}) {number}" for number in itertools.count(2))
