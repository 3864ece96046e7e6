"""Which program this is: its own sources, its libraries and its Python. What another one kept is not read."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

SOURCES = (".json", ".py", ".toml")
LIBRARIES = ".dist-info"  # folders whose names tell each installed library and its version


def program(package: Path) -> bytes:
    """Digest of everything that an answer depends on beside logs and options; `package` is the folder of sources."""
    digest = hashlib.sha256(sys.version.encode())
    for folder in sys.path:
        if folder and os.path.isdir(folder):  # noqa: PTH112  no Path for each of thousands of names
            names = sorted(name for name in os.listdir(folder) if name.endswith(LIBRARIES))  # noqa: PTH208
            digest.update("\n".join(names).encode("utf-8", "surrogatepass"))
    for root, folders, names in os.walk(package):
        folders.sort()
        for name in sorted(names):
            if name.endswith(SOURCES):
                digest.update(name.encode("utf-8", "surrogatepass"))
                with open(f"{root}{os.sep}{name}", "rb") as file:  # noqa: PTH123
                    digest.update(hashlib.sha256(file.read()).digest())
    return digest.digest()
