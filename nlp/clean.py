"""Raw VK text to text that holds words only: an ordered list of rules that a linguist can read.

The order matters: decode first, then VK's markup, then addresses, then tags, then what is no word. Every rule is
linear in the length of the text: runs are bounded or cannot be entered in their middle, whoever wrote them.
What is taken out for a purpose (whom a text mentions, its tags, the sites it links to) is kept apart.
"""

from __future__ import annotations

import functools
import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from nlp import handles, phones
from nlp.signs import (
    BRACKETED,
    CONTROL,
    CYRILLIC_ZONES,
    GAPPED,
    GLUED,
    HANDLE,
    HIDDEN,
    INVISIBLE,
    KEY,
    MARKS,
    NAMED,
    NUMBER,
    ODD,
    PAGED,
    PARTED,
    RARE_ZONES,
    RUN,
    SITE,
    SPACED,
    SPELT,
    STRANGE,
    signs_of,
)


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


_ZONES = (  # Latin endings of addresses
    "ru|com|net|org|su|me|io|by|ua|kz|be|cc|ly|tv|info|biz|pro|online|site|club|shop|store|app|dev|gg|link|edu|gov"
)
_WORDY_ZONES = (  # endings that are words too: small letters after two Latin ones, or a slash, make an address of them
    "xyz|top|space|art|live|tech|today|school|moscow|de|eu|us|uk|fm|la|pw|one|to|im|am|ge|ee|lv|ai|page|website|media|news"
    "|click|studio|team|fun|blog|ws|at|sk|gl|gle|fr|it|is|sh|tk|pub|life|world|agency|travel|games"
)


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
    left = iter(_rules(frozenset(signs), 0))
    while step := next(left, None):
        at, rule = step
        changed = rule.pattern.sub(_taker(rule, found), text)
        if changed is not text:
            text = changed
            if at + 1 == len(RULES):  # every second post has emoji
                break
            left = iter(_rules(frozenset(signs_of(text)), at + 1))
    return Cleaned(text.strip(), tuple(found.mentions), tuple(found.tags), tuple(found.domains))


@functools.lru_cache(maxsize=4096)
def _rules(signs: frozenset[str], start: int) -> tuple[tuple[int, Rule], ...]:
    """The rules from a place on that have something to look for in a text with these signs, and their places."""
    return tuple((at, rule) for at, rule in enumerate(RULES) if at >= start and not signs.isdisjoint(rule.signs))


def _taker(rule: Rule, found: _Found) -> Callable[[re.Match[str]], str]:
    return lambda match: rule.replace(match, found)


def _by(value: str) -> Callable[[re.Match[str], _Found], str]:
    return lambda match, found: value


def _unescape(match: re.Match[str], _: _Found) -> str:
    return html.unescape(match[0])


def _compose(match: re.Match[str], _: _Found) -> str:
    return unicodedata.normalize("NFC", match[0])[0]


def _plain(match: re.Match[str], _: _Found) -> str:
    digit = unicodedata.decimal(match[0], None)
    return unicodedata.normalize("NFKD", match[0])[0] if digit is None else str(digit)


def _nested(opening: str, closing: str, depth: int) -> str:
    """What stands between two brackets: one line, other brackets in it closed, three a level and ``depth`` deep."""
    plain = rf"[^{opening}{closing}\n]{{0,300}}+"
    return plain + (rf"(?:{opening}{_nested(opening, closing, depth - 1)}{closing}{plain}){{0,3}}+" if depth else "")


