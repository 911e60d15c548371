"""The communities a study names, to rows: by number where the address has one, by screen name otherwise."""

from __future__ import annotations

from collections.abc import Iterable

from collector.address import Address, parse_address
from collector.client import VkClient
from collector.errors import INCONCLUSIVE, VkSkip
from collector.parse_group import FIELDS, group_items, parse_group
from collector.values import parsed
from storage.rows import Community

METHOD = "groups.getById"
AT_ONCE = 500


def resolve(client: VkClient, names: Iterable[str]) -> dict[str, Community | None]:
    """name as written -> its community, or None when VK knows no such one.

    One bad name may fail the whole list; then the list is halved until the bad one stands alone.
    Raises ConfigError for a text that is no address, and VkError but VkSkip as they come.
    """
    written = list(dict.fromkeys(names))
    keys = {name: _key(parse_address(name)) for name in written}
    wanted = list(dict.fromkeys(key for key in keys.values() if key))
    found: dict[str, Community] = {}
    for start in range(0, len(wanted), AT_ONCE):
        found.update(_ask(client, wanted[start : start + AT_ONCE]))
    return {name: found.get(key) if key else None for name, key in keys.items()}


def _key(address: Address) -> str:
    """What ``group_ids`` takes; a person is no community."""
    if address.kind == "community":
        return str(address.id)
    return address.name if address.kind == "name" else ""


def _ask(client: VkClient, keys: list[str]) -> dict[str, Community]:
    try:
        response = client.call(METHOD, group_ids=keys, fields=FIELDS)
    except VkSkip as error:
        if error.state in INCONCLUSIVE:
            raise
        if len(keys) == 1:
            return {}
        middle = len(keys) // 2
        return {**_ask(client, keys[:middle]), **_ask(client, keys[middle:])}
    return _matched(keys, parsed(group_items(response), parse_group))


def _matched(keys: list[str], rows: list[Community]) -> dict[str, Community]:
    """By id or screen name, never by position: VK leaves out what it does not know."""
    by_key = {str(row.id): row for row in rows}
    by_key.update({row.screen_name.lower(): row for row in rows if row.screen_name})
    matched = {key: by_key[key] for key in keys if key in by_key}
    if len(keys) == 1 and len(rows) == 1 and not matched and not keys[0].isdigit():
        # An old screen name still leads to its community, which answers with the new one.
        return {keys[0]: rows[0]}
    return matched
