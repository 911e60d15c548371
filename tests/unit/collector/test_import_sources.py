"""Exports of other tools: Telegram, 4CAT, Excel, lists and tables of people, zip archives of all these."""

from __future__ import annotations

import datetime
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from collector import import_stream
from collector.importing import ImportSettings, import_files
from storage import ImportFileError, Outcome, Store, audiences, open_store, people
from storage.rows import User


def take(store: Store, *files: Path, **settings: Any) -> Outcome:
    return import_files(store, ImportSettings(files, **settings))


def made(folder: Path, name: str, text: Any) -> Path:
    file = folder / name
    file.write_text(text if isinstance(text, str) else json.dumps(text, ensure_ascii=False), encoding="utf-8")
    return file


def posts(store: Store) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in store.rows("SELECT text, repost_text, published_at, likes FROM posts ORDER BY rowid")]


CHAT = {
    "name": "Наш двор", "type": "public_supergroup", "id": 1234,
    "messages": [
        {"id": 1, "type": "service", "actor": "Аня", "action": "pin_message", "text": ""},
        {"id": 2, "type": "message", "date": "2024-02-01T10:30:00", "date_unixtime": "1706772600",
         "from": "Аня Иванова", "from_id": "user77", "text": ["смотрите ", {"type": "link", "text": "vk.com"}, "!"],
         "reactions": [{"type": "emoji", "count": 3, "emoji": "👍"}, {"type": "emoji", "count": 2, "emoji": "🔥"}]},
        {"id": 3, "type": "message", "date": "2024-02-01T11:00:00", "from_id": "user78", "from": None,
         "forwarded_from": "Новости", "text": "чужое"},
        {"id": 4, "type": "message", "date": "2024-02-01T11:00:00", "from_id": "user78", "photo": "x.jpg", "text": ""},
        "не сообщение",
    ],
}  # fmt: skip


def test_telegram_desktop_is_recognised_and_names_stay_out(tmp_path: Path) -> None:
    with open_store(":memory:") as store:
        outcome = take(store, made(tmp_path, "result.json", CHAT))
        assert posts(store) == [("смотрите vk.com!", None, 1706772600, 5), ("", "чужое", 1706785200, None)]
        assert (outcome.counts["rows"], outcome.counts["broken"]) == (2, 1)
        told = " ".join(outcome.messages)
        assert "служебные" in told and "без текста" in told and "не объект" in told
        assert [one.name for one in audiences.audiences(store)] == ["Наш двор"]
        dump = "\n".join(store.connection.iterdump())
        assert "Иванова" not in dump and "user77" in dump
        again = take(store, made(tmp_path, "result.json", {"about": "", "chats": {"about": "", "list": [CHAT, CHAT]}}))
        assert again.counts["posts"] == 0


def test_what_a_channel_says_is_nobodys_and_its_readers_are_no_channel(tmp_path: Path) -> None:
    own = {"name": "Вести", "type": "public_channel", "id": 9, "messages": [message(1, "пост", "channel9")]}
    chat = {"name": "Чат", "type": "private_supergroup", "id": 3,
            "messages": [message(1, "раз", "user77"), message(2, "от канала", "channel9")]}  # fmt: skip
    with open_store(":memory:") as store:
        take(store, made(tmp_path, "result.json", {"chats": {"list": [own, chat]}}))
        found = {one.name: len(audiences.sample(store, one.id or 0)) for one in audiences.audiences(store)}
        assert found == {"Вести": 0, "Чат": 1} and len(list(people.users(store))) == 1
        assert [row[0] for row in store.rows("SELECT owner_id = from_id FROM posts ORDER BY rowid")] == [1, 0, 1]
    telethon = {"id": 9, "peer_id": {"channel_id": 5}, "message": "пост", "from_id": {"channel_id": 5}}
    with open_store(":memory:") as store:
        take(store, made(tmp_path, "tg.ndjson", json.dumps(telethon)))
        assert list(people.users(store)) == []


def message(number: int, words: str, author: str, **more: Any) -> dict[str, Any]:
    when = {"date": "2024-02-01T10:30:00", "date_unixtime": "1706772600"}
    return {"id": number, "type": "message", "from": "Аня Иванова", "from_id": author, "text": words, **when, **more}


