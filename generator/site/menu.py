"""The menu of mkdocs.yml without the pages that a case does not have, as two explanations without hypotheses.

MkDocs in strict mode refuses a menu that names a missing page. A page outside the menu is a warning as well, so what
is misspelt in the menu is still told.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_ENTRY = re.compile(r"^ +- [^:#\n]+: (\S+\.md)\n", re.MULTILINE)


def fitting(config: str, docs: Path) -> str:
    """This mkdocs.yml with an empty line for each entry of the menu whose page is not in `docs`."""
    head, menu, rest = config.partition("\nnav:\n")
    return head + menu + _ENTRY.sub(lambda entry: entry[0] if (docs / entry[1]).is_file() else "\n", rest)
