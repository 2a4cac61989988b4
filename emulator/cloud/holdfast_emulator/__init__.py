"""The emulated AWS of Holdfast's embedded default: a pinned ministack, completed in-process.

Each module supplies one concern of the documented AWS behaviour that the pinned version lacks or
gets wrong. ``semantics.json`` beside this package lists every one with its source and its test.
"""

MINISTACK_VERSION = "1.5.33"
