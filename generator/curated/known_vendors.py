"""The vendors of a case put to use before its logs or packs are read."""

from __future__ import annotations

from pathlib import Path

from generator.curated.library import load_kind
from generator.curated.vendor_files import VendorFile, use_files


def use_vendors_in(folder: Path) -> bool:
    """Judge by the files of this folder too; by the program's alone where there is none. True; else ContentError."""
    use_files(load_kind(folder.parent, VendorFile) if folder.is_dir() else ())
    return True
