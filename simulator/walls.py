"""Walls: what people write and repost, what communities publish, and who likes and answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from simulator.dirt import PAYLOADS
from simulator.plans import AudiencePlan, WorldPlan
from simulator.records import Comment, Original, Person, Post
from simulator.seeds import between, pick, some, stream
from simulator.spam import advert, contest
from simulator.writing import chat, chats, finished, news, personal

DAY = 86_400
OLD = 800 * DAY
KEEP_LIKERS = 60


@dataclass(frozen=True, slots=True)
class Source:
    """Where reposts come from: community posts by theme, and the posts themselves."""

    by_theme: dict[str, list[Post]]


def person_wall(
    plan: WorldPlan, person: Person, one: AudiencePlan, interests: dict[str, float], source: Source
) -> tuple[Post, ...]:
    """A person's own wall, newest first; empty for who writes nothing."""
    rng = stream(plan.seed, "wall", person.id)
    if person.deactivated or rng.random() < one.blank:
        return ()
    number = max(1, round(one.posts * between(rng, 0.3, 1.7)))
    posts = []
    for place, date in enumerate(_dates(rng, plan.now, number)):
        post_id = 1 + (number - place) * 3
        posts.append(_own(plan, rng, person, one, interests, source, post_id, date))
    return _hostile(plan, rng, posts)


def _dates(rng: Random, now: int, number: int) -> list[int]:
    """Newest first."""
    return sorted((now - rng.randint(3600, 500 * DAY) for _ in range(number)), reverse=True)


def _own(
    plan: WorldPlan,
    rng: Random,
    person: Person,
    one: AudiencePlan,
    interests: dict[str, float],
    source: Source,
    post_id: int,
    date: int,
) -> Post:
    female, chance = person.sex == 1, rng.random()
    theme = pick(rng, interests)
    history: tuple[Original, ...] = ()
    if chance < plan.spam:
        text = contest(rng)
    elif chance < plan.spam + plan.repost and source.by_theme.get(theme):
        history = _history(rng, source.by_theme[theme], source)
        text = "" if rng.random() < 0.6 else finished(rng, chats(rng, 2, female=female), None, "club1", [])
    elif chance < plan.spam + plan.repost + plan.small_talk:
        text = finished(rng, chats(rng, _least(rng) + rng.randint(0, 2), female=female), None, "club1", [])
    else:
        length = max(_least(rng), round(one.sentences * between(rng, 0.3, 1.7)))
        text = personal(rng, theme, female=female, sentences=length, talk=0.15)
        text = finished(rng, text, theme, one.screen_name, [person.id + 7])
    return Post(
        owner_id=person.id,
        id=post_id,
        from_id=person.id,
        date=date,
        text=text,
        copy_history=history,
        edited_at=date + 600 if rng.random() < 0.03 else None,
        views=None if plan.now - date > 300 * DAY else rng.randint(5, 300),
        platform=rng.choice((None, "android", "iphone")),
        attachments=rng.choice(((), (), ("photo",), ("photo", "link"), ("graffiti",))),
    )


def _least(rng: Random) -> int:
    """Few posts of one sentence: thousands of them out of a few dozen frames would repeat one another."""
    return 1 if rng.random() < 0.03 else 2


def _history(rng: Random, posts: Sequence[Post], source: Source) -> tuple[Original, ...]:
    nearest = rng.choice(posts)
    history = [Original(nearest.owner_id, nearest.id, nearest.from_id, nearest.date, nearest.text)]
    if rng.random() < 0.1:
        other = rng.choice(posts)
        history.append(Original(other.owner_id, other.id, other.from_id, other.date, other.text))
    return tuple(history)


def _hostile(plan: WorldPlan, rng: Random, posts: list[Post]) -> tuple[Post, ...]:
    """Now and then a wall holds a post that was written to break its readers."""
    if posts and rng.random() < plan.hostile * 3:
        first = posts[0]
        posts[0] = Post(first.owner_id, first.id, first.from_id, first.date, rng.choice(PAYLOADS))
    return tuple(posts)


def community_wall(plan: WorldPlan, community_id: int, one: AudiencePlan, members: Sequence[int]) -> tuple[Post, ...]:
    """A community's wall, newest first, a pinned old post on top."""
    rng = stream(plan.seed, "club", community_id)
    dates = sorted((plan.now - rng.randint(3600, OLD) for _ in range(one.wall_posts)), reverse=True)
    posts = [
        _published(plan, rng, community_id, one, members, 10 + (one.wall_posts - place) * 2, date)
        for place, date in enumerate(dates)
    ]
    if len(posts) > 5 and rng.random() < 0.8:
        old = posts.pop(len(posts) * 2 // 3)
        posts.insert(0, _pinned(old))
    return _hostile(plan, rng, posts)


def _pinned(post: Post) -> Post:
    return Post(
        post.owner_id, post.id, post.from_id, post.date, post.text, is_pinned=True, likers=post.likers,
        comments=post.comments, views=post.views, attachments=post.attachments,
    )  # fmt: skip


def _published(
    plan: WorldPlan, rng: Random, community_id: int, one: AudiencePlan, members: Sequence[int], post_id: int, date: int
) -> Post:
    theme, guest = pick(rng, one.interests), bool(members) and rng.random() < 0.06
    is_ad = rng.random() < 0.05
    text = advert(rng) if is_ad else news(rng, theme, rng.randint(2, 4))
    author = -community_id
    if guest and not is_ad:
        author = rng.choice(members)
        text = personal(rng, theme, female=rng.random() < one.female, sentences=2, talk=0.1)
    text = finished(rng, text, None if is_ad else theme, one.screen_name, list(members[:3]))
    likers = tuple(some(rng, members, int(between(rng, 0, min(len(members) * 0.4, KEEP_LIKERS)))))
    return Post(
        owner_id=-community_id,
        id=post_id,
        from_id=author,
        date=date,
        text=text,
        is_ad=is_ad,
        edited_at=date + 900 if rng.random() < 0.05 else None,
        signer_id=rng.choice(members) if members and author < 0 and rng.random() < 0.05 else None,
        likers=likers,
        reposters=likers[: len(likers) // 8],
        comments=_comments(rng, one, members, post_id, date),
        views=None if plan.now - date > 600 * DAY else rng.randint(100, 9000),
        attachments=rng.choice(((), ("photo",), ("photo", "photo"), ("video",), ("poll",))),
    )


def _comments(rng: Random, one: AudiencePlan, members: Sequence[int], post_id: int, date: int) -> tuple[Comment, ...]:
    if not members or rng.random() < 0.5:
        return ()
    return tuple(
        _comment(rng, one, members, post_id * 1000 + place * 40, date + 60 * (place + 1), threads=True)
        for place in range(rng.randint(1, 6))
    )


def _comment(
    rng: Random, one: AudiencePlan, members: Sequence[int], comment_id: int, date: int, *, threads: bool
) -> Comment:
    if rng.random() < 0.05:
        return Comment(comment_id, 0, date, "", deleted=True)
    female = rng.random() < one.female
    length = rng.random()
    text = chat(rng, female=female) if length < 0.4 else personal(
        rng, pick(rng, one.interests), female=female, sentences=1, talk=0
    )  # fmt: skip
    answers = rng.choice((0, 0, 1, 3, 14)) if threads and rng.random() < 0.3 else 0
    thread = tuple(
        _comment(rng, one, members, comment_id + 1 + number, date + 30 * (number + 1), threads=False)
        for number in range(answers)
    )
    return Comment(comment_id, rng.choice(members), date, text, rng.randint(0, 9), thread=thread)
