"""The tables and columns that people and other tools rely on, and the steps that make them."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from storage import StoreBusy, StoreCorrupt, StoreUnwritable, erase, frames, migrations, open_store, rows, tables, walls
from storage.rows import Post

# The black-box surface: a column renamed or moved here is a broken query in somebody's notebook.
SCHEMA = """
aliases: source external_id kind user_id community_id
assignments: experiment_id user_id arm
audience_members: audience_id user_id weight drawn_at
audiences: id name definition kind version recipe
capabilities: token_fp method able code seen batch
comments: owner_id id post_id thread_id reply_to_user from_id published_at text likes deleted first_seen
  last_seen
comment_versions: owner_id id until_seen text
communities: id screen_name name kind closed members_count activity description city_id city wall state source
  first_seen last_seen
community_counts: id seen_at members
community_topics: model_id community_id signal topic weight n_docs n_lemmas n_people input
doc_topics: model_id doc_id topic weight
documents: doc_id kind part owner_id item_id author_id published_at lang copy_of lemmas pos n_lemmas recipe
  input
dropped_terms: model_id term df reason
entities: doc_id type name n
followed_people: user_id followed_id first_seen last_seen
experiments: id audience_id created_at design
forms: form candidates known recipe
gaps: kind subject state code message seen
likes: owner_id item_kind item_id user_id kind first_seen
memberships: community_id user_id absent_seen first_seen last_seen left_seen
optouts: user_key
portrait_numbers: portrait_id section key audience_id value lo hi n base q method base_view
portraits: id created_at language model_id settings path sha256
post_counts: owner_id id seen_at likes comments reposts views
post_versions: owner_id id until_seen edited_at text
posts: owner_id id from_id signer_id published_at edited_at text repost_owner_id repost_id repost_author_id
  repost_text kind is_ad is_pinned platform attachments likes comments reposts views first_seen last_seen
  deleted_seen
quotas: token_fp method hour calls
runs: id command started_at ended_at outcome settings versions counts messages
segmentations: id model_id n_segments seed settings quality stability current
segments: segmentation_id segment label size
subscriptions: user_id community_id first_seen last_seen
terms: model_id term_id term pos df n
topic_fits: model_id k seed npmi c_v diversity stability perplexity kept
topic_models: id unit n_topics seed engine settings coherence perplexity stability current arrays recipe input
  n_documents n_terms n_left_out
topics: model_id topic label named_by share npmi c_v exclusivity stability words stable
user_segments: segmentation_id user_id segment weight
user_states: user_id field value from_seen to_seen
user_topics: model_id user_id signal topic weight n_docs n_lemmas input
users: id state sex birth_year birth_flag city_id city country_id occupation university faculty graduation
  school_year relation platform last_seen_at followers_count source first_seen last_seen
