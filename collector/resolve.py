"""The communities a study names, to rows: by number where the address has one, by screen name otherwise."""

from __future__ import annotations

from collections.abc import Iterable

from collector.address import Address, parse_address
from collector.client import VkClient
from collector.errors import INCONCLUSIVE, VkSkip
from collector.parse_group import FIELDS, group_items, parse_group
from collector.values import parsed
from storage import Store, people
from storage.rows import Community

METHOD = "groups.getById"
AT_ONCE = 500


def resolve(client: VkClient, names: Iterable[str]) -> dict[str, Community | None]:
    """name as written -> its community, or None when VK knows no such one; what VK gave no answer about is absent.

    One bad name may fail the whole list; then the list is halved until the bad one stands alone.
    Raises ConfigError for a text that is no address, and VkError but VkSkip as they come.
    """
    written = list(dict.fromkeys(names))
    keys = {name: _key(parse_address(name)) for name in written}
    wanted = list(dict.fromkeys(key for key in keys.values() if key))
    found: dict[str, Community | None] = {"": None}
    for start in range(0, len(wanted), AT_ONCE):
        found.update(_ask(client, wanted[start : start + AT_ONCE]))
    return {name: found[key] for name, key in keys.items() if key in found}


def known_community(store: Store, name: str) -> int | None:
    """The id of a community that the study holds already, by its number or its screen name."""
    address = parse_address(name)
    if address.kind == "community":
        return address.id if people.find_community(store, address.id) else None
    return people.named_community(store, address.name) if address.kind == "name" else None


def _key(address: Address) -> str:
    """What ``group_ids`` takes; a person is no community."""
    if address.kind == "community":
        return str(address.id)
    return address.name if address.kind == "name" else ""


def _ask(client: VkClient, keys: list[str]) -> dict[str, Community | None]:
    try:
        response = client.call(METHOD, group_ids=keys, fields=FIELDS)
    except VkSkip as error:
        if error.state in INCONCLUSIVE:
            raise
        if len(keys) == 1:
            return {keys[0]: None} if error.state == "not_found" else {}
        middle = len(keys) // 2
        return {**_ask(client, keys[:middle]), **_ask(client, keys[middle:])}
    return _matched(client, keys, parsed(group_items(response), parse_group))


def _matched(client: VkClient, keys: list[str], rows: list[Community]) -> dict[str, Community | None]:
    """By id or screen name, never by position: VK leaves out what it does not know. An empty answer says nothing."""
    if not rows:
        return {}
    by_key = {str(row.id): row for row in rows}
    by_key.update({row.screen_name.lower(): row for row in rows if row.screen_name})
    matched = {key: by_key.get(key) for key in keys}
    left = [key for key, row in matched.items() if row is None and not key.isdigit()]
    taken = {row.id for row in matched.values() if row is not None}
    if left and any(row.id not in taken for row in rows):
        # An old screen name still leads to its community, which answers with the new one.
        if len(keys) == 1:
            return {keys[0]: rows[0]}
        for key in left:
            matched |= _ask(client, [key])
    return matched
