"""A library that is not installed, in one line: most commands need few of them, and the site needs the rest."""

from __future__ import annotations

SITE = frozenset(
    {
        "altair",
        "jinja2",
        "markdown_it",
        "material",
        "mkdocs",
        "nh3",
        "numpy",
        "pagefind_bin",
        "ruptures",
        "scipy",
        "vl_convert",
    }
)
"""Import names of what the extra `site` of pyproject.toml brings."""

FLEET = frozenset({"py4j", "pyspark"})
"""Import names of what the extra `fleet` brings beside those."""


def lacking(error: ModuleNotFoundError) -> str | None:
    """What to install; None where no library of an extra is what was not found."""
    name = (error.name or "").partition(".")[0]
    if name in FLEET:
        return f"This command needs Apache Spark, and {name} is not here: pip install 'witnessmark[fleet]'"
    if name not in SITE:
        return None
    return f"This command needs the libraries of a site, and {name} is not here: pip install 'witnessmark[site]'"