v_coverage: kind subject state promised got refused code message
v_members_now: community_id user_id state sex birth_year city last_seen_at
v_portrait_latest: portrait_id section key audience_id value lo hi n base q method base_view
v_texts: kind part owner_id item_id author_id published_at text
v_topics: topic label share npmi stability words stable
walks: kind subject cursor promised got state settings started_seen updated_seen finished_seen
"""
CLASSES = {
    "communities": rows.Community,
    "users": rows.User,
    "posts": rows.Post,
    "comments": rows.Comment,
    "walks": rows.Walk,
    "gaps": rows.Gap,
    "audiences": rows.Audience,
    "v_texts": rows.Text,
    "documents": rows.Document,
    "forms": rows.Form,
    "topic_models": rows.TopicModel,
    "terms": rows.Term,
    "topics": rows.Topic,
    "user_topics": rows.UserTopic,
    "community_topics": rows.CommunityTopic,
    "portrait_numbers": rows.PortraitNumber,
}


def expected() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in SCHEMA.replace("\n  ", " ").split("\n"):
        name, _, columns = line.partition(": ")
        if name:
            found[name] = columns.split()
    return found


def test_every_table_has_exactly_its_columns() -> None:
    with open_store(":memory:") as store:
        sql = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT GLOB '[_]*'"
        names = [row[0] for row in store.rows(sql) if not row[0].startswith("sqlite_")]
        there = {name: [row[1] for row in store.rows(f"PRAGMA table_xinfo({name})")] for name in names}
    assert there == expected()


def test_every_table_is_of_one_kind() -> None:
    with open_store(":memory:") as store:
        sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> '_sqlite_migrations'"
        there = [row[0] for row in store.rows(sql) if not row[0].startswith("sqlite_")]
    assert sorted((*tables.SOCIAL, *tables.DERIVED, *tables.MACHINE)) == sorted(there)
    assert {*tables.OF_TEXTS, *tables.OF_STUDY} <= {*tables.SOCIAL} and {*tables.OF_DOCUMENTS} <= {*tables.DERIVED}


@pytest.mark.parametrize("table", sorted(CLASSES))
def test_row_classes_name_real_columns(table: str) -> None:
    assert set(CLASSES[table]._fields) <= set(expected()[table])


def test_tables_are_strict_so_that_a_text_never_hides_in_a_number() -> None:
    with open_store(":memory:") as store, pytest.raises(sqlite3.IntegrityError, match="INTEGER"):
        store.many("INSERT INTO users (id, birth_year) VALUES (?, ?)", [(1, "скрыт")])


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    for _ in range(3):
        with open_store(file) as store:
            assert store.value("PRAGMA user_version") == migrations.LATEST
            steps = store.value("SELECT count(*) FROM _sqlite_migrations")
            assert steps == migrations.LATEST
            assert store.value("PRAGMA journal_mode") == "wal" and store.value("PRAGMA foreign_keys") == 1


def test_an_empty_file_becomes_a_study(tmp_path: Path) -> None:
    (tmp_path / "a.db").touch()
    with open_store(tmp_path / "a.db") as store:
        assert store.value("SELECT count(*) FROM posts") == 0


def test_a_failed_step_leaves_no_half_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Bad:
        __name__ = "storage.migrations.m002_bad"
        SQL = "CREATE TABLE extra (id INTEGER) STRICT;\nCREATE TABLE posts (id INTEGER) STRICT;\n"

    file = tmp_path / "a.db"
    open_store(file).close()
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "STEPS", (*migrations.STEPS, Bad()))
        patch.setattr(migrations, "LATEST", migrations.LATEST + 1)
        with pytest.raises(sqlite3.OperationalError, match="posts"):
            open_store(file)
    with open_store(file) as store:
        assert store.value("PRAGMA user_version") == migrations.LATEST
        assert store.value("SELECT count(*) FROM sqlite_master WHERE name = 'extra'") == 0


def test_a_file_damaged_in_the_middle_is_named_corrupt(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    with open_store(file) as store:
        walls.save_posts(store, [Post(-1, number, text="текст " * 400) for number in range(1, 300)], 5)
        store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = store.value("PRAGMA page_size")
    data = bytearray(file.read_bytes())
    middle = len(data) // size // 2 * size
    data[middle : middle + 20 * size] = b"\xa5" * size * 20
    file.write_bytes(bytes(data))
    with open_store(file) as store:
        with pytest.raises(StoreCorrupt, match="резервную копию"):
            list(store.rows("SELECT text FROM posts ORDER BY text"))
        with pytest.raises(StoreCorrupt):
            frames.query(store, "SELECT text FROM posts ORDER BY text")
        with pytest.raises(StoreCorrupt):
            erase.purge(store, texts_only=True)
    file.write_bytes(bytes(data[: size * 60]) + b"\xa5" * (len(data) - size * 60))
    with pytest.raises(StoreCorrupt, match="резервную копию"):
        open_store(file)


@pytest.mark.parametrize("name", ["fullness", "readonly_lists", "locked_doors", "busy_days", "malformed"])
def test_a_wrong_query_is_no_fault_of_the_file(name: str) -> None:
    with open_store(":memory:") as store:
        with pytest.raises(sqlite3.OperationalError, match=name):
            list(store.rows(f"SELECT * FROM {name}"))
        with pytest.raises(sqlite3.OperationalError, match=name):
            frames.query(store, f"SELECT * FROM {name}")


def test_a_folder_in_place_of_the_file_is_unwritable(tmp_path: Path) -> None:
    (tmp_path / "a.db").mkdir()
    with pytest.raises(StoreUnwritable):
        open_store(tmp_path / "a.db")


def test_a_foreign_program_that_holds_the_file_makes_it_busy(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    with open_store(file) as store:
        store.connection.execute("PRAGMA busy_timeout = 0")
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy, match="другой программой"), store.write():
            raise AssertionError("the transaction must not begin")
        other.execute("ROLLBACK")
        other.close()
        walls.save_posts(store, [Post(1, 1, 1, text="после")], 5)
        assert walls.count_posts(store, 1) == 1


def test_readers_need_no_lock_and_see_what_is_committed(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    with open_store(file) as writer, open_store(file, write=False) as reader:
        with writer.write():
            walls.save_posts(writer, [Post(1, 1, 1)], 5)
            assert walls.count_posts(reader, 1) == 0
        assert walls.count_posts(reader, 1) == 1


def test_closing_twice_is_harmless_and_frees_the_lock(tmp_path: Path) -> None:
    store = open_store(tmp_path / "a.db")
    with pytest.raises(StoreBusy, match="другой запуск"):
        open_store(tmp_path / "a.db")
    store.close()
    store.close()
    open_store(tmp_path / "a.db").close()


def test_a_new_file_is_made_without_the_frames_that_no_step_needs() -> None:
    code = (
        "import sys; from storage import open_store; open_store(':memory:').close(); "
        "assert not {'pandas', 'numpy'} & set(sys.modules); import pandas; pandas.DataFrame({'a': [1]})"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])
