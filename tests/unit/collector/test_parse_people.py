"""People and communities as VK sends them."""

from __future__ import annotations

import pytest

from collector.parse_group import group_items, parse_group
from collector.parse_user import birth, parse_user
from collector.values import LARGEST, whole
from storage.rows import Community, User


def test_a_whole_person_leaves_the_name_and_the_day_behind() -> None:
    item = {
        "id": 5, "first_name": "Аня", "last_name": "Секретова", "sex": 1, "bdate": "1.2.1999", "is_closed": False,
        "city": {"id": 2, "title": "Санкт-Петербург"}, "occupation": {"type": "work", "name": "Завод", "id": 1.0},
        "university_name": "СПбГУ", "graduation": 2021, "last_seen": {"time": 100, "platform": 4}, "personal": [],
    }  # fmt: skip
    user = parse_user(item)
    assert user == User(
        id=5, sex=1, birth_year=1999, birth_flag="full", city_id=2, city="Санкт-Петербург", occupation="work",
        university="СПбГУ", graduation=2021, platform=4, last_seen_at=100,
    )  # fmt: skip
    assert "Аня" not in repr(user) and "Завод" not in repr(user)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("1.2.1999", (1999, "full")),
        ("31.12", (None, "day_only")),
        (None, (None, "none")),
        ("", (None, "none")),
        ("1.1.1901", (None, "unlikely")),
        ("ребёнок", (None, "none")),
        ("1.2.2101", (None, "unlikely")),
        ("1.2.9999", (None, "unlikely")),
        ("١.٢.١٩٩٩", (None, "none")),
        ("1.2.1999\n", (None, "none")),
        ("1.2", (None, "day_only")),
    ],
)
def test_a_birth_date_in_all_its_forms(value: object, found: tuple[int | None, str]) -> None:
    assert birth(value) == found


def test_nobody_is_born_after_being_last_seen() -> None:
    seen = {"time": 1_700_000_000}
    assert parse_user({"id": 1, "bdate": "1.2.2023", "last_seen": seen}).birth_year == 2023
    assert parse_user({"id": 1, "bdate": "1.2.2025", "last_seen": seen}).birth_flag == "unlikely"
    assert parse_user({"id": 1, "bdate": "1.2.1990", "last_seen": {"time": 1}}).birth_year == 1990
    assert parse_user({"id": 1, "bdate": "1.2.1990", "last_seen": {"time": 9**18}}).birth_year == 1990


@pytest.mark.parametrize(
    ("schools", "year"),
    [
        ([{"name": "Школа 5", "year_graduated": 2010}, {"year_graduated": 2012}, {"year_to": 2020}], 2012),
        ([{"year_graduated": 0}], None),
        ([{"year_graduated": 99999}, None, "x"], None),
        ([], None),
        (None, None),
    ],
)
def test_of_the_schools_only_the_last_year_is_kept(schools: object, year: int | None) -> None:
    user = parse_user({"id": 1, "schools": schools})
    assert user.school_year == year and "Школа" not in repr(user)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (True, 1), (5, 5), ("-5", -5), (7.0, 7), (LARGEST, LARGEST), (-LARGEST, -LARGEST), (str(LARGEST), LARGEST),
        ("--5", None), ("-", None), ("", None), ("+5", None), ("5\n", None), ("١٢", None), ("²", None), (0.5, None),
        (float("inf"), None), (float("nan"), None), (1e300, None), (LARGEST + 1, None), (-LARGEST - 1, None),
        (str(LARGEST + 1), None), ("9" * 10_000, None), (10**50, None), (None, None), ([5], None),
    ],
)  # fmt: skip
def test_a_whole_number_fits_the_store_or_is_none(value: object, number: int | None) -> None:
    assert whole(value) == number


@pytest.mark.parametrize(
    ("extra", "state"),
    [
        ({}, "ok"),
        ({"is_closed": True}, "closed"),
        ({"deactivated": "banned"}, "banned"),
        ({"deactivated": "deleted", "is_closed": True}, "deleted"),
    ],
)
def test_the_state_of_a_person(extra: dict[str, object], state: str) -> None:
    assert parse_user({"id": 1, **extra}).state == state


def test_a_community_in_both_shapes_of_the_answer() -> None:
    item = {"id": 7, "name": "Рок", "screen_name": "rock", "type": "group", "is_closed": 0, "members_count": 3}
    expected = Community(id=7, screen_name="rock", name="Рок", kind="group", closed=0, members_count=3)
    for response in ([item], {"groups": [item], "profiles": []}):
        assert [parse_group(found) for found in group_items(response)] == [expected]
    assert group_items(False) == [] and group_items({"groups": None}) == []
    assert parse_group({**item, "deactivated": "banned"}).state == "banned"


def test_nobody_without_an_id() -> None:
    with pytest.raises(ValueError, match="id"):
        parse_user({"first_name": "DELETED"})
    with pytest.raises(ValueError, match="id"):
        parse_group({})
