"""Typical mistakes of contributors with what `check` says of each: a generated list, for the guide."""

from __future__ import annotations

from generator.curated.models import Line, Model, Slug


class Mistake(Model):
    """One mistake, the message and its hint, both in the words of the program."""

    id: Slug
    mistake: Line
    message: Line  # path:line:col: code message
    todo: Line  # the hint
