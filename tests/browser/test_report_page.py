"""The report in a real browser, from a file: it opens, is readable, asks nobody anything and runs nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser
ALL = ("ru", "en", "hostile", "many")
INJECTED = "script, iframe, img, object, embed, form, [onerror], [onload], [onclick]"
ATTACK = (
    "<script>document.title = 'ran'</script><img src='https://example.invalid/x.png' onerror=\"document.title='ran'\">"
)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("width", [1280, 400])
def test_it_opens_without_a_complaint_and_asks_nobody(
    tab: Any, reports: dict[str, Path], name: str, width: int
) -> None:
    tab.open(reports[name], width)
    assert tab.of("Runtime.exceptionThrown") == []
    assert [one["entry"]["text"] for one in tab.of("Log.entryAdded")] == []
    assert [one["args"] for one in tab.of("Runtime.consoleAPICalled")] == []
    asked = {one["request"]["url"] for one in tab.of("Network.requestWillBeSent")}
    assert {url for url in asked if not url.startswith(("file:", "data:"))} == set()
    assert len([url for url in asked if url.startswith("file:")]) == 1


@pytest.mark.parametrize("name", ALL)
def test_nothing_of_a_name_or_a_text_is_executed(tab: Any, reports: dict[str, Path], name: str) -> None:
    tab.open(reports[name])
    assert tab.of("Page.javascriptDialogOpening") == []
    assert tab.run(f"document.querySelectorAll('{INJECTED}').length") == 0


def test_the_policy_stops_what_escaping_might_let_through(tab: Any, reports: dict[str, Path], tmp_path: Path) -> None:
    broken = tmp_path / "broken.html"
    page = reports["ru"].read_text(encoding="utf-8")
    broken.write_text(page.replace("<main>", "<main>" + ATTACK), encoding="utf-8")
    tab.open(broken)
    assert tab.run("document.title") != "ran"
    assert "Content Security Policy" in " ".join(one["entry"]["text"] for one in tab.of("Log.entryAdded"))


@pytest.mark.parametrize("width", [1280, 768, 400, 320])
@pytest.mark.parametrize("name", ALL)
def test_nothing_sticks_out_of_the_screen(tab: Any, reports: dict[str, Path], name: str, width: int) -> None:
    tab.open(reports[name], width)
    assert tab.run("document.documentElement.scrollWidth") <= width


def test_every_chart_has_a_name_and_every_link_within_the_page_a_target(tab: Any, reports: dict[str, Path]) -> None:
    tab.open(reports["ru"])
    charts = "[...document.querySelectorAll('svg')]"
    assert tab.run(f"{charts}.length") > 50
    assert tab.run(f"{charts}.filter(s => !s.querySelector('title')?.textContent).length") == 0
    targets = "[...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.getAttribute('href').slice(1))"
    assert tab.run(f"{targets}.filter(id => !document.getElementById(id))") == []
    ids = "[...document.querySelectorAll('[id]')].map(e => e.id)"
    assert tab.run(f"(ids => ids.length - new Set(ids).size)({ids})") == 0


def test_the_first_screen_says_who_they_are(tab: Any, reports: dict[str, Path]) -> None:
    tab.open(reports["ru"], 1280, 1000)
    personas = "[...document.querySelectorAll('.persona')]"
    seen = tab.run(f"{personas}.filter(p => p.getBoundingClientRect().bottom < 1000).map(p => p.innerText)")
    assert len(seen) == 3
    assert "мужчины" in seen[0] and "женщины" in seen[1] and "экзамен" in seen[2]


def test_it_prints(tab: Any, reports: dict[str, Path]) -> None:
    tab.open(reports["ru"])
    printed = tab.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
    assert len(printed["data"]) > 50_000


WORDS_BROKEN = """
[...document.querySelectorAll('.val, .n, .chip')].flatMap(e => {
  const walker = document.createTreeWalker(e, NodeFilter.SHOW_TEXT), broken = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    for (const word of node.data.matchAll(/[^\\s]+/g)) {
      const range = document.createRange();
      range.setStart(node, word.index); range.setEnd(node, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map(r => Math.round(r.top))).size > 1) broken.push(word[0]);
    }
  return broken;
}).slice(0, 5)
"""


def emulate(tab: Any, media: str, scheme: str) -> None:
    tab.call("Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}])


@pytest.mark.parametrize(("media", "width"), [("screen", 1280), ("print", 1040), ("screen", 390)])
def test_with_many_audiences_no_figure_is_broken_into_digits(
    tab: Any, reports: dict[str, Path], media: str, width: int
) -> None:
    tab.open(reports["many"], width)
    emulate(tab, media, "light")
    assert tab.run(WORDS_BROKEN) == []
    assert tab.run("document.documentElement.scrollWidth") <= width
    emulate(tab, "", "light")


def test_paper_is_light_whatever_the_screen(tab: Any, reports: dict[str, Path]) -> None:
    tab.open(reports["ru"])
    value = "getComputedStyle(document.documentElement).getPropertyValue('{}').trim()"
    emulate(tab, "screen", "dark")
    assert tab.run(value.format("--page")) == "#14181d"
    emulate(tab, "print", "dark")
    assert tab.run(value.format("--page")) == "#fff" and tab.run(value.format("--accent")) == "#005ab5"
    assert tab.run(value.format("--track")) == "#e7ecf1"
    emulate(tab, "", "light")


def test_on_a_phone_many_audiences_are_lines_not_screens(tab: Any, reports: dict[str, Path]) -> None:
    tab.open(reports["many"], 390)
    heads = "[...document.querySelectorAll('.grid tbody th:first-child')].map(e => e.getBoundingClientRect().width)"
    assert tab.run(f"Math.min(...{heads})") > 340
    assert tab.run("document.documentElement.scrollHeight") < 65_000
