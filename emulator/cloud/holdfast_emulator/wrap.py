"""How the emulator is patched: by name, with the original handed in, failing loudly when a name is gone."""

from contextlib import contextmanager
import functools


def wrap(module, name):
    """Replaces ``module.name`` by the decorated function, which receives the original as its first argument.

    A missing name raises at start: a patch that silently misses its target would make tests green
    for the wrong reason.
    """
    original = getattr(module, name)

    def decorate(function):
        @functools.wraps(original)
        def replacement(*args, **kwargs):
            return function(original, *args, **kwargs)

        setattr(module, name, replacement)
        return replacement

    return decorate


@contextmanager
def in_region(region):
    """Runs the block as a request to ``region``: the emulator keeps regional resources by the request's region."""
    from ministack.core import responses

    before = responses.get_region()
    responses.set_request_region(region)
    try:
        yield
    finally:
        responses.set_request_region(before)
