"""The stage ``import``: whose texts are whose, the same file twice, audiences, broken rows, stopping."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from collector import importing
from collector.importing import ImportSettings, import_files, parse_mapping
from storage import ConfigError, ImportFileError, Outcome, Store, audiences, erase, open_store, people
from storage.rows import Audience, User


class At:
    """A clock that stands still."""

    def __init__(self, now: int = 1000) -> None:
        self.time = now

    def now(self) -> int:
        return self.time

    def monotonic(self) -> float:
        return float(self.time)

    def sleep(self, seconds: float) -> None:
        raise AssertionError("an import never waits")


class Stopper:
    """A watch that asks to stop after so many questions."""

    def __init__(self, after: int) -> None:
        self.left = after
        self.events: list[Any] = []

    def tell(self, event: Any) -> None:
        self.events.append(event)

    def stopping(self) -> bool:
        self.left -= 1
        return self.left < 0


def take(store: Store, file: Path, **settings: Any) -> Outcome:
    return import_files(store, ImportSettings((file,), **settings), clock=At())


def rows(store: Store, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in store.rows(sql)]


def snapshot(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    tables = ("posts", "users", "communities", "memberships", "aliases", "audiences", "audience_members")
    return {name: rows(store, f"SELECT * FROM {name} ORDER BY 1, 2, 3") for name in tables}


def written(tmp_path: Path, text: str, name: str = "texts.csv") -> Path:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8", newline="")
    return file


TABLE = (
    "text,author,community,date,likes\n"
    "Любимый концерт,аня,рок,01.02.2024 10:30,5\n"
    '"Кот, ""Барсик""\nи пёс",боря,коты,2024-02-01T10:30:00+03:00,\n'
    "Гитара,боря,рок,1700000000,7\n"
    "Объявление группы,,рок,,\n"
)


def test_texts_go_to_their_communities_and_authors_become_members(tmp_path: Path) -> None:
    with open_store(":memory:") as store:
        outcome = take(store, written(tmp_path, TABLE))
        assert outcome.state == "done" and outcome.messages == ()
        assert {**outcome.counts} == {
            "rows": 4, "broken": 0, "repeated": 0, "posts": 4, "comments": 0, "users": 2, "communities": 2,
            "memberships": 3, "audiences": 2,
        }  # fmt: skip
        posts = rows(
            store,
            "SELECT c.name, u.external_id, p.text, p.published_at, p.likes FROM posts p "
            "JOIN communities c ON c.id = -p.owner_id LEFT JOIN aliases u ON u.user_id = p.from_id ORDER BY p.text",
        )
        assert posts == [
            ("рок", "боря", "Гитара", 1700000000, 7),
            ("коты", "боря", 'Кот, "Барсик"\nи пёс', 1706772600, None),
            ("рок", "аня", "Любимый концерт", 1706783400, 5),
            ("рок", None, "Объявление группы", None, None),
        ]
        own = "SELECT from_id = owner_id FROM posts WHERE text = 'Объявление группы'"
        assert store.value(own) == 1


def test_every_community_becomes_an_audience_of_its_authors(tmp_path: Path) -> None:
    with open_store(":memory:") as store:
        take(store, written(tmp_path, TABLE))
        found = {row.name: row for row in audiences.audiences(store)}
        assert set(found) == {"рок", "коты"}
        community = store.value("SELECT id FROM communities WHERE name = 'рок'")
        assert json.loads(found["рок"].definition) == {"any": [community]}
        weights = audiences.sample(store, found["рок"].id or 0)
        assert weights == dict.fromkeys(people.member_ids(store, community), 1.0) and len(weights) == 2


def test_local_ids_never_meet_vks(tmp_path: Path) -> None:
    with open_store(":memory:") as store:
        people.save_users(store, [User(1, sex=2)], 5)
        take(store, written(tmp_path, "text,author\nпривет,1\n"))
        assert {user.id >= 10**15 for user in people.users(store) if user.id != 1} == {True}
        assert next(iter(people.users(store, [1]))).sex == 2


def test_the_same_file_twice_adds_nothing_and_an_added_row_adds_one(tmp_path: Path) -> None:
    with open_store(":memory:") as store:
        take(store, written(tmp_path, TABLE))
        before = snapshot(store)
        take(store, written(tmp_path, TABLE))
        assert snapshot(store) == before
        outcome = take(store, written(tmp_path, TABLE + "Новый текст,вера,рок,,\n"))
        assert (outcome.counts["posts"], outcome.counts["users"], outcome.counts["memberships"]) == (1, 1, 1)
        assert len(audiences.sample(store, 1)) == 3, "a newcomer joins the audience that an import made"


def test_rows_that_repeat_without_an_id_are_separate_texts(tmp_path: Path) -> None:
    text = "text,author\nспасибо,аня\nспасибо,аня\nспасибо,аня\nспасибо,боря\n"
    with open_store(":memory:") as store:
        assert take(store, written(tmp_path, text)).counts["posts"] == 4
        assert take(store, written(tmp_path, text)).counts["posts"] == 0
        assert take(store, written(tmp_path, text + "спасибо,аня\n")).counts["posts"] == 1


def test_the_files_own_numbers_are_kept_and_a_repeated_post_is_counted(tmp_path: Path) -> None:
    text = "id,text,community\n7,раз,к\n8,два,к\n007,раз,к\n7,иной,м\n"
    with open_store(":memory:") as store:
        outcome = take(store, written(tmp_path, text))
        assert (outcome.counts["repeated"], outcome.counts["posts"]) == (1, 3)
        assert "повтор" in " ".join(outcome.messages)
        assert dict(rows(store, "SELECT text, id FROM posts")) == {"раз": 7, "два": 8, "иной": 7}
        before = snapshot(store)
        take(store, written(tmp_path, text))
        assert snapshot(store) == before


COMMENTS = "post_id;from_id;text;owner_id\n10;1;да;-5\n10;2;да;-5\n10;3;нет;-5\n10;4;да;-5\n10;4;да;-5\n11;4;да;-5\n"


def test_ids_that_are_not_of_the_rows_lose_no_text(tmp_path: Path) -> None:
    with open_store(":memory:") as store:
        outcome = take(store, written(tmp_path, COMMENTS))
        assert (outcome.counts["posts"], outcome.counts["repeated"]) == (5, 1), "the same words of two people are two"
        before = snapshot(store)
        head, *lines = COMMENTS.splitlines(keepends=True)
        take(store, written(tmp_path, head + "".join(reversed(lines))))
        assert snapshot(store) == before, "neither the order of the rows nor a second import changes anything"
        more = head + "10;5;первый;-5\n10;6;второй;-5\n"
        outcome = take(store, written(tmp_path, more))
        assert outcome.counts["posts"] == 2 and outcome.messages == ()


def test_the_comments_own_ids_come_before_those_of_their_posts(tmp_path: Path) -> None:
    text = "ID поста;ID комментария;ID автора;Текст комментария\n10;100;1;+\n10;101;1;+\n"
    with open_store(":memory:") as store:
        take(store, written(tmp_path, text))
        assert rows(store, "SELECT id FROM posts ORDER BY id") == [(100,), (101,)]


def test_a_file_whose_ids_stop_or_begin_to_be_unique_doubles_nothing(tmp_path: Path) -> None:
    head = "id,text,author,community,date\n"
    once, twice = "7,раз,аня,к,2024-02-01\n8,два,аня,к,\n", "7,раз с правкой,аня,к,2024-02-01\n"
    with open_store(":memory:") as store:
        take(store, written(tmp_path, head + once))
        assert take(store, written(tmp_path, head + once + twice)).counts["posts"] == 1
        assert rows(store, "SELECT text FROM posts WHERE id = 7") == [("раз",)]
        assert take(store, written(tmp_path, head + once + twice)).counts["posts"] == 0
    with open_store(":memory:") as store:
        take(store, written(tmp_path, head + once + twice))
        outcome = take(store, written(tmp_path, head + once))
        assert outcome.counts["posts"] == 0


def test_a_text_that_gives_way_to_another_of_the_same_id_is_told(tmp_path: Path) -> None:
    with open_store(":memory:") as store:
        take(store, written(tmp_path, "id,text,community\n7,раз,к\n8,два,к\n"))
        outcome = take(store, written(tmp_path, "id,text,community\n7,иное,к\n8,два,к\n"))
        assert "заменено текстов 1" in outcome.messages[0] and "--source" in outcome.messages[0]
        assert rows(store, "SELECT text FROM posts WHERE id = 7") == [("иное",)]
        assert rows(store, "SELECT text FROM post_versions") == [("раз",)]


@pytest.mark.parametrize("number", ["abc/1", "-5", "0", "99999999999999999999", "1.5", "№1"])
def test_an_id_that_is_no_number_still_names_one_post(tmp_path: Path, number: str) -> None:
    text = f"id,text,author\n{number},раз,аня\n"
    with open_store(":memory:") as store:
        take(store, written(tmp_path, text))
        take(store, written(tmp_path, text.replace("раз", "раз исправлен")))
        assert rows(store, "SELECT text FROM posts") == [("раз исправлен",)]
        assert 2**52 <= store.value("SELECT id FROM posts") < 2**53


PLACES = (
    "SELECT coalesce(c.external_id, ''), coalesce(u.external_id, ''), p.text FROM posts p "
    "LEFT JOIN aliases c ON c.community_id = -p.owner_id LEFT JOIN aliases u ON u.user_id = p.from_id ORDER BY p.rowid"
)


@pytest.mark.parametrize("copies", [1, 20])
def test_vks_numbers_of_owners_and_authors_say_who_speaks_where(tmp_path: Path, copies: int) -> None:
    lines = (
        "-5;-5;пост сообщества\n-5;77;пост человека\n-5;-6;чужое\n"
        "123;123;своя стена\n124;125;у друга\n126;;без автора\n"
    )
    with open_store(":memory:") as store:
        take(store, written(tmp_path, "owner_id;from_id;text\n" + lines * copies))
        assert set(rows(store, PLACES)) == {
            ("-5", "", "пост сообщества"), ("-5", "77", "пост человека"), ("-5", "", "чужое"),
            ("", "123", "своя стена"), ("", "125", "у друга"), ("", "126", "без автора"),
        }  # fmt: skip
        assert rows(store, "SELECT count(*) FROM users") == [(4,)]


def test_an_author_below_zero_is_a_community_without_a_column_of_them_too(tmp_path: Path) -> None:
    lines = '{"text": "раз", "author_id": -5}\n{"text": "два", "author_id": 77}\n'
    with open_store(":memory:") as store:
        take(store, written(tmp_path, lines, "t.jsonl"))
        assert rows(store, PLACES) == [("-5", "", "раз"), ("", "77", "два")]


@pytest.mark.parametrize("column", ["chat", "subreddit", "board"])
def test_communities_in_the_words_of_4cat(tmp_path: Path, column: str) -> None:
    with open_store(":memory:") as store:
        take(store, written(tmp_path, f"id,{column},author,body\n1,двор,77,раз\n"))
        assert rows(store, PLACES) == [("двор", "77", "раз")]


def test_authors_alone_write_on_their_own_walls_and_make_one_audience(tmp_path: Path) -> None:
    with open_store(":memory:") as store:
        take(store, written(tmp_path, "text,author\nраз,аня\nдва,боря\n", "моё.csv"))
        assert rows(store, "SELECT count(*) FROM posts WHERE owner_id = from_id AND owner_id > 0") == [(2,)]
        (audience,) = audiences.audiences(store)
        assert audience.name == "моё" and len(audiences.sample(store, 1)) == 2


def test_an_audience_of_the_study_keeps_its_people(tmp_path: Path) -> None:
    with open_store(":memory:") as store:
        number = audiences.save_audience(store, Audience("рок", '{"any": [5]}', recipe="sample=300 seed=1"))
        audiences.save_sample(store, number, {5: 2.0}, 1)
        outcome = take(store, written(tmp_path, TABLE))
        assert audiences.sample(store, number) == {5: 2.0}
        assert "«рок»" in outcome.messages[0] and "«рок (texts)»" in outcome.messages[0]
        before = snapshot(store)
        take(store, written(tmp_path, TABLE))
        assert snapshot(store) == before
        apart = audiences.find_audience(store, "рок (texts)")
        assert apart is not None and len(audiences.sample(store, apart.id or 0)) == 2
        take(store, written(tmp_path, TABLE, "другие.csv"))
        assert {"рок (другие)", "коты (другие)"} < {row.name for row in audiences.audiences(store)}


def test_a_list_of_people_named_as_an_audience_of_the_study_is_saved_beside_it(tmp_path: Path) -> None:
    with open_store(":memory:") as store:
        audiences.save_audience(store, Audience("рок", '{"any": [5]}', recipe="sample=300 seed=1"))
        outcome = take(store, written(tmp_path, "id77\nid78\n", "рок.txt"))
        assert "«рок (импорт)»" in outcome.messages[0] and len(audiences.sample(store, 2)) == 2


def test_two_files_of_one_source_share_people_and_of_two_sources_do_not(tmp_path: Path) -> None:
    first = written(tmp_path, "text,author\nраз,аня\n", "a.csv")
    second = written(tmp_path, "text,author\nдва,аня\n", "b.csv")
    with open_store(":memory:") as store:
        import_files(store, ImportSettings((first, second)), clock=At())
        assert store.value("SELECT count(*) FROM users") == 2
    with open_store(":memory:") as store:
        import_files(store, ImportSettings((first, second), source="форум"), clock=At())
        assert store.value("SELECT count(*) FROM users") == 1


def test_broken_rows_are_counted_by_reason_with_their_lines(tmp_path: Path) -> None:
    text = (
        "text,author\nраз,аня\nтолько текст\nдва,боря\n,вера\nтри,аня,лишнее\nчетыре,\nпять,аня\nшесть,аня\nсемь,аня\n"
    )
    with open_store(":memory:") as store:
        outcome = take(store, written(tmp_path, text))
        assert (outcome.state, outcome.counts["broken"], outcome.counts["posts"]) == ("done", 3, 5)
        broken, noted = outcome.messages
        for part in ("3 из 9", "(строки 3)", "(строки 6)", "(строки 7)", "ячеек больше"):
            assert part in broken
        assert "записи без текста пропущены: 1 (строки 5)" in noted


def test_records_without_text_are_no_fault_of_the_file(tmp_path: Path) -> None:
    table = "id;owner_id;from_id;text\n" + "".join(f"{n};-5;{n};{'' if n % 5 else 'мем'}\n" for n in range(1, 21))
    with open_store(":memory:") as store:
        outcome = take(store, written(tmp_path, table))
        assert (outcome.counts["posts"], outcome.counts["broken"]) == (4, 0)
        assert "записи без текста пропущены: 16" in outcome.messages[0]
        with pytest.raises(ImportFileError, match=r"нет текста.*--map"):
            take(store, written(tmp_path, table.replace("мем", " ")))


def test_a_file_mostly_broken_writes_nothing(tmp_path: Path) -> None:
    good = written(tmp_path, "text,author\nраз,аня\n", "good.csv")
    bad = written(tmp_path, "text,author\nраз,аня\nx\ny\n", "bad.csv")
    with open_store(":memory:") as store:
        with pytest.raises(ImportFileError, match=r"2 из 3.*Ничего не записано"):
            import_files(store, ImportSettings((good, bad)), clock=At())
        assert snapshot(store)["posts"] == [] and snapshot(store)["aliases"] == []


def test_json_lines_with_awkward_values(tmp_path: Path) -> None:
    records: list[Any] = [
        {"text": "число вместо имени", "author": 17},
        {"text": "дробный номер", "author": 17.0},
        {"text": [5], "author": "а"},
        {"text": 2024, "author": "а"},
        {"text": None, "author": "а"},
        {"author": "а"},
        {"text": "  \n", "author": "а"},
        {"text": "кто", "author": {"id": 1}},
        {"text": "кто", "author": True},
        {"text": "нуль \x00 внутри", "author": "👨‍👩‍👧"},
        {"text": "полпары \ud83d тут", "author": "б", "date": "вчера", "likes": "много"},
        [1, 2],
        {"text": "ещё", "author": "б", "date": 1700000000000},
        {"text": "", "repost_text": "чужое", "author": "б"},
        {"text": "=HYPERLINK(1)", "author": "<script>"},
        {"text": "д" * 20000, "author": "б"},
    ]
    text = "".join(json.dumps(record) + "\n" for record in records) + '{"text": "обрыв\n'
    with open_store(":memory:") as store:
        outcome = take(store, written(tmp_path, text, "t.jsonl"))
        assert (outcome.counts["rows"], outcome.counts["broken"]) == (9, 5)
        assert store.value("SELECT count(*) FROM posts WHERE text = '2024'") == 1
        told = " ".join(outcome.messages)
        for part in (
            "не строка",
            "без текста пропущены: 3",
            "не JSON",
            "не объект",
            "дата не понята",
            "счётчик",
            "U+FFFD",
        ):
            assert part in told
        found = dict(rows(store, "SELECT text, published_at FROM posts"))
        assert "нуль \x00 внутри" in found and "полпары \ufffd тут" in found and "д" * 20000 in found
        assert found["ещё"] == 1700000000
        assert store.value("SELECT count(*) FROM aliases WHERE external_id = '17'") == 1
        assert rows(store, "SELECT repost_text FROM posts WHERE text = ''") == [("чужое",)]


def test_a_date_that_is_none_is_counted_and_not_stored_as_1970(tmp_path: Path) -> None:
    table = "text,author,date\nраз,а,2024\nдва,а,20240201\nтри,а,45323.5\n"
    with open_store(":memory:") as store:
        outcome = take(store, written(tmp_path, table))
        assert rows(store, "SELECT published_at FROM posts ORDER BY rowid") == [(None,), (1706745600,), (1706788800,)]
        assert "дата не понята, пропущена: 1 (строки 2)" in outcome.messages[0]


def test_a_list_of_plain_records_is_read_like_lines(tmp_path: Path) -> None:
    text = json.dumps([{"text": "раз", "author": "аня"}, {"text": "два"}, {"text": "три", "author": "я"}], indent=1)
    with open_store(":memory:") as store:
        outcome = take(store, written(tmp_path, text, "t.json"))
        assert outcome.counts["posts"] == 2 and "(записи 2)" in outcome.messages[0]


def test_a_missing_column_names_those_there_are_and_the_nearest(tmp_path: Path) -> None:
    file = written(tmp_path, "Заметка;Чья\nраз;аня\n")
    with open_store(":memory:") as store:
        with pytest.raises(ImportFileError, match=r"«Заметки».*«Заметка», «Чья».*text=Заметка"):
            take(store, file, mapping={"text": "Заметки"})
        with pytest.raises(ImportFileError, match="в каком столбце тексты"):
            take(store, file)
        with pytest.raises(ImportFileError, match=r"чьи это тексты.*author=СТОЛБЕЦ"):
            take(store, file, mapping={"text": "Заметка"})
        assert take(store, file, mapping={"text": "Заметка", "author": "Чья"}).counts["posts"] == 1


def test_a_mapping_is_read_and_its_slips_named() -> None:
    assert parse_mapping(" text=Текст, community = comm ,") == {"text": "Текст", "community": "comm"}
    assert parse_mapping("text=a=b") == {"text": "a=b"}
    for slip, said in (
        ("txt=a", "text"),
        ("text", "поле=столбец"),
        ("text=", "поле=столбец"),
        ("text=a,text=b", "дважды"),
    ):
        with pytest.raises(ConfigError, match=said):
            parse_mapping(slip)


def test_wrong_settings_are_refused() -> None:
    with open_store(":memory:") as store:
        with pytest.raises(ConfigError, match="файл"):
            import_files(store, ImportSettings(()))
        with pytest.raises(ConfigError, match="xml"):
            import_files(store, ImportSettings((Path("a"),), format="xml"))
        with pytest.raises(ConfigError, match="author"):
            import_files(store, ImportSettings((Path("a"),), mapping={"autor": "x"}))


def test_a_stopped_import_run_again_makes_the_audiences_in_the_files_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 2)
    names = ["яки", "ели", "боги", "аисты"]
    file = written(tmp_path, "text,author,community\n" + "".join(f"т,а,{name}\n" for name in names))
    with open_store(":memory:") as store:
        assert import_files(store, ImportSettings((file,)), watch=Stopper(1), clock=At()).state == "interrupted"
        take(store, file)
        assert [row.name for row in audiences.audiences(store)] == names


@pytest.mark.parametrize("kept", [100_000, 10])
def test_stopped_between_batches_and_run_again_gives_the_rows_of_an_unbroken_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    monkeypatch.setattr(importing, "BATCH", 50)
    monkeypatch.setattr("collector.import_shelf.KEPT_ROWS", kept)
    lines = [f"текст {number % 180},автор {number % 37},группа {number % 3}" for number in range(220)]
    file = written(tmp_path, "text,author,community\n" + "\n".join(lines) + "\nbroken\n")
    with open_store(":memory:") as store:
        watch = Stopper(2)
        stopped = import_files(store, ImportSettings((file,)), watch=watch, clock=At())
        assert stopped.state == "interrupted" and store.value("SELECT count(*) FROM posts") == 100
        assert audiences.audiences(store) == []
        assert [event.done for event in watch.events if event.total] == [50, 100]
        assert take(store, file).state == "done"
        resumed = snapshot(store)
    with open_store(":memory:") as store:
        take(store, file)
        assert snapshot(store) == resumed and len(resumed["posts"]) == 220


def test_stopped_while_looking_through_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.import_reading.ASK_EVERY", 2)
    with open_store(":memory:") as store:
        outcome = import_files(store, ImportSettings((written(tmp_path, TABLE),)), watch=Stopper(0), clock=At())
        assert outcome.state == "interrupted" and snapshot(store)["posts"] == []


def test_a_failure_inside_a_batch_keeps_the_earlier_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 1)
    with open_store(":memory:") as store:
        real, calls = people.save_members, []

        def failing(*arguments: Any) -> int:
            calls.append(arguments)
            if len(calls) == 2:
                raise RuntimeError("killed")
            return real(*arguments)

        monkeypatch.setattr(people, "save_members", failing)
        with pytest.raises(RuntimeError):
            take(store, written(tmp_path, TABLE))
        assert (len(snapshot(store)["posts"]), len(snapshot(store)["aliases"])) == (1, 2)
        assert take(store, written(tmp_path, TABLE)).counts["posts"] == 3


def test_whom_the_study_forgot_is_not_taken_again_and_is_counted(tmp_path: Path) -> None:
    file = tmp_path / "posts.csv"
    file.write_text("text,author\nпро хлеб,аня\nпро сыр,боря\n", encoding="utf-8")
    with open_store(tmp_path / "study.db") as store:
        take(store, file)
        (anya,) = store.rows("SELECT from_id FROM posts WHERE text = 'про хлеб'")
        erase.forget(store, [anya[0]])
        outcome = take(store, file)
        assert [row[0] for row in store.rows("SELECT text FROM posts")] == ["про сыр"]
    assert any("просили забыть, не взято 1" in message for message in outcome.messages)
