"""All the ways people paste an address."""

from __future__ import annotations

import pytest

from collector.address import Address, parse_address
from storage import ConfigError


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("123", Address("community", 123)),
        ("-123", Address("community", 123)),
        ("club123", Address("community", 123)),
        ("PUBLIC123", Address("community", 123)),
        ("event5", Address("community", 5)),
        ("wall-1_2", Address("community", 1)),
        ("https://vk.com/wall7_2", Address("person", 7)),
        ("id9", Address("person", 9)),
        ("@Name", Address("name", name="name")),
        (" https://vk.ru/name/ ", Address("name", name="name")),
        ("m.vk.com/na.me_1?w=wall-1_2", Address("name", name="na.me_1")),
        ("vk.com/club77#x", Address("community", 77)),
    ],
)
def test_an_address_is_understood(text: str, address: Address) -> None:
    assert parse_address(text) == address


NONSENSE = ["", "0", "club0", "группа", "https://example.com/name", "a b", "x" * 300, "١٢٣", "\x00",
            "vk.com", "VK.ru", "https://m.vk.com/", "www.vk.com?w=1", "club١٢٣", "id٩"]  # fmt: skip


@pytest.mark.parametrize("text", NONSENSE)
def test_anything_else_is_refused_with_the_forms_that_work(text: str) -> None:
    with pytest.raises(ConfigError, match="club123"):
        parse_address(text)
