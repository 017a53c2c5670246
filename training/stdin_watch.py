"""Ends the program when its stdin does, if `--end-with-stdin` is among its words: then whoever started it is gone. Import it before what takes long to load."""
from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable


def nothing() -> None:
    """What is to be done at the end, until somebody says otherwise."""


on_end: Callable[[], object] = nothing


def wait() -> None:
    while os.read(0, 1024):
        pass
    on_end()
    os._exit(1)


if '--end-with-stdin' in sys.argv:
    threading.Thread(target=wait, daemon=True).start()
