"""People's names for topics: a file that is replayed on every new model, so that decisions survive a refit.

A decision remembers its topic by the topic's typical words, not by its number. On a new model each decision goes to
the topic that shares most of them, all at once by the Hungarian method; one that finds no topic sharing at least
``LEAST`` of its words is reported and kept in the file, never dropped.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage import ConfigError, MissingInput, Store, models, people, toml
from storage.rows import Topic

LEAST = 0.35
"""Of a decision's words, by rank; of two topics of one model hardly any pair shares so much."""
BY_PERSON = "person"
LONGEST = 80

HEAD = """\
# Имена тем. Впишите name (и, если хотите, reason) и запустите: {apply}
# Чтобы имена ждали свою тему, даже когда её в модели нет: [topics] curation = {curation} в config.toml.
# Две темы с одним именем отчёт покажет как одну.
# words не меняйте: по ним тема узнаётся в новой модели. Тема без имени остаётся с подсказкой.
"""


@dataclass(frozen=True, slots=True)
class Decision:
    """A name that somebody gave; ``words`` the typical words of its topic then, the most typical first.

    An empty name with a reason is a note, which moves with its topic too.
    """

    name: str
    words: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Curation:
    """A curation file: who decided, words to leave out of the next model, and names."""

    author: str = ""
    stopwords: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True)
class Applied:
    """What a replay did. ``named``: (topic, label before, name, share of the decision's words); ``lost``: decisions
    whose topic is not in this model."""

    named: tuple[tuple[int, str, str, float], ...]
    lost: tuple[Decision, ...]


UNSTABLE = "нет, тема неустойчива"


def read(file: Path) -> Curation:
    """Read a curation file. Raises ConfigError that names what is wrong in it."""
    try:
        whole = tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:  # also a number of thousands of digits, endless nesting
        raise ConfigError(
            f"Файл имён тем не читается: {file}", str(error), "Нужен TOML в UTF-8; образец: vkaudience topics name."
        ) from error
    unknown = sorted(set(whole) - {"author", "stopwords", "topic"})
    if unknown:
        raise _broken(file, f"незнакомый ключ {unknown[0]!r}")
    author, stop, tables = whole.get("author", ""), whole.get("stopwords", []), whole.get("topic", [])
    if not isinstance(author, str) or not _words(stop) or not isinstance(tables, list):
        raise _broken(file, "author — строка, stopwords — список слов, [[topic]] — таблицы")
    found = [_decision(file, number, table) for number, table in enumerate(tables, start=1)]
    return Curation(author, tuple(stop), tuple(one for one in found if one.name or one.reason))


def apply(store: Store, curation: Curation) -> Applied:
    """Name the current model's topics by the decisions; topics nobody decided on get their suggested names back.

    Raises MissingInput without a model.
    """
    topics = current(store)
    pairs, lost = match([one for one in curation.decisions if one.name], topics)
    named = []
    with store.write():
        for topic in topics:
            found = pairs.get(topic.topic)
            label, by = (found[0].name, BY_PERSON) if found else (suggested(topic), "auto")
            if found:
                named.append((topic.topic, topic.label, label, found[1]))
            if (topic.label, topic.named_by) != (label, by):
                models.name_topic(store, topic.model_id, topic.topic, label, by)
    return Applied(tuple(named), lost)


def current(store: Store) -> list[Topic]:
    """The current model's topics. Raises MissingInput without one."""
    model = models.current_model(store)
    if model is None or model.id is None:
        raise MissingInput("Тем ещё нет.", "", "Постройте их: vkaudience topics.")
    return models.topics(store, model.id)


def given(store: Store) -> Curation:
    """The names by persons that the current model carries, as a file would hold them; none without a model."""
    model = models.current_model(store)
    topics = models.topics(store, model.id or 0) if model else []
    return Curation(
        decisions=tuple(
            Decision(one.label, tuple(typical(one))) for one in topics if one.named_by == BY_PERSON and one.label
        )
    )


def typical(topic: Topic) -> list[str]:
    """A topic's typical words, the most typical first."""
    return [str(word) for word, _ in json.loads(topic.words)]


def suggested(topic: Topic) -> str:
    """The name that the model itself suggests: the three most typical words; none for an unstable topic."""
    return "" if topic.stable == 0 else ", ".join(typical(topic)[:3])


