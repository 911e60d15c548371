"""Numbers that name somebody (phones, cards) told from those that name nobody (dates, years, prices).

Digits alone are no words and never become lemmas; what must not pass is a part of a phone that touches a word
(``67Анна``), or one written so as not to be found: ``8*900*123*45*67``, ``8-9ОО-12З-45-67``.
Every pattern begins at a run's first digit and is bounded, so the time is linear whatever the text.
"""

from __future__ import annotations

import re

PAUSE = r"[\s().\u2010\u2011–—−-]{0,3}"
"""What usually stands between the digits of a phone."""
_LETTERS = "ОоOoЗзlI"  # written for 0, 3 and 1 beside a digit: «8-9ОО-12З-45-67»
_DIGIT = rf"(?:[0-9]|(?<=[0-9{_LETTERS}(-])[{_LETTERS}]|[{_LETTERS}](?=[0-9{_LETTERS}]))"
_SIGN = r"(?:[^\w\n,.:;/+%=…№°$€₽£\"'«»<>&#@]|_)"  # «8*900~123_45|67», «89😀00😀123😀45😀67»
_SIGNS = _SIGN + "{0,4}"
_CUT = r"(?:[^\w\n]{1,3}|_{1,3})"  # between the groups that people write a phone in: «8/900/123/45/67»
ANY_NUMBER = re.compile(rf"[0-9](?:[\W_]{{0,4}}[0-9{_LETTERS}]){{5}}")
"""Without this no pattern of the module finds anything."""

