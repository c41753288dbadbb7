"""How the C library gives memory back."""

from __future__ import annotations

import ctypes

M_MMAP_THRESHOLD = -3  # mallopt(3)
THRESHOLD_BYTES = 256 * 1024


def give_back_large_blocks() -> None:
    """Let every array of 256 kB and more go back to the system when it is freed.

    glibc raises that limit by itself, up to 32 MB, whenever a large block is freed; from then on columns that live for
    one chunk and columns that stay share a heap that cannot shrink. A million scores took 2.1 GB so, and 1.9 GB with a
    fixed limit. Elsewhere than on glibc nothing is done.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(M_MMAP_THRESHOLD, THRESHOLD_BYTES)
