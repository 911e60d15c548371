"""vkbottle reads the simulated VK: an async client whose typed models refuse what VK would not send.

Run where it is installed (``pip install vkbottle``); ``personal`` is left out, for VK's own ``[]`` breaks its model.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from simulator.server import start_server
from simulator.settings import ServerSettings
from simulator.world import World, build_world

vkbottle = pytest.importorskip("vkbottle")
pydantic = pytest.importorskip("pydantic")

FIELDS = ["sex", "bdate", "city", "country", "last_seen", "education", "relation", "schools", "occupation"]


@pytest.fixture(scope="module")
def world() -> World:
    return build_world("tiny")


def ask(world: World, work: Callable[[Any], Awaitable[Any]]) -> Any:
    with start_server(world, ServerSettings(requests_per_second=1e6)) as vk:

        async def run() -> Any:
            api = vkbottle.API(vk.tokens["user"])
            api.API_URL = vk.api_url + "/"
            try:
                return await work(api)
            finally:
                await api.http_client.close()

        return asyncio.run(run())


def group(world: World) -> int:
    return next(
        number for number, one in sorted(world.communities.items())
        if not one.closed and not one.hides_members and not one.deactivated and one.wall
    )  # fmt: skip


def test_communities_members_and_people_fit_the_models(world: World) -> None:
    number = group(world)

    async def work(api: Any) -> None:
        await api.groups.get_by_id(group_ids=[number], fields=["members_count", "description", "activity"])
        plain = await api.groups.get_members(group_id=str(number), count=1000)
        full = await api.groups.get_members(group_id=str(number), count=1000, fields=FIELDS)
        assert plain.items == [one.id for one in full.items] and plain.count == len(plain.items)
        people = await api.users.get(user_ids=plain.items[:100], fields=FIELDS)
        assert [one.id for one in people] == plain.items[:100]
        await api.utils.resolve_screen_name(screen_name=world.communities[number].screen_name)

    ask(world, work)


def test_walls_comments_and_likes_fit_the_models(world: World) -> None:
    number = group(world)

    async def work(api: Any) -> None:
        wall = await api.wall.get(owner_id=-number, count=100)
        await api.wall.get(owner_id=-number, count=100, extended=True)
        assert wall.count >= len(wall.items) > 0
        ids = [post.id for post in wall.items[:20]]
        again = await api.wall.get_by_id(posts=[f"-{number}_{post}" for post in ids])
        assert [post.id for post in again.items] == ids
        for post in ids:
            try:
                await api.wall.get_comments(owner_id=-number, post_id=post, count=100, thread_items_count=10)
            except pydantic.ValidationError as error:  # VK sends a deleted comment without author and text
                assert all(one["type"] == "missing" and one["input"]["deleted"] for one in error.errors())
            await api.likes.get_list(type="post", owner_id=-number, item_id=post)

    ask(world, work)


def test_walls_and_subscriptions_of_people_fit_the_models(world: World) -> None:
    async def work(api: Any) -> None:
        read = 0
        for person in sorted(world.people)[:60]:
            for one in (api.wall.get(owner_id=person, count=100), api.users.get_subscriptions(user_id=person)):
                try:
                    await one
                    read += 1
                except vkbottle.VKAPIError as error:
                    assert error.code in (15, 18, 19, 30, 260)
        assert read > 40

    ask(world, work)
