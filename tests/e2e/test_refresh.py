"""Collections that are run again and again: what is new arrives, what changed is kept, nobody is lost."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from collector.sample import lot
from collector.settings import AudienceSpec
from simulator.plans import PLANS
from simulator.records import Comment, Post
from simulator.server import SimulatedVk, start_server
from simulator.settings import ServerSettings
from simulator.world import World, build_world
from storage import audiences, open_store, people
from storage.rows import Audience, User
from storage.summary import summary

from .social import HOUR, Study, open_communities

POSTS = ("members", "posts")


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(replace(PLANS["tiny"], audiences=tuple(
        replace(one, wall_posts=230) for one in PLANS["tiny"].audiences)))  # fmt: skip


@pytest.fixture
def vk(world: World) -> Iterator[SimulatedVk]:
    with start_server(world, ServerSettings(requests_per_second=2000)) as server:
        yield server


@pytest.fixture
def study(vk: SimulatedVk) -> Iterator[Study]:
    with open_store(":memory:") as store:
        yield Study(vk, store)


@pytest.fixture
def number(world: World) -> int:
    return open_communities(world)[0]


def spec(number: int) -> AudienceSpec:
    return AudienceSpec("a", (f"club{number}",))


def publish(vk: SimulatedVk, number: int, how_many: int, at: int) -> list[int]:
    newest = max(post.id for post in vk.state.wall(-number))
    ids = [newest + 2 + place for place in range(how_many)]  # a deleted post's id is never given again
    for place, post_id in enumerate(ids):
        vk.state.insert(Post(-number, post_id, -number, at + place, f"новость {post_id}"))
    return ids


def stored(study: Study, number: int) -> set[int]:
    return {row[0] for row in study.rows(f"SELECT id FROM posts WHERE owner_id = {-number} AND deleted_seen IS NULL")}


def test_a_second_run_reads_from_the_top_to_what_it_knows(vk: SimulatedVk, study: Study, number: int) -> None:
    study.collect(spec(number), what=("posts",))
    assert vk.calls("wall.get") >= 3
    new = publish(vk, number, 5, vk.state.now)
    study.clock.time += 25 * HOUR
    before = vk.calls("wall.get")
    assert study.collect(spec(number), what=("posts",)).state == "done"
    assert vk.calls("wall.get") - before == 1 and set(new) <= stored(study, number)
    (walk,) = study.rows("SELECT promised, got, state FROM walks WHERE kind = 'posts'")
    assert walk == (235, 235, "done")


def test_more_news_than_a_page_holds_arrive(vk: SimulatedVk, study: Study, number: int) -> None:
    study.collect(spec(number), what=("posts",))
    new = publish(vk, number, 250, vk.state.now)
    study.clock.time += 25 * HOUR
    study.collect(spec(number), what=("posts",))
    assert stored(study, number) == {post.id for post in vk.state.wall(-number)} and set(new) <= stored(study, number)


def test_news_that_came_while_a_walk_was_stopped_are_not_forgotten(
    vk: SimulatedVk, study: Study, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from collector import walk_wall

    class Killed(BaseException):
        pass

    page, pages = walk_wall._page, iter(range(99))

    def dying(*given: object) -> object:
        if next(pages) == 2:
            raise Killed
        return page(*given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(walk_wall, "_page", dying)
        with pytest.raises(Killed):
            study.collect(spec(number), what=("posts",))
    publish(vk, number, 150, vk.state.now)
    study.collect(spec(number), what=("posts",))
    assert stored(study, number) == {post.id for post in vk.state.wall(-number)}


def test_a_wider_limit_reads_on_at_once(vk: SimulatedVk, study: Study, number: int) -> None:
    study.collect(spec(number), what=("posts",), max_posts=10)
    assert len(stored(study, number)) == 10
    study.collect(spec(number), what=("posts",), max_posts=10)
    assert vk.calls("wall.get") == 1
    study.collect(spec(number), what=("posts",))
    assert len(stored(study, number)) == 230


def test_counters_edits_and_deletions_of_late_posts_are_seen(vk: SimulatedVk, study: Study, number: int) -> None:
    recent = publish(vk, number, 3, vk.state.now)
    study.collect(spec(number), what=("posts",))
    kept, edited, gone = recent
    vk.state.edit(-number, edited, "исправленный текст")
    vk.state.delete(-number, gone)
    publish(vk, number, 120, vk.state.now + HOUR)  # the three are below the first page now
    study.clock.time += 25 * HOUR
    study.collect(spec(number), what=("posts",))
    study.clock.time += 25 * HOUR
    study.collect(spec(number), what=("posts",))
    texts = dict(study.rows(f"SELECT id, text FROM posts WHERE owner_id = {-number}"))
    assert texts[edited] == "исправленный текст"
    assert study.rows("SELECT id, text FROM post_versions") == [(edited, f"новость {edited}")]
    assert {row[0] for row in study.rows("SELECT id FROM posts WHERE deleted_seen IS NOT NULL")} == {gone}
    assert kept in stored(study, number)


@pytest.mark.parametrize(("most", "since", "known"), [(100, None, True), (20, None, False), (100, 10**9, True)])
def test_on_a_wall_that_one_answer_holds_whole_old_deletions_are_seen_within_limits(
    vk: SimulatedVk, study: Study, number: int, most: int, since: int | None, known: bool
) -> None:
    for post in vk.state.wall(-number)[30:]:
        vk.state.delete(-number, post.id)
    oldest = vk.state.wall(-number)[-1]
    assert study.clock.time - oldest.date > 31 * 24 * HOUR, "too old to be asked for one by one"
    study.collect(spec(number), what=("posts",), max_posts=most, since=since)
    vk.state.delete(-number, oldest.id)
    study.clock.time += 25 * HOUR
    study.collect(spec(number), what=("posts",), max_posts=most, since=since)
    gone = {row[0] for row in study.rows("SELECT id FROM posts WHERE deleted_seen IS NOT NULL")}
    assert gone == ({oldest.id} if known else set()), "what a limit passes over proves nothing"


def test_joins_leaves_and_returns_are_stays_and_a_hidden_list_is_no_departure(
    vk: SimulatedVk, study: Study, world: World, number: int
) -> None:
    def again() -> None:
        study.clock.time += 25 * HOUR
        study.collect(spec(number), what=("members",))

    stays = f"SELECT user_id, left_seen IS NULL FROM memberships WHERE community_id = {number} ORDER BY rowid"
    study.collect(spec(number), what=("members",))
    present = set(study.rows(stays))
    person = world.members(number)[3]
    stranger = next(one for one in sorted(world.people) if one not in world.members(number))
    vk.state.leave(number, person)
    vk.state.join(number, stranger)
    again()
    assert set(study.rows(stays)) == (present - {(person, 1)}) | {(person, 0), (stranger, 1)}
    vk.state.join(number, person)
    again()
    assert [row for row in study.rows(stays) if row[0] == person] == [(person, 0), (person, 1)]
    sizes = [row[0] for row in study.rows(f"SELECT members FROM community_counts WHERE id = {number} ORDER BY seen_at")]
    assert sizes[-1] == sizes[0] + 1
    before = set(study.rows(stays))
    vk.state.set_community(replace(world.communities[number], hides_members=True))
    again()
    assert set(study.rows(stays)) == before
    assert study.rows("SELECT state FROM gaps WHERE kind = 'members'") == [("hidden_members",)]


def test_a_panel_stays_and_newcomers_join_it_with_the_same_weight(
    vk: SimulatedVk, study: Study, world: World, number: int
) -> None:
    settings = {"what": ("members",), "sample": 5}
    study.collect(spec(number), **settings)
    first = audiences.sample(study.store, 1)
    (weight,) = set(first.values())
    assert len(first) == 5 and weight > 1
    for stranger in sorted(set(world.people) - set(world.members(number))):
        vk.state.join(number, stranger)
    study.clock.time += 25 * HOUR
    study.collect(spec(number), **settings)
    second = audiences.sample(study.store, 1)
    assert first.keys() < second.keys() and set(second.values()) == {weight}
    readable = study.rows(
        "SELECT count(*) FROM v_members_now WHERE state IN ('ok', 'unknown') AND community_id = " + str(number)
    )[0][0]
    assert len(second) * weight == pytest.approx(readable, rel=0.8), "the weights still stand for all of them"


AT_ONCE = 32  # calls on their way at the same time, the most there are: which of them VK still answers, it decides


def walls_read(study: Study) -> list[int]:
    """Whose walls were read."""
    return [row[0] for row in study.rows("SELECT subject FROM walks WHERE kind = 'walls'")]


@pytest.mark.parametrize("kind", ["service", "user"])
def test_a_study_of_more_walls_than_a_day_allows_comes_to_its_end(kind: str) -> None:
    plan = PLANS["tiny"]
    world = build_world(replace(plan, audiences=(replace(plan.audiences[0], size=300, posts=1.0, wall_posts=1),)))
    number = open_communities(world)[0]
    readable = [one for one in world.members(number) if not (world.people[one].closed or world.people[one].deactivated)]
    a_day = len(readable) // 3 + 1
    settings = ServerSettings(requests_per_second=2000, daily_quota={"wall.get": a_day})
    with start_server(world, settings) as vk, open_store(":memory:") as store:
        study, outcomes, complete = Study(vk, store, kind), [], []
        for _ in range(4):
            outcomes.append(study.collect(spec(number), what=("members", "walls"), max_posts=100))
            complete.append(len(walls_read(study)) == len(readable))
            if len(outcomes) == 1:
                first = set(walls_read(study))
            vk.limits.forget()
            study.clock.time += 25 * HOUR
        assert [outcome.state for outcome in outcomes] == ["done" if all_ else "paused" for all_ in complete]
        assert complete[:2] == [False, False] and complete[3], "a limit met in reading again is no pause: all is there"
        again = [any("Посмотреть заново" in message for message in outcome.messages) for outcome in outcomes]
        assert again == complete, "and it is told"
        assert sorted(walls_read(study)) == sorted(readable), "what was read yesterday is not read again before"
        drawn = sorted(readable, key=lambda one: lot(1, one))
        assert first <= set(drawn[: a_day + AT_ONCE]), "a day reads a sample of the list, not its veterans"


def test_who_is_in_no_list_is_looked_at_each_round_before_the_wall_is_asked_for(
    vk: SimulatedVk, study: Study, world: World, number: int
) -> None:
    readable = [one for one in world.members(number) if not (world.people[one].closed or world.people[one].deactivated)]
    listed = AudienceSpec("список", people=tuple(readable[:5]))
    assert study.collect(listed, what=("walls",)).state == "done"
    people_, changed = dict(world.people), readable[0]
    world.people[changed] = replace(world.people[changed], closed=True, city="Тверь")
    try:
        study.clock.time += 25 * HOUR
        before = vk.calls("wall.get"), vk.calls("users.get")
        assert study.collect(listed, what=("walls",)).state == "done"
        assert (vk.calls("wall.get") - before[0], vk.calls("users.get") - before[1]) == (4, 1)
        states = study.rows(
            f"SELECT value FROM user_states WHERE user_id = {changed} AND field = 'state' ORDER BY from_seen"
        )
        assert states == [("ok",), ("closed",)]
    finally:
        world.people.update(people_)


def test_authors_of_a_file_are_nobody_that_vk_could_be_asked_for(vk: SimulatedVk, study: Study, world: World) -> None:
    author = 10**15 + 4
    people.save_users(study.store, [User(author, state="unknown", source="форум")], 1)
    number = audiences.save_audience(study.store, Audience("форум", '{"any": []}', recipe="import"))
    audiences.save_sample(study.store, number, {author: 1.0}, 1)
    listed = AudienceSpec("список", people=tuple(world.people)[:3])
    assert study.collect(listed, what=("walls", "subscriptions")).state == "done"
    assert study.rows(f"SELECT state FROM users WHERE id = {author}") == [("unknown",)], "not called deleted"
    assert not study.rows(f"SELECT * FROM gaps WHERE subject = {author}")
    asked = [one.params.get("user_ids", "").split(",") for one in vk.log if one.method == "users.get"]
    assert asked and not [ids for ids in asked if str(author) in ids]
    assert summary(study.store, study.clock.now())["waiting"] == 0


def test_states_and_cities_of_people_keep_their_history(study: Study) -> None:
    from storage import people
    from storage.rows import User

    for seen, row in enumerate((User(1, city="Пермь"), User(1, state="closed", city="Пермь"),
                                User(1, city="Омск"), User(1, state="deleted"))):  # fmt: skip
        people.save_users(study.store, [row], 100 + seen)
    found = study.rows("SELECT field, value, from_seen, to_seen FROM user_states ORDER BY field, from_seen")
    assert found == [
        ("city", "Пермь", 100, 102), ("city", "Омск", 102, None),
        ("state", "ok", 100, 101), ("state", "closed", 101, 102), ("state", "ok", 102, 103),
        ("state", "deleted", 103, None),
    ]  # fmt: skip


@pytest.mark.parametrize("narrow", [{"since": True}, {"max_posts": 120}])
def test_a_limit_that_grows_wider_after_a_stop_in_a_refresh_is_read_whole(
    vk: SimulatedVk, study: Study, number: int, narrow: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from collector import walk_wall

    if "since" in narrow:
        narrow = {"since": sorted(post.date for post in vk.state.wall(-number))[110]}
    study.collect(spec(number), what=("posts",), **narrow)
    publish(vk, number, 150, vk.state.now)
    study.clock.time += 25 * HOUR
    page, pages = walk_wall._page, iter(range(99))

    def dying(*given: object) -> object:
        if next(pages) == 1:
            raise KeyboardInterrupt
        return page(*given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(walk_wall, "_page", dying)
        with pytest.raises(KeyboardInterrupt):
            study.collect(spec(number), what=("posts",), **narrow)
    study.collect(spec(number), what=("posts",))
    assert stored(study, number) == {post.id for post in vk.state.wall(-number)}


def test_a_post_that_vk_tells_to_be_deleted_is_gone_and_keeps_its_text(
    vk: SimulatedVk, study: Study, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from simulator import methods_wall

    study.collect(spec(number), what=("posts",))
    young = [post for post in vk.state.wall(-number) if post.date > vk.state.now - 20 * 24 * HOUR]
    gone, text = young[-1].id, young[-1].text
    study.clock.time += 25 * HOUR
    publish(vk, number, 1, vk.state.now)
    shown = methods_wall.present.post

    def deleted(record: Post) -> dict[str, object]:
        bare = {"id": record.id, "owner_id": record.owner_id, "is_deleted": True, "deleted_reason": "Запись удалена"}
        return bare if record.id == gone else shown(record)

    monkeypatch.setattr(methods_wall.present, "post", deleted)
    study.collect(spec(number), what=("posts",))
    found = study.rows(f"SELECT text, deleted_seen IS NOT NULL FROM posts WHERE id = {gone} AND owner_id = {-number}")
    assert found == [(text, 1)]


def test_a_join_is_bracketed_by_the_last_whole_list_whatever_its_page_and_the_nights_between(
    vk: SimulatedVk, study: Study, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from collector import walk_members

    monkeypatch.setattr(walk_members, "PAGE", 20)
    members = vk.state.members(number)
    late = [members[1], members[len(members) // 2], members[-2]]
    for person in late:
        vk.state.leave(number, person)
    study.collect(spec(number), what=("members",))
    (whole,) = study.rows("SELECT finished_seen FROM walks WHERE kind = 'members'")
    sound = vk.state.community(number)
    assert sound is not None
    vk.state.set_community(replace(sound, hides_members=True))
    study.clock.time += 25 * HOUR
    assert study.collect(spec(number), what=("members",)).state == "partial"
    vk.state.set_community(sound)
    for person in late:
        vk.state.join(number, person)
    study.clock.time += 25 * HOUR
    study.collect(spec(number), what=("members",))
    assert study.rows("SELECT absent_seen FROM memberships WHERE first_seen > absent_seen") == [whole] * 3
    assert study.rows("SELECT count(*) FROM memberships WHERE absent_seen IS NOT NULL") == [(3,)]


@pytest.fixture
def talk(vk: SimulatedVk, number: int) -> Talk:
    """A post of last month with 1,500 comments, every hundredth with thirty replies."""
    return Talk(vk, -number)


class Talk:
    def __init__(self, vk: SimulatedVk, owner: int) -> None:
        self.vk, self.owner, self.next = vk, owner, 10_000_000
        self.post = max(post.id for post in vk.state.wall(owner)) + 1
        top = tuple(self._comment(30 if place % 100 == 50 else 0) for place in range(1500))
        vk.state.insert(Post(owner, self.post, owner, vk.state.now - 31 * 24 * HOUR, "спор", comments=top))

    def _comment(self, replies: int = 0) -> Comment:
        number = self.next = self.next + 1
        thread = tuple(self._comment() for _ in range(replies))
        return Comment(number, 7, number, f"мнение {number}", thread=thread)

    def change(self, how: Callable[[list[Comment]], None]) -> None:
        post = self.vk.state.post(self.owner, self.post)
        assert post is not None
        comments = list(post.comments)
        how(comments)
        self.vk.state.replace(replace(post, comments=tuple(comments)))

    def add(self) -> None:
        self.change(lambda top: top.append(self._comment()))

    def reply(self, place: int) -> None:
        self.change(lambda top: top.__setitem__(
            place, replace(top[place], thread=(*top[place].thread, self._comment()))))  # fmt: skip

    def edit(self, place: int) -> None:
        self.change(lambda top: top.__setitem__(place, replace(top[place], text="передумал")))

    def drop(self, place: int) -> None:
        self.change(lambda top: top.pop(place))

    def texts(self) -> dict[int, str]:
        post = self.vk.state.post(self.owner, self.post)
        assert post is not None
        return {one.id: one.text for top in post.comments for one in (top, *top.thread)}


def next_day(study: Study, vk: SimulatedVk, number: int, talk: Talk, hours: int = 25) -> int:
    """The calls for the talk's comments that the next run makes."""
    study.clock.time += hours * HOUR
    before = len(vk.log)
    assert study.collect(spec(number), what=("posts", "comments")).state == "done"
    asked = [call for call in vk.log[before:] if call.method == "wall.getComments"]
    return sum(call.params["post_id"] == str(talk.post) for call in asked)


