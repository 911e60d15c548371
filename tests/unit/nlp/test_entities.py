"""Names in texts: normalised, resumable, and natasha without its own vocabulary."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from nlp.entities import entities, names, sentences
from nlp.lemmatize import lemmatize
from nlp.morphology import vocabulary
from nlp.settings import LemmaSettings
from storage import MissingInput, Store, open_store, walls
from storage.rows import Post

from .conftest import Listener

FAST = LemmaSettings(mode="fast")


@pytest.fixture
def store() -> Iterator[Store]:
    with open_store(":memory:") as study:
        yield study


def save(store: Store, *posts: Post) -> None:
    with store.write():
        walls.save_posts(store, posts, 1)


def rows(store: Store) -> list[tuple[object, ...]]:
    return [tuple(row) for row in store.rows("SELECT doc_id, type, name, n FROM entities ORDER BY 1, 2, 3")]


def test_names_stand_in_the_nominative_and_keep_their_gender() -> None:
    found = names("Подарили Анне Ивановой книгу. Вчера видел Владимира Путина и Марию Петрову в Ростове-на-Дону.")
    assert found == Counter(
        {
            ("PER", "Анна Иванова"): 1,
            ("PER", "Владимир Путин"): 1,
            ("PER", "Мария Петрова"): 1,
            ("LOC", "Ростов-на-Дону"): 1,
        }
    )


def test_of_an_organisation_the_head_is_inflected() -> None:
    assert ("ORG", "Министерство обороны") in names("Работает в Министерстве обороны России с 2010 года.")


FULL_NAMES = {
    "Подарили Анне Юрьевне Ивановой книгу.": ["Анна Юрьевна Иванова"],
    "Видели Иванову Анну Юрьевну в школе.": ["Анна Юрьевна Иванова"],
    "Концерт Аллы Борисовны Тихоновой прошёл.": ["Алла Борисовна Тихонова"],
    "Передайте Наталье Ивановне Петровой привет.": ["Наталья Ивановна Петрова"],
    "Письмо от Кузнецовой Марины Игоревны пришло.": ["Марина Игоревна Кузнецова"],
    "Памяти Зои Анатольевны Дубравской.": ["Зоя Анатольевна Дубравская"],
    "Встретились с Еленой Викторовной Смирновой и Павлом Кузнецовым.": ["Елена Викторовна Смирнова", "Павел Кузнецов"],
    "Вчера говорили с Иваном Петровичем Сидоровым о делах.": ["Иван Петрович Сидоров"],
    "Сидорову Петру Ильичу вручили медаль.": ["Пётр Ильич Сидоров"],
    "Приём ведёт Соколов Андрей Михайлович.": ["Андрей Михайлович Соколов"],
    "Юрию Николаевичу Соколову поставили памятник.": ["Юрий Николаевич Соколов"],
    "Благодарим Ольгу Владимировну за помощь!": ["Ольга Владимировна"],
    "Вручили грамоту Сергею Николаевичу.": ["Сергей Николаевич"],
    "Вручили Смирновой Елене приз.": ["Елена Смирнова"],
    "Директор Петров И. И. выступил на сборе.": ["И. И. Петров"],
    "Это написал И.И. Иванов в прошлом году.": ["И. И. Иванов"],
    "С Ивановым И.И. и Петровой А. С. согласны.": ["А. С. Петрова", "И. И. Иванов"],
    "И. И. Иванов А. А. Петров пришли.": ["А. А. Петров", "И. И. Иванов"],
    "Анне Ивану подарили по книге.": ["Анна", "Иван"],
    "Анна Юрьевна Мария Петровна и Ольга пришли.": ["Анна Юрьевна", "Мария Петровна", "Ольга"],
    "Вместе с Анной Юрьевной Ивановой Олегом Петровым": ["Анна Юрьевна Иванова", "Олег Петров"],
    "Анна Юрьевна\nИванов Пётр": ["Анна Юрьевна", "Пётр Иванов"],
    "Анне Марии Ивановой подарили книгу.": ["Анна Мария Иванова"],
    "Майкл О’Лири и Роберт Ф. Кеннеди пришли.": ["Майкл О’Лири", "Роберт Ф. Кеннеди"],
}


@pytest.mark.parametrize("text", FULL_NAMES)
def test_a_name_of_several_words_is_one_person(text: str) -> None:
    found = names(text)
    assert sorted(name for kind, name in found if kind == "PER") == FULL_NAMES[text]
    assert set(found.values()) == {1}


@pytest.mark.parametrize("text", ["Иван " * 4000, "Анне Юрьевне " * 1500, "И. " * 6000])
def test_an_endless_row_of_names_is_cut(text: str) -> None:
    assert all(len(name) < 200 for _, name in names(text))


@pytest.mark.parametrize(
    "text", ["", " ", "😀😀", "[id1|Вася Пупкин]", "\x00" * 50, "А" * 60_000, "«»" * 100, "\ud800"]
)
def test_hostile_texts_have_no_names_and_do_no_harm(text: str) -> None:
    assert not [name for kind, name in names(text) if kind == "PER"]


def test_sentences_are_not_cut_at_initials() -> None:
    assert list(sentences("А. С. Пушкин родился в 1799 г. в Москве. Да!")) == [
        "А. С. Пушкин родился в 1799 г. в Москве.",
        "Да!",
    ]


def test_vocabulary_lemmatizes_by_tag() -> None:
    words = vocabulary()
    assert words.lemmatize("стали", "NOUN", {"Case": "Gen", "Number": "Sing"}) == "сталь"
    assert words.lemmatize("стали", "VERB", {}) == "стать"


def test_the_stage_looks_only_at_what_is_new_or_changed(store: Store) -> None:
    with pytest.raises(MissingInput):
        entities(store)
    save(store, Post(1, 1, from_id=1, text="Еду в Москву к Ивану"), Post(1, 2, from_id=1, text="The best of London"))
    lemmatize(store, FAST)
    asked: list[str] = []

    def finder(text: str) -> Counter[tuple[str, str]]:
        asked.append(text)
        return Counter({("LOC", text.split()[2]): 2})

    assert entities(store, finder=finder).counts == {"texts": 1, "names_loc": 1}
    assert rows(store) == [(1, "LOC", "Москву", 2)]
    assert entities(store, finder=finder).counts["texts"] == 0
    save(store, Post(1, 1, from_id=1, text="Еду в Тверь к Ивану"))
    lemmatize(store, FAST)
    entities(store, finder=finder)
    assert rows(store) == [(1, "LOC", "Тверь", 2)]
    assert len(asked) == 2
    with store.write() as connection:
        connection.execute("DELETE FROM posts")
    with store.write() as connection:
        connection.execute("DELETE FROM documents")
    save(store, Post(9, 9, from_id=9, text="Ни имён ни мест тут нет"))
    lemmatize(store, FAST)
    entities(store, finder=lambda text: Counter())
    assert rows(store) == []


def test_an_interrupted_stage_goes_on(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.entities.BATCH", 2)
    save(store, *(Post(1, number, from_id=1, text=f"Еду в Москву {number} раз") for number in range(1, 8)))
    lemmatize(store, FAST)

    def finder(text: str) -> Counter[tuple[str, str]]:
        return Counter({("LOC", "Москва"): 1})

    assert entities(store, watch=Listener(patience=2), finder=finder).state == "interrupted"
    assert len(rows(store)) == 4
    assert entities(store, finder=finder).counts["texts"] == 3
    assert len(rows(store)) == 7


def test_natasha_needs_no_setuptools() -> None:
    code = (
        "import sys; sys.modules['pkg_resources'] = None; sys.modules['setuptools'] = None\n"
        "from nlp.entities import names; print(sorted(names('Видел Владимира Путина в Москве.')))"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=120)
    assert "Владимир Путин" in done.stdout, done.stderr
