"""The order of the stages, and the journal line that each writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from storage import SYSTEM_CLOCK, AudienceError, Event, MissingInput, Outcome, Store, Watch, journal, people, texts
from storage.summary import last_settings
from vkaudience.config import Config
from vkaudience.failures import exit_code
from vkaudience.next_step import collecting
from vkaudience.rooms import lemma_settings, report_settings, topic_settings
from vkaudience.version import versions


@dataclass
class Line:
    """A line of ``runs`` that is being written: how what it tells of ended."""

    outcome: Outcome = field(default_factory=Outcome)


@contextmanager
def journal_line(store: Store, command: str, settings: Mapping[str, Any]) -> Iterator[Line]:
    """The line of a command in ``runs``, also when it fails."""
    run_id = journal.start_run(store, command, settings, versions(), SYSTEM_CLOCK.now())
    line = Line()
    try:
        yield line
    except BaseException as error:
        line.outcome = Outcome(type(error).__name__, messages=(str(error),))
        raise
    finally:
        ended = line.outcome
        journal.end_run(store, run_id, ended.state, ended.counts, ended.messages, SYSTEM_CLOCK.now())


def journaled(store: Store, command: str, settings: Mapping[str, Any], stage: Callable[[], Outcome]) -> Outcome:
    """Run a stage and write its line in ``runs``."""
    with journal_line(store, command, settings) as line:
        line.outcome = stage()
    return line.outcome


def collect(store: Store, config: Config, watch: Watch) -> Outcome:
    """The stage ``collect`` with the doors of this machine."""
    from collector.collect import collect as stage
    from vkaudience.doors import collect_settings, open_client

    settings = collect_settings(config)

    def collected() -> Outcome:
        # Inside of the journal's line: a night without a token is one that failed, and `status` has to tell of it.
        with open_client(config) as client:
            return stage(store, settings, client=client, watch=watch)

    return journaled(store, "collect", collecting(config), collected)


# What of [collect] what brings texts.
TEXTS = frozenset(("walls", "posts", "comments"))


def lemmatize(store: Store, config: Config, watch: Watch) -> Outcome:
    """The stage ``lemmatize``."""
    from nlp.lemmatize import lemmatize as stage

    settings = lemma_settings(config)

    return journaled(
        store,
        "lemmatize",
        config["lemmas"],
        lambda: _with_texts(store, config, lambda: stage(store, settings, watch=watch)),
    )


def _with_texts(store: Store, config: Config, stage: Callable[[], Outcome]) -> Outcome:
    """Run a stage that needs texts; where there are none it would name the wrong cause: the one before it."""
    try:
        return stage()
    except MissingInput as error:
        why = None if texts.count_texts(store) else _textless(store, config)
        if why is None:
            raise
        raise why from error


def _textless(store: Store, config: Config) -> MissingInput | None:
    """Why a study has no texts, where the journal or the config knows it."""
    if last_settings(store, "purge") is not None:
        return MissingInput(
            "Текстов нет: они удалены командой purge.",
            "Темы, доли групп и журнал остались, тексты вернуть нельзя.",
            "Чтобы работать с текстами снова, соберите новое исследование: vkaudience init ИМЯ.",
        )
    if last_settings(store, "collect") is not None and not TEXTS.intersection(config["collect"]["what"]):
        return MissingInput(
            "Текстов нет: собраны только участники.",
            "В [collect] what не названы ни walls (стены людей), ни posts (стены сообществ).",
            'Добавьте "walls" и запустите vkaudience collect, или раздайте стены команде: vkaudience team split.',
        )
    return None


_NO_NAMES = "Файла имён тем {file} ещё нет. Сделать его: vkaudience topics name."
_LOST = "Имя темы «{name}» не применено: похожей темы в модели нет ({words})."
_GONE = (
    "Имя темы «{name}» потеряно: похожей темы в новой модели нет ({words}). Чтобы имена ждали свою тему, держите их в "
    "файле: vkaudience topics name, затем [topics] curation в config.toml."
)


def topics(
    store: Store, config: Config, watch: Watch, instead: Mapping[str, Any] | None = None, *, keep: bool = False
) -> Outcome:
    """The stage ``topics``, then the names that people gave; ``instead``: settings in place of the config's; ``keep``:
    the current model is applied to what is new, nothing is fitted.
    """
    from nlp import curation
    from nlp.keep import keep as kept
    from nlp.tables import stop_lemmas
    from nlp.topics import topics as fitted

    stage = kept if keep else fitted

    settings = topic_settings(config, instead)
    in_file = settings.curation is not None and settings.curation.exists()
    if settings.curation is not None and not in_file:
        # A new study names the file before it has topics to name.
        watch.tell(Event("notice", "topics", text=_NO_NAMES.format(file=settings.curation)))
    # Without a file the names live in the study alone, and the fit would drop them with the old model.
    decided = curation.read(settings.curation) if settings.curation and in_file else curation.given(store)
    own = tuple(sorted(stop_lemmas(settings.stopwords) | stop_lemmas(decided.stopwords)))
    # Where the file lies is no part of the model: the same study in another folder has to give the same bytes.
    curated = replace(settings, stopwords=own, curation=None) if settings.curation is not None else settings

    def named() -> Outcome:
        outcome = _with_texts(store, config, lambda: stage(store, curated, watch=watch))
        if outcome.state != "done":
            return outcome
        text = _LOST if in_file else _GONE
        lost = curation.apply(store, decided).lost
        told = tuple(text.format(name=one.name, words=", ".join(one.words[:5])) for one in lost)
        return replace(outcome, messages=(*outcome.messages, *told))

    return journaled(store, "topics", config["topics"], named)


def _refuse_purged(store: Store) -> None:
    """Nothing is made again of a study that was purged: neither its people, by a schedule that was left standing, nor
    its report, in place of the one with the numbers that were to stay."""
    if last_settings(store, "purge") is not None and next(people.users(store), None) is None:
        raise MissingInput(
            "Данные людей удалены командой purge: исследование закончено.",
            "Прежний отчёт и его числа остались; новый был бы пустым и занял бы его место.",
            "Если исследование стоит в расписании, снимите его: vkaudience schedule --remove. Собрать людей заново: "
            "vkaudience collect.",
        )


def report(store: Store, config: Config, watch: Watch) -> Outcome:
    """The stage ``report``; its last message says where the report is."""
    from portraits.report import report as stage

    _refuse_purged(store)
    settings = report_settings(config)
    return journaled(store, "report", config["report"], lambda: stage(store, settings, watch=watch))


def run(store: Store, config: Config, watch: Watch, *, partial: bool = False) -> Outcome:
    """All stages in their order; each skips what is done.

    A study without audiences in its config is one of imported texts: nothing is collected then. A pause, and a
    collection that needs a human, end the run before the texts are modelled; with ``partial`` the rest is made of what
    is there, and what stopped the collection is raised after it. A collection that gave no text ends the run too,
    with what it said. Too little text for topics leaves a report of who they are. The outcome is the gravest of the
    stages'.
    """
    _refuse_purged(store)
    stages: list[Callable[[Store, Config, Watch], Outcome]] = [lemmatize, topics, report]
    if config.audiences:
        stages.insert(0, collect)
    outcomes: list[Outcome] = []
    stopped: AudienceError | None = None
    for stage in stages:
        try:
            outcomes.append(stage(store, config, watch))
        except MissingInput as error:
            if stage is topics:  # too little text for topics: who they are can be told all the same
                outcomes.append(Outcome("partial", messages=(f"{error.what} {error.todo}".strip(),)))
                continue
            # What the collection said (a community that does not exist) is the reason; it must not get lost.
            if all(outcome.state == "done" for outcome in outcomes) and stopped is None:
                raise
            outcomes.append(Outcome("partial", messages=(f"{error.what} Сначала исправьте названное выше.",)))
            break
        except AudienceError as error:
            if not partial or stage is not collect or exit_code(error) not in WAITING:
                raise
            stopped = error
            continue
        state = outcomes[-1].state
        if state == "interrupted" or (state == "paused" and not partial):
            break
    if stopped is not None:
        for message in _together(outcomes).messages:
            watch.tell(Event("warning", "run", text=message))
        raise stopped
    return _together(outcomes)


# Exit codes of a collection that goes on later, by a human's help or the next day.
WAITING = (3, 4)
GRAVITY = ("done", "partial", "paused", "interrupted")


def _together(outcomes: list[Outcome]) -> Outcome:
    state = max((outcome.state for outcome in outcomes), key=GRAVITY.index)
    counts: dict[str, int] = {}
    for outcome in outcomes:
        counts.update(outcome.counts)
    return Outcome(state, counts, tuple(message for outcome in outcomes for message in outcome.messages))
