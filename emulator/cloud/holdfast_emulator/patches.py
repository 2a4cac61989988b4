"""Installs every patch, in one place, so that what is changed in the emulator can be read at a glance."""


def install() -> None:
    """Patches the imported ministack in-process. Called once, before the first request."""
