"""Social tables as stages use them: upserts, walks and gaps, stays, awkward texts, foreign ids, frames."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from storage import Store, StoreUnwritable, frames, journal, open_store, people, texts, walls
from storage.aliases import FIRST_LOCAL_ID, Aliases
from storage.rows import Comment, Community, Gap, Post, User, Walk

AWKWARD = {
    "empty": "",
    "nul": "а\x00б",
    "only nul": "\x00",
    "emoji": "👨‍👩‍👧🏳️‍🌈",
    "right to left": "\u202eкод",
    "beyond the basic plane": "𝕋𝕖𝕜𝕤𝕥",
    "combining": "и\u0306",
    "separators": "а\u2028б\u2029в\x85г",
    "quotes": "'; DROP TABLE posts; --",
    "long": "ы" * 100_000,
    "replacement": "\ufffd",
}


def rows(store: Store, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in store.rows(sql)]


def numbered(store: Store, source: str, kind: str, names: Iterable[str]) -> dict[str, int]:
    """The numbers of these names, made where there are none, as an import does it."""
    ids = list(names)
    book = Aliases(store, source)
    known = book.find(kind, ids)
    known |= book.add(kind, [name for name in ids if name not in known])
    return {name: known[name] for name in ids}


@pytest.mark.parametrize("name", sorted(AWKWARD))
def test_a_text_comes_back_as_it_went_in(name: str) -> None:
    text = AWKWARD[name]
    with open_store(":memory:") as store:
        walls.save_posts(store, [Post(-1, 1, -1, text=text, repost_text=text)], 5)
        walls.save_comments(store, [Comment(-1, 2, 1, from_id=3, text=text)], 5)
        assert rows(store, "SELECT text, repost_text FROM posts") == [(text, text)]
        assert rows(store, "SELECT text FROM comments") == [(text,)]
        found = [(row.kind, row.part, row.text) for row in texts.texts(store)]
        parts = [("comment", "own", text), ("post", "own", text), ("post", "reposted", text)]
        assert found == (parts if text else [])


def test_a_lone_surrogate_that_slipped_through_writes_nothing_of_its_page() -> None:
    with open_store(":memory:") as store:
        with pytest.raises(UnicodeEncodeError):
            walls.save_posts(store, [Post(1, 1, 1, text="цел"), Post(1, 2, 1, text="\ud83d")], 5)
        assert walls.count_posts(store, 1) == 0
        walls.save_posts(store, [Post(1, 1, 1, text="цел")], 5)
        assert walls.count_posts(store, 1) == 1


def test_an_upsert_replaces_values_and_keeps_the_first_sight() -> None:
    with open_store(":memory:") as store:
        people.save_communities(store, [Community(7, name="было", members_count=5)], 10)
        people.save_communities(store, [Community(7, name="стало")], 20)
        assert rows(store, "SELECT name, members_count, first_seen, last_seen FROM communities") == [
            ("стало", None, 10, 20)
        ]
        walls.save_posts(store, [Post(1, 1, 1, text="было"), Post(1, 1, 1, text="стало")], 10)
        assert rows(store, "SELECT text FROM posts") == [("стало",)]
        assert people.save_users(store, [], 5) == 0


def test_a_post_seen_again_is_no_longer_deleted() -> None:
    with open_store(":memory:") as store:
        walls.save_posts(store, [Post(1, 1, 1)], 10)
        store.many("UPDATE posts SET deleted_seen = ?", [(15,)])
        walls.save_posts(store, [Post(1, 1, 1)], 20)
        assert rows(store, "SELECT deleted_seen, first_seen FROM posts") == [(None, 10)]


def test_unknown_people_never_replace_known_ones() -> None:
    with open_store(":memory:") as store:
        people.save_users(store, [User(1, sex=2)], 10)
        people.add_unknown_users(store, [1, 2, 2], 20)
        assert [(user.id, user.state, user.sex) for user in people.users(store)] == [(1, "ok", 2), (2, "unknown", None)]


def test_people_are_found_in_any_number() -> None:
    with open_store(":memory:") as store:
        people.save_users(store, [User(number) for number in range(1, 1602)], 5)
        wanted = list(range(2, 1602, 2))
        assert [user.id for user in people.users(store, wanted)] == wanted
        assert list(people.users(store, [])) == [] and list(people.users(store, [9999])) == []


def test_a_walk_goes_on_from_its_cursor_and_pages_commit_with_it() -> None:
    with open_store(":memory:") as store:
        with store.write():
            people.save_members(store, 7, [1, 2], 10)
            journal.save_walk(store, Walk("members", 7, '{"after": 2}', 100, 2, "open", started_seen=10))
        with pytest.raises(RuntimeError), store.write():
            people.save_members(store, 7, [3], 11)
            journal.save_walk(store, Walk("members", 7, '{"after": 3}', 100, 3, "open", started_seen=10))
            raise RuntimeError("killed")
        walk = journal.find_walk(store, "members", 7)
        assert walk is not None and (walk.cursor, walk.got) == ('{"after": 2}', 2)
        assert people.member_ids(store, 7) == [1, 2]
        assert journal.find_walk(store, "wall", 7) is None
        journal.save_walk(store, Walk("posts", -7))
        assert [row.subject for row in journal.walks(store)] == [7, -7]
        assert [row.subject for row in journal.walks(store, "posts")] == [-7]


def test_a_gap_is_replaced_and_cleared() -> None:
    with open_store(":memory:") as store:
        journal.save_gap(store, Gap("walls", 5, "closed", 30, "Profile is private", 10))
        journal.save_gap(store, Gap("walls", 5, "deleted", 18, "", 20))
        gap = journal.find_gap(store, "walls", 5)
        assert gap is not None and (gap.state, gap.code, gap.seen) == ("deleted", 18, 20)
        assert journal.find_gap(store, "members", 5) is None
        journal.clear_gap(store, "walls", 5)
        assert journal.gaps(store) == [] and journal.gap_counts(store) == {}


def test_coverage_shows_who_was_asked_and_who_refused_before_that() -> None:
    with open_store(":memory:") as store:
        journal.save_walk(store, Walk("walls", 1, promised=9, got=9, state="done"))
        journal.save_walk(store, Walk("walls", 2, promised=9, got=3, state="refused"))
        for subject, state in ((2, "failed"), (3, "closed"), (4, "closed")):
            journal.save_gap(store, Gap("walls", subject, state, 30, "", 10))
        assert rows(store, "SELECT subject, state, promised, got, refused, code FROM v_coverage ORDER BY 1") == [
            (1, "done", 9, 9, None, None), (2, "refused", 9, 3, "failed", 30),
            (3, "refused", None, 0, "closed", 30), (4, "refused", None, 0, "closed", 30),
        ]  # fmt: skip


def test_a_return_is_bracketed_by_the_last_finished_walk() -> None:
    with open_store(":memory:") as store:
        people.save_members(store, 7, [1], 10)
        journal.save_walk(store, Walk("members", 7, state="done", started_seen=10, finished_seen=12))
        people.save_members(store, 7, [1, 2], 30)
        stays = "SELECT user_id, absent_seen, first_seen, last_seen, left_seen FROM memberships ORDER BY user_id"
        assert rows(store, stays) == [(1, None, 10, 30, None), (2, 12, 30, 30, None)]


def test_a_departure_in_one_community_leaves_the_others_alone() -> None:
    with open_store(":memory:") as store:
        people.save_members(store, 7, [1], 10)
        people.save_members(store, 8, [1], 10)
        assert people.close_absent_members(store, 7, 20, 25) == 1
        assert people.close_absent_members(store, 7, 20, 26) == 0
        assert (people.member_ids(store, 7), people.member_ids(store, 8)) == ([], [1])
        assert people.seen_members(store, 8, [1, 2], 10) == {1}


def test_likes_are_noted_once() -> None:
    with open_store(":memory:") as store:
        walls.save_likes(store, -7, "post", 1, [5, 6], "like", 10)
        walls.save_likes(store, -7, "post", 1, [5], "like", 20)
        walls.save_likes(store, -7, "post", 1, [5], "repost", 20)
        sql = "SELECT user_id, kind, first_seen FROM likes ORDER BY user_id, kind"
        assert rows(store, sql) == [(5, "like", 10), (5, "repost", 20), (6, "like", 10)]


def test_aliases_hold_any_name_and_tell_sources_and_kinds_apart() -> None:
    names = ["аня", "Аня", "", "a'b", "👩", "x" * 5000, "\x00"]
    with open_store(":memory:") as store:
        first = numbered(store, "a", "user", names)
        assert list(first) == names and sorted(first.values()) == list(range(FIRST_LOCAL_ID, FIRST_LOCAL_ID + 7))
        assert numbered(store, "a", "user", reversed(names)) == first
        assert numbered(store, "b", "user", ["аня"])["аня"] == FIRST_LOCAL_ID + 7
        assert numbered(store, "a", "community", ["аня"])["аня"] == FIRST_LOCAL_ID
        assert numbered(store, "a", "user", []) == {}


def test_aliases_are_found_in_any_number() -> None:
    with open_store(":memory:") as store:
        names = [f"автор {number}" for number in range(1700)]
        made = numbered(store, "a", "user", names)
        assert len(set(made.values())) == 1700
        book = Aliases(store, "a")
        assert book.find("user", names) == made and book.find("user", ["никто"]) == {}
        assert book.add("user", ["новый", "новый"]) == {"новый": max(made.values()) + 1}
        assert Aliases(store, "b").add("user", ["ещё"]) == {"ещё": max(made.values()) + 2}


def test_a_full_disk_keeps_earlier_aliases_whole() -> None:
    with open_store(":memory:") as store:
        made = numbered(store, "a", "user", ["аня"])
        store.connection.execute(f"PRAGMA max_page_count = {store.value('PRAGMA page_count') + 1}")
        with pytest.raises(StoreUnwritable):
            numbered(store, "a", "user", [f"{number}" * 300 for number in range(200)])
        assert store.value("SELECT count(*) FROM aliases") == 1
        assert numbered(store, "a", "user", ["аня"]) == made


def test_frames_give_tables_and_views() -> None:
    with open_store(":memory:") as store:
        people.save_users(store, [User(2**53 - 1, sex=1), User(2**53 - 2, city="Омск")], 5)
        frame = frames.frame(store, "users")
        assert frame["id"].tolist() == [2**53 - 2, 2**53 - 1]
        assert frame["sex"].isna().tolist() == [True, False]
        assert frame["city"].tolist()[0] == "Омск"
        assert len(frames.frame(store, "posts")) == 0 and "owner_id" in frames.frame(store, "posts").columns
        assert "v_texts" in frames.names(store) and "_sqlite_migrations" not in frames.names(store)


def test_frames_keep_whole_numbers_with_gaps_whole() -> None:
    with open_store(":memory:") as store:
        people.save_users(store, [User(1, sex=1), User(2)], 5)
        assert str(frames.frame(store, "users")["sex"].dtype) == "Int64"
