"""Moments and days as foreign files write them."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

FIRST_SECOND = 10**8  # March 1973; a smaller number is a year, a day of Excel's or no date at all
LAST_SECOND = 253_402_300_799  # the end of the year 9999
_MILLISECONDS = 10**11
_EXCEL_ZERO = datetime(1899, 12, 30, tzinfo=UTC)
_EXCEL_DAYS = range(20_000, 80_001)  # 1954-2119
_DAYS = range(1900_01_01, 2100_12_32)
_NUMBER = re.compile(r"(\d{1,19})(?:[.,](\d{1,9}))?", re.ASCII)
_RUSSIAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:,?\s+(?:в\s+)?(\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)


def parse_date(value: Any) -> int | None:
    """UTC seconds of a Unix time (seconds or milliseconds), Excel's count of days, ``yyyymmdd``, an ISO date or
    ``dd.mm.yyyy [hh:mm[:ss]]``; else None.

    A date without a zone is taken as UTC; one before 1970 is none of a post, nor is a small number.
    """
    number = _number(value)
    try:
        if number is not None:
            return _of_number(number)
        if not isinstance(value, str):
            return None
        moment = _russian(value.strip()) or datetime.fromisoformat(value.strip())
        return _known(int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()))
    except (ValueError, OverflowError):
        return None


def excel_day(number: float) -> date:
    """The day that Excel shows for a number."""
    return (_EXCEL_ZERO + timedelta(days=number)).date()


def _number(value: Any) -> int | float | None:
    if isinstance(value, str):
        match = _NUMBER.fullmatch(value.strip())
        if match is None:
            return None
        return float(f"{match[1]}.{match[2]}") if match[2] else int(match[1])
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if isinstance(value, int) or math.isfinite(value) else None


def _of_number(number: int | float) -> int | None:
    whole = math.floor(number)
    if whole in _EXCEL_DAYS:
        return _known(round((_EXCEL_ZERO + timedelta(days=number)).timestamp()))
    if whole in _DAYS:
        return int(datetime.strptime(str(whole), "%Y%m%d").replace(tzinfo=UTC).timestamp())
    seconds = whole // 1000 if whole > _MILLISECONDS else whole
    return seconds if FIRST_SECOND <= seconds <= LAST_SECOND else None


def _known(seconds: int) -> int | None:
    return seconds if 0 <= seconds <= LAST_SECOND else None


def _russian(text: str) -> datetime | None:
    match = _RUSSIAN.fullmatch(text)
    if match is None:
        return None
    day, month, year, hour, minute, second = (int(piece or 0) for piece in match.groups())
    return datetime(year, month, day, hour, minute, second)
