"""Opening a study file: new, from the future, busy, broken, unwritable, full."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from storage import (
    StorageError,
    StoreCorrupt,
    StoreTooNew,
    StoreUnwritable,
    audiences,
    db,
    frames,
    journal,
    open_store,
    people,
    texts,
    walls,
)
from storage.columns import as_columns
from storage.rows import Audience, Comment, Document, FilePost, Gap, Post, User, Walk


def test_a_new_file_has_every_table_of_the_schema_and_opens_again(tmp_path: Path) -> None:
    file = tmp_path / "папка с пробелом" / "study.db"
    open_store(file).close()
    with open_store(file, write=False) as store:
        names = frames.names(store)
    assert {"runs", "walks", "gaps", "users", "memberships", "posts", "documents", "user_topics"} <= set(names)
    assert {"v_texts", "v_members_now", "v_coverage"} <= set(names)


def test_reading_a_file_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="import"):
        open_store(tmp_path / "none.db", write=False)


def test_a_file_from_the_future_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(StoreTooNew, match="999"):
        open_store(tmp_path / "a.db")


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    file.write_bytes(b"not a database, just some text that is long enough" * 40)
    before = file.read_bytes()
    with pytest.raises(StoreCorrupt):
        open_store(file)
    assert file.read_bytes() == before


def test_a_second_writer_in_another_process_is_refused_politely(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    code = (
        "import sys; from storage import open_store, StoreBusy\n"
        "try: open_store(sys.argv[1])\nexcept StoreBusy: sys.exit(7)"
    )
    with open_store(file):
        assert subprocess.run([sys.executable, "-c", code, str(file)], check=False).returncode == 7
    assert subprocess.run([sys.executable, "-c", code, str(file)], check=False).returncode == 0


def test_a_path_that_cannot_be_a_folder_is_unwritable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreUnwritable):
        open_store(tmp_path / "file" / "study.db")


def test_a_full_disk_loses_nothing_that_was_written(tmp_path: Path) -> None:
    with open_store(tmp_path / "a.db") as store:
        walls.save_posts(store, [Post(1, 1, 1, text="цел")], 5)
        pages = store.value("PRAGMA page_count")
        store.connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(StoreUnwritable, match="нет места"):
            walls.save_posts(store, [Post(1, n, 1, text="ы" * 3000) for n in range(2, 60)], 6)
        assert [post.text for post in texts.texts(store)] == ["цел"]


def test_an_error_inside_a_page_rolls_the_whole_page_back() -> None:
    with open_store(":memory:") as store:
        with pytest.raises(RuntimeError), store.write():
            people.save_users(store, [User(1)], 5)
            journal.save_walk(store, Walk("members", 7, cursor="1"))
            raise RuntimeError
        assert store.value("SELECT count(*) FROM users") == 0
        assert journal.find_walk(store, "members", 7) is None


def test_texts_are_stored_as_they_are() -> None:
    hostile = ["а\x00б", "<script>", "=1+1", "\u202eabc", "👨‍👩‍👧", "й"]
    with open_store(":memory:") as store:
        walls.save_posts(store, [Post(-1, n, -1, text=text) for n, text in enumerate(hostile, 1)], 5)
        assert {text.text for text in texts.texts(store)} == set(hostile)


def test_a_stay_is_one_row_until_the_person_leaves_and_a_return_is_another() -> None:
    with open_store(":memory:") as store:
        people.save_members(store, 7, [1, 2], 10)
        people.save_members(store, 7, [1], 20)
        assert people.close_absent_members(store, 7, 20, 20) == 1
        assert people.member_ids(store, 7) == [1]
        people.save_members(store, 7, [1, 2], 30)
        stays = list(store.rows("SELECT user_id, first_seen, left_seen FROM memberships ORDER BY user_id, first_seen"))
        assert [tuple(stay) for stay in stays] == [(1, 10, None), (2, 10, 20), (2, 30, None)]


def test_counters_are_kept_over_time_only_when_they_move() -> None:
    with open_store(":memory:") as store:
        for seen, likes in ((10, 1), (20, 1), (30, 5)):
            walls.save_posts(store, [Post(1, 1, 1, likes=likes), Post(1, 2, 1)], seen)
        assert [tuple(row) for row in store.rows("SELECT seen_at, likes FROM post_counts")] == [(10, 1), (30, 5)]
        assert tuple(next(store.rows("SELECT first_seen, last_seen FROM posts"))) == (10, 30)


def test_what_a_file_does_not_tell_of_a_post_stays() -> None:
    with open_store(":memory:") as store:
        walls.save_posts(store, [Post(1, 1, 1, text="было", is_pinned=1, platform="vk", likes=3)], 10)
        walls.save_posts(store, [FilePost(1, 1, 1, 5, "стало", likes=4)], 20)
        found = next(store.rows("SELECT text, is_pinned, platform, likes, published_at, last_seen FROM posts"))
        assert tuple(found) == ("стало", 1, "vk", 4, 5, 20)
        assert [row["text"] for row in store.rows("SELECT text FROM post_versions")] == ["было"]


@pytest.mark.parametrize("known", [(), (1,), (4,), (1, 2, 3, 4)])
def test_posts_of_a_file_are_written_alike_whether_some_are_there_or_not(known: tuple[int, ...]) -> None:
    rows = [FilePost(-1, 1, 7, 5, "а", likes=2), FilePost(-1, 2, -1, None, "б"), FilePost(-1, 3, -1, 6, "", "чужое"),
            FilePost(5, 4, 5, 7, "г", views=0)]  # fmt: skip
    parts = [as_columns(FilePost, part) for part in (rows[:1], rows[1:])]
    tables = ("posts", "post_counts", "post_versions")
    found: list[Any] = []
    for given, save in ((rows, walls.save_posts), (parts, walls.save_file_posts)):
        with open_store(":memory:") as store:
            walls.save_posts(store, [FilePost(*row[:4], "было", likes=9) for row in rows if row.id in known], 10)
            replaced = save(store, given, 20)  # type: ignore[operator]
            found.append((replaced, [[tuple(row) for row in store.rows(f"SELECT * FROM {name}")] for name in tables]))
    assert found[0] == found[1] and len(found[0][1][0]) == 4


def test_an_edited_or_deleted_comment_leaves_its_earlier_text_and_its_author() -> None:
    with open_store(":memory:") as store:
        walls.save_comments(store, [Comment(-1, n, 7, 5, from_id=3, text=f"было {n}") for n in (1, 2, 3)], 10)
        told = [Comment(-1, 1, 7, 5, from_id=3, text="стало"), Comment(-1, 2, 7, deleted=1)]
        for seen in (20, 30):
            walls.save_comments(store, told, seen)
        found = [tuple(row) for row in store.rows("SELECT id, text, from_id, thread_id, deleted FROM comments")]
        assert found == [(1, "стало", 3, 5, 0), (2, "", 3, 5, 1), (3, "было 3", 3, 5, 0)]
        kept = [tuple(row) for row in store.rows("SELECT id, until_seen, text FROM comment_versions")]
        assert kept == [(1, 20, "было 1"), (2, 20, "было 2")]


def test_documents_keep_their_number_and_vanish_with_their_text() -> None:
    document = Document("post", "own", 1, 1, 1, None, "ru", None, "кот", "NOUN", 1, "r", "i")
    with open_store(":memory:") as store:
        walls.save_posts(store, [Post(1, 1, 1, text="кот")], 5)
        texts.save_documents(store, [document])
        texts.save_documents(store, [document])
        assert [found.doc_id for found in texts.documents(store, unit="person")] == [1]
        walls.save_posts(store, [Post(1, 1, 1, text="")], 6)
        assert texts.drop_orphan_documents(store) == 1


def test_a_changed_definition_is_a_new_version_of_the_audience() -> None:
    with open_store(":memory:") as store:
        first = audiences.save_audience(store, Audience("рок", "a"))
        assert audiences.save_audience(store, Audience("рок", "b")) == first
        assert audiences.audiences(store)[0].version == 2


def test_gaps_are_counted_by_reason() -> None:
    with open_store(":memory:") as store:
        for subject, state in ((1, "closed"), (2, "closed"), (3, "deleted"), (2, "closed")):
            journal.save_gap(store, Gap("walls", subject, state))
        assert journal.gap_counts(store) == {("walls", "closed"): 2, ("walls", "deleted"): 1}


def test_calls_older_than_a_day_leave_the_ledger() -> None:
    with open_store(":memory:") as store:
        journal.count_calls(store, "fp", {"wall.get": 3}, 0)
        journal.count_calls(store, "fp", {"wall.get": 2, "users.get": 1}, 3600 * 24)
        assert journal.calls_of_last_day(store, "fp", 3600 * 24) == {"wall.get": 2, "users.get": 1}


def test_frames_know_their_names() -> None:
    with open_store(":memory:") as store:
        people.save_users(store, [User(1, sex=2)], 5)
        assert frames.frame(store, "users")["sex"].tolist() == [2]
        with pytest.raises(Exception, match="Есть: "):
            frames.frame(store, "nope; DROP TABLE users")


@pytest.mark.parametrize("version", [0, 3])
@pytest.mark.parametrize("write", [True, False])
def test_the_database_of_another_program_is_left_as_it_is(tmp_path: Path, version: int, write: bool) -> None:
    file = tmp_path / "photos.db"
    foreign = sqlite3.connect(file)
    foreign.execute("CREATE TABLE photos (name TEXT)")
    foreign.execute(f"PRAGMA user_version = {version}")
    foreign.commit()
    foreign.close()
    before = file.read_bytes()
    with pytest.raises(StorageError, match="другой программы"):
        open_store(file, write=write)
    assert file.read_bytes() == before


def test_a_study_killed_while_it_was_made_is_made_again(tmp_path: Path) -> None:
    file = tmp_path / "study.db"
    begun = sqlite3.connect(file)
    begun.execute("CREATE TABLE _sqlite_migrations (id INTEGER, migration_set TEXT, name TEXT, applied_at TEXT)")
    begun.commit()
    begun.close()
    with open_store(file) as store:
        assert store.value("SELECT count(*) FROM users") == 0


def test_a_study_at_rest_is_read_where_nothing_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "иссл#едование 100%?.db"
    with open_store(file) as store:
        people.save_users(store, [User(1)], 5)
    usual = db._connected

    def read_only(name: str, place: Path, *, write: bool) -> sqlite3.Connection:
        """As SQLite does where it cannot make its -shm: rights stop nobody who is root, so no folder can stand in."""
        if "immutable" not in name:
            raise StoreUnwritable("нельзя", "", "")
        return usual(name, place, write=write)

    monkeypatch.setattr(db, "_connected", read_only)
    with open_store(file, write=False) as store:
        assert store.value("SELECT count(*) FROM users") == 1
    with pytest.raises(StoreUnwritable):
        open_store(file)
    # Pages that only the journal has would be missing.
    (tmp_path / f"{file.name}-wal").write_bytes(b"x" * 100)
    with pytest.raises(StoreUnwritable):
        open_store(file, write=False)