_GAP = r"[^\S\n]{0,3}"
_PAGE = r"(?i:(?:https?:)?(?://)?(?:(?:www|m|new)\.)?(?:vk\.(?:com|ru|me)|vkontakte\.ru)/)"
_PERSON = r"(?i:id-?\d{1,20})(?![a-zA-Z\d_])"
_WORD_OF_NAME = r"\(?[A-ZА-ЯЁ][\w'’.-]{0,30}\)?"
_NAME = rf"{_WORD_OF_NAME}(?:[ ]{{1,2}}{_WORD_OF_NAME}){{0,2}}"  # «Иван (Ваня) Петров»
_ROUND, _SQUARE = _nested(r"\(", r"\)", 2), _nested(r"\[", r"\]", 2)
_IN_BRACKETS = rf"{_GAP}\((?P<label>{_ROUND})\)"
_OPEN_NAME = rf"{_GAP}\([ ]?(?P<open>{_NAME})"  # «@id1 (Иван Петров привет»; but «@id1 ( жду» is a smile and text
_NAME_IN_BRACKETS = rf"{_GAP}\([ ]?{_NAME}[ ]?\)"
_LABELS = r"(?:[a-z\d_-]{1,63}\.){1,9}"
_PICTURES = "\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d\U0001f000-\U0001faff"
_ADDRESS = rf"[^\s<>\"«»){_PICTURES}]"
_PATH = rf"(?:[/?#:\\]{_ADDRESS}*)?"
_MAILS = "mail|gmail|yandex|ya|bk|list|inbox|rambler|icloud|hotmail|outlook|yahoo"
_MAIL = f"(?:{_MAILS})"
_SITES = f"m[.]vk|vk|vkontakte|ok|youtube|instagram|tiktok|avito|{_MAILS}"
_MESSENGERS = "viber|whatsapp|telegram|vk|ok|inst|wa|t[.]me"
_SPOKEN = {
    "вк": "vk.com", "ютуб": "youtube.com", "яндекс": "yandex.ru", "мейл": "mail.ru", "мэйл": "mail.ru", "vk": "vk.com",
    "гмейл": "gmail.com", "джимейл": "gmail.com", "mail": "mail.ru", "gmail": "gmail.com", "yandex": "yandex.ru",
}  # fmt: skip
_ANYONE = re.compile(  # a screen name: a person's or a community's, nobody can tell
    rf"(?:{_PAGE})?(?!(?:club|public|event|app|wall|photo|video|audio|album|doc|topic|market|product|clip|story)-?\d)"
    r"[a-z][\w.]{1,63}",
    re.IGNORECASE,
)
_A_NAME = re.compile(rf"[^\w(]{{0,10}}+{_NAME}[^\w(]{{0,10}}")  # «Ваня 🌸»


def _person(match: re.Match[str], found: _Found) -> str:
    """A person's label is a name: dropped."""
    person = re.search(r"id-?\d+", match["target"], re.IGNORECASE)
    if person:
        found.mentions.append(person[0].lower())
    return " "


def _mention(match: re.Match[str], found: _Found) -> str:
    """A community's or a page's label is text: kept, unless it reads as a name and the page may be a person's."""
    target, label = match["target"].lstrip("@*"), match["label"]
    if re.match(r"(?:https?://)?[\w-]{1,63}\.", target):
        _note_domain(target, found)
    else:
        found.mentions.append(target.lower())
    if _ANYONE.fullmatch(target) and _A_NAME.fullmatch(label.strip()):
        return " "
    return f" {label} "


def _named(match: re.Match[str], found: _Found) -> str:
    found.mentions.append(match["target"].lower())
    if match["target"][:2].lower() == "id":
        return " "
    return f" {match['label'] or match['open'] or ''} "


def _screen_name(match: re.Match[str], found: _Found) -> str:
    found.mentions.append(match["name"].lower())
    return " "


def _join(match: re.Match[str], _: _Found) -> str:
    """The parts of an address or of a word without what was between them."""
    return match[0].replace(" ", "")


def _spoken(match: re.Match[str], _: _Found) -> str:
    return _SPOKEN[match["host"].lower()] + ("/" if match["path"] else "")


def _page(match: re.Match[str], found: _Found) -> str:
    if match["target"]:
        found.mentions.append(match["target"].lower())
    _note_domain(match[0], found)
    return " "


def _url(match: re.Match[str], found: _Found) -> str:
    _note_domain(match[0], found)
    return " "


