"""What a text holds that some rule of :mod:`nlp.clean` looks for: most texts hold little, and most rules need not look.

A sign may be found where its rule then takes nothing, never the other way round.
"""

from __future__ import annotations

import re

from nlp import handles, phones

RARE_ZONES = "бел|укр|рус"
CYRILLIC_ZONES = "москва|онлайн|дети|сайт"  # no address before a space and a word: «сижу дома.дети спят»
ODD, SITE, NUMBER, NAMED, RUN, PAGED, HIDDEN, GAPPED, SPELT, BRACKETED, GLUED, HANDLE, SPACED = [*"OSDNRPHGTBLAW"]
_QUIET = re.compile("[\n -\"$%'()+-;=>?A-Z\\\\-{}~\\]А-яЁё«»—–…№“”„]*")
KEY = "\u20e3"  # what makes a key of a digit
_USUAL = re.compile("[\n -~А-яЁё«»—–…№“”„]*")
PARTED = "com|ru|me|net|org|su|cc|be|gl|ly|tv|by|kz|ua"  # looked for after a period and a blank too: «vk . com»
_DOTTED = re.compile(
    rf"\.(?:[a-z]|(?<=www\.)|рф|{RARE_ZONES}|{CYRILLIC_ZONES}|[ ](?:{PARTED})(?!\w)|(?<=[\[({{]\.)[\])}}]"
    r"|[cсkк][oо][mм]/|[rр][uу]/)",
    re.IGNORECASE,
)
_GAPPED = re.compile(
    rf"\.(?:[ ](?:{PARTED})(?!\w)|(?<=[ ]\.)(?:{PARTED})(?!\w)|(?:{PARTED})(?:[ ]/|/[ ])|(?<=[\[({{]\.)[\])}}])",
    re.IGNORECASE,
)
MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
INVISIBLE = "\u00ad\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0100-\U000e01ef"
CONTROL = "\x00-\x09\x0b-\x1f\x7f-\x9f\u115f\u1160\u2028\u2029\u3164\ud800-\udfff\uffa0\ufff9-\uffff"
STRANGE = "ѐѝЀЍİ\u2024\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\uff01-\uff5e\U0001d400-\U0001d7ff"
_HIDDEN = re.compile(f"[{MARKS}{INVISIBLE}{CONTROL}{STRANGE}]")
_BRACKETED = re.compile(r"[\[({<][ ]?(?:[aа][tт]|@|соба)", re.IGNORECASE)
_UNDOTTED = re.compile(r"[vVвВ](?i:[kк][ ,](?:com|ru|ком|ру)/)")
_PAGED = re.compile(r"vk(?:ontakte)?\.(?:com|ru|me)/", re.IGNORECASE)
_NAMED = re.compile(r"[@*](?:[a-zA-Z_]|[ ](?i:id|club|public|event)\d)")
_BARE = re.compile(r"(?:id|club|public|event)\d{1,20}\s{0,3}\(")
_DIGIT = re.compile("[0-9]")
_SPACED = re.compile(" [А-яЁё] [А-яЁё] [А-яЁё] ")
_LATIN = re.compile("[:=—–-] ?[A-Za-z\u017f\u0131\u212a]")  # the last are «s», «i» and «k» whatever their case
_RUN = re.compile(r"(.)\1\1\1")  # «elongation» with the same sense takes five times as long to find nothing


def signs_of(text: str) -> set[str]:
    """The signs a text holds: some characters, SITE where ``://``, ``www.`` or the end of an address is, PAGED where
    VK's address and a bracket are, GAPPED where an address has blanks or brackets in it or no period, SPELT where
    «точка», «dot», «at» or «собака» is, BRACKETED where «(at)» is, a NUMBER of six digits and more, digits GLUED to a
    word or with letters among them, SPACED letters, a HANDLE after a network's name, NAMED with ``@id1``, ``@name``,
    ``*name`` or ``id1 (``, RUN of one character, ODD with any character that is none of the usual ones, HIDDEN with
    a mark, an invisible one or a letter in disguise.
    """
    signs: set[str] = set()
    if "://" in text or _DOTTED.search(text):
        signs.add(SITE)
        if "(" in text and _PAGED.search(text):
            signs.add(PAGED)
        if _GAPPED.search(text):
            signs.add(GAPPED)
    if "/" in text and _UNDOTTED.search(text):
        signs.add(GAPPED)
    if "очка" in text or "соба" in text or "dot" in text or " at " in text:
        signs.add(SPELT)
    if signs and _BRACKETED.search(text):
        signs.add(BRACKETED)  # an address without any of these signs is none
    if digit := _DIGIT.search(text):
        if phones.ANY_NUMBER.search(text, digit.start()):
            signs.add(NUMBER)
        if phones.ANY_GLUED.search(text, digit.start()):
            signs.add(GLUED)
    if _SPACED.search(text):
        signs.add(SPACED)
    if _RUN.search(text):
        signs.add(RUN)
    if "(" in text and _BARE.search(text):
        signs.add(NAMED)
    if ("_" in text or _LATIN.search(text)) and handles.ANY_HANDLE.search(text):
        signs.add(HANDLE)
    if _QUIET.fullmatch(text):
        return signs
    signs |= {sign for sign in "<&|@#[" if sign in text}
    if ("@" in text or "*" in text) and _NAMED.search(text):
        signs.add(NAMED)
    if not _USUAL.fullmatch(text):
        signs.add(ODD)
        if _HIDDEN.search(text):
            signs.add(HIDDEN)
            if KEY in text:
                signs.add(KEY)
    return signs
