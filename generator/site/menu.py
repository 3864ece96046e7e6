"""The menu of mkdocs.yml without the pages that a case does not have, as two explanations without hypotheses.

MkDocs in strict mode refuses a menu that names a missing page. A page outside the menu is a warning as well, so what
is misspelt in the menu is still told; but a list that moved leaves a page that belongs into no menu.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_OUTSIDE = "\nnot_in_nav: |\n"
_ENTRY = re.compile(r"^ +- [^:#\n]+: (\S+\.md)\n", re.MULTILINE)
_EMPTY = re.compile(r"^  - [^:#\n]+:\n(\n*)(?=  - |[a-z]|\Z)", re.MULTILINE)
"""A section of which no entry is left."""


def fitting(config: str, docs: Path, outside: Sequence[str] = ()) -> str:
    """This mkdocs.yml with an empty line for each entry of the menu whose page is not in `docs`, and for
    each section of which no entry is left.

    `outside`: files of `docs` that are in no menu on purpose.
    """
    head, menu, rest = config.partition("\nnav:\n")
    left = _ENTRY.sub(lambda entry: entry[0] if (docs / entry[1]).is_file() else "\n", rest)
    fit = head + menu + _EMPTY.sub(r"\n\1", left)
    return fit.replace(_OUTSIDE, _OUTSIDE + "".join(f"  /{path}\n" for path in outside), 1) if outside else fit