def test_every_chat_of_telegram_is_a_community_and_a_persons_name_is_none(tmp_path: Path) -> None:
    chats = [
        {"name": "Анна Иванова", "type": "personal_chat", "id": 1, "messages": [message(1, "лично", "user77")]},
        {"name": "Чат", "type": "private_group", "id": 2, "messages": [message(3, "раз", "user77")]},
        {"name": "Чат", "type": "private_supergroup", "id": 3, "messages": [message(3, "два", "user9")]},
        {"type": "saved_messages", "id": 4, "messages": [message(9, "себе", "user77", forwarded_from=None)]},
    ]  # fmt: skip
    left = [{"name": "Покинутый", "type": "private_supergroup", "id": 7, "messages": [message(1, "там", "user8")]}]
    whole = {"chats": {"list": chats}, "left_chats": {"list": left}}
    with open_store(":memory:") as store:
        outcome = take(store, made(tmp_path, "result.json", whole))
        assert (outcome.counts["posts"], outcome.counts["communities"]) == (5, 5)
        found = {one.name: len(audiences.sample(store, one.id or 0)) for one in audiences.audiences(store)}
        assert found == {"личный чат 1": 1, "Чат": 1, "Чат (chat3)": 1, "Избранное": 1, "Покинутый": 1}
        assert "«Чат (chat3)»" in " ".join(outcome.messages)
        assert ("", "себе", 1706772600, None) in posts(store), "a forward of somebody hidden is no word of one's own"
        assert "Иванова" not in "\n".join(store.connection.iterdump())
        for part in ({"left_chats": {"list": left}}, chats[2]):
            again = take(store, made(tmp_path, "result.json", part))
            assert (again.counts["posts"], again.counts["audiences"]) == (0, 0)


def test_messages_and_objects_of_4cat(tmp_path: Path) -> None:
    telethon = {
        "_type": "Message", "id": 9, "peer_id": {"_type": "PeerChannel", "channel_id": 5}, "date": 1706772600,
        "message": "привет, двор", "from_id": {"_type": "PeerUser", "user_id": 8}, "views": 10, "forwards": 2,
        "_chat": {"username": "dvor"}, "fwd_from": None,
    }  # fmt: skip
    post = {"id": 11, "owner_id": -7, "from_id": 5, "date": 1700000000, "text": "раз", "post_type": "post"}
    wrapped = {"item_id": "1", "source_platform": "vk.com", "__import_meta": {}, "data": post}
    with open_store(":memory:") as store:
        lines = "\n".join(map(json.dumps, [telethon, {**telethon, "id": 10, "message": ""}]))
        outcome = take(store, made(tmp_path, "tg.ndjson", lines))
        assert posts(store) == [("привет, двор", None, 1706772600, None)]
        assert "без текста" in outcome.messages[0]
        assert take(store, made(tmp_path, "vk.ndjson", f"{json.dumps(wrapped)}\n" * 2)).counts["posts"] == 1
        assert store.value("SELECT text FROM posts WHERE owner_id = -7") == "раз"
        table = "id,thread_id,timestamp,body,author,url\n1,1,2024-02-01 10:30:00,текст,аня,http://x\n"
        assert take(store, made(tmp_path, "4cat.csv", table)).counts["posts"] == 1


def test_russian_headers_of_parsers(tmp_path: Path) -> None:
    table = (
        "\ufeffID комментария;ID автора;Имя;Текст комментария;Дата;Лайков\r\n5;77;Аня;как дела;01.02.2024 10:30;3\r\n"
    )
    with open_store(":memory:") as store:
        take(store, made(tmp_path, "comments.csv", table))
        assert posts(store) == [("как дела", None, 1706783400, 3)]


PEOPLE = (
    "ID;Имя;Фамилия;Пол;Дата рождения;Город;Последний визит;Закрытый профиль;Телефон\n"
    "77;Аня;Иванова;женский;01.02.1990;Пермь;2024-02-01;нет;+79991234567\n"
    "https://vk.com/id78;Боря;Петров;М;3.4;;;да;\n"
    "durov;П;Д;М;;;;;\n"
    "79;В;Г;;;;;;\n"
    "80;В;Г;;;;;;\n"
)


