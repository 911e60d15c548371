"""What the stage ``topics`` tells a person, in Russian: the vocabulary, the choice, stability, and too little text."""

from __future__ import annotations

from nlp import choose
from nlp.settings import TopicSettings
from nlp.stability import Stability
from nlp.vocabulary import Vocabulary
from storage import Event, MissingInput, Store, Watch, texts

_REASONS = {
    "part_of_speech": "по части речи", "stop_list": "по списку", "short": "коротких", "rare": "редких",
    "frequent": "слишком частых",
}  # fmt: skip


def vocabulary(settings: TopicSettings, words: Vocabulary) -> str:
    """The bounds that were taken and what they left."""
    most = int(settings.max_share * words.n_documents)
    dropped = ", ".join(f"{_REASONS[reason]} {n}" for reason, n in sorted(words.dropped_counts.items()))
    return (
        f"Словарь: слов {len(words.terms)}, каждое в {words.least}–{most} документах из {words.n_documents}; "
        f"отброшено {dropped or 'ничего'}."
    )


FEW = (
    "Документов со словами модели всего {n} (надёжно — от {least}): темы могут меняться от запуска к запуску. "
    "Соберите больше людей или уменьшите n_topics."
)


def few_people(settings: TopicSettings, n: int) -> MissingInput:
    """Too few people have words for a model of people."""
    return MissingInput(
        f"Слишком мало текста: людей хотя бы с {settings.min_words} словами для модели {n}, "
        f"а нужно {settings.min_people}.",
        "На меньшем числе людей темы случайны: при новом запуске они были бы другими.",
        "Соберите больше людей (сколько просить, скажет vkaudience plan), постройте темы по постам сообществ "
        '([topics] unit = "community") или, если это осознанно, уменьшите [topics] min_people.',
    )


def tell_choice(ranking: tuple[tuple[int, float], ...], watch: Watch) -> None:
    """Say which number of topics was taken, and the next best."""
    if len(ranking) > 1:
        others = ", ".join(f"{k} ({score:.3f})" for k, score in ranking[1:3])
        text = f"Тем взято {ranking[0][0]} (оценка {ranking[0][1]:.3f}: связность × разнообразие × согласие повторов)"
        watch.tell(Event("notice", "topics", text=f"{text}; следом {others}."))


def tell_stability(steady: Stability, watch: Watch) -> None:
    """Say how many topics are stable, where not all are."""
    n, k = sum(steady.stable), len(steady.stable)
    if not n:
        watch.tell(Event("warning", "topics", text=_NO_STRUCTURE))
    elif n < k:
        watch.tell(Event("notice", "topics", text=_UNSTABLE.format(n=n, k=k)))


_NO_STRUCTURE = (
    "Ни одна тема не устойчива: при повторной подгонке темы не возвращаются чаще, чем в перемешанных текстах. "
    "Имён у тем нет, и толковать их нельзя. Соберите больше текстов или уменьшите n_topics."
)
_UNSTABLE = (
    "Устойчивых тем {n} из {k}; остальные при повторной подгонке не возвращаются: они без имён и в отчёте серые. "
    "Если их много, попробуйте меньше тем."
)


def too_few(store: Store, settings: TopicSettings, n_documents: int) -> MissingInput:
    """There are not even the documents that the smallest number of topics needs."""
    if not sum(texts.count_languages(store).values()):
        return MissingInput(
            "Строить темы не из чего: тексты ещё не лемматизированы.", "", "Запустите vkaudience lemmatize."
        )
    least = choose.fewest(settings)
    what = f"Слишком мало текста для тем: документов со словами модели {n_documents}, нужно не меньше {least}."
    if settings.unit == "person" and next(texts.documents(store, unit="person"), None) is None:
        return MissingInput(
            what, "Документ модели — человек, а текстов с автором-человеком в исследовании нет.",
            'Поставьте в config.toml [topics] unit = "community" (или "post") либо соберите стены людей.',
        )  # fmt: skip
    return MissingInput(
        what, "Остальные документы пусты, на других языках или состоят из служебных и редких слов.",
        "Соберите больше текстов, уменьшите [topics] n_topics или min_documents.",
    )  # fmt: skip
