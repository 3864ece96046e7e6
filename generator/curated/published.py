"""What a case lacks that whoever publishes it should give: warnings, since a site can be built and read without."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from generator.base.problems import Problem
from generator.curated.yamlfile import read

if TYPE_CHECKING:
    from generator.curated.models import Case

_HINT = "before you publish, set contact: (a page or mailto:name@host) or issues: (a form that takes title and body)"


def lacking(case: Case, content: Path) -> Iterator[Problem]:
    """A warning where nobody can be written to."""
    if case.contact is None and case.issues is None:
        message = "warning: the case names nobody to write to, so a reader who finds a mistake is sent to a file"
        yield read(content / "case.yml", "content/case.yml").problem((), "W-contact", message, _HINT)
