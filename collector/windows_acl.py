"""Who may read a file on Windows, where a mode says nothing: its access list as text (SDDL), and what that means.

The syntax is Microsoft's "Security Descriptor String Format"; groups are written there by two letters or a SID, never
by a name that Windows translates.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

# Groups that hold people other than the file's owner and the machine's administrators.
_CROWDS = {
    "WD": "Everyone", "S-1-1-0": "Everyone",
    "AN": "Anonymous", "S-1-5-7": "Anonymous",
    "AU": "Authenticated Users", "S-1-5-11": "Authenticated Users",
    "IU": "Interactive", "S-1-5-4": "Interactive",
    "NU": "Network", "S-1-5-2": "Network",
    "BU": "Users", "S-1-5-32-545": "Users",
    "BG": "Guests", "S-1-5-32-546": "Guests",
    "DU": "Domain Users", "DG": "Domain Guests",
}  # fmt: skip
_ENTRY = re.compile(r"\(([^()]*)\)")
_READING = {"GA", "GR", "FA", "FR", "CC", "KA", "KR"}
# FILE_READ_DATA, GENERIC_ALL, GENERIC_READ
_READING_BITS = 0x1 | 0x10000000 | 0x80000000


def crowds(sddl: str) -> list[str]:
    """The groups of many people that this access list lets read the file, each once, in its order.

    A list that is missing lets everybody. Refusals in it are not counted: who is let in and refused is told too.
    """
    _, found, entries = sddl.partition("D:")
    if not found or entries.startswith("NO_ACCESS_CONTROL"):
        return ["Everyone"]
    named = (_crowd(entry.split(";")) for entry in _ENTRY.findall(entries.partition("S:")[0]))
    return list(dict.fromkeys(name for name in named if name))


def _crowd(entry: list[str]) -> str:
    if len(entry) < 6 or entry[0] != "A" or "IO" in re.findall("..", entry[1]):
        return ""  # no permission, or one for what lies below
    return _CROWDS.get(entry[5], "") if _reads(entry[2]) else ""


def _reads(rights: str) -> bool:
    if rights[:2].lower() == "0x":
        return bool(int(rights, 16) & _READING_BITS)
    return not _READING.isdisjoint(re.findall("..", rights))


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    def access_list(path: Path) -> str:
        """The file's access list in SDDL. Raises OSError when Windows does not tell it."""
        security, text = ctypes.c_void_p(), wintypes.LPWSTR()
        advapi, kernel = ctypes.WinDLL("advapi32", use_last_error=True), ctypes.WinDLL("kernel32")
        kernel.LocalFree.argtypes = [ctypes.c_void_p]
        file_object, access = 1, 4
        code = advapi.GetNamedSecurityInfoW(
            ctypes.c_wchar_p(str(path)), file_object, access, None, None, None, None, ctypes.byref(security)
        )
        if code:
            raise ctypes.WinError(code)
        try:
            if not advapi.ConvertSecurityDescriptorToStringSecurityDescriptorW(
                security, 1, access, ctypes.byref(text), None
            ):
                raise ctypes.WinError(ctypes.get_last_error())
            try:
                return text.value or ""
            finally:
                kernel.LocalFree(text)
        finally:
            kernel.LocalFree(security)

else:

    def access_list(path: Path) -> str:
        """There is none off Windows: always raises OSError."""
        raise OSError(f"no access list: {path}")
