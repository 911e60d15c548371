"""Raw VK text to text that holds words only: an ordered list of rules that a linguist can read.

The order matters: decode first, then VK's markup, then addresses, then tags, then what is no word. Every rule is
linear in the length of the text: runs are bounded or cannot be entered in their middle, whoever wrote them.
What is taken out for a purpose (whom a text mentions, its tags, the sites it links to) is kept apart.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(slots=True)
class _Found:
    mentions: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    domains: list[str] = field(default_factory=list)


class Cleaned(NamedTuple):
    """A text without markup. ``mentions``: ``id1``, ``club2``, screen names; ``tags`` without ``#``; ``domains``."""

    text: str
    mentions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


_ZONES = (  # Latin endings of addresses; a longer list would take words after a period without a space for sites
    "ru|com|net|org|su|me|io|by|ua|kz|be|cc|ly|tv|info|biz|pro|online|site|club|shop|store|app|dev|gg|link|edu|gov"
)
ODD, SITE, NUMBER, NAMED, RUN = "O", "S", "D", "N", "R"
_USUAL = re.compile("[\n -~А-яЁё«»—–…№“”„]*")
_DOTTED = re.compile(rf"\.(?:(?<=www\.)|(?:{_ZONES}|рф)(?![\w-]))", re.IGNORECASE)
_PAUSE = r"[\s().\u2010\u2011–—−-]{0,3}"  # between the digits of a phone
_NUMBER = re.compile(rf"\d(?:{_PAUSE}\d){{6}}")
_NAMED = re.compile(r"[@*](?:id|club|public|event)\d", re.IGNORECASE)
_RUN = re.compile(r"(.)\1\1\1")  # «elongation» with the same sense takes five times as long to find nothing


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it looks for, what takes its place, and the signs without any of which it need not look."""

    name: str
    pattern: re.Pattern[str]
    replace: Callable[[re.Match[str], _Found], str]
    signs: str


def clean(text: str) -> Cleaned:
    """Apply every rule once, in order. Never raises, whatever the text."""
    signs = signs_of(text)
    if not signs:
        return Cleaned(text.strip())
    found = _Found()
    for rule in RULES:
        if signs.isdisjoint(rule.signs):
            continue
        changed = rule.pattern.sub(_taker(rule, found), text)
        if changed is not text:
            text, signs = changed, signs_of(changed)
    return Cleaned(text.strip(), tuple(found.mentions), tuple(found.tags), tuple(found.domains))


def signs_of(text: str) -> set[str]:
    """The signs a text holds: some characters, SITE where ``://``, ``www.`` or the end of an address is, a NUMBER of
    seven digits, NAMED with ``@id1`` or ``*club1``, RUN of one character, ODD with any character that is none of the
    usual ones.
    """
    signs = {sign for sign in "<&|@#" if sign in text}
    if "://" in text or _DOTTED.search(text):
        signs.add(SITE)
    if _NUMBER.search(text):
        signs.add(NUMBER)
    if ("@" in text or "*" in text) and _NAMED.search(text):
        signs.add(NAMED)
    if _RUN.search(text):
        signs.add(RUN)
    if not _USUAL.fullmatch(text):
        signs.add(ODD)
    return signs


def _taker(rule: Rule, found: _Found) -> Callable[[re.Match[str]], str]:
    return lambda match: rule.replace(match, found)


def _by(value: str) -> Callable[[re.Match[str], _Found], str]:
    return lambda match, found: value


def _unescape(match: re.Match[str], _: _Found) -> str:
    return html.unescape(match[0])


def _compose(match: re.Match[str], _: _Found) -> str:
    return unicodedata.normalize("NFC", match[0])[0]


_PERSONAL = re.compile(r"(?:https?://)?(?:(?:m\.)?vk\.(?:com|ru)/)?(id\d+)\b", re.IGNORECASE)


def _mention(match: re.Match[str], found: _Found) -> str:
    """A person's label is a name: dropped. A community's or a page's label is text: kept."""
    target, label = match["target"], match["label"] or ""
    person = _PERSONAL.match(target)
    if person:
        found.mentions.append(person[1].lower())
        return " "
    if re.match(r"(?:https?://)?[\w-]{1,63}\.", target):
        _note_domain(target, found)
    else:
        found.mentions.append(target.lower())
    return f" {label} "


def _screen_name(match: re.Match[str], found: _Found) -> str:
    found.mentions.append(match["name"].lower())
    return " "


def _url(match: re.Match[str], found: _Found) -> str:
    _note_domain(match[0], found)
    return " "


def _note_domain(address: str, found: _Found) -> None:
    site = re.sub(r"^[a-z]{1,8}://", "", address.lower()).removeprefix("www.")
    found.domains.append(re.split(r"[/?#:]", site, maxsplit=1)[0])


def _tag(match: re.Match[str], found: _Found) -> str:
    found.tags.append(match["tag"].lower())
    return f" {match['tag'].replace('_', ' ')} "


_WHOLE = re.compile(r"(?:\D{0,3}(?:[78](?:\D{0,3}\d){10}|9(?:\D{0,3}\d){9})(?!\d))+")
"""Russian phones, one after another, from their first digit to their last."""