def communities_above(store: Store, model_id: int) -> dict[int, list[list[Any]]]:
    """topic -> up to two [community, times its share is of the communities' mean], where that is more than one."""
    rows = models.community_topics(store, model_id, "member") or models.community_topics(store, model_id, "wrote")
    weights: dict[int, list[tuple[float, int]]] = {}
    for row in rows:
        weights.setdefault(row.topic, []).append((row.weight, row.community_id))
    found = {}
    for topic, own in weights.items():
        mean = sum(weight for weight, _ in own) / len(own) or 1.0
        lifts = sorted(((weight / mean, number) for weight, number in own), reverse=True)[:2]
        found[topic] = [[number, round(lift, 2)] for lift, number in lifts if lift > 1]
    return found


def match(
    decisions: Sequence[Decision], topics: Sequence[Topic]
) -> tuple[dict[int, tuple[Decision, float]], tuple[Decision, ...]]:
    """topic -> its decision and the share of the decision's words that it has; the decisions left without one."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    if not decisions or not topics:
        return {}, tuple(decisions)
    shares = np.array([[_shared(one.words, typical(topic)) for topic in topics] for one in decisions])
    # Overlaps too small to count must not outvote a good match.
    rows, columns = linear_sum_assignment(-np.where(shares >= LEAST, shares, 0.0))
    found = {
        topics[column].topic: (decisions[row], float(shares[row, column]))
        for row, column in zip(rows, columns, strict=True)
        if shares[row, column] >= LEAST
    }
    taken = [one for one, _ in found.values()]
    return found, tuple(one for one in decisions if not any(one is other for other in taken))


def _shared(words: Sequence[str], others: Sequence[str]) -> float:
    """Which part of the words, the first weighing most, stands among the others."""
    weights = {word: 1 / (2 + rank) for rank, word in enumerate(words)}
    return sum(weight for word, weight in weights.items() if word in set(others)) / max(sum(weights.values()), 1e-9)


def write(file: Path, store: Store, *, line: str = "vkaudience topics apply ФАЙЛ", key: str | None = None) -> Applied:
    """Write the file anew for the current model, with the decisions of the one that is there, or else the given names.

    The head says how to go on: ``line`` applies this file, ``key`` is its path as config.toml has to name it.

    Raises MissingInput without a model and ConfigError for a file that cannot be read or written.
    """
    topics = current(store)
    before = read(file) if file.exists() else given(store)
    pairs, lost = match(before.decisions, topics)
    above = communities_above(store, topics[0].model_id if topics else 0)
    names = {row.id: row.name or str(row.id) for row in people.communities(store)}
    text = (
        HEAD.format(apply=line, curation=toml.written(key or file.name)) + f"author = {toml.written(before.author)}\n"
    )
    text += "# слова, которые не нужны в темах: действуют при следующем построении\n"
    text += f"stopwords = {toml.written(before.stopwords)}\n"
    for topic in topics:
        one = pairs[topic.topic][0] if topic.topic in pairs else Decision("", tuple(typical(topic)))
        text += f"\n# тема {topic.topic}; подсказка: {suggested(topic) or UNSTABLE}\n"
        if often := ", ".join(
            " ".join(names.get(number, str(number)).split()) for number, _ in above.get(topic.topic, [])
        ):
            text += f"# чаще всего в: {often}\n"
        text += _table(one.name, one.reason, typical(topic))
    for one in lost:
        text += "\n# такой темы в нынешней модели нет\n" + _table(one.name, one.reason, one.words)
    try:
        beside = file.with_name(file.name + ".part")
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(file)
    except OSError as error:
        raise ConfigError(f"Файл имён тем не записать: {file}", str(error), "Выберите другой путь: --file.") from error
    return Applied(tuple((n, "", one.name, share) for n, (one, share) in sorted(pairs.items())), lost)


def _table(name: str, reason: str, words: Sequence[str]) -> str:
    return f"[[topic]]\nname = {toml.written(name)}\nreason = {toml.written(reason)}\nwords = {toml.written(words)}\n"


def _decision(file: Path, number: int, table: Any) -> Decision:
    where = f"[[topic]] номер {number}: "
    if not isinstance(table, dict) or set(table) - {"name", "reason", "words"}:
        raise _broken(file, where + "нужны name, reason и words")
    name, reason, words = table.get("name", ""), table.get("reason", ""), table.get("words", [])
    if not isinstance(name, str) or not isinstance(reason, str) or not _words(words):
        raise _broken(file, where + "name и reason — строки, words — список слов")
    name = " ".join(name.split())
    if len(name) > LONGEST:
        raise _broken(file, f"{where}имя длиннее {LONGEST} знаков")
    if name and not words:
        raise _broken(file, where + "у имени нет words: по ним тема узнаётся")
    return Decision(name, tuple(words), reason)


def _words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


def _broken(file: Path, what: str) -> ConfigError:
    return ConfigError(
        f"{file}: {what}.", "", "Исправьте файл или сделайте новый: vkaudience topics name --file НОВЫЙ."
    )
