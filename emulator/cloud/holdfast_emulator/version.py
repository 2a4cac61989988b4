"""Refuses any ministack but the one these patches were written and tested against."""

import sys
from importlib import metadata

from . import MINISTACK_VERSION


def check() -> None:
    """Ends with code HF5301 when another version is installed: a patch that silently misses its target
    would make a test green for the wrong reason."""
    try:
        found = metadata.version("ministack")
    except metadata.PackageNotFoundError:
        found = "none"
    if found != MINISTACK_VERSION:
        sys.exit(
            f"HF5301 ministack = {found}\n  why:     the emulated AWS is completed in-process and only fits ministack {MINISTACK_VERSION}"
            f"\n  allowed: {MINISTACK_VERSION}\n  fix:     install emulator/cloud/requirements.txt into {sys.prefix}"
        )
