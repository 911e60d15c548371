"""Posts as VK sends them, whole and broken."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.parse_post import parse_post, parse_posts, posts_of
from collector.values import parsed
from storage.rows import Post


def test_a_whole_post() -> None:
    item = {
        "id": 5, "owner_id": -7, "from_id": -7, "date": 100, "edited": 120, "text": "Привет\x00 <b>🙂",
        "post_type": "post",
        "marked_as_ads": 1, "is_pinned": True, "signer_id": 9, "post_source": {"type": "api", "platform": "android"},
        "attachments": [{"type": "photo"}, {"type": "hologram"}], "likes": {"count": 3}, "comments": {"count": 0},
        "reposts": {"count": 1}, "views": {"count": 40},
        "copy_history": [{"id": 1, "owner_id": -2, "from_id": -2, "text": "близкий"}, {"id": 2, "text": "дальний"}],
    }  # fmt: skip
    assert parse_post(item) == Post(
        owner_id=-7, id=5, from_id=-7, signer_id=9, published_at=100, edited_at=120, text="Привет\x00 <b>🙂",
        repost_owner_id=-2, repost_id=1, repost_author_id=-2, repost_text="близкий", is_ad=1, is_pinned=1,
        platform="android", attachments="photo,hologram", likes=3, comments=0, reposts=1, views=40,
    )  # fmt: skip


def test_what_is_missing_or_strange_is_not_invented() -> None:
    post = parse_post({"id": 5, "owner_id": 7.0, "text": None, "views": [], "copy_history": [], "attachments": [None]})
    assert post == Post(owner_id=7, id=5)


def test_a_lone_surrogate_can_be_stored() -> None:
    post = parse_post({"id": 5, "owner_id": 7, "text": "а\ud800б🙂"})
    assert post.text == "а\ufffdб🙂" and post.text.encode()


WHOLES = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.sampled_from([2**63, -(2**63), 7.0, 7.5, "8", "x"]))
TEXTS = st.one_of(st.none(), st.sampled_from(["", "привет", "а\ud800", 5, []]))
COUNTS = st.one_of(WHOLES, st.builds(lambda number: {"count": number}, WHOLES), st.just([]), st.just({}))
ITEMS = st.fixed_dictionaries(
    {"owner_id": st.integers(-9, 9), "id": st.integers(1, 9)},
    optional={
        "from_id": WHOLES, "date": WHOLES, "text": TEXTS, "post_type": TEXTS, "is_deleted": st.booleans(),
        "marked_as_ads": WHOLES, "likes": COUNTS, "views": COUNTS,
        "copy_history": st.sampled_from([None, [], [None], [{"id": 1, "text": "чужое"}]]),
        "post_source": st.sampled_from([None, [], {"platform": "iphone"}, {"platform": 3}]),
        "attachments": st.sampled_from([None, {}, [{"type": "photo"}, 5], [{}]]),
    },
)  # fmt: skip


@given(st.lists(ITEMS, max_size=6))
def test_many_posts_are_read_as_each_alone(items: list[dict[str, Any]]) -> None:
    assert list(parse_posts(items).rows()) == posts_of(items) == [parse_post(item) for item in items]
    for broken in ([*items, {"id": 5}], [None, *items], None, {}):
        assert posts_of(broken) == parsed(broken, parse_post)


@pytest.mark.parametrize("item", [{}, {"id": 5}, {"owner_id": 7, "id": "x"}])
def test_a_post_without_a_name_is_an_error(item: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="owner_id"):
        parse_post(item)
