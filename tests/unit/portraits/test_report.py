"""The stage as a user meets it: what a report says of planted differences, and what it keeps to itself."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest

from portraits import ReportSettings, report
from storage import (
    Event,
    MissingInput,
    Store,
    StoreUnwritable,
    audiences,
    journal,
    models,
    numbers,
    open_store,
    people,
)
from storage.rows import Audience, Community, CommunityTopic, PortraitNumber, User

ROCK, MUMS, STUDENTS = 1, 2, 3


def book(store: Store) -> dict[tuple[str, str, int], PortraitNumber]:
    return {(row.section, row.key, row.audience_id or 0): row for row in numbers.latest_numbers(store)}


def words_of(html: str) -> str:
    text = re.sub(r"(?s)<style.*?</style>|<[^>]+>", " ", html)
    return re.sub(r"\s+", " ", text.replace("&#34;", '"'))


def test_the_planted_differences_come_out_with_intervals(study: Store, page: Any) -> None:
    text = words_of(page(study))
    found = book(study)
    assert found["who", "index.sex.female", MUMS].value > 130
    assert found["who", "index.sex.male", ROCK].lo > 130
    assert found["topics", "index.topic.wrote.1", MUMS].lo > 200
    assert found["topics", "index.topic.wrote.3", STUDENTS].q <= 0.05
    assert "Чаще, чем у других, здесь: мужчины" in text
    assert "те, кто больше всего пишет о теме «ребёнок, садик, прогулка»" in text


def test_every_share_agrees_with_the_tables(study: Store, page: Any) -> None:
    page(study)
    row = book(study)["who", "sex.female", ROCK]
    sql = (
        "SELECT count(*) FROM memberships m JOIN users u ON u.id = m.user_id "
        "WHERE m.community_id = 1 AND u.state IN ('ok', 'closed') AND u.sex "
    )
    assert (row.n, row.base) == (study.value(sql + "= 1"), study.value(sql + "IN (1, 2)"))
    assert row.value == pytest.approx(row.n / row.base, abs=1e-4) and row.lo < row.value < row.hi


def test_a_topics_mean_is_the_mean_of_people_with_a_profile(study: Store, page: Any) -> None:
    page(study)
    row = book(study)["topics", "mean.wrote.0", ROCK]
    sql = (
        "SELECT avg(t.weight), count(*) FROM user_topics t JOIN memberships m USING (user_id) "
        "WHERE m.community_id = 1 AND t.signal = 'wrote' AND t.topic = 0"
    )
    mean, n = next(study.rows(sql))
    assert row.value == pytest.approx(mean, abs=1e-4) and row.n == n and row.lo < row.value < row.hi


def test_the_funnel_loses_nobody(study: Store, page: Any) -> None:
    page(study)
    found = book(study)
    for audience in (ROCK, MUMS, STUDENTS):
        lost = sum(row.n for (_, key, who), row in found.items() if who == audience and key.startswith("lost."))
        kept = found["quality", "in_model", audience].n
        hidden = found["quality", "members", audience].n - lost - kept
        assert hidden >= 0
        if hidden:
            assert hidden >= 10


def test_blank_people_are_counted_and_move_no_average(build: Any, page: Any) -> None:
    store = build()
    page(store)
    before = book(store)
    new = range(900_000, 900_200)
    people.save_users(store, [User(i, "ok", sex=1) for i in new], 1_764_000_000)
    people.save_members(store, ROCK, new, 1_764_000_000)
    audiences.save_sample(store, ROCK, audiences.sample(store, ROCK) | dict.fromkeys(new, 1.0), 1)
    store.many("INSERT INTO walks (kind, subject, state) VALUES ('walls', ?, 'done')", [(i,) for i in new])
    page(store)
    after = book(store)
    assert after["topics", "mean.wrote.0", ROCK] == before["topics", "mean.wrote.0", ROCK]
    assert after["topics", "led.wrote.0", ROCK].n == before["topics", "led.wrote.0", ROCK].n
    assert after["quality", "lost.blank", ROCK].n == before["quality", "lost.blank", ROCK].n + 200
    assert after["quality", "members", ROCK].n == before["quality", "members", ROCK].n + 200


def test_the_same_study_gives_the_same_bytes_whenever_it_is_made(build: Any, kept: Any) -> None:
    class Later:
        def now(self) -> int:
            return 2_000_000_000

    first, second = build(), build()
    report(first, ReportSettings(), files=kept)
    page = kept.text
    report(first, ReportSettings(), files=kept)
    assert kept.text == page
    assert first.value("SELECT count(*) FROM portraits") == 1
    report(second, ReportSettings(), files=kept, clock=Later())
    assert kept.text == page and book(first) == book(second)


def test_no_number_is_of_a_small_group(build: Any, page: Any) -> None:
    store = build()
    for least in (10, 40):
        page(store, min_group=least)
        people_counts = [
            row
            for row in numbers.latest_numbers(store)
            if row.section in ("who", "quality", "topics") and row.n is not None
        ]
        assert len(people_counts) > 100
        assert [row for row in people_counts if 0 < row.n < least] == []


def test_hidden_cells_cannot_be_worked_out_from_the_rest(study: Store, page: Any) -> None:
    page(study)
    found = book(study)
    ages = ("18-", "19-24", "25-34", "35-44", "45-54", "55+")
    for audience in (ROCK, MUMS, STUDENTS):
        shown = [found[place] for age in ages if (place := ("who", f"age.{age}", audience)) in found]
        rest = shown[0].base - sum(row.n for row in shown)
        assert rest == 0 or (rest >= 10 and len(shown) <= len(ages) - 2)


def test_the_few_people_in_two_audiences_cannot_be_worked_out_from_everyone(study: Store, page: Any) -> None:
    page(study)
    found = book(study)
    blurred = 0
    for topic in range(6):
        everyone, *parts = (found.get(("topics", f"led.wrote.{topic}", who)) for who in (0, ROCK, MUMS, STUDENTS))
        if everyone is None or everyone.n is None:
            blurred += 1
            continue
        assert all(parts)
        twice = sum(row.n for row in parts) - everyone.n
        assert twice == 0 or twice >= 10
    assert 2 <= blurred <= 6


def test_what_belongs_to_one_person_is_nowhere(study: Store, page: Any) -> None:
    html = page(study)
    assert study.value("SELECT count(*) FROM users WHERE city LIKE 'Село %'") > 10
    assert "Село" not in html
    assert "Фамильев" not in html and "который" in html
    assert "Петровой" not in html and "999" not in words_of(html).replace("1 999", "")


def test_quotes_are_the_communities_own_unless_asked(study: Store, page: Any) -> None:
    assert "сегодня хороший день" not in page(study)
    assert "blockquote" not in page(study, quotes="none").partition("</style>")[2]
    store_page = page(study, quotes="communities")
    assert "Друзья! Гитара и концерт" in store_page and "example.com" not in store_page


def test_english_says_it_all_in_english(study: Store, page: Any) -> None:
    html = page(study, language="en")
    assert '<html lang="en">' in html
    own = re.sub(r"(?s)<bdi>.*?</bdi>|<blockquote>.*?</blockquote>|<p class=\"words\">.*?</p>", "", html)
    own = re.sub(r'(aria-label|data-label)="[^"]*"|<title>[^<]*</title>|“[^”]*”|который', "", own)
    assert set(re.findall("[А-Яа-яё]+", words_of(own))) <= {
        "Санкт", "Петербург", "Казань", "Москва", "Пермь", "Рок", "клуб", "Подвал",
        "Мамы", "района", "Подслушано", "в", "вузе",
    }  # fmt: skip


def test_the_teams_sentence_stands_under_its_figure_and_a_strange_id_is_told(study: Store, kept: Any) -> None:
    outcome = report(study, ReportSettings(notes={"age": "Студенты моложе <всех>", "возраст": "?"}), files=kept)
    assert "Студенты моложе &lt;всех&gt;" in kept.text
    assert "возраст" in outcome.messages[0] and "age" in outcome.messages[0]


def test_a_baseline_is_what_the_others_are_compared_with(build: Any, page: Any) -> None:
    store = build(baseline=True)
    assert "контрольной аудиторией" in page(store)
    found = book(store)
    assert ("who", "index.sex.female", MUMS) in found
    assert not [key for _, key, who in found if who == STUDENTS and key.startswith("index.")]


def test_a_sample_stands_for_its_audience_and_the_rest_is_not_asked(build: Any, page: Any) -> None:
    store = build(sampled=True)
    text = words_of(page(store))
    found = book(store)
    assert "190 из 380 (50 %), случайно, с весами" in text.replace("\u00a0", " ")
    assert found["quality", "lost.not_asked", ROCK].n > 100
    assert found["topics", "mean.wrote.0", ROCK].n <= 190
    assert found["who", "sex.female", ROCK].base > 300


def test_a_heavier_person_weighs_more(build: Any, page: Any) -> None:
    store = build()
    page(store)
    before = book(store)["topics", "mean.wrote.0", ROCK].value
    fans = [row[0] for row in store.rows("SELECT user_id FROM user_topics WHERE topic = 0 AND weight > 0.8")]
    sample = audiences.sample(store, ROCK)
    audiences.save_sample(store, ROCK, {i: 10.0 if i in fans else 1.0 for i in sample}, 1)
    page(store)
    assert book(store)["topics", "mean.wrote.0", ROCK].value > before + 0.1


def test_people_in_two_audiences_count_in_both_and_are_told(study: Store, page: Any) -> None:
    text = words_of(page(study))
    row = book(study)["compare", "common.2", ROCK]
    sql = "SELECT count(*) FROM memberships a JOIN memberships b USING (user_id) "
    sql += "WHERE a.community_id = 1 AND b.community_id = 2"
    assert row.n == study.value(sql)
    assert "Люди, состоящие в двух аудиториях, посчитаны в каждой из них" in text


def test_one_audience_gets_shares_and_no_index(build: Any, page: Any, small_study: Any) -> None:
    store = build(kinds=small_study["KINDS"][:1])
    text = words_of(page(store))
    assert "аудитория одна" in text and "Кто это мужчины" in text
    assert not [key for _, key, _ in book(store) if "index." in key or "distance." in key]


def test_a_tiny_audience_is_named_but_not_described(build: Any, page: Any, small_study: Any) -> None:
    tiny = small_study["Kind"]("Восемь человек", 8, 0.5, 30, "Москва", (1, 1, 1, 1, 1, 1), 0.0)
    store = build(kinds=(*small_study["KINDS"][:1], tiny))
    assert "Восемь человек" in page(store)
    own = [key for section, key, who in book(store) if who == 2 and section in ("who", "topics", "quality")]
    assert own == []


def test_without_a_model_it_says_who_they_are_and_which_stage_is_missing(build: Any, page: Any) -> None:
    text = words_of(page(build(model=False)))
    assert "запустите vkaudience topics" in text
    assert "Кто это мужчины" in text and "Карта: тема" not in text


def test_communities_without_people_are_put_side_by_side(page: Any, small_study: Any) -> None:
    with open_store(":memory:") as store:
        model_id = small_study["_model"](store, False)
        people.save_communities(store, [Community(10**15 + i, name=f"Канал {i}", source="tg") for i in range(3)], 1)
        rows = [
            CommunityTopic(model_id, 10**15 + i, "wrote", topic, 1.0 if topic == i else 0.0, 5, 60, 0, "x")
            for i in range(3)
            for topic in range(6)
        ]
        models.save_community_topics(store, rows)
        html = page(store)
    text = words_of(html)
    assert "Людей в исследовании нет" in text and "О чём пишут сами сообщества" in text
    assert "Канал 2" in text and "vk.com/club" not in html


def test_an_audience_without_people_is_told(build: Any, page: Any) -> None:
    store = build()
    audiences.save_audience(store, Audience("Пустая", json.dumps({"any": [777]})))
    text = words_of(page(store))
    assert "Пустая : В аудитории нет ни одного человека" in text


@pytest.mark.parametrize(
    "definition", ["", "not json", "[1]", "{}", '{"any": "x"}', '{"people": 5}', '{"any": [1], "minus": [2]}']
)
def test_any_definition_of_an_audience_is_survived(build: Any, page: Any, definition: str) -> None:
    store = build(model=False)
    store.many("UPDATE audiences SET definition = ? WHERE id = ?", [(definition, ROCK)])
    assert "Ответ в пяти строках" in page(store)
    assert book(store)["quality", "members", ROCK].n == 380


def test_an_empty_study_says_what_to_do() -> None:
    with open_store(":memory:") as store, pytest.raises(MissingInput, match="vkaudience collect"):
        report(store)


def test_a_folder_that_cannot_be_written_is_told_and_nothing_is_noted(build: Any, tmp_path: Path) -> None:
    store = build()
    blocked = tmp_path / "file"
    blocked.write_text("here")
    with pytest.raises(StoreUnwritable, match="Не удаётся записать отчёт"):
        report(store, ReportSettings(out=blocked / "report"))
    assert store.value("SELECT count(*) FROM portraits") == 0


def test_the_file_appears_whole_and_leaves_nothing_beside(build: Any, tmp_path: Path) -> None:
    out = tmp_path / "отчёт с пробелом"
    outcome = report(build(), ReportSettings(out=out))
    assert [file.name for file in out.iterdir()] == ["report.html"]
    assert str(out / "report.html") in outcome.messages[-1]
    assert outcome.counts["bytes"] == (out / "report.html").stat().st_size


def test_a_person_who_stops_it_keeps_the_old_file(build: Any, kept: Any) -> None:
    class Impatient:
        def tell(self, event: Event) -> None:
            return

        def stopping(self) -> bool:
            return True

    store = build()
    assert report(store, files=kept, watch=Impatient()).state == "interrupted"
    assert kept.pages == {} and store.value("SELECT count(*) FROM portraits") == 0


def test_progress_reaches_its_total(build: Any, kept: Any) -> None:
    seen: list[Event] = []

    class Listener:
        def tell(self, event: Event) -> None:
            seen.append(event)

        def stopping(self) -> bool:
            return False

    report(build(), files=kept, watch=Listener())
    assert [event.done for event in seen] == [1, 2, 3, 4, 5] and {event.total for event in seen} == {5}


def test_huge_and_strange_names_are_carried(build: Any, page: Any, small_study: Any) -> None:
    kinds = small_study["KINDS"]
    names = ("Ж" * 100_000, "👩‍👩‍👧" * 200)
    store = build(kinds=tuple(dataclasses.replace(kind, name=name) for kind, name in zip(kinds, names, strict=False)))
    html = page(store)
    assert len(html) < 400_000 and "Ж" * 71 not in html and "👩‍👩‍👧" in html


def test_communities_are_put_near_and_far_by_what_they_write(study: Store, page: Any) -> None:
    page(study)
    found = book(study)
    near, far = found["compare", "walls.1.3", 0].value, found["compare", "walls.1.2", 0].value
    assert 0 < near < far < 1


def test_the_commands_are_those_that_made_the_study(build: Any, page: Any) -> None:
    store = build()
    for command in ("import", "topics", "report", "status"):
        run = journal.start_run(store, command, {}, {"vkaudience": "0.1.0"}, 1)
        journal.end_run(store, run, "done", {}, (), 2)
    html = page(store)
    assert "<pre>vkaudience import\nvkaudience topics\nvkaudience report</pre>" in html
    assert "vkaudience 0.1.0" in words_of(html)


def test_nearly_everybody_is_said_without_saying_how_nearly(build: Any, page: Any) -> None:
    store = build(model=False)
    members = people.member_ids(store, MUMS)
    store.many("UPDATE users SET sex = 1 WHERE id = ? AND sex IS NOT NULL", [(i,) for i in members])
    known = [user.id for user in people.users(store, members) if user.sex and user.state in ("ok", "closed")]
    pages = []
    for men in (2, 7):
        store.many("UPDATE users SET sex = 2 WHERE id = ?", [(i,) for i in known[:men]])
        text = words_of(page(store)).replace("\u00a0", " ")
        row = book(store)["who", "sex.female", MUMS]
        assert (row.n, row.value) == (None, pytest.approx((len(known) - 9) / len(known), abs=1e-4))
        assert ("who", "sex.male", MUMS) not in book(store) and "женщины ≥ 97 %" in text
        pages.append((row, book(store)["who", "index.sex.female", MUMS]))
    assert pages[0] == pages[1]


def test_an_unstable_topic_is_grey_nameless_and_no_finding(build: Any, page: Any) -> None:
    store = build()
    with store.write() as connection:
        connection.execute("UPDATE topics SET stable = (topic != 1), stability = 0.9")
        connection.execute("UPDATE topics SET label = '', stability = 0 WHERE topic = 1")
    html = page(store)
    assert "неустойчивая тема 1" in html and "ребёнок, садик, прогулка" not in html
    assert 'class="card topic unstable" id="topic-1"' in html and 'unstable" id="topic-2"' not in html
    answer = html[html.index('id="answer"') : html.index('id="passport"')]
    assert "неустойчивая тема" not in answer
    assert "Неустойчивых тем 1 из" in html
    assert book(store)["topics", "stable", 0].value == 5


def test_a_world_without_structure_is_told(build: Any, page: Any) -> None:
    store = build()
    with store.write() as connection:
        connection.execute("UPDATE topics SET stable = 0, stability = 0, label = ''")
    text = words_of(page(store))
    assert "Ни одна тема не устойчива" in text and "Устойчивых тем не нашлось: называть нечего" in text
    assert "пишет о теме" not in text


def test_the_choice_of_the_number_of_topics_is_shown(build: Any, page: Any) -> None:
    store = build()
    assert 'id="fig-choice"' not in page(store)
    with store.write() as connection:
        told = json.dumps({"choice": [[6, 0.4], [8, 0.35], [5, 0.2], [4, 0.1]]})
        connection.execute("UPDATE topic_models SET settings = ?", (told,))
    html = page(store)
    assert 'id="fig-choice"' in html
    assert "Рекомендуется 6; следом: 8, 5." in words_of(html)


def test_topics_of_one_name_are_shown_as_one(build: Any, page: Any) -> None:
    store = build()
    page(store)
    before = book(store)
    model = models.current_model(store).id
    for topic, name in ((1, "Дом и быт"), (4, "дом и быт"), (2, "Спорт")):
        models.name_topic(store, model, topic, name, "person")
    html = page(store)
    after = book(store)
    assert html.count('class="card topic"') == 5 and "ом и быт" in html
    for audience in (0, ROCK, MUMS):
        whole = sum(before["topics", f"mean.wrote.{topic}", audience].value for topic in (1, 4))
        assert after["topics", "mean.wrote.1", audience].value == pytest.approx(whole, abs=2e-4)
    assert ("topics", "mean.wrote.4", 0) not in after
    walls = before["compare", "wall.1.1", 0].value + before["compare", "wall.1.4", 0].value
    assert after["compare", "wall.1.1", 0].value == pytest.approx(walls, abs=2e-4)


def test_a_study_of_comments_alone_has_its_topics(build: Any, page: Any) -> None:
    store = build()
    with store.write() as connection:
        connection.execute("DELETE FROM user_topics WHERE signal <> 'wrote'")
        connection.execute("UPDATE user_topics SET signal = 'commented'")
    text = words_of(page(store))
    assert "профили людей построены по их комментариям" in text
    assert book(store)["topics", "index.topic.commented.1", MUMS].lo > 200
    assert "Модели тем нет" not in text and "Что пишут в комментариях" not in text
    assert "те, кто в комментариях больше всего пишет о теме «ребёнок, садик, прогулка»" in text
    assert "Слов в комментариях хватает" in text and "На стене есть текст" not in text


def test_comments_stand_beside_posts_where_there_are_both(build: Any, page: Any) -> None:
    store = build()
    assert "Что пишут в комментариях" not in words_of(page(store))
    with store.write() as connection:
        connection.execute("UPDATE user_topics SET signal = 'commented' WHERE signal = 'reposted'")
    text = words_of(page(store))
    assert "Что пишут в комментариях" in text and "построены по их комментариям" not in text
