"""Command `verify-site`: is a built site whole?"""

from __future__ import annotations

from pathlib import Path

import click

FOLDER = click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False), default="site")


@click.command("verify-site")
@FOLDER
def verify_site(folder: Path) -> None:
    """Check every file of a site against its manifest.json; name what is missing, changed or extra (exit code 2).

    FOLDER: a built site, or a copy fetched from where it is published.

    The manifest shows damage and mixed uploads, not malice: who can change a page can change the manifest.
    Compare the digest that this prints with the one of your own build of the same inputs.

    \b
    Examples:
      witnessmark verify-site
      witnessmark verify-site ~/mirror/witnessmark
    """
    import hashlib

    from generator.base.problems import ContentError
    from generator.site.manifest import NAME, differences

    problems = differences(folder)
    if problems:
        raise ContentError(*problems)
    manifest = (folder / NAME).read_bytes()
    click.echo(f"Whole: every file agrees with {NAME} (SHA-256 {hashlib.sha256(manifest).hexdigest()}).")
