"""How memory is given back: by the C library, and by Python's search for cycles."""

from __future__ import annotations

import ctypes
import gc

M_MMAP_THRESHOLD = -3  # mallopt(3)
THRESHOLD_BYTES = 4 * 1024 * 1024
NEW_OBJECTS = 10_000


def give_back_large_blocks() -> None:
    """Let every array of 4 MB and more go back to the system when it is freed.

    glibc raises that limit by itself, up to 32 MB, whenever a large block is freed; from then on columns that live for
    one chunk and columns that stay share a heap that cannot shrink. A million scores took 2.1 GB so, and 1.8 GB with a
    fixed limit. With one of 256 kB it is no less, and each step of a chunk asks the system for memory: the scorecard
    took twice the CPU. Elsewhere than on glibc nothing is done.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(M_MMAP_THRESHOLD, THRESHOLD_BYTES)


def look_for_cycles_less_often() -> None:
    """Let 10,000 new objects pass before cycles among them are looked for, not Python's 700.

    Importing libraries and compiling expressions make hundreds of thousands of objects that stay: a tenth of the CPU of
    `features` went into looking through them in vain.
    """
    gc.set_threshold(NEW_OBJECTS, *gc.get_threshold()[1:])
