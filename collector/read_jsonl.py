"""Reads records of JSON: one object a line, or a document that holds a list of them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from collector.import_records import Batch, Broken
from collector.import_stream import lines_of, open_text, read_blocks, storable_block
from collector.sniff import SourceFile
from storage import ImportFileError

LARGEST_DOCUMENT = 256 * 2**20
_SAMPLE_RECORDS = 100
_PIECE = 1000

Value = tuple[int, Any] | Broken


class Values(NamedTuple):
    """Some JSON values and their lines; ``storable``: known to hold no lone surrogate."""

    lines: Sequence[int]
    values: list[Any]
    storable: bool = False


def read_values(source: SourceFile) -> Iterator[Values | Broken]:
    """The values of every line that is not blank, or Broken where it is no JSON."""
    first = 1
    for block in read_blocks(source.file, source.encoding):
        if block is None:
            yield Broken(first, "строка длиннее 16 МБ")
            first += 1
        elif values := _at_once(block):
            yield Values(range(first, first + len(values)), values, _no_surrogate(block))
            first += len(values)
        else:
            lines = lines_of(block)
            yield from _line_by_line(first, lines)
            first += len(lines)


def _at_once(block: str) -> list[Any] | None:
    """The values of lines that are one value each, in one call of the parser; None when they may be otherwise.

    A mark that nobody can guess stands between the lines. A line that leaves a bracket open hides it inside of a value,
    one that leaves a quote open makes a broken document, and what is two values moves it: every mark in its place
    means a value a line.
    """
    if "\r" in block and block.count("\r") != block.count("\r\n"):
        return None
    lines = block.split("\n")
    if not lines[-1]:
        lines.pop()
    mark = secrets.token_hex(8)
    try:
        found = json.loads(f',\n"{mark}",'.join(["[null", *lines, "null]"]))
    except (ValueError, RecursionError):
        return None
    marks = len(lines) + 1
    return found[2:-2:2] if len(found) == 2 * marks + 1 and found[1::2] == [mark] * marks else None


def _no_surrogate(block: str) -> bool:
    # One sign is looked for ten times as fast as several.
    escaped = "\\" in block and ("\\ud" in block or "\\uD" in block)
    return storable_block(block) and not escaped


def _line_by_line(first: int, block: list[str]) -> Iterator[Values | Broken]:
    lines, values = [], []
    for number, line in enumerate(block, first):
        try:
            if line.strip():
                values.append(json.loads(line))
                lines.append(number)
        except (ValueError, RecursionError):
            yield Broken(number, "строка — не JSON")
    if values:
        yield Values(lines, values)


def in_pieces(values: list[Any]) -> Iterator[Values]:
    """The values of a document, numbered from 1."""
    for start in range(0, len(values), _PIECE):
        piece = values[start : start + _PIECE]
        yield Values(range(start + 1, start + 1 + len(piece)), piece)


def each(values: Iterable[Values | Broken]) -> Iterator[Value]:
    """The values one by one."""
    for some in values:
        if isinstance(some, Broken):
            yield some
        else:
            yield from zip(some.lines, some.values, strict=True)


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


def columns_of(values: Iterable[Values | Broken]) -> tuple[str, ...]:
    """The keys of the first records, in order of first sight."""
    found: dict[str, None] = {}
    seen = 0
    for value in each(values):
        if isinstance(value, Broken) or not isinstance(value[1], dict):
            continue
        found.update(dict.fromkeys(value[1]))
        seen += 1
        if seen == _SAMPLE_RECORDS:
            break
    return tuple(found)


def read_records(values: Iterable[Values | Broken], keys: Sequence[str | None]) -> Iterator[Batch | Broken]:
    """What the objects hold under ``keys`` (None: no such column), or Broken for what is no object."""
    for some in values:
        if isinstance(some, Broken):
            yield some
            continue
        lines, objects, storable = some
        if set(map(type, objects)) != {dict}:
            for line, value in zip(lines, objects, strict=True):
                if not isinstance(value, dict):
                    yield Broken(line, "запись — не объект JSON с полями")
            pairs = [(line, value) for line, value in zip(lines, objects, strict=True) if isinstance(value, dict)]
            lines, objects = [line for line, _ in pairs], [value for _, value in pairs]
        if objects:
            columns = (None if key is None else [value.get(key) for value in objects] for key in keys)
            yield Batch(lines, tuple(columns), storable)
