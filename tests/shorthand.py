"""Templates in which the shared frame and the shared macros are written as calls.

A golden page rendered with them changes with its own template and its own facts. One word in `_macros.md.j2` or in
`_base.md.j2` is in every page of the site; it shows in the few golden pages that are rendered in full.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

MACRO = re.compile(r"\{% macro (?P<name>\w+)\((?P<arguments>.*?)\) -?%\}\n.*?\{%-? endmacro %\}\n", re.DOTALL)
TAKES_AN_ITEM = {"for_against"}  # its caller is given each item, so it stays as it is
FRAME = """\
{% import "_macros.md.j2" as wm with context %}
{% block crumbs %}{% endblock %}

# {% block title %}{{ page.title|txt }}{% endblock %} { #top }

{% block head %}{% endblock %}

{% block body required %}{% endblock %}

{% block foot %}{% endblock %}

{% block side %}{% endblock %}
"""
SHOWN = """\
{% macro shown(value) -%}
{% if value is string or value is number or value is none or value is boolean %}{{ value }}
{%- elif value is sequence %}({% for item in value %}{{ shown(item) }}{% if not loop.last %}; {% endif %}{% endfor %})
{%- elif value.id is defined %}{{ value.id }}
{%- else %}{{ value }}
{%- endif %}
{%- endmacro %}
"""


def names(templates: Path) -> set[str]:
    """The shared macros."""
    return {found["name"] for found in MACRO.finditer((templates / "_macros.md.j2").read_text("utf-8"))}


def shorthand(templates: Path, folder: Path) -> Path:
    """A copy of the page templates in `folder`, with frame and macros as calls."""
    shutil.copytree(templates, folder, ignore=shutil.ignore_patterns("assets", "theme"))
    (folder / "_base.md.j2").write_text(FRAME, "utf-8")
    macros = (templates / "_macros.md.j2").read_text("utf-8")
    (folder / "_macros.md.j2").write_text(SHOWN + MACRO.sub(_call, macros), "utf-8")
    return folder


def _call(found: re.Match[str]) -> str:
    """One macro that writes its name, its arguments that are not empty, and what its caller holds."""
    name, arguments, body = found["name"], found["arguments"], found[0]
    if name in TAKES_AN_ITEM:
        return body
    given = re.findall(r"(\w+)(?:=(?:\"[^\"]*\"|[^,(]+|\(\)))?(?:, |$)", arguments)
    shown = "".join("{% if ARG %} ARG={{ shown(ARG) }}{% endif %}".replace("ARG", one) for one in given)
    arguments = re.sub(r"=\"[^\"]+\"", "=none", arguments)  # words of a default are the macro's own
    inner = "\n{{ caller() }}\n" if "caller()" in body else ""
    return "{% macro " + f"{name}({arguments})" + " -%}\n" + f"<wm-{name}{shown}>{inner}" + "{%- endmacro %}\n"