def test_a_table_of_people_keeps_no_name_or_phone(tmp_path: Path) -> None:
    with open_store(":memory:") as store:
        outcome = take(store, made(tmp_path, "люди.csv", PEOPLE))
        rows = store.rows("SELECT id, state, sex, birth_year, birth_flag, city FROM users ORDER BY id")
        assert [tuple(row) for row in rows][:2] == [
            (77, "ok", 1, 1990, "full", "Пермь"),
            (78, "closed", 2, None, "day_only", None),
        ]
        assert (outcome.counts["users"], outcome.counts["broken"]) == (4, 1) and "короткое имя" in outcome.messages[0]
        (one,) = audiences.audiences(store)
        assert one.name == "люди" and set(audiences.sample(store, one.id or 0)) == {77, 78, 79, 80}
        dump = "\n".join(store.connection.iterdump())
        assert not any(word in dump for word in ("Иванова", "Боря", "9991234567"))


def test_a_table_without_states_does_not_open_a_closed_profile(tmp_path: Path) -> None:
    with open_store(":memory:") as store:
        people.save_users(store, [User(5, "closed"), User(6, "ok")], 1)
        take(store, made(tmp_path, "p.csv", "ID;Имя;Пол;Закрыт\n5;А;ж;\n6;Б;м;да\n7;В;м;нет\n8;Г;м;\n"))
        found = [(row.id, row.state, row.sex) for row in people.users(store)]
        assert found == [(5, "closed", 1), (6, "closed", 2), (7, "ok", 2), (8, "unknown", 2)]
        assert {row[0] for row in store.rows("SELECT user_id FROM user_states")} == {6}


def test_facts_of_people_are_understood_or_counted(tmp_path: Path) -> None:
    table = (
        "ID;Имя;Пол;Дата рождения;Последний визит;Подписчики\n"
        "1;А;Жен.;01/05/1990;45323;1 234\n2;Б;муж;1 мая 1990 г.;вчера;12к\n3;В;м;1990;;5\n"
        "4;Г;другой;05/1990;;\n5;Д;не указан;3 июня;;\n6;Е;;32994;;\n7;Ж;0;1990-05-01;;\n"
    )
    with open_store(":memory:") as store:
        outcome = take(store, made(tmp_path, "p.csv", table))
        sql = "SELECT sex, birth_year, birth_flag, last_seen_at, followers_count FROM users ORDER BY id"
        assert [tuple(row) for row in store.rows(sql)] == [
            (1, 1990, "full", 1706745600, 1234), (2, 1990, "full", None, None), (2, 1990, "full", None, 5),
            (None, None, "none", None, None), (None, None, "day_only", None, None), (None, 1990, "full", None, None),
            (None, 1990, "full", None, None),
        ]  # fmt: skip
        for part in (
            "пол не понят, пропущено: 1 (строки 5)",
            "дата рождения не понята, пропущено: 1 (строки 5)",
            "последний визит не понят, пропущено: 1 (строки 3)",
            "подписчиков — не число, пропущено: 1 (строки 3)",
        ):
            assert part in outcome.messages[0]


def test_a_list_of_people_in_any_spelling(tmp_path: Path) -> None:
    text = "id\n77\nid78\nhttps://vk.com/id79\nvk.ru/id80,\n@id81\n77\nclub5\ndurov\n\n82"
    with open_store(":memory:") as store:
        people.save_users(store, [User(77, "closed", sex=1)], 1)
        outcome = take(store, made(tmp_path, "список.txt", text))
        assert {row[0] for row in store.rows("SELECT id FROM users")} == {77, 78, 79, 80, 81, 82}
        assert store.value("SELECT state FROM users WHERE id = 77") == "closed", "what is known better stays"
        assert (outcome.counts["broken"], outcome.counts["repeated"]) == (2, 1)
        told = " ".join(outcome.messages)
        assert "короткое имя" in told and "сообщество, а не человек" in told
        (one,) = audiences.audiences(store)
        assert len(audiences.sample(store, one.id or 0)) == 6


def test_a_json_list_of_numbers_is_a_list_of_people_too(tmp_path: Path) -> None:
    with open_store(":memory:") as store:
        outcome = take(store, made(tmp_path, "ids.json", [77, "id78", "https://vk.com/id79", "durov"]))
        assert (outcome.counts["users"], outcome.counts["broken"]) == (3, 1)
        assert [one.name for one in audiences.audiences(store)] == ["ids"]