def holds(study: Study, talk: Talk) -> bool:
    """Whether everything that is said there now is stored as it is said."""
    stored = dict(study.rows(f"SELECT id, text FROM comments WHERE post_id = {talk.post}"))
    return talk.texts().items() <= stored.items()


@pytest.mark.parametrize("kind", ["service", "user"])
@pytest.mark.parametrize("change", [Talk.add, lambda talk: talk.reply(1490)])
def test_one_new_comment_in_a_long_talk_costs_one_call(
    vk: SimulatedVk, study: Study, number: int, talk: Talk, kind: str, change: Callable[[Talk], None]
) -> None:
    study.kind = kind
    assert next_day(study, vk, number, talk) >= 30 and holds(study, talk)
    change(talk)
    assert next_day(study, vk, number, talk) == 1 and holds(study, talk)
    for _ in range(150):
        talk.add()
    talk.reply(1450)
    talk.edit(1470)
    assert next_day(study, vk, number, talk, hours=24) <= 4 and holds(study, talk), "two pages, and the grown thread"


def test_a_talk_that_was_read_from_its_end_is_read_whole_some_days_later(
    vk: SimulatedVk, study: Study, number: int, talk: Talk
) -> None:
    next_day(study, vk, number, talk)
    talk.edit(3)
    talk.add()
    assert next_day(study, vk, number, talk) == 1 and not holds(study, talk), "the edit lies below what was known"
    assert next_day(study, vk, number, talk, hours=73) >= 30 and holds(study, talk)
    (old,) = study.rows("SELECT text FROM comment_versions")
    assert old[0].startswith("мнение") and next_day(study, vk, number, talk, hours=240) == 0, "once is enough"


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_in_a_talk_what_is_said_is_stored_the_same_day(
    vk: SimulatedVk, study: Study, number: int, talk: Talk, seed: int
) -> None:
    rng = random.Random(seed)
    next_day(study, vk, number, talk)
    for _ in range(4):
        before = len(talk.texts())
        for _ in range(rng.randint(1, 4)):
            rng.choice([talk.add, talk.add, lambda: talk.reply(rng.randrange(1400)),
                        lambda: talk.drop(rng.randrange(1400))])()  # fmt: skip
        while len(talk.texts()) == before:  # one has come and one has gone: no counter tells, as with young posts
            talk.add()
        next_day(study, vk, number, talk)
        assert holds(study, talk)
