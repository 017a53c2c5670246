"""Settings of the process that must stand before PyTorch is loaded: import this first.

Threads that wait do not spin (on a machine shared with others spinning costs several times the work), and memory once taken is kept,
because handing large tensors back to the system and faulting them in again costs as much as many layers.
"""
from __future__ import annotations

import ctypes
import os
import sys

TRIM_THRESHOLD, TOP_PAD, MMAP_THRESHOLD = -1, -2, -3  # of glibc's mallopt

os.environ.setdefault('OMP_WAIT_POLICY', 'passive')
if sys.platform == 'linux':
    try:
        libc = ctypes.CDLL('libc.so.6')
        for option, value in ((MMAP_THRESHOLD, 1 << 30), (TRIM_THRESHOLD, (1 << 31) - 1), (TOP_PAD, 256 << 20)):
            libc.mallopt(option, value)
    except OSError:
        pass  # another C library: slower, nothing else