def _note_domain(address: str, found: _Found) -> None:
    site = re.sub(r"^(?:[a-z][a-z\d+.-]{1,15}:|h(?:tt|xx)ps?[ ]?[:;]?[ ]?)?[/\\]{1,3}", "", address.lower())
    site = re.split(r"[/?#:\\]", site.removeprefix("www."), maxsplit=1)[0]
    if "." in site:
        found.domains.append(site)


def _tag(match: re.Match[str], found: _Found) -> str:
    found.tags.append(match["tag"].lower())
    return f" {match['tag'].replace('_', ' ')} "


def _phone(match: re.Match[str], _: _Found) -> str:
    return phones.left(match)


def _handle(match: re.Match[str], _: _Found) -> str:
    return handles.left(match)


RULES: tuple[Rule, ...] = (
    # decode: «кот&nbsp;&amp; кит<br>дом»; int() refuses a number of thousands of digits, so such an entity goes first
    Rule("line break", re.compile(r"<br ?/?>", re.IGNORECASE), _by("\n"), "<"),
    Rule("endless entity", re.compile(r"&#[0-9]{9,};?"), _by(" "), "&"),
    Rule("entity escaped again", re.compile(  # «&amp;nbsp;», «&amp;amp;»; no tag is made of «&amp;lt;b&amp;gt;»
        r"&(?:amp;){1,5}(?=(?:nbsp|quot|amp|apos|laquo|raquo|[mn]dash|hellip|#\d{1,6}|#[xX][0-9a-fA-F]{1,5});)"),
        _by("&"), "&"),
    Rule("entity", re.compile(r"&(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,8}|[a-zA-Z][a-zA-Z0-9]{1,31});?"), _unescape, "&"),
    Rule("comment", re.compile("<!--[^<>]{0,500}-->"), _by(" "), "<"),
    Rule("person's link", re.compile(
        r"<a\s[^<>]{0,300}?\b(?P<target>id\d{1,20})\b[^<>]{0,300}>[^<>]{0,100}</a>", re.IGNORECASE), _person, "<"),
    Rule("html tag", re.compile(r"</?(?!at>)[a-z][a-z0-9]{0,15}(?:\s[^<>]{0,300})?/?>", re.IGNORECASE), _by(" "), "<"),
    Rule("forum tag", re.compile(
        r"\[/?(?:[bius*]|url|img|quote|code|color|size|font|spoiler|center|list|sup|sub|hide|video)"
        r"(?:=[^\[\]\n]{0,200})?\]", re.IGNORECASE), _by(" "), "["),
    # «при\u200bвет» is one word; a control character, half of an emoji or an empty Korean letter is a gap
    Rule("invisible", re.compile(f"[{INVISIBLE}]+"), _by(""), HIDDEN),
    Rule("control", re.compile(f"[{CONTROL}]"), _by(" "), HIDDEN),
    Rule("digit in a key", re.compile(  # «1️⃣шаг2️⃣прыг»
        r"(?<=[^\W\d_])(?=[0-9]\ufe0f?\u20e3)|(?<=[0-9])\ufe0f?\u20e3(?=[^\W\d_])"), _by(" "), KEY),
    # «и» + U+0306 is «й»; the stress in «за́мок» and piles of marks are dropped
    Rule("compose", re.compile(rf"\w[{MARKS}]{{1,3}}"), _compose, HIDDEN),
    Rule("left marks", re.compile(rf"[{MARKS}]+"), _by(""), HIDDEN),
    # «ѐ» and «ѝ» are stressed too, «İ» would be two characters in small letters, «＠» and «٨» are what they stand for
    Rule("plain letter", re.compile(f"[{STRANGE}]"), _plain, HIDDEN),
    # VK's markup: [id1|Имя], [club1|Название], [https://site.ru|текст]; cut off or with brackets in the name too
    Rule("person's mention", re.compile(
        rf"\[{_GAP}(?P<target>[@*]?(?:{_PAGE})?{_PERSON}(?:[:?/#@][^\[\]|\s]{{0,300}})?|(?i:post)-?\d{{1,20}}_\d{{1,20}})"
        rf"{_GAP}\|(?:{_SQUARE}\]|[^\[\]]{{0,100}}\]|{_GAP}[^\s\[\]@*(|/:]{{1,40}}(?:[ ]{_NAME})?)?"),
        _person, "|"),
    Rule("mention", re.compile(
        rf"\[{_GAP}(?P<target>[^\[\]|\s]{{1,300}})\|(?:\d[\dx]{{0,8}}px\|)?(?P<label>[^\[\]]{{0,1000}}+|{_SQUARE})\]"),
        _mention, "|"),
    # addresses in disguise become addresses: «ivan (собака) mail [точка] ru», «vk. com/ivan», «t . me / ivan»
    Rule("dot in disguise", re.compile(
        r"(?<=[a-z\d])(?:[ ]?[\[({][ ]?(?:[.,]|dot|точка|тчк)[ ]?[\])}][ ]?|[ ]точка[ ])(?=[a-z])"
        r"|(?<=[a-z\d])[ ]dot[ ](?=(?:com|ru|net|org)(?!\w))", re.IGNORECASE), _by("."), GAPPED + SPELT),
    Rule("dot with gaps", re.compile(
        rf"(?<![\w.-])(?:(?:{_SITES})(?:[ ]\.[ ]?|\.[ ])(?:com|ru)(?!\w)"
        rf"|[a-z\d-]{{1,63}}(?:[ ]\.[ ]?|\.[ ])(?:{PARTED})(?=[ ]?/[ ]?[a-z\d]))", re.IGNORECASE), _join, GAPPED),
    Rule("path with gaps", re.compile(
        rf"(?<![\w-])(?:{_SITES}|t|wa|youtu)\.(?:{PARTED})(?:[ ]/[ ]?|/[ ])"
        rf"(?=(?!(?:{_MESSENGERS})(?!\w))[a-z\d_@][\w.]{{2}})", re.IGNORECASE), _join, GAPPED),
    Rule("site in russian", re.compile(
        rf"(?<!\w)(?P<host>{'|'.join(_SPOKEN)})[ ]точка[ ](?:ком|ру)(?!\w)(?P<path>[ ]сл[еэ]ш[ ](?=[a-z]))?",
        re.IGNORECASE), _spoken, SPELT),
    Rule("vk without a period", re.compile(
        r"(?<![\w-])(?:vk|вк)[ ,](?:com|ru|ком|ру)/(?=[ ]?[a-z\d])", re.IGNORECASE), _by("vk.com/"), GAPPED),
    Rule("at in disguise", re.compile(
        r"(?:(?<=[\w.+-])|(?<=[\w.+-][ ]))[\[({<][ ]?(?:[aа][tт]|собака|собачка|@)[ ]?[\])}>](?=[ ]?[\w-]{1,63}\.)",
        re.IGNORECASE), _by("@"), BRACKETED),
    Rule("at with gaps", re.compile(
        rf"[ @](?<=[a-z\d_].)(?:(?<=[ ])(?:собака|собачка|@)[ ]?|(?<=@)[ ])"
        rf"(?=[a-z\d-]{{1,63}}\.(?:{_ZONES})(?![a-z\d_]))"
        rf"|[ ](?<=[а-яё].)(?:собака|собачка)[ ](?={_MAIL}\.)"
        rf"|[ ](?<=[a-z\d_].)at[ ](?={_MAIL}\.(?:ru|com)(?!\w))", re.IGNORECASE), _by("@"), "@" + SPELT),
    # mail before names and sites: «пиши на a.b@mail.ru», «mailto:ivan@mail.ru (Иван)»
    Rule("e-mail", re.compile(
        r"(?:mailto:)?(?:(?<![a-z\d_.+#-])"
        r"[a-z\d_.+%=!'\u00c0-\u024f-]{1,99}@(?:[a-z\d-]{1,63}\.){1,8}(?:xn--[a-z\d-]{2,59}|[a-z]{2,24})(?![a-z\d])"
        rf"|(?:(?<![\w.+#-])[а-яё\d_.+-]{{1,64}}|(?<![a-z\d_.+#-])(?:[a-z\d_.+-]|(?<=[a-z])[аеорсух]){{1,64}})"
        rf"@(?:[\w-]{{1,63}}\.){{1,5}}(?:{_ZONES}|рф)(?![a-z\d]))"
        rf"(?:[/?][^\s<>\"«»)@*]*)?(?:(?-i:{_NAME_IN_BRACKETS}))?", re.IGNORECASE), _by(" "), "@"),
    Rule("e-mail mistyped", re.compile(
        rf"(?<![a-z\d_.+#-])[a-z\d_.+-]{{1,64}}@{_MAIL}(?:[ ]?[.,][ ]?(?:ru|com))?(?!\w)", re.IGNORECASE),
        _by(" "), "@"),
    Rule("at between words", re.compile("(?<=[а-яё]{3})@(?=[а-яё]{7})", re.IGNORECASE), _by(" "), "@"),
    # @id1 (Имя), *club1 (Название), @name (Имя), wherever they stand: «спасибо.@id1 (Иван)», «vk.com/id1,@name (Иван)»
    Rule("mention by number", re.compile(
        r"[@*][ ]?(?P<target>(?i:id|club|public|event)\d{1,20})(?![a-zA-Z\d_])"
        rf"(?:{_IN_BRACKETS}|{_OPEN_NAME})?"), _named, NAMED),
    Rule("mention by name", re.compile(
        rf"@(?P<name>[a-zA-Z_][a-zA-Z\d_.]{{1,63}}+)(?:{_IN_BRACKETS}|{_OPEN_NAME})"), _screen_name, NAMED),
    Rule("mention by name with a star", re.compile(
        rf"(?<!\*)\*(?P<name>[a-zA-Z][a-zA-Z\d_.]{{1,63}}+){_NAME_IN_BRACKETS}"), _screen_name, NAMED),
    Rule("mention without a sign", re.compile(  # «id1 (Имя)», «club1 (Название)»
        rf"(?<![\w@*/.=?&#+-])(?P<name>(?:(?P<person>id)|club|public|event)\d{{1,20}})"
        rf"(?(person){_NAME_IN_BRACKETS}|(?={_GAP}\())"), _screen_name, NAMED),
    # addresses: «https://vk.com/id1 (Имя)», «https://vk.com/x», «site.ru/x», «сайт.рф»
    Rule("person's page", re.compile(
        rf"{_PAGE}(?:(?P<target>{_PERSON})[^\s<>\"«»()]{{0,300}}+(?:{_IN_BRACKETS}|{_OPEN_NAME})"
        rf"|[a-zA-Z][\w.]{{1,63}}+{_NAME_IN_BRACKETS})"), _page, PAGED),
    # (capitals spelled out: the search for a first letter is fast only so)
    Rule("url", re.compile(rf"[a-zA-Z][a-zA-Z\d+.-]{{1,15}}://{_ADDRESS}+"), _url, SITE),
    Rule("url mistyped", re.compile(
        rf"[hH](?i:tt|xx)[pP][sS]?[ ]?[:;]?[ ]?[/\\]{{1,3}}[ ]?(?=[^\s/\\]{{1,63}}\.[a-zA-Z]){_ADDRESS}+"), _url, SITE),
    Rule("url of www", re.compile(rf"[wW]{{3}}\.(?<![a-zA-Z\d_]....){_ADDRESS}+"), _url, SITE),
    Rule("vk in look-alikes", re.compile(
        r"[vVвВ](?<![\w-].)(?:(?<=[вВ])|(?=[^/]{0,5}[А-яё]))[kKкК]\.(?:[cCсСkKкК][oOоО][mMмМ]|[rRрР][uUуУ])/"
        rf"{_ADDRESS}*"), _url, SITE),
    # a word before the period stays: «Жми.vk.cc/abc», «Тут.сайт.ru»; «Привет.to» and «сижу дома.дети спят» are words
    Rule("site", re.compile(
        rf"(?:(?<![a-z\d_.@-])|(?<=[.-])(?<![a-z\d_@].)){_LABELS}(?:(?:{_ZONES})(?![a-z\d_]|-[a-z\d])|xn--[a-z\d-]{{2,59}}"
        rf"|[a-z]{{2,24}}(?=/)|(?-i:{RARE_ZONES}|{CYRILLIC_ZONES})(?![\w-])"
        rf"|(?<=[a-z\d_-][a-z_-]\.)(?-i:{_WORDY_ZONES})(?!\w|-\w)){_PATH}", re.IGNORECASE), _url, SITE),
    Rule("cyrillic site", re.compile(
        rf"(?:(?<![\w.@-])|(?<=[а-яё]\.))(?:[\w-]{{1,63}}\.(?:рф|(?-i:{RARE_ZONES}))(?![\w-])"
        rf"|[\w-]{{1,63}}\.(?-i:{CYRILLIC_ZONES})(?:(?=/)|(?![\w-]|\.\w|\s{{1,3}}(?-i:[а-яё])))"
        r"|[а-яё][а-яё\d-]{0,62}\.(?:(?:ru|(?-i:com|net|org|su|by|kz|ua))(?![a-z\d_-])"
        rf"|(?:{_ZONES}|{_WORDY_ZONES})(?=/))){_PATH}", re.IGNORECASE), _url, SITE),
    Rule("handle", handles.HANDLE, _handle, HANDLE),
    # before tags: «#тел89001234567»; letters may touch the digits: «тел89001234567», «+79001234567ватсап», cards too
    Rule("phone with letters", phones.WITH_LETTERS, _by(" "), GLUED),
    Rule("phone", phones.NUMBER, _phone, NUMBER),
    Rule("phone in a word", phones.IN_WORD, _by(" "), NUMBER),
    Rule("phone of six digits", phones.SHORT, _by(" "), NUMBER),
    Rule("digits before a word", phones.BEFORE_WORD, lambda match, found: f"{match[0]} ", GLUED),
    # «#тег@club», «#а#б» chained; the tag's words stay
    Rule("tag", re.compile(r"#(?P<tag>\w{1,100})(?:@[\w.]{1,64})?"), _tag, "#"),
    # after tags: «#тег@club»; no letter of «бл@ть»: after a letter the whole name is Latin
    Rule("screen name", re.compile(
        r"(?<!@)@(?:(?<!\w@)|(?=[a-zA-Z\d_.]{2,64}+(?!\w)))(?P<name>[a-zA-Z_][a-zA-Z\d_.]{1,63}+)"
        r"(?:@[\w.]{1,64})*"), _screen_name, "@"),
    Rule("spaced letters", re.compile(  # «П Р И В Е Т»
        r"(?<!\w)(?<!\b[А-ЯЁ][ ])[А-ЯЁ](?:[ ][А-ЯЁ](?!\w)){4,40}+"
        r"|(?<!\w)(?<!\b[а-яё][ ])[а-яё](?:[ ][а-яё](?!\w)){4,40}+"),
        _join, SPACED),
    # «оооочень» to «ооочень»: the lexicon tries which spelling exists; here only the length is bounded
    Rule("elongation", re.compile(r"([^\W\d_])\1{3,}"), lambda match, found: match[1] * 3, RUN),
    # pictures, and letters and digits that serve as such: ℹ Ⅳ ² ½ ª ツ ʕᴥʔ ಠ_ಠ
    Rule("emoji", re.compile(
        f"[{_PICTURES}\U000e0000-\U000e007f"
        "ªº²³¹¼-¾\u2070-\u209f\u2100-\u2115\u2117-\u218f\u3200-\u33ffツʕʔʖʘᴥಠಥ\U00013000-\U0001342f]+"), _by(" "), ODD),
)  # fmt: skip
