"""``utils.*`` and ``database.*``."""

from __future__ import annotations

from typing import Any

from simulator.call import Call
from simulator.envelope import bad_parameter


def resolve_screen_name(call: Call) -> Any:
    """``utils.resolveScreenName``: an object, or PHP's empty list when nothing bears the name."""
    name = call.text("screen_name")
    if not name:
        raise bad_parameter("screen_name is undefined")
    found = call.state.named(name)
    return [] if found is None else {"type": found.kind, "object_id": found.id}


def get_server_time(call: Call) -> int:
    """``utils.getServerTime``: the world's own time."""
    return call.state.now


def get_cities(call: Call) -> dict[str, Any]:
    """``database.getCities``: the cities in which the people of this world live."""
    words = call.text("q").casefold()
    cities = sorted((number, title) for number, title in _cities(call).items() if words in title.casefold())
    offset, count = call.page(100, 1000)
    page = cities[offset : offset + count]
    return {"count": len(cities), "items": [{"id": number, "title": title} for number, title in page]}


def get_cities_by_id(call: Call) -> list[dict[str, Any]]:
    """``database.getCitiesById``: unknown ids are left out."""
    cities = _cities(call)
    wanted = [int(word) for word in call.words("city_ids") if word.isascii() and word.isdigit()]
    return [{"id": number, "title": cities[number]} for number in wanted if number in cities]


def _cities(call: Call) -> dict[int, str]:
    people = call.state.world.people.values()
    return {person.city_id: person.city or "" for person in people if person.city_id is not None}
