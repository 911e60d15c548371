"""Names of people's pages written without ``@``: «инста: anna_sm», «тг anna.sm», «скайп: annasm».

A Latin word after the name of a network is as often a word («инста умерла, iphone жив», «ютуб: minecraft»), so it must
look like no word (an underscore, a period or digits in it) or stand alone after a colon at the end of its line.
"""

from __future__ import annotations

import re

_NETWORKS = (  # the endings are the cases: «в инсте», «в телеграме»
    r"инст(?:[аеу]|аграмм?[ае]?)?|inst(?:a|agram)?|тг|tg|телег[аеу]|телеграмм?[ае]?|telegram|ска[йи]пе?|skype"
    r"|тикток[е]?|tiktok|дискорд[е]?|discord|вайбере?|viber|твиттере?|twitter|сигнале?|ник|никнейм|nick"
)
_OF_VIDEOS = r"вк|вконтакте|ютубе?|youtube|твиче?|twitch|стиме?|steam"  # a colon there begins a list as often
_TO = r"[ ]?(?:-[ ]?канал)?[ ]?"
_COLON = r"(?:[:=]|[ ][—–-](?=[ ]))[ ]?"
_WITH_UNDERSCORE = r"[a-z][a-z\d.]{0,30}+_[a-z\d_.]{0,30}[a-z\d_]"
_LIKE_NO_WORD = (
    rf"(?:{_WITH_UNDERSCORE}|[a-z][a-z\d]{{2,30}}\.[a-z][a-z\d]{{2,30}}|[a-z]{{4,30}}\d{{2,8}}"
    r"|[a-z][a-z\d.]{1,30}#\d{4})"
)
_ALONE = r"(?!(?:viber|whatsapp|telegram|skype|vk)\b)(?-i:[a-z][a-z\d]{4,30}+)(?=[ ]?(?:[,.;!|)/]?\n|[,.;!|)/]?$))"
ANY_HANDLE = re.compile(  # begins with a letter, as the search for one is fast; «ſ» and «ı» are small «S» and «I»
    "[ИиIiТтTtСсSsДдDdВвVvНнNnЮюYy\u017f\u0131](?<![\\w-].)(?i:нст|nst|г|g|елег|eleg|ка[йи]п|kyp|икт|ikt|иск|isc|айб"
    "|ibe|вит|wit|вич|игн|ик|ick|к|конт|туб|out|тим|tea)"
)
"""Without this :data:`HANDLE` finds nothing."""
HANDLE = re.compile(
    rf"(?<![\w-])(?P<network>(?:{_NETWORKS}|{_OF_VIDEOS}){_TO})"
    rf"(?:(?:{_COLON}(?:live:)?|(?<=[ ])live:){_LIKE_NO_WORD}|[^\w\n.#@]{{1,5}}{_WITH_UNDERSCORE})(?!\w)"
    rf"|(?<![\w-])(?P<network_alone>(?:{_NETWORKS}){_TO}){_COLON}{_ALONE}",
    re.IGNORECASE,
)
"""A network's name and the handle after it."""


def left(match: re.Match[str]) -> str:
    """What is left of a :data:`HANDLE`: the network's name."""
    return f"{match['network'] or match['network_alone']} "
