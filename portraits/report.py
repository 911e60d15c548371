"""The stage ``report``: tables to one HTML file and the numbers it prints."""

from __future__ import annotations

import hashlib

from portraits.build import STEPS, build
from portraits.files import DISK, Files
from portraits.page import render
from portraits.settings import ReportSettings
from portraits.study import Study, open_study
from storage import QUIET, SYSTEM_CLOCK, Clock, Event, MissingInput, Outcome, Store, Watch, numbers

FIGURES = (
    "funnel", "missing", "sex", "age", "city", "occupation", "platform", "topics", "heat", "reposts", "likes",
    "communities", "walls", "distance", "overlap", "choice",
)  # fmt: skip


def report(
    store: Store,
    settings: ReportSettings | None = None,
    *,
    files: Files = DISK,
    watch: Watch = QUIET,
    clock: Clock = SYSTEM_CLOCK,
) -> Outcome:
    """Write the report of a study and note it, with every number, in ``portraits`` and ``portrait_numbers``.

    The same store and settings give the same bytes; ``clock`` only stamps the row. Raises MissingInput for an
    empty study and StoreUnwritable when the file cannot be written (nothing is noted then).
    """
    settings = settings or ReportSettings()
    study = open_study(store, settings)
    if not study.groups and not store.value("SELECT EXISTS (SELECT 1 FROM communities) + EXISTS (SELECT 1 FROM posts)"):
        raise MissingInput(
            "Отчёт строить не из чего: в исследовании нет ни сообществ, ни текстов.",
            "Сбор и импорт ещё не запускали или указан другой файл.",
            "Запустите vkaudience collect или vkaudience import, затем повторите vkaudience report.",
        )

    def tell(step: int) -> bool:
        watch.tell(Event("progress", "report", label="разделы", done=step, total=STEPS))
        return watch.stopping()

    parts = build(study, tell)
    if parts is None:
        return Outcome("interrupted", messages=("Отчёт прерван, прежний файл не тронут.",))
    content = render(study, parts).encode("utf-8", "replace")
    files.write(settings.file, content)
    rows = _note(study, content, clock.now())
    tell(STEPS)
    counts = {"audiences": len(study.peopled), "numbers": rows, "bytes": len(content)}
    return Outcome("done", counts, (*_strange_notes(settings), f"Отчёт: {settings.file}"))


def _note(study: Study, content: bytes, now: int) -> int:
    rows = study.book.rows()
    numbers.save_portrait(
        study.store,
        created_at=now,
        language=study.settings.language,
        model_id=study.model.id if study.model else None,
        settings=study.settings.as_json(),
        path=str(study.settings.file),
        sha256=hashlib.sha256(content).hexdigest(),
        numbers=rows,
    )
    return len(rows)


def _strange_notes(settings: ReportSettings) -> tuple[str, ...]:
    strange = sorted(set(settings.notes) - set(FIGURES))
    if not strange:
        return ()
    return (f"В [study.notes] нет таких рисунков: {', '.join(strange)}. Есть: {', '.join(FIGURES)}.",)
