"""The commands of a guide, taken from its page and run in a fresh home.

What a test replaces, and with what:

- `git clone ADDRESS witnessmark`: a repository of the test, in that folder;
- `pipx install ...`: the program of this repository on the path, by the environment of the tests.

Everything else is run as it is written. Blocks marked `bash` are run; `text`, `toml` and `json` are not.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from patience import HANGS

ROOT = Path(__file__).parent.parent
_BLOCK = re.compile(r"^```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CLONE = re.compile(r"^git clone (https://\S+) (witnessmark)$", re.MULTILINE)
_INSTALL = re.compile(r"^pipx install (\.|'\.\[site\]')$", re.MULTILINE)


def blocks(page: str) -> list[str]:
    """The blocks of shell commands of a page as it is handed to MkDocs."""
    return _BLOCK.findall(page)


@dataclass
class Home:
    """A home in which nothing is but what a test puts there, and where the shell is."""

    folder: Path
    clone: Path
    where: Path = field(init=False)
    replaced: int = 0

    def __post_init__(self) -> None:
        self.where = self.folder
        (self.folder / "bin").mkdir(parents=True)
        (self.folder / "program").write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m generator "$@"\n')
        (self.folder / "program").chmod(0o755)

    def run(self, block: str) -> str:
        """What the block prints. The next block begins where this one ends. Raises AssertionError where one fails."""
        block, clones = _CLONE.subn(f"cp -R '{self.clone}' \\2", block)
        block, installs = _INSTALL.subn("cp ~/program ~/bin/witnessmark", block)
        self.replaced += clones + installs
        assert "git clone" not in block
        assert "pipx" not in block
        script = f"set -eo pipefail\ncd '{self.where}'\n{block}\npwd > ~/where\n"
        path = f"{self.folder / 'bin'}:/usr/local/bin:/usr/bin:/bin"
        kept = {name: os.environ[name] for name in ("XDG_CACHE_HOME",) if name in os.environ}
        environment = {
            "HOME": str(self.folder),
            "PATH": path,
            "LANG": "C.UTF-8",
            "SOURCE_DATE_EPOCH": "1796040000",
            **kept,
        }
        done = subprocess.run(
            ["bash", "-c", script], env=environment, capture_output=True, text=True, timeout=HANGS, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == 0, f"{block}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        self.where = Path((self.folder / "where").read_text("utf-8").strip())
        return done.stdout
