"""Raw VK JSON: every shape an answer comes in, under VK's own ids, without spoiling what is known better."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from collector.importing import ImportSettings, import_files
from collector.read_vk_json import kind_of, looks_vk
from storage import ImportFileError, Outcome, Store, audiences, open_store, people, walls
from storage.rows import Audience, Comment, Community, Post, User

POST = {
    "id": 11, "owner_id": -7, "from_id": 5, "date": 1700000000, "text": "раз", "post_type": "post",
    "likes": {"count": 3}, "copy_history": [{"id": 1, "owner_id": -9, "from_id": -9, "text": "чужое"}],
}  # fmt: skip
OTHER = {"id": 12, "owner_id": -7, "from_id": -7, "date": 1700000001, "text": "", "post_type": "post"}
PERSON = {"id": 5, "first_name": "Аня", "last_name": "К", "sex": 1, "bdate": "1.2.1990", "is_closed": False}
GROUP = {"id": 7, "name": "Рок", "screen_name": "rock", "is_closed": 0, "type": "group", "members_count": 100}


def take(store: Store, folder: Path, value: Any, **settings: Any) -> Outcome:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    file = folder / "vk.json"
    file.write_text(text, encoding="utf-8")
    return import_files(store, ImportSettings((file,), **settings))


def lines(*values: Any) -> str:
    return "".join(json.dumps(value) + "\n" for value in values)


@pytest.mark.parametrize(
    "value",
    [
        {"response": {"count": 2, "items": [POST, OTHER]}},
        {"items": [POST, OTHER]},
        [POST, OTHER],
        {"response": [POST, OTHER]},
        [{"response": {"items": [POST]}}, {"response": {"items": [OTHER]}}],
        {"response": [{"count": 1, "items": [POST]}, {"count": 1, "items": [OTHER]}]},
        lines(POST, OTHER),
        lines({"response": {"items": [POST]}}, {"items": [OTHER]}),
        lines([POST], [OTHER]),
        json.dumps({"response": {"items": [POST, OTHER]}}, indent=2),
        json.dumps([POST, OTHER], indent=1),
    ],
)
def test_every_shape_gives_the_same_posts(tmp_path: Path, value: Any) -> None:
    with open_store(":memory:") as store:
        outcome = take(store, tmp_path, value)
        assert outcome.messages == () and outcome.counts["posts"] == 2
        sql = "SELECT owner_id, id, from_id, published_at, text, likes, repost_text FROM posts ORDER BY id"
        assert [tuple(row) for row in store.rows(sql)] == [
            (-7, 11, 5, 1700000000, "раз", 3, "чужое"),
            (-7, 12, -7, 1700000001, "", None, None),
        ]
        assert [row.id for row in people.communities(store)] == [7]
        assert [(user.id, user.state) for user in people.users(store)] == [(5, "unknown")]
        assert store.value("SELECT count(*) FROM aliases") == 0


def test_an_extended_answer_brings_people_communities_and_an_audience(tmp_path: Path) -> None:
    with open_store(":memory:") as store:
        take(store, tmp_path, {"response": {"items": [POST], "profiles": [PERSON], "groups": [GROUP]}})
        (user,) = people.users(store)
        assert (user.id, user.sex, user.birth_year) == (5, 1, 1990)
        (audience,) = audiences.audiences(store)
        assert (audience.name, json.loads(audience.definition)) == ("Рок", {"any": [7]})
        assert audiences.sample(store, 1) == {5: 1.0}


def test_no_name_of_a_person_reaches_the_store(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.db") as store:
        take(store, tmp_path, [{**PERSON, "first_name": "Зюзябра", "photo_50": "https://x/y.jpg", "phone": "+7000"}])
    data = b"".join(file.read_bytes() for file in tmp_path.glob("s.db*"))
    assert "Зюзябра".encode() not in data and b"y.jpg" not in data and b"+7000" not in data


def test_what_the_study_knows_better_stays(tmp_path: Path) -> None:
    with open_store(":memory:") as store:
        people.save_users(store, [User(5, "ok", sex=1, birth_year=1990, birth_flag="full", city="Казань")], 1)
        people.save_communities(store, [Community(7, name="Рок", members_count=100)], 1)
        take(store, tmp_path, {"items": [POST], "profiles": [{"id": 5, "first_name": "А", "sex": 1}], "groups": []})
        (user,) = people.users(store)
        assert (user.birth_year, user.birth_flag, user.city) == (1990, "full", "Казань")
        take(
            store, tmp_path, [{"id": 5, "first_name": "А", "city": {"id": 1, "title": "Москва"}}, {**GROUP, "name": ""}]
        )
        (user,) = people.users(store)
        assert (user.birth_year, user.city) == (1990, "Москва")
        assert people.communities(store)[0].name == "Рок"


def test_an_old_file_fills_gaps_of_a_collected_post_and_spoils_nothing(tmp_path: Path) -> None:
    collected = Post(-7, 11, from_id=5, published_at=1700000000, edited_at=1700009999, text="исправлено", likes=100)
    comment = {"id": 3, "post_id": 11, "owner_id": -7, "from_id": 5, "date": 2, "text": "ага", "likes": {"count": 1}}
    with open_store(":memory:") as store:
        walls.save_posts(store, [collected], 50)
        walls.mark_deleted(store, -7, [11], 60)
        walls.save_comments(
            store, [Comment(-7, 3, 11, from_id=5, text="ага!", likes=7), Comment(-7, 4, 11, deleted=1)], 50
        )
        sql = "SELECT text, edited_at, likes, deleted_seen, last_seen, views FROM posts WHERE id = 11"
        old = [{**POST, "views": {"count": 9}}, OTHER, {**OTHER, "text": "позже в файле"}]
        assert take(store, tmp_path, lines(*old, comment, {**comment, "id": 4})).counts["posts"] == 1
        assert tuple(next(store.rows(sql))) == ("исправлено", 1700009999, 100, 60, 60, 9)
        assert store.value("SELECT count(*) FROM post_versions") == 0
        assert store.value("SELECT text FROM posts WHERE id = 12") == "", "the first of a file's two is as good"
        told = [tuple(row) for row in store.rows("SELECT text, likes, from_id, published_at FROM comments ORDER BY id")]
        assert told == [("ага!", 7, 5, 2), ("", None, None, None)]


def test_a_profile_or_community_of_a_file_does_not_open_or_shrink_what_is_known(tmp_path: Path) -> None:
    with open_store(":memory:") as store:
        people.save_users(store, [User(5, "closed")], 1)
        people.save_communities(store, [Community(7, members_count=5000, state="banned")], 1)
        take(store, tmp_path, [{"id": 5, "first_name": "А", "sex": 1}, {"id": 6, "first_name": "Б"}, GROUP])
        assert [(row.id, row.state, row.sex) for row in people.users(store)] == [(5, "closed", 1), (6, "unknown", None)]
        (known,) = people.communities(store)
        assert (known.members_count, known.state, known.name) == (5000, "banned", "Рок")
        assert store.value("SELECT count(*) FROM user_states") == 0
        assert store.value("SELECT count(*) FROM community_counts") == 1


def test_a_community_of_a_studied_audience_gets_no_second_one(tmp_path: Path) -> None:
    with open_store(":memory:") as store:
        audiences.save_audience(store, Audience("Музыка", '{"any": [7, 8]}', recipe="sample=None seed=1"))
        take(store, tmp_path, [POST])
        assert [row.name for row in audiences.audiences(store)] == ["Музыка"]


def test_communities_of_one_name_have_an_audience_each(tmp_path: Path) -> None:
    groups = [GROUP, {**GROUP, "id": 6, "screen_name": "other"}]
    with open_store(":memory:") as store:
        for _ in range(2):
            outcome = take(store, tmp_path, {"items": [POST, {**POST, "owner_id": -6, "from_id": 8}], "groups": groups})
            assert "«Рок (club6)»" in outcome.messages[0]
        found = {row.name: (row.definition, audiences.sample(store, row.id or 0)) for row in audiences.audiences(store)}
        assert found == {"Рок": ('{"any": [7]}', {5: 1.0}), "Рок (club6)": ('{"any": [6]}', {8: 1.0})}


def test_twice_is_once_and_later_authors_join(tmp_path: Path) -> None:
    with open_store(":memory:") as store:
        take(store, tmp_path, [POST])
        assert take(store, tmp_path, [POST]).counts["posts"] == 0
        take(store, tmp_path, [{**POST, "id": 13, "from_id": 6}])
        assert audiences.sample(store, 1) == {5: 1.0, 6: 1.0}


def test_refusals_inside_answers_are_told(tmp_path: Path) -> None:
    error = {"error": {"error_code": 15, "error_msg": "Access denied: T0KEN", "request_params": []}}
    comment = {"id": 3, "post_id": 11, "from_id": 5, "date": 1, "text": "ага"}
    odd = {"a": 1}
    text = lines(POST, error, {"response": [False, {"items": [OTHER]}]}, comment, odd, 7, {"id": "x", "sex": 1}, PERSON)
    with open_store(":memory:") as store, pytest.raises(ImportFileError) as caught:
        take(store, tmp_path, text)
    for part in (
        "6 из 9",
        "ошибка 15",
        "execute",
        "комментария нет owner_id",
        "не распознан",
        "номер без сведений",
        "нет номера",
    ):
        assert part in str(caught.value)
    assert "T0KEN" not in str(caught.value)
    with open_store(":memory:") as store:
        outcome = take(store, tmp_path, text + lines(*({**POST, "id": number} for number in range(100, 110))))
        assert outcome.counts["broken"] == 6 and "(строки 2)" in outcome.messages[0]


def test_a_mapping_makes_posts_plain_records(tmp_path: Path) -> None:
    with open_store(":memory:") as store:
        take(store, tmp_path, lines(POST), mapping={"text": "text", "community": "owner_id"})
        assert store.value("SELECT external_id FROM aliases") == "-7"


def test_nesting_and_large_numbers_do_not_crash(tmp_path: Path) -> None:
    deep: Any = [POST]
    for _ in range(50):
        deep = {"response": deep}
    with open_store(":memory:") as store:
        with pytest.raises(ImportFileError):
            take(store, tmp_path, deep)
        with pytest.raises(ImportFileError):
            take(store, tmp_path, {"items": [1, 2, 3]})
        with pytest.raises(ImportFileError, match="ни одной записи"):
            take(store, tmp_path, {"response": {"count": 0, "items": []}})
        huge = {**POST, "id": 14, "likes": {"count": 10**30}}
        outcome = take(store, tmp_path, lines(huge, {**POST, "id": 10**30}, {**POST, "owner_id": 10**30}, POST, OTHER))
        assert outcome.counts["posts"] == 3 and outcome.counts["broken"] == 2


def test_records_with_their_authors_name_and_sex_are_texts_not_profiles(tmp_path: Path) -> None:
    record = {"id": 1, "from_id": 5, "first_name": "Зюзябра", "sex": 1, "bdate": "1.2.1990", "text": "раз", "date": 1}
    other = {"id": 2, "author": "u", "sex": 1, "text": "два"}
    with open_store(":memory:") as store:
        assert take(store, tmp_path, lines(*[record] * 3)).counts["posts"] == 1
        assert take(store, tmp_path, lines(other)).counts["posts"] == 1
        assert "Зюзябра" not in "\n".join(store.connection.iterdump())


def test_kinds_are_told_apart() -> None:
    assert [kind_of(item) for item in (POST, PERSON, GROUP)] == ["post", "person", "community"]
    assert kind_of({"id": 1, "deactivated": "deleted", "first_name": "DELETED"}) == "person"
    assert kind_of({"id": 1, "name": "x", "deactivated": "banned", "is_closed": 1}) == "community"
    assert kind_of({"text": "a", "author": "b"}) is None
    assert not looks_vk({"text": "a", "author": "b", "id": 1})
    assert not looks_vk("text") and not looks_vk([]) and not looks_vk(None)


def shared() -> Path:
    beside = Path(__file__).parents[4] / "shared"
    return Path(os.environ.get("VKAUDIENCE_SHARED", beside)) / "topic-dev" / "tg.jsonl.gz"


@pytest.mark.skipif(not shared().exists(), reason="the shared texts are not here")
def test_real_texts_of_eight_channels() -> None:
    settings = ImportSettings((shared(),), {"text": "text", "community": "comm"})
    with open_store(":memory:") as store:
        outcome = import_files(store, settings)
        (message,) = outcome.messages
        assert "Столбцы не взяты: «tok»" in message
        assert (outcome.counts["posts"], outcome.counts["communities"], outcome.counts["audiences"]) == (6920, 8, 8)
        sql = "SELECT owner_id, id, text FROM posts ORDER BY owner_id, id"
        first = [tuple(row) for row in store.rows(sql)]
        import_files(store, settings)
        assert [tuple(row) for row in store.rows(sql)] == first


def test_comments_come_with_their_threads(tmp_path: Path) -> None:
    reply = {"id": 4, "from_id": 6, "date": 3, "text": "и я", "parents_stack": [3]}
    comment = {
        "id": 3, "post_id": 11, "owner_id": -7, "from_id": 5, "date": 2, "text": "ага", "thread": {"items": [reply]},
    }  # fmt: skip
    deleted = {"id": 5, "post_id": 11, "owner_id": -7, "date": 4, "text": "", "deleted": True}
    with open_store(":memory:") as store:
        outcome = take(
            store, tmp_path, {"response": {"count": 3, "items": [comment, deleted], "current_level_count": 2}}
        )
        assert (outcome.counts["comments"], outcome.counts["broken"], outcome.messages) == (3, 0, ())
        rows = [tuple(row) for row in store.rows("SELECT id, post_id, thread_id, from_id, text, deleted FROM comments")]
        assert rows == [(3, 11, None, 5, "ага", 0), (4, 11, 3, 6, "и я", 0), (5, 11, None, None, "", 1)]
        assert [one.name for one in audiences.audiences(store)] == ["club7"]
        assert take(store, tmp_path, [comment]).counts["comments"] == 0


def names(store: Store) -> dict[str, dict[int, float]]:
    return {one.name: audiences.sample(store, one.id or 0) for one in audiences.audiences(store)}


def test_communities_alone_are_read_in_the_form_of_the_present_api(tmp_path: Path) -> None:
    answer = {"response": {"groups": [GROUP], "profiles": []}}
    for value in (answer, lines(answer, answer)):
        with open_store(":memory:") as store:
            assert take(store, tmp_path, value).messages == ()
            assert [(row.id, row.name) for row in people.communities(store)] == [(7, "Рок")]
    # Words under the same name are another tool's.
    record = {"text": "раз", "author": "аня", "groups": ["рок"]}
    with open_store(":memory:") as store:
        assert take(store, tmp_path, lines(record, record)).counts["posts"] == 2


@pytest.mark.parametrize("answer", [{"response": {"count": 2, "items": [PERSON]}}, {"response": [PERSON]}, [PERSON]])
def test_a_file_of_profiles_makes_an_audience_as_a_list_of_ids_does(tmp_path: Path, answer: Any) -> None:
    with open_store(":memory:") as store:
        take(store, tmp_path, answer)
        assert list(names(store).values()) == [{5: 1.0}]


def test_walls_of_people_make_an_audience_of_those_whose_walls_they_are(tmp_path: Path) -> None:
    own = {**POST, "owner_id": 5, "from_id": 5}
    visit = {**POST, "owner_id": 6, "from_id": 8, "id": 3}
    with open_store(":memory:") as store:
        take(store, tmp_path, {"response": {"items": [own, visit], "profiles": [{**PERSON, "id": 9}]}})
        assert list(names(store).values()) == [{5: 1.0, 6: 1.0}]
    with open_store(":memory:") as store:  # beside a community, whose authors are an audience of their own
        take(store, tmp_path, [POST, visit])
        assert sorted(map(tuple, names(store).values())) == [(5,), (6,)]


def test_walls_of_people_who_are_studied_already_make_no_second_audience(tmp_path: Path) -> None:
    with open_store(":memory:") as store:
        people.save_users(store, [User(5)], 1)
        studied = audiences.save_audience(store, Audience("Рок", json.dumps({"any": [7]})))
        audiences.save_sample(store, studied, {5: 2.5}, 1)
        take(store, tmp_path, [{**POST, "owner_id": 5, "from_id": 5}])
        assert names(store) == {"Рок": {5: 2.5}}


def test_the_place_of_what_is_not_read_is_its_number_in_the_answer(tmp_path: Path) -> None:
    odd = {"id": 5, "is_deleted": True}
    answer = {"response": {"count": 4, "items": [POST, OTHER, odd, {**POST, "id": 13}], "groups": [GROUP]}}
    with open_store(":memory:") as store:
        outcome = take(store, tmp_path, answer)
        assert "не прочитано 1 из 5" in outcome.messages[0] and "записи 3" in outcome.messages[0]


def test_one_strange_line_among_many_posts_costs_nothing_but_itself(tmp_path: Path) -> None:
    many: list[Any] = [{**OTHER, "id": number, "from_id": 5, "text": f"текст {number}"} for number in range(1, 301)]
    comment = {"id": 900, "owner_id": -7, "post_id": 1, "from_id": 6, "date": 1, "text": "ответ"}
    many[40], many[170], many[171] = {"owner_id": -7, "text": "без номера"}, PERSON, comment
    many[299] = {**OTHER, "id": 300, "text": "а\ud800", "is_deleted": True}
    with open_store(":memory:") as store:
        outcome = take(store, tmp_path, lines(*many))
        assert (outcome.counts["posts"], outcome.counts["comments"], outcome.counts["broken"]) == (296, 1, 1)
        assert "строки 41)" in outcome.messages[0]
        found = {row[0]: row[1] for row in store.rows("SELECT id, text FROM posts")}
        assert found == {number: f"текст {number}" for number in range(1, 300) if number not in (41, 171, 172)}
        assert set(people.member_ids(store, 7)) == set() and {user.id for user in people.users(store)} == {5, 6}
        (row,) = audiences.audiences(store)
        assert set(audiences.sample(store, row.id or 0)) == {5, 6}
