"""Tells what a foreign file is by its content: packed or not, encoding, table or JSON; refuses what is no text."""

from __future__ import annotations

import codecs
import itertools
import json
from dataclasses import dataclass
from typing import Any

from collector.import_records import NoTable
from collector.import_stream import ForeignFile, open_bytes
from collector.read_xlsx import is_xlsx
from storage import ImportFileError

HEAD_BYTES = 2**20
_SAVE_AS = "Сохраните таблицу как «CSV UTF-8» и укажите этот файл."
_PICKLE = (
    "Такой файл при открытии может выполнить любой код, поэтому программа его не открывает.",
    "Откройте его там, где он создан, и сохраните как CSV или JSONL: frame.to_csv('texts.csv', index=False).",
)
_UNPACK = "Распакуйте его и укажите файл CSV или JSON изнутри."
# first bytes -> what the file is, why it is refused or "", what to do
_MAGIC: tuple[tuple[bytes, str, str, str], ...] = (
    *((b"\x80" + bytes([version]), "pickle (двоичный файл Python)", *_PICKLE) for version in (2, 3, 4, 5)),
    (b"PK\x03\x04", "документ Office или архив внутри архива", "", _UNPACK),
    (b"\xd0\xcf\x11\xe0", "старая таблица Excel (xls) или документ Word", "", _SAVE_AS),
    (b"PAR1", "таблица Parquet", "", "Сохраните её как CSV: frame.to_csv('texts.csv', index=False)."),
    (b"SQLite format 3\0", "база SQLite", "", "Выгрузите нужную таблицу в CSV."),
    (b"%PDF", "документ PDF", "", "Нужна таблица CSV или файл JSON."),
    (b"7z\xbc\xaf\x27\x1c", "архив 7z", "", _UNPACK),
    (b"Rar!", "архив rar", "", _UNPACK),
    (b"BZh", "архив bzip2", "", _UNPACK),
    (b"\xfd7zXZ", "архив xz", "", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "архив zstd", "", _UNPACK),
    (b"\x1f\x8b", "архив gzip внутри другого архива gzip", "", _UNPACK),
)
_PICKLE_ENDINGS = {".pkl", ".pickle", ".joblib"}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_EIGHT_BIT = ("cp1251", "koi8-r", "cp866")
# The ten letters that make up 60 % of Russian text; a wrong table turns them into signs, or into other letters with
# capitals inside of words.
_FREQUENT = frozenset("оеаинтсрвл")
_LEAST_FREQUENT = 0.35
_MOST_BAD = 0.3
_MOST_CONTROL = 0.05
_CONTROL = bytes(code for code in range(32) if code not in b"\t\n\f\r")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A readable file. ``shape``: csv, xlsx, lines (one JSON value a line) or document (one JSON value)."""

    file: ForeignFile
    shape: str
    encoding: str
    head: str

    @property
    def place(self) -> str:
        """What the numbers of its records count, in Russian."""
        return "записи" if self.shape == "document" else "строки"


def sniff(file: ForeignFile, wanted: str = "auto") -> SourceFile:
    """Look at the first megabyte. Raises ImportFileError for anything that cannot be read as texts."""
    _refuse_place(file)
    with open_bytes(file) as stream:
        head = stream.read(HEAD_BYTES)
    if not head.strip(b"\0 \t\r\n"):
        raise _empty(file)
    if head.startswith(b"PK") and is_xlsx(file.path):
        return SourceFile(file, "xlsx", "", "")
    _refuse_binary(file, head)
    encoding = _encoding(file, head)
    whole = len(head) < HEAD_BYTES
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head, final=whole)
    if not text.strip("\ufeff\0 \t\r\n"):
        raise _empty(file)
    return SourceFile(file, _shape(text, whole, wanted), encoding, text)


def _empty(file: ForeignFile) -> NoTable:
    return NoTable(f"Файл пуст: {file}", "", "Проверьте, тот ли это файл.")


def _refuse_place(file: ForeignFile) -> None:
    if file.path.is_dir():
        raise ImportFileError(
            f"Это папка, а нужен файл: {file}", "", "Укажите файлы в ней по одному или шаблоном: ПАПКА/*.csv."
        )
    if not file.path.exists():
        raise ImportFileError(f"Файла нет: {file}", "", "Проверьте имя и папку; имя с пробелами возьмите в кавычки.")
    if not file.path.is_file():
        raise ImportFileError(f"Это не обычный файл: {file}", "", "Укажите файл CSV или JSON на диске.")


def _refuse_binary(file: ForeignFile, head: bytes) -> None:
    if file.path.suffix.lower() in _PICKLE_ENDINGS:
        raise NoTable(f"Это pickle (двоичный файл Python): {file}", *_PICKLE)
    for first, what, why, todo in _MAGIC:
        if head.startswith(first):
            raise NoTable(f"Это {what}, а не текст: {file}", why, todo)
    if head.lstrip()[:1] == b"<":
        raise NoTable(f"Это HTML или XML: {file}", "", "Нужна таблица CSV или файл JSON.")
    if any(head.startswith(bom) for bom, _ in _BOMS):
        return
    if len(head) - len(head.translate(None, _CONTROL)) > _MOST_CONTROL * len(head):
        raise NoTable(
            f"Файл двоичный, а не текстовый: {file}",
            "В нём слишком много служебных байтов.",
            "Сохраните данные как CSV (UTF-8) или JSONL и укажите этот файл.",
        )


def _encoding(file: ForeignFile, head: bytes) -> str:
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(head)
    foreign = len(text) - len(text.encode("ascii", "ignore"))
    bad = text.count("\ufffd") - head.count("\ufffd".encode())
    if bad <= _MOST_BAD * foreign:
        return "utf-8"
    frequency, name = max((_fitness(head.decode(name, "replace")), name) for name in _EIGHT_BIT)
    if frequency < _LEAST_FREQUENT:
        raise NoTable(
            f"Не удаётся понять кодировку: {file}",
            "Это не UTF-8, и русских слов не видно ни в одной из привычных кодировок.",
            "Сохраните файл в UTF-8 (в Excel: «CSV UTF-8») и повторите.",
        )
    return name


def _fitness(text: str) -> float:
    """Which part of the letters and signs beyond ASCII are the most frequent Russian letters, large or small, less
    the part of capitals that follow a small letter."""
    foreign = [char for char in text if not char.isascii()]
    if not foreign:
        return 0.0
    odd = sum(1 for before, char in itertools.pairwise(text) if before.islower() and char.isupper())
    return (sum(char in _FREQUENT for char in map(str.lower, foreign)) - odd) / len(foreign)


def _shape(text: str, whole: bool, wanted: str) -> str:
    if wanted == "csv" or (wanted == "auto" and text.lstrip()[:1] not in ("{", "[")):
        return "csv"
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if not whole and len(lines) > 1:
        lines.pop()
    if len(lines) == 1:
        return "document" if parsed(lines[0]) is not None or lines[0][0] in "[{" else "lines"
    if parsed(lines[0]) is not None:
        return "lines"
    # A pretty-printed document opens alone; otherwise the first line may be just broken.
    if lines[0] not in ("{", "[") and any(isinstance(parsed(line), dict) for line in lines[1:20]):
        return "lines"
    return "document"


def parsed(text: str) -> Any:
    """A JSON value, or None where there is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
