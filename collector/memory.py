"""Memory that stays flat while big answers come and go."""

from __future__ import annotations

import contextlib
import ctypes
import sys

M_MMAP_THRESHOLD = -3
BIG = 512 * 1024


def give_back_big_blocks() -> None:
    """Make the C library return freed blocks of half a megabyte and more to the system at once.

    glibc otherwise comes to keep them in the heaps of the threads that read answers: 10 to 13 MB of 200 while a
    million members were collected. Does nothing where there is no glibc.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL("libc.so.6").mallopt(M_MMAP_THRESHOLD, BIG)
