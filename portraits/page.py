"""The parts of a report to one HTML page. Every string that a template prints is made safe here, once."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

from portraits.build import Parts
from portraits.display import shorten, visible
from portraits.interests import TopicCard
from portraits.passport import drawn, period, rule
from portraits.study import Study
from portraits.words import Words
from storage import portrait_people as people

TEMPLATES = Path(__file__).parent / "templates"
NAME_LIMIT = 70
RESULTS = ("counts", "dropped", "choice")
"""What the model's settings hold of its outcome: told elsewhere in the report, small groups hidden."""


def render(study: Study, parts: Parts) -> str:
    """The whole page. Raises jinja2.UndefinedError for a name that a template made up."""
    words = Words(study.settings.language, study.settings.timezone, study.least)
    return str(_environment().get_template("page.html.j2").render(**_names(study, parts, words)))


@functools.cache
def _environment() -> Any:
    """The templates, compiled once: compiling takes as long as filling them."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["short"] = _short
    return environment


def _finalize(value: Any) -> Any:
    """Neutralise what escaping lets through; markup made by our own macros passes."""
    return visible(value) if type(value) is str else value


def _short(text: str, limit: int = NAME_LIMIT) -> str:
    # A name of a megabyte is cut before it is read letter by letter.
    return shorten(visible(text[: limit * 20]), limit)


def _names(study: Study, parts: Parts, words: Words) -> dict[str, Any]:
    side = "baseline" if study.has_baseline else "others"
    labels = {topic.id: _short(topic.label) or _nameless(topic, words) for topic in parts.topics}
    return {
        "study": study,
        "settings": study.settings,
        "groups": study.peopled,
        "parts": parts,
        "say": words,
        "labels": labels,
        "labels_text": {str(number): label for number, label in labels.items()},
        "reference": words(f"reference.{side}"),
        "than": words(f"reference.than_{side}"),
        "compared": any(study.compared(group) for group in study.peopled),
        "unstable": study.unstable,
        "EVERYONE": people.EVERYONE,
        "drawn": drawn,
        "period": period,
        "rule": rule,
        "model_settings": _settings_rows(study),
        "tests": sum(1 for index in parts.indices.values() if index.state != "few"),
        "topic_order": _topic_order(parts),
    }


def _nameless(topic: TopicCard, words: Words) -> str:
    return words("topics.unstable_name", number=topic.id) if topic.stable is False else words("no_name")


def _settings_rows(study: Study) -> list[tuple[str, str]]:
    if study.model is None:
        return []
    try:
        found = json.loads(study.model.settings)
    except ValueError:
        return []
    if not isinstance(found, dict):
        return []
    return [
        (str(key), json.dumps(value, ensure_ascii=False)) for key, value in sorted(found.items()) if key not in RESULTS
    ]


def _topic_order(parts: Parts) -> list[int]:
    """Topics by their share among all people, largest first; by number without people."""
    own = parts.own
    means = own.means.get(people.EVERYONE) if own else None
    if own is None or means is None:
        return [topic.id for topic in parts.topics]
    return sorted(own.topics, key=lambda topic: (-float(means.value[own.place(topic)]), topic))