@pytest.mark.parametrize("wrong", [0, 1, 400, 499])
def test_a_list_with_some_lines_of_garbage_is_a_list(tmp_path: Path, wrong: int) -> None:
    lines = [f"это мусор, строка {n}!" if n < wrong else f"https://vk.com/id{n}?from=search" for n in range(1000)][1:]
    with open_store(":memory:") as store:
        outcome = take(store, made(tmp_path, "l.txt", "\n".join(lines)))
        assert outcome.counts["users"] == len(lines) - outcome.counts["broken"]
        assert outcome.counts["broken"] == max(0, wrong - 1)


@pytest.mark.parametrize("right", [range(0, 1000, 2), range(0, 1000, 5), range(900)])
def test_a_list_that_is_half_garbage_or_more_is_refused_with_advice(tmp_path: Path, right: range) -> None:
    size = 2000 if len(right) == 900 else 1000  # the last one looks fine at its beginning
    lines = [f"id{n + 1}" if n in right else f"это мусор, строка {n}!" for n in range(size)]
    with open_store(":memory:") as store, pytest.raises(ImportFileError, match="id123"):
        take(store, made(tmp_path, "l.txt", "\n".join(lines)))


def test_raw_answers_with_numbers_of_members_are_lists_of_people(tmp_path: Path) -> None:
    page = {"response": {"count": 3, "items": [1, 2, 3]}}
    pages = json.dumps(page) + "\n" + json.dumps({"response": {"count": 3, "items": []}})
    for value in (page, {"response": {"items": [1, 2, 3]}}, page["response"], pages):
        with open_store(":memory:") as store:
            outcome = take(store, made(tmp_path, "members.json", value))
            assert (outcome.counts["users"], outcome.counts["broken"]) == (3, 0)
            assert [one.name for one in audiences.audiences(store)] == ["members"]


def book(path: Path, rows: list[list[Any]]) -> Path:
    from openpyxl import Workbook

    made_book = Workbook()
    made_book.create_sheet("пустой", 0)
    for row in rows:
        made_book["Sheet"].append(row)
    made_book.save(path)
    return path


def test_a_workbook_of_texts_and_one_of_people(tmp_path: Path) -> None:
    when = datetime.datetime(2024, 2, 1, 10, 30)
    texts = book(
        tmp_path / "t.xlsx",
        [["Текст", "Автор", "Дата"], ["раз 👍", 77, when], [None, None, None], ["два", "аня", None]],
    )
    crowd = book(tmp_path / "p.xlsx", [["id", "пол", "дата рождения"], [78, "ж", datetime.date(1990, 2, 1)]])
    with open_store(":memory:") as store:
        assert take(store, texts, crowd).counts["rows"] == 3
        assert posts(store) == [("раз 👍", None, 1706783400, None), ("два", None, None, None)]
        assert tuple(next(store.rows("SELECT sex, birth_year FROM users WHERE id = 78"))) == (1, 1990)
        mapped = take(store, texts, mapping={"text": "Текст", "community": "Автор"})
        assert mapped.counts["communities"] == 2


def test_a_broken_workbook_is_refused(tmp_path: Path) -> None:
    good = book(tmp_path / "t.xlsx", [["text", "author"], ["раз", "аня"]])
    bad = tmp_path / "bad.xlsx"
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(bad, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name)[:40] if name.startswith("xl/worksheets") else source.read(name))
    with open_store(":memory:") as store, pytest.raises(ImportFileError, match="не читается"):
        take(store, bad)


def test_an_archive_gives_its_data_and_tells_what_it_left(tmp_path: Path) -> None:
    archive = tmp_path / "выгрузка.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("../../наружу.csv", "text,author\nраз,аня\n")
        target.writestr("C:\\x\\b.jsonl", '{"text": "два", "author": "боря"}\n')
        target.writestr("а/наружу.csv", "text,author\nтри,вера\n")
        target.writestr("фото/1.jpg", b"\xff\xd8")
    with open_store(":memory:") as store:
        outcome = take(store, archive)
        assert {row[0] for row in posts(store)} == {"раз", "два", "три"}
        assert ".jpg" in outcome.messages[0]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["выгрузка.zip"]