def _phone(match: re.Match[str], _: _Found) -> str:
    """Dates, prices and a short number of the word beside stay: «covid19 89001234567», «89001234567 10к»."""
    run, text = match[0], match.string
    if match["usual"]:
        return run
    head, tail = re.match(r"\d{1,4}\s+", run), re.search(r"\s\d{1,4}$", run)
    before, after = text[max(match.start() - 2, 0) : match.start()], text[match.end() : match.end() + 2]
    start, end = 0, len(run)
    if head and re.search(r"[^\W\d_][-'’]?$", before) and not _WHOLE.match(run) and _WHOLE.match(run, head.end()):
        start = head.end()
    if tail and re.match(r"[-'’]?[^\W\d_]", after) and _WHOLE.fullmatch(run, start, tail.start()):
        end = tail.start()
    return f"{run[:start]} {run[end:]}"


_THOUSANDS = r"\d{1,3}(?:[ \u00a0]\d{3}){1,4}(?!\d)"
_USUAL_NUMBER = (  # 12.05.2024, 2024-05-12, «1 500 000 руб», «1 000 000 - 1 500 000 ₽»: what is no phone though as long
    r"(?:0?[1-9]|[12]\d|3[01])[./-](?:0?[1-9]|1[0-2])[./-](?:19|20)\d\d(?!-?\d)"
    r"|(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!-?\d)"
    rf"|{_THOUSANDS}(?:\s?[-–—]\s?{_THOUSANDS})?(?=\s?(?:руб|р\b|тыс|млн|[₽$€]))"
)

_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"

RULES: tuple[Rule, ...] = (
    # decode: «кот&nbsp;&amp; кит<br>дом»; int() refuses a number of thousands of digits, so such an entity goes first
    Rule("line break", re.compile(r"<br ?/?>", re.IGNORECASE), _by("\n"), "<"),
    Rule("endless entity", re.compile(r"&#[0-9]{9,};?"), _by(" "), "&"),
    Rule("entity", re.compile(r"&(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,8}|[a-zA-Z][a-zA-Z0-9]{1,31});?"), _unescape, "&"),
    Rule("html tag", re.compile(r"</?[a-z][a-z0-9]{0,15}(?:\s[^<>]{0,300})?/?>", re.IGNORECASE), _by(" "), "<"),
    # «при\u200bвет» is one word; a control character or half of an emoji is a gap
    Rule("invisible", re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"), _by(""), ODD),
    Rule("control", re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufff9-\uffff]"), _by(" "), ODD),
    # «и» + U+0306 is «й»; the stress in «за́мок» and piles of marks are dropped
    Rule("compose", re.compile(rf"\w[{_MARKS}]{{1,3}}"), _compose, ODD),
    Rule("left marks", re.compile(rf"[{_MARKS}]+"), _by(""), ODD),
    # VK's markup: [id1|Имя], [club1|Название], [https://site.ru|текст], @id1 (Имя), *club1 (Название)
    Rule("person's mention", re.compile(
        r"\[(?P<target>(?:https?://)?(?:(?:m\.)?vk\.(?:com|ru)/)?id\d{1,20}(?::[\w-]{0,40})?)\|"
        r"(?P<label>[^\]\n]{0,300})(?:\]|$)", re.IGNORECASE), _mention, "|"),
    Rule("mention", re.compile(r"\[(?P<target>[^\[\]|\s]{1,300})\|(?P<label>[^\[\]]{0,1000})\]"), _mention, "|"),
    Rule("mention by name", re.compile(
        r"(?<![\w.@*])[@*](?P<target>(?:id|club|public|event)\d{1,20})(?:[ ]?\((?P<label>[^()\n]{0,300})(?:\)|$))?",
        re.IGNORECASE), _mention, NAMED),
    # addresses, mail before sites: «пиши на a.b@mail.ru», «https://vk.com/x», «site.ru/x», «сайт.рф»
    Rule("e-mail", re.compile(r"(?<![\w.+#-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"), _by(" "), "@"),
    Rule("url", re.compile(r"(?:\b(?:https?|ftp)://|\bwww\.)[^\s<>\"«»)]+", re.IGNORECASE), _url, SITE),
    Rule("site", re.compile(
        rf"(?<![\w.@-])(?:(?:[a-z0-9-]{{1,63}}\.){{1,6}}(?:{_ZONES})|(?:[\w-]{{1,63}}\.){{1,6}}рф)(?![\w-])"
        r"(?:[/?#:][^\s<>\"«»)]*)?", re.IGNORECASE), _url, SITE),
    Rule("screen name", re.compile(
        r"(?<![\w.@#])@(?P<name>[a-z][\w.]{1,63})(?:[ ]?\([^()\n]{0,300}\))?", re.IGNORECASE), _screen_name, "@"),
    # before tags: «#тел89001234567»; letters may touch the digits: «тел89001234567», «+79001234567ватсап», cards too
    Rule("phone", re.compile(rf"(?<!\d)(?:(?P<usual>{_USUAL_NUMBER})|\+?\d(?:{_PAUSE}\d){{9,}}+)"), _phone, NUMBER),
    Rule("phone in a word", re.compile(
        r"(?:(?<=[^\W\d_])\d(?:[-‑–]?\d){6,8}+|(?<!\d)\d(?:[-‑–]?\d){6,8}+(?=[^\W\d_]))"), _by(" "), NUMBER),
    # «#тег@club», «#а#б» chained; the tag's words stay
    Rule("tag", re.compile(r"#(?P<tag>\w{1,100})(?:@[\w.]{1,64})?"), _tag, "#"),
    Rule("emoji", re.compile(
        "[\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d\U0001f000-\U0001faff"
        "\U000e0000-\U000e007f]+"), _by(" "), ODD),
    # «оооочень» to «ооочень»: the lexicon tries which spelling exists; here only the length is bounded
    Rule("elongation", re.compile(r"([^\W\d_])\1{3,}"), lambda match, found: match[1] * 3, RUN),
)  # fmt: skip
