"""Keys that this version reads and checks but does nothing with: said aloud when somebody sets them."""

from __future__ import annotations

from vkaudience.config import Config
from vkaudience.schema import SECTIONS

WHY = {
    ("privacy", "special_categories"): "взгляды и религию эта версия не запрашивает и не хранит ни при каком значении",
    ("privacy", "keep_days"): "сами по себе тексты не удаляются: когда работа сделана, запустите vkaudience purge",
    ("privacy", "key_file"): "выгрузки с псевдонимами в этой версии нет",
    ("segments", "n_segments"): "сегментов в этой версии нет",
    ("segments", "seed"): "сегментов в этой версии нет",
}


def unused(config: Config) -> list[str]:
    """A sentence for each key that was set in vain."""
    told = [
        f"[{section}] {key} = {_shown(config[section][key])} ни на что не влияет: {why}."
        for (section, key), why in WHY.items()
        if config[section][key] != SECTIONS[section][key].default
    ]
    if config.hypotheses:
        told.append("[[hypotheses]] ни на что не влияет: догадки в этой версии не проверяются.")
    return told


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
