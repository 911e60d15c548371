"""Russian words typed in Latin capitals that look the same: «MOCKBA», «BCEM», «PECTOPAH».

The rule: in a Russian text a word wholly of the twelve Latin capitals that have Cyrillic twins is Russian if

1. read in Cyrillic it is a word of the dictionary that people use: one of a common lemma, and where it has only three
   letters a pronoun, an adverb or a function word («HET», «KAK»);
2. it is none of the usual English words, names and abbreviations below.
"""

from __future__ import annotations

import re

from nlp.candidates import analyser, folded
from nlp.tables import common_lemmas

_TWINS = re.compile("[ABCEHKMOPTXY]{3,30}")
_CYRILLIC = str.maketrans("ABCEHKMOPTXY", "АВСЕНКМОРТХУ")
_ENGLISH_WORDS = (
    "AAA ABBA ACT APEC APP APT ATE ATOM AXE BACE BACK BAH BAKA BAKE BAM BAPE BAY BBC BCC BEAT BEKO BET BETA BETO "
    "BMC BOB BOBA BOCK BOT BYTE CAKE CAM CAMP CAP CAPA CAPE CAT CBOE CHAM CHOC CMAKE COBY COCHE COKE COM COMA COME "
    "COP COPA COPE COPY CPP CPT CTO ECCO ECHO EPAM ETA HAKATA HAM HAPPY HATE HEBE HEE HEM HOBO HOC HOME HOP HOPE HOT "
    "HOYT HTB HTC HYATT HYPE KAPA KAPPA KATA KATE KATY KPOP MAC MACKY MAHA MAKE MAMA MAP MATA MATE MAX MECCA MEET "
    "MEM MEME META METE MOE MOET MOP MOTO MOTTO MTC OMAP OPEC OPEX OTTO PACE PACT PAKE PAM PEAK POEM POET POKE POKY "
    "POP POT POTE PYKE TAM TAP TAPA TAPE TATE TATTOO TCC TEAM TECH TECHO TETE TEX TOKE TOM TOMATE TOME TOP TOPAM "
    "TOTEM TTT TYPE YYY"
)
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_CLOSED = ("FUNC", "PRON", "ADV")


def in_cyrillic(token: str) -> str:
    """The token in Cyrillic letters if the rule takes it for Russian, else empty."""
    if not _TWINS.fullmatch(token) or token in _ENGLISH:
        return ""
    russian = token.translate(_CYRILLIC)
    found = analyser().known(russian.lower())
    if len(token) == 3:
        return russian if found and found[0].pos in _CLOSED else ""
    return russian if any(folded(one.lemma) in common_lemmas() for one in found) else ""
