"""Reads records of JSON: one object a line, or a document that holds a list of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from collector.import_records import Broken, Record
from collector.import_stream import numbered_lines, open_text
from collector.sniff import SourceFile
from storage import ImportFileError

LARGEST_DOCUMENT = 256 * 2**20
_SAMPLE_RECORDS = 100

Value = tuple[int, Any] | Broken


def read_values(source: SourceFile) -> Iterator[Value]:
    """(line, value) of every line that is not blank, or Broken where it is no JSON."""
    with open_text(source.file, source.encoding) as stream:
        for number, line in numbered_lines(stream):
            if line is None:
                yield Broken(number, "строка длиннее 16 МБ")
            elif line.strip():
                yield _value(number, line)


def _value(number: int, line: str) -> Value:
    try:
        return number, json.loads(line)
    except (ValueError, RecursionError):
        return Broken(number, "строка — не JSON")


def read_document(source: SourceFile) -> list[Any]:
    """The values of a file that is one JSON value: the items of a list, or the one object.

    Raises ImportFileError when it is no JSON or larger than LARGEST_DOCUMENT characters.
    """
    with open_text(source.file, source.encoding) as stream:
        text = stream.read(LARGEST_DOCUMENT + 1)
    if len(text) > LARGEST_DOCUMENT:
        raise ImportFileError(
            f"Файл JSON слишком велик, чтобы читать его целиком: {source.file}",
            f"Предел — {LARGEST_DOCUMENT // 2**20} млн знаков.",
            "Сохраните его по одной записи в строке (JSONL): такие файлы читаются любого размера.",
        )
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise ImportFileError(
            f"Файл начинается как JSON, но не читается: {source.file}",
            f"Ошибка в строке {error.lineno}, знак {error.colno}.",
            "Файл обрезан или повреждён: сохраните его заново.",
        ) from error
    except (ValueError, RecursionError) as error:
        raise ImportFileError(
            f"JSON не читается: {source.file}", "Вложенность или числа чрезмерны.", "Проверьте, тот ли это файл."
        ) from error
    return value if isinstance(value, list) else [value]


def columns_of(values: Iterable[Value]) -> tuple[str, ...]:
    """The keys of the first records, in order of first sight."""
    found: dict[str, None] = {}
    seen = 0
    for value in values:
        if isinstance(value, Broken) or not isinstance(value[1], dict):
            continue
        found.update(dict.fromkeys(value[1]))
        seen += 1
        if seen == _SAMPLE_RECORDS:
            break
    return tuple(found)


def read_records(values: Iterable[Value], keys: Sequence[str | None]) -> Iterator[Record | Broken]:
    """Values as Records holding what is under ``keys`` (None: no such column), or as Broken."""
    for value in values:
        if isinstance(value, Broken):
            yield value
            continue
        line, record = value
        if isinstance(record, dict):
            yield Record(line, tuple(map(record.get, keys)))
        else:
            yield Broken(line, "запись — не объект JSON с полями")
