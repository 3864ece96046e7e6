"""Command `hosting`: the rules of a built site for a host that reads no `_headers`."""

from __future__ import annotations

from pathlib import Path

import click

from generator.cli.context import ROOT

_NAME = r"[A-Za-z0-9.-]+"


@click.command()
@ROOT
@click.argument("host", type=click.Choice(["nginx", "cloudfront"]))
@click.option(
    "--name", default="localhost", show_default=True, help="Name of the server, such as evidence.example.org."
)
@click.option("--folder", default=None, help="Folder that the server gives out. [default: site/ of --root]")
def hosting(root: Path, host: str, name: str, folder: str | None) -> None:
    """Print headers and redirects of the site in site/, in the form of a host.

    nginx: a file for conf.d. cloudfront: a response headers policy, for a bucket of S3 behind it. Cloudflare Pages and
    Netlify need neither: they read the files _headers and _redirects that are in the site. Print it again after each
    build, as the policy holds the digests of the site's own scripts.

    \b
    Examples:
      witnessmark hosting nginx --name evidence.example.org --folder /srv/evidence > evidence.conf
      witnessmark hosting cloudfront --name evidence > policy.json
    """
    import re

    from generator.site.host_rules import rules_of
    from generator.site.recipes import recipe

    if not re.fullmatch(_NAME, name):
        raise click.UsageError("--name: letters, digits, dots and hyphens")
    site = root.resolve() / "site"
    given = folder or str(site)
    if "$" in given or not given.isprintable():
        raise click.UsageError("--folder: without a dollar sign and without characters that cannot be seen")
    click.echo(recipe(host, rules_of(site), name, given), nl=False)
