"""Topics and social tables to portraits: statistics, the HTML report and its files.

>>> from portraits import ReportSettings, report
>>> report(store, ReportSettings(language="ru"))          # doctest: +SKIP
"""

from __future__ import annotations

from portraits.report import report
from portraits.settings import ReportSettings

__all__ = ["ReportSettings", "report"]