def test_archives_that_harm_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_stream, "HARMLESS", 2**20)
    bomb, empty, nested = tmp_path / "b.zip", tmp_path / "e.zip", tmp_path / "n.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("t.csv", "text,author\n" + "а" * 2**22)
    with zipfile.ZipFile(empty, "w") as target:
        target.writestr("x.png", b"1")
    with zipfile.ZipFile(nested, "w") as target:
        target.write(bomb, "t.csv")
    damaged = tmp_path / "d.zip"
    damaged.write_bytes(bomb.read_bytes()[:-40])
    for file, said in (
        (bomb, "раздувается"),
        (empty, "нет таблиц"),
        (nested, "внутри архива"),
        (damaged, "не читается"),
    ):
        with open_store(":memory:") as store:
            with pytest.raises(ImportFileError, match=said) as error:
                take(store, file)
            assert error.value.todo
            assert store.value("SELECT count(*) FROM posts") == 0


POSTS = (
    "Ссылка на пост;Дата поста;Текст;Просмотры\n"
    "https://vk.com/wall-500_51;12.03.2024 14:05;Ищем басиста;1 200\n"
    "vk.ru/rock?w=wall-500_52;13.03.2024;Концерт;\n"
    "https://m.vk.com/wall77_4;;Своё;\n"
    "https://vk.com/photo-500_1;;Ничьё;\n"
)


def test_posts_of_a_parser_belong_to_the_wall_that_their_address_names(tmp_path: Path) -> None:
    with open_store(":memory:") as store:
        outcome = take(store, made(tmp_path, "posts.csv", POSTS))
        assert (outcome.counts["posts"], outcome.counts["communities"], outcome.counts["users"]) == (3, 1, 1)
        assert "нет ни автора, ни сообщества: 1 (строки 5)" in outcome.messages[0]
        assert posts(store)[0] == ("Ищем басиста", None, 1710252300, None)
        assert store.value("SELECT views FROM post_counts") == 1200
        assert [row[0] for row in store.rows("SELECT from_id > 0 FROM posts ORDER BY rowid")] == [0, 0, 1]
        assert [row.name for row in people.communities(store)] == ["-500"]
        assert take(store, made(tmp_path, "posts.csv", POSTS)).counts["posts"] == 0


def test_commentators_belong_to_the_community_under_whose_post_they_wrote(tmp_path: Path) -> None:
    table = (
        "ID автора;Ссылка на пост;Текст комментария\n77;https://vk.com/wall-500_51;раз\n78;https://vk.com/wall9_1;два\n"
    )
    with open_store(":memory:") as store:
        take(store, made(tmp_path, "comments.csv", table))
        found = {one.name: len(audiences.sample(store, one.id or 0)) for one in audiences.audiences(store)}
        assert found == {"-500": 1, "comments": 1}, "who wrote in no community is in the audience of the file"


def test_a_moment_of_4cat_is_not_taken_from_its_machines_local_time(tmp_path: Path) -> None:
    table = "id,timestamp,unix_timestamp,body,author\n1,2024-02-01 12:30:00,1706779800,раз,аня\n"
    with open_store(":memory:") as store:
        take(store, made(tmp_path, "4cat.csv", table))
        assert store.value("SELECT published_at FROM posts") == 1706779800


def test_addresses_of_other_sites_name_nobody(tmp_path: Path) -> None:
    file = made(tmp_path, "news.csv", "link,text\nhttps://news.example/wall-5_1,раз\nhttps://t.me/x/1,два\n")
    with open_store(":memory:") as store, pytest.raises(ImportFileError, match="чьи это тексты"):
        take(store, file)


def test_columns_that_are_not_taken_are_named(tmp_path: Path) -> None:
    with open_store(":memory:") as store:
        outcome = take(store, made(tmp_path, "t.csv", "text,author,настроение,,date\nраз,аня,5,,\n"))
        assert outcome.messages == ("t.csv: Столбцы не взяты: «настроение».",)
        people_ = take(store, made(tmp_path, "p.csv", "ID;Пол;Возраст;Имя\n5;ж;33;Аня\n"))
        assert people_.messages == ("p.csv: Столбцы не взяты: «Возраст», «Имя».",)


@pytest.mark.parametrize("text", ["77, 78,id79\n", "77;78;https://vk.com/id79", "\ufeff77 78 79 "])
def test_people_on_one_line(tmp_path: Path, text: str) -> None:
    with open_store(":memory:") as store:
        assert take(store, made(tmp_path, "ids.txt", text)).counts["users"] == 3


def test_a_table_of_numbers_is_no_list_of_people(tmp_path: Path) -> None:
    with open_store(":memory:") as store, pytest.raises(ImportFileError):
        take(store, made(tmp_path, "likes.csv", "77,5\n78,3\n"))
