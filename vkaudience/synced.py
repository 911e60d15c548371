"""Folders that a program copies to a cloud while we write: half of a study's files may be another moment's."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

SERVICES = {
    "OneDrive": r"onedrive( ?-.*)?",
    "Dropbox": r"dropbox( ?\(.*\))?",
    "iCloud": r"mobile documents|icloud ?drive|com~apple~clouddocs",
    "Google Drive": r"google ?drive(-.*)?|googledrive-.*",
    "Яндекс Диск": r"yandex\.?disk(-.*)?|яндекс[. ]?диск",
}
# On Windows OneDrive's folder may have any name; the system tells it.
VARIABLES = ("OneDrive", "OneDriveConsumer", "OneDriveCommercial")


def service(file: Path, environ: Mapping[str, str] = os.environ) -> str | None:
    """The name of the service that synchronises the folder of a file, or None."""
    folder = file.resolve().parent
    for name in VARIABLES:
        if environ.get(name) and folder.is_relative_to(Path(environ[name]).resolve()):
            return "OneDrive"
    parts = [part.casefold() for part in folder.parts]
    return next(
        (name for name, pattern in SERVICES.items() if any(re.fullmatch(pattern, part) for part in parts)), None
    )


def warning(file: Path) -> str | None:
    """What to tell about a study that lies in such a folder."""
    found = service(file)
    if found is None:
        return None
    return (
        f"Исследование лежит в папке, которую синхронизирует {found}: она копирует файл посреди записи и может его "
        "испортить. Перенесите исследование в обычную папку, а в облако кладите копию, когда ничего не запущено."
    )
