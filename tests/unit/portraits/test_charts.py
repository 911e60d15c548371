"""Colours of the maps say what their captions say."""

from __future__ import annotations

import re
from typing import Any

from storage import Store


def heat(page: Any, store: Store) -> dict[str, tuple[bool, list[tuple[float, float]]]]:
    """Topic -> (grey row, [(share printed, strength of the colour)])."""
    html = page(store)
    table = html[html.index('id="fig-heat"') :].partition("</table>")[0]
    found = {}
    for row in re.findall(r"(?s)<tr.*?</tr>", table)[1:]:
        cells = re.findall(r'--a: ([\d.]+)"><span class="val">([\d,]+)', row)
        name = re.sub(r"<[^>]+>", "", re.findall(r"(?s)<th.*?</th>", row)[0])
        found[name] = ('class="unstable"' in row, [(float(b.replace(",", ".")), float(a)) for a, b in cells])
    return found


def test_a_larger_share_always_has_the_stronger_colour(build: Any, page: Any, small_study: Any) -> None:
    kind = small_study["Kind"]
    strong = ((60, 1, 1, 1, 1, 1), (1, 26, 1, 1, 1, 1), (1, 1, 14, 1, 1, 1))
    kinds = [kind(name, 300, 0.5, 30, "Москва", one, 0.1) for name, one in zip("АБВ", strong, strict=True)]
    cells = sorted(cell for _, row in heat(page, build(kinds=tuple(kinds))).values() for cell in row)
    assert len(cells) == 18 and [share for share, _ in cells[-3:]] > [50, 50, 50]
    strengths = [strength for _, strength in cells[-3:]]
    assert strengths == sorted(set(strengths)) and strengths[-1] == 0.62


def test_topics_that_are_not_stable_are_grey_rows(build: Any, page: Any) -> None:
    store = build()
    with store.write() as connection:
        connection.execute("UPDATE topics SET stable = (topic != 1), stability = 0.9")
        connection.execute("UPDATE topics SET label = '' WHERE topic = 1")
    assert [name for name, (grey, _) in heat(page, store).items() if grey] == ["неустойчивая тема 1"]


def test_captions_hold_in_light_and_dark(build: Any, told: Any) -> None:
    for language, wrong in (("ru", "темнее|[Шш]трихован"), ("en", "darker|hatched")):
        assert not re.search(wrong, told(build(), language=language))