_DAY = r"(?:0?[1-9]|[12][0-9]|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_YEAR = r"(?:19|20)[0-9][0-9]"
_DATE = rf"{_DAY}[./]{_MONTH}[./](?:{_YEAR}|[0-9][0-9])(?![0-9])"
_NO_DATE = rf"(?!{_DAY}[./]{_MONTH}[./]{_YEAR}(?![0-9]))"
_TIME = r"[0-2]?[0-9]\.[0-5][0-9](?![0-9])"
_TO = r"[ ]?[-–—][ ]?"
_THOUSANDS = r"[0-9]{1,3}(?:[ \u00a0.][0-9]{3}){1,4}(?![0-9])"
_MONEY = r"(?i:руб|р\b|тыс|млн|тенге|тг\b|грн|сум|долл|евро|usd|eur)|[₽$€₸₴]"
_USUAL = (  # 12.05.2024, «01.05.24 - 12.05.24», 2024-05-12, «1990-2000», «18.00-19.30 20.00», «1 500 000 руб»
    rf"{_DATE}(?:{_TO}{_DATE})?(?![.-]?[0-9])|{_DAY}-{_MONTH}-{_YEAR}(?!-?[0-9])"
    rf"|{_YEAR}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])(?!-?[0-9])"
    rf"|{_YEAR}(?:(?:[ ]?[-–—/,][ ]?|[ ]){_YEAR}(?![0-9])){{1,20}}(?![-.][0-9])"
    rf"|{_TIME}(?:(?:{_TO}|[ ]){_TIME}){{1,20}}(?![.-]?[0-9])"
    rf"|(?:{_THOUSANDS}|[0-9]{{3,7}})(?:\s?[-–—]\s?(?:{_THOUSANDS}|[0-9]{{3,7}}(?![0-9])))?(?=\s?(?:{_MONEY}))"
    r"|[0-9]{1,3}(?:[ \u00a0][0-9]{3}){1,3}[ \u00a0]000(?![0-9])"
)
_GROUPS = (
    rf"(?:\+?[78]{_CUT}[3-9]{_DIGIT}{{2}}{_CUT}"
    rf"(?:{_DIGIT}{{3}}{_CUT}{_DIGIT}{{2}}{_CUT}{_DIGIT}{{2}}|{_DIGIT}{{2}}{_CUT}{_DIGIT}{{2}}{_CUT}{_DIGIT}{{3}}"
    rf"|{_DIGIT}{{3}}{_CUT}{_DIGIT}{{4}}|{_DIGIT}{{7}})|9(?:{_SIGNS}[0-9]){{9}})"
)
_SURE = (  # the digits of a Russian or neighbouring phone whatever stands between them, or its groups; a card
    rf"\+?[78](?={_SIGNS}[3-9Зз])(?:{_SIGNS}{_DIGIT}){{10}}(?![0-9])"
    rf"|\+(?:37[0-9]|380|99[0-9])(?:{_SIGNS}{_DIGIT}){{8,9}}(?![0-9])|{_GROUPS}(?![0-9])"
    rf"|[2-6][0-9]{{3}}(?:{_SIGN}{{1,4}}[0-9]{{4}}){{3}}(?![0-9])"
)
_LEAST_DIGITS = 6
"""The other signs of a sure phone may be letters."""
NUMBER = re.compile(rf"(?<![0-9])(?:(?P<usual>{_USUAL})|(?P<sure>{_SURE})|\+?[0-9](?:{PAUSE}{_NO_DATE}[0-9]){{9,}}+)")
"""A run of digits as long as a phone: to be replaced by what :func:`left` says."""
IN_WORD = re.compile(  # a town's phone; «тел-123-45-67» too, but «CVE-2023-45288» is a name
    r"(?<=[^\W\d_])[0-9](?:[-‑–]?[0-9]){6,8}+|(?<=[^\W\d_][-'’])(?:[0-9]{7,9}|[0-9]{3}[-‑–][0-9]{2}[-‑–][0-9]{2})(?![0-9])"
    r"|(?<![0-9])(?!(?:19|20)[0-9]{2}[-–](?:19|20)[0-9]{2}(?![0-9-]))[0-9](?:[-‑–]?[0-9]){6,8}+(?=['’]\w|-?[^\W\d_])"
)
"""Seven to nine digits that touch a letter."""
_REST_OF_SIX = r"(?:[0-9]{5}|[0-9][-‑–][0-9]{2}[-‑–][0-9]{2})(?![0-9])"
_PHONE_WORDS = "т|тел|тлф|телефон|телефону|сот|моб|номер|звони|звоните|ватсап|вотсап|вайбер|whatsapp|viber"
_AFTER_WORD = "|".join(rf"(?<=\b{word}.)" for word in _PHONE_WORDS.split("|"))
_CALLS = "звон|набир|пиш|тел|обращ|спр[ао]|ват?ц?с|вайб|доб|смс|sms|viber|whats"
_COUNTED = "Руб|Тыс|Млн|Тен|Тг|Грн|Сум|Дол|Евр|Чел|Под|Про|Шт|Км|Год"
SHORT = re.compile(  # six digits are as often a price or a number of things, so the word beside must tell
    rf"[0-9](?<![0-9,-].)(?<![0-9]\..)(?:(?i:{_AFTER_WORD}){_REST_OF_SIX}"
    rf"|(?<!\w.)(?!(?<=[0-3])[0-9]-{_MONTH}-){_REST_OF_SIX}(?=(?i:{_CALLS})|(?!{_COUNTED})[А-ЯЁ][а-яё]{{2}}))"
)
"""A small town's phone glued to a word: «тел123456звоните», «65-43-21Анна»; «250000руб» is a price."""
_LETTER = "[A-Za-zА-яЁё]"
ANY_GLUED = re.compile(rf"[0-9](?:[А-яЁё]{{4}}|{_LETTER}{{1,5}}[0-9])")
"""Without this neither of the next two finds anything."""
BEFORE_WORD = re.compile(
    r"(?<![0-9])(?<![^\W\d_])(?<![^\W\d_][-'’])[0-9]{1,20}(?=[А-яЁё][а-яё]{3}|[А-ЯЁ]{6})"
    r"(?!(?i:х|ти|ы|ля[тд]|(?:ми)?(?:лет|мест|комн|этаж)))"
)
"""Digits that a word of four letters and more is glued to: «8марта», «**67звоните»; «40летний» is one word."""
WITH_LETTERS = re.compile(
    rf"(?<!\w)\+?[78](?:(?=\w{{10,11}}(?!\w))[3-9][0-9]{{2,8}}{_LETTER}[0-9]{{1,8}}"
    r"|[3-9][0-9]{2}[xXхХ]{2,5}[0-9]{2,5})(?!\w)"
)
"""A phone with one letter or with its middle hidden: «89001б34567», «8900ххх4567»."""
_WHOLE = re.compile(r"(?:\D{0,3}(?:[78](?:\D{0,3}[0-9]){10}|9(?:\D{0,3}[0-9]){9})(?![0-9]))+")
"""Russian phones, one after another, from their first digit to their last."""


def left(match: re.Match[str]) -> str:
    """What is left of a :data:`NUMBER`: dates and prices, a short number of the word beside («covid19 89001234567»,
    «89001234567 10к»), else a blank.
    """
    run, text = match[0], match.string
    if match["usual"]:
        return run
    if match["sure"]:
        return " " if sum(map(str.isdecimal, run)) >= _LEAST_DIGITS else run
    head, tail = re.match(r"[0-9]{1,4}\s+", run), re.search(r"\s[0-9]{1,4}$", run)
    before, after = text[max(match.start() - 2, 0) : match.start()], text[match.end() : match.end() + 2]
    start, end = 0, len(run)
    if head and re.search(r"[^\W\d_][-'’]?$", before) and not _WHOLE.match(run) and _WHOLE.match(run, head.end()):
        start = head.end()
    if tail and re.match(r"[-'’]?[^\W\d_]", after) and _WHOLE.fullmatch(run, start, tail.start()):
        end = tail.start()
    return f"{run[:start]} {run[end:]}"
