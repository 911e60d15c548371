"""``forget`` and ``purge``: nothing of the person is left in the file's bytes, and nobody comes back."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nlp.lemmatize import lemmatize
from nlp.settings import LemmaSettings
from storage import (
    StorageError,
    Store,
    StoreBusy,
    audiences,
    erase,
    journal,
    open_store,
    optouts,
    people,
    tables,
    walls,
)
from storage.aliases import Aliases
from storage.audiences import Selection
from storage.rows import Audience, Comment, Community, FilePost, Gap, Post, User, Walk

GONE, STAYS, CLUB = 77_001, 5, -9
SECRET = "СекретнаяФраза"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "study.db"
    with open_store(path) as store:
        people.save_users(store, [User(GONE, city="Урюпинск"), User(STAYS)], 1)
        people.save_members(store, 9, [GONE, STAYS], 1)
        people.save_subscriptions(store, GONE, [3], 1, people=[STAYS])
        people.save_subscriptions(store, STAYS, [3], 1, people=[GONE, 6])
        posts = [
            Post(GONE, 1, from_id=GONE, text=f"{SECRET} на своей стене, и ещё немного слов о погоде сегодня"),
            Post(CLUB, 2, from_id=GONE, text=f"{SECRET} на чужой стене"),
            Post(CLUB, 3, from_id=CLUB, signer_id=GONE, text="Спасибо автору"),
            Post(STAYS, 4, from_id=STAYS, text="Гляньте", repost_owner_id=GONE, repost_id=1, repost_author_id=GONE,
                 repost_text=f"{SECRET} в репосте"),
            Post(STAYS, 5, from_id=STAYS, text=f"Привет, [id{GONE}|Тайноимя], и @id{GONE} (Тайноимя) vk.com/id{GONE}!"),
            Post(STAYS, 6, from_id=STAYS, text=f"[id{GONE}1|Другая] — не он"),
        ]  # fmt: skip
        walls.save_posts(store, posts, 1)
        walls.save_posts(store, [Post(GONE, 1, from_id=GONE, text=f"{SECRET} после правки")], 2)
        walls.save_comments(
            store,
            [Comment(CLUB, 1, 3, from_id=GONE, text=SECRET), Comment(CLUB, 2, 3, from_id=STAYS, reply_to_user=GONE)], 1,
        )  # fmt: skip
        walls.save_likes(store, CLUB, "post", 3, [GONE, STAYS], "like", 1)
        number = audiences.save_audience(store, Audience("а", "{}"))
        audiences.save_sample(store, number, {GONE: 1.0, STAYS: 1.0}, 1)
        journal.save_walk(store, Walk("walls", GONE, state="done"))
        journal.save_gap(store, Gap("subscriptions", GONE, "closed"))
        lemmatize(store, LemmaSettings(mode="fast"))
    return path


def whole(path: Path) -> bytes:
    """Every byte of the study: the file and what SQLite keeps beside it."""
    return b"".join(one.read_bytes() for one in sorted(path.parent.glob(path.name + "*")) if one.suffix != ".key")


def numbers(store: Store) -> dict[str, list[str]]:
    """table -> its columns in which the person's id stands."""
    found: dict[str, list[str]] = {}
    tables = [row[0] for row in store.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        for row in store.rows(f"SELECT * FROM {table}"):
            cells: dict[str, Any] = dict(row)
            found.setdefault(table, []).extend(name for name, cell in cells.items() if cell in (GONE, str(GONE)))
    return {table: columns for table, columns in found.items() if columns}


def test_the_test_would_see_the_person(file: Path) -> None:
    assert SECRET.encode() in whole(file) and "Урюпинск".encode() in whole(file)
    with open_store(file) as store:
        assert len(numbers(store)) >= 10


def test_a_forgotten_person_is_nowhere_and_others_stay(file: Path) -> None:
    with open_store(file) as store:
        taken = erase.forget(store, [GONE])
        assert (taken["users"], taken["posts"], taken["comments"], taken["likes"]) == (1, 2, 1, 1)
        assert numbers(store) == {}
        assert store.value("SELECT text FROM posts WHERE id = 5") == "Привет, , и  !"
        assert store.value("SELECT text FROM posts WHERE id = 6") == f"[id{GONE}1|Другая] — не он"
        assert store.value("SELECT count(*) FROM posts") == 4 and store.value("SELECT count(*) FROM users") == 1
        left = {(row[0], row[1]) for row in store.rows("SELECT owner_id, item_id FROM documents")}
        assert (STAYS, 5) not in left and (STAYS, 6) in left, "only what was changed is made anew"
    for trace in (SECRET, SECRET.lower(), "Тайноимя", "Урюпинск"):
        assert trace.encode() not in whole(file), trace
    assert optouts.key_file(file).stat().st_mode & 0o077 == 0 or optouts.os.name != "posix"


def test_nobody_comes_back_whoever_writes(file: Path) -> None:
    with open_store(file) as store:
        erase.forget(store, [GONE])
    with open_store(file) as store:
        people.save_users(store, [User(GONE), User(6)], 9)
        people.add_unknown_users(store, [GONE], 9)
        people.save_members(store, 9, [GONE, 6], 9)
        people.save_subscriptions(store, GONE, [3], 9, people=[6])
        people.save_subscriptions(store, STAYS, [3], 9, people=[GONE, 6])
        assert store.value("SELECT count(*) FROM followed_people") == 1, "the list of who stays, without the forgotten"
        for _ in range(2):
            walls.save_posts(store, [
                Post(GONE, 1, from_id=GONE, text=SECRET), Post(CLUB, 9, from_id=CLUB, signer_id=GONE, text="Ответ"),
                Post(6, 1, from_id=6, repost_owner_id=GONE, repost_id=1, repost_author_id=GONE, repost_text=SECRET),
            ], 9)  # fmt: skip
        walls.save_comments(store, [Comment(CLUB, 8, 3, from_id=6, reply_to_user=GONE)], 9)
        walls.save_likes(store, CLUB, "post", 3, [GONE, 6], "like", 9)
        number = audiences.save_audience(store, Audience("б", "{}"))
        audiences.save_everyone(store, number, Selection((9,)), [GONE], 9)
        assert numbers(store) == {}
        assert store.value("SELECT count(*) FROM posts WHERE owner_id IN (6, ?)", (CLUB,)) == 3
        assert store.value("SELECT count(*) FROM users WHERE id = 6") == 1


def test_an_imported_person_stays_out_and_nobody_takes_that_place(file: Path) -> None:
    with open_store(file) as store:
        made = Aliases(store, "форум").add("user", ["аня", "боря"])
        people.save_users(store, [User(number, source="форум") for number in made.values()], 1)
        erase.forget(store, [made["боря"]])
        assert "боря".encode() not in whole(file) and str(made["боря"]).encode() not in whole(file)
    for _ in range(2):
        with open_store(file) as store:
            book = Aliases(store, "форум")
            assert book.find("user", ["аня", "боря"]) == {"аня": made["аня"]}
            fresh = book.add("user", ["боря", "вера"])
            assert book.refused == {"боря"} and fresh["вера"] > made["боря"], "a number is given once"
            people.save_users(store, [User(number, source="форум") for number in fresh.values()], 2)
            walls.save_posts(store, [FilePost(CLUB, 50, fresh["боря"], None, "его слова")], 2)
            assert Aliases(store, "другой").add("user", ["боря"])["боря"] > fresh["вера"], "another source, not him"
            found = {row[0] for row in store.rows("SELECT id FROM users WHERE source = 'форум'")}
            assert found == {made["аня"], fresh["вера"]}
            assert store.value("SELECT count(*) FROM posts WHERE id = 50") == 0
            store.many("DELETE FROM aliases WHERE external_id = ?", [("вера",), ("боря",)])
            store.many("DELETE FROM users WHERE id = ?", [(fresh["вера"],)])


def test_numbers_given_before_they_were_written_down_are_not_given_again(tmp_path: Path) -> None:
    file = tmp_path / "study.db"
    with open_store(file) as store:
        people.save_users(store, [User(10**15 + 7, source="форум")], 1)
        for statement in ("DROP TABLE _local_numbers", "DELETE FROM _sqlite_migrations WHERE name >= 'm004'",
                          "PRAGMA user_version = 3"):  # fmt: skip
            store.connection.execute(statement)
    with open_store(file) as store:
        assert Aliases(store, "форум").add("user", ["аня"]) == {"аня": 10**15 + 8}


def test_without_the_key_the_study_is_not_written(file: Path) -> None:
    with open_store(file) as store:
        erase.forget(store, [GONE])
    optouts.key_file(file).unlink()
    with pytest.raises(StorageError, match="файла-ключа"):
        open_store(file)
    with open_store(file, write=False) as store:
        assert store.value("SELECT count(*) FROM users") == 1
    with pytest.raises(StorageError, match="файла-ключа"):
        open_store(file)  # the lock of the refused opening is free again


def test_forgetting_twice_and_whom_nobody_knew(file: Path) -> None:
    with open_store(file) as store:
        erase.forget(store, [GONE, GONE, 123456])
        assert erase.forget(store, [GONE]) == dict.fromkeys(erase.forget(store, [GONE]), 0)
        assert store.value("SELECT count(*) FROM optouts") == 2


HIDDEN = [
    f"привет\x00 [id{GONE}|Тайноимя]", f"[https://vk.com/id{GONE}?w=wall{GONE}_1|Тайноимя]", f"[@id{GONE}|Тайноимя]",
    f"[https://vk.com/id{GONE}/|Тайноимя]", f"[https://www.vk.com/id{GONE}|Тайноимя]", f"[ID{GONE}|Тайноимя",
]  # fmt: skip


def everywhere(store: Store, texts: list[str], seen: int) -> None:
    """The texts in every place where somebody can be mentioned."""
    walls.save_posts(store, [Post(STAYS, n, STAYS, text=text) for n, text in enumerate(texts, 100)], seen)
    walls.save_posts(store, [Post(STAYS, n, STAYS, repost_text=text) for n, text in enumerate(texts, 200)], seen)
    walls.save_comments(store, [Comment(CLUB, n, 3, None, text=text) for n, text in enumerate(texts, 100)], seen)
    people.save_communities(store, [Community(n, description=text) for n, text in enumerate(texts, 100)], seen)


def test_a_mention_in_any_spelling_and_place_is_cut(file: Path) -> None:
    with open_store(file) as store:
        everywhere(store, HIDDEN, 3)
        walls.save_posts(store, [Post(STAYS, n, STAYS, text="правка") for n in range(100, 100 + len(HIDDEN))], 4)
        walls.save_comments(store, [Comment(CLUB, n, 3, None, text="правка") for n in range(100, 100 + len(HIDDEN))], 4)
        walls.save_comments(store, [Comment(CLUB, 1, 3, from_id=GONE, text=SECRET)], 3)
        walls.save_comments(store, [Comment(CLUB, 1, 3, deleted=1)], 4)
        assert store.value("SELECT count(*) FROM post_versions WHERE owner_id = ?", (STAYS,)) == len(HIDDEN)
        assert store.value("SELECT count(*) FROM comment_versions") == len(HIDDEN) + 1
        erase.forget(store, [GONE])
        assert store.value("SELECT text FROM comment_versions WHERE id = 100") == "привет\x00 "
        assert store.value("SELECT count(*) FROM comment_versions WHERE text = ?", (SECRET,)) == 0
        assert store.value("SELECT text FROM post_versions WHERE id = 100") == "привет\x00 "
    assert "Тайноимя".encode() not in whole(file) and str(GONE).encode() not in whole(file).replace(
        f"{GONE}1".encode(), b""
    )


def test_a_text_that_stands_unchanged_in_vk_brings_no_name_back(file: Path) -> None:
    with open_store(file) as store:
        everywhere(store, HIDDEN, 3)
        erase.forget(store, [GONE])
        for seen in (5, 6):  # in the session that forgot, and in every later one
            everywhere(store, HIDDEN, seen)
    with open_store(file) as store:
        everywhere(store, HIDDEN, 7)
        walls.save_posts(store, [Post(CLUB, 2, from_id=GONE, text=SECRET, likes=9)], 7)
        assert store.value("SELECT count(*) FROM post_versions") == 0
        assert store.value("SELECT count(*) FROM post_counts WHERE owner_id = ?", (CLUB,)) == 0
        everywhere(store, [f"Новое: [id{GONE}|Тайноимя]"], 8)
        assert store.value("SELECT text FROM posts WHERE id = 100") == "Новое: "
        assert store.value("SELECT text FROM post_versions") == "привет\x00 "
    assert "Тайноимя".encode() not in whole(file)


@contextlib.contextmanager
def reading(file: Path) -> Iterator[None]:
    """Another program in the middle of a table."""
    with contextlib.closing(sqlite3.connect(file)) as reader:
        rows = reader.execute("SELECT * FROM posts")
        rows.fetchone()
        yield
        rows.close()


def test_while_somebody_reads_the_old_bytes_nothing_is_told_to_be_done(file: Path) -> None:
    with open_store(file) as store:
        store.connection.execute("PRAGMA busy_timeout = 0")
        with reading(file), pytest.raises(StoreBusy, match="повторите ту же команду"):
            erase.forget(store, [GONE])
        assert numbers(store) == {} and SECRET.encode() in whole(file), "deleted, but not from the old bytes"
        erase.forget(store, [GONE])
        assert SECRET.encode() not in whole(file)
        with reading(file), pytest.raises(StoreBusy):
            erase.purge(store, texts_only=False)


@pytest.mark.parametrize("texts_only", [True, False])
def test_a_purge_leaves_no_text_and_says_what_stays(file: Path, texts_only: bool) -> None:
    with open_store(file) as store:
        journal.start_run(store, "collect", {}, {}, 1)
        erase.purge(store, texts_only=texts_only)
        assert erase.left(store)["runs"] == 1
        assert store.value("SELECT count(*) FROM users") == (2 if texts_only else 0)
        assert store.value("SELECT count(*) FROM documents") == 0
        assert texts_only or numbers(store) == {}
        for table in tables.OF_DOCUMENTS:
            assert store.value(f"SELECT count(*) FROM {table}") == 0, table
        found = {table for table in tables.SOCIAL if store.value(f"SELECT count(*) FROM {table}")}
        assert texts_only or found <= set(tables.OF_STUDY) - {"walks"}, "of people nothing is left"
    for trace in (SECRET, SECRET.lower(), "Тайноимя", *(() if texts_only else ("Урюпинск",))):
        assert trace.encode() not in whole(file), trace
