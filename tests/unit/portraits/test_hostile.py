"""Nothing that came from VK is more than text in the report."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest


class Seen(HTMLParser):
    """Tags and attributes as a browser would see them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.styles = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] == "style":
            self.styles += data


@pytest.fixture(scope="module", params=["ru", "en"])
def seen(request: Any, hostile_page: Any) -> tuple[str, Seen]:
    html = hostile_page(request.param)
    parser = Seen()
    parser.feed(html)
    return html, parser


def test_no_script_no_frame_no_event_comes_out_of_names_and_texts(seen: tuple[str, Seen]) -> None:
    html, parser = seen
    assert "&lt;script&gt;" in html
    assert not {"script", "iframe", "img", "object", "embed", "form", "base", "b0"} & set(parser.tags)
    assert [name for name, _ in parser.attributes if name.startswith("on")] == []
    assert parser.tags.count("style") == 1


def test_nothing_is_loaded_and_links_lead_to_communities_only(seen: tuple[str, Seen]) -> None:
    _, parser = seen
    assert [name for name, _ in parser.attributes if name in ("src", "srcset", "action", "data")] == []
    targets = {value for name, value in parser.attributes if name == "href" and value}
    assert all(re.fullmatch(r"#[\w-]+|data:,|https://vk\.com/club\d+", target) for target in targets)
    assert "url(" not in parser.styles and "@import" not in parser.styles


def test_the_page_forbids_everything_but_its_own_style(seen: tuple[str, Seen]) -> None:
    assert ("http-equiv", "Content-Security-Policy") in seen[1].attributes
    policies = [value for name, value in seen[1].attributes if name == "content" and value and "default-src" in value]
    assert len(policies) == 1 and "default-src 'none'" in policies[0] and "script-src" not in policies[0]


def test_no_control_or_direction_mark_reaches_the_page(seen: tuple[str, Seen]) -> None:
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]", seen[0])


def test_a_template_in_a_name_is_not_run(seen: tuple[str, Seen]) -> None:
    assert "{{ 7*7 }}" in seen[0] and "&lt;/script&gt;49" not in seen[0]
