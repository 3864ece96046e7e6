"""The rules of `_headers` and `_redirects` in the form of hosts that read neither: nginx, and S3 behind CloudFront.

A built site is read, not the rules it was built by: the policy has the digests of its own scripts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from generator.site.host_rules import Rules
from generator.site.hosting import HEADERS_FILE, REDIRECTS_FILE

HOSTS = ("nginx", "cloudfront")
_OWN = (HEADERS_FILE, REDIRECTS_FILE)  # files for hosts that read them, and of no use to a reader
_PACKED = (
    "text/css text/plain text/csv text/xml application/javascript text/javascript application/json application/xml "
    "application/atom+xml image/svg+xml"
)
_SECURITY = {
    "X-Content-Type-Options": ("ContentTypeOptions", {"Override": True}),
    "X-Frame-Options": ("FrameOptions", {"FrameOption": "DENY", "Override": True}),
    "Referrer-Policy": ("ReferrerPolicy", {"ReferrerPolicy": "no-referrer", "Override": True}),
}
"""Headers that CloudFront has fields for and takes in no other way:
https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ResponseHeadersPolicyConfig.html"""


def recipe(host: str, rules: Rules, name: str, root: str) -> str:
    """The file for a host of HOSTS; `name` is that of the server, `root` the folder that it gives out."""
    return nginx(rules, name, root) if host == "nginx" else cloudfront(rules, name)


def nginx(rules: Rules, name: str, root: str) -> str:
    """A file for conf.d. A header without a value is not sent, so one rule a header serves all folders."""
    return "\n".join(_nginx(rules, name, root)) + "\n"


def _nginx(rules: Rules, name: str, root: str) -> Iterator[str]:
    headers = sorted({header for _, header, _ in rules.below})
    yield "# Written by `witnessmark hosting nginx` from the built site: write it again with each new one."
    for header in headers:
        yield f"map $uri {_variable(header)} {{"
        yield '  default "";'
        yield from (
            f"  {_quoted(f'~^{re.escape(folder)}')} {_quoted(value)};"
            for folder, one, value in rules.below
            if one == header
        )
        yield "}"
    yield "map $uri $witnessmark_moved {"
    yield '  default "";'
    yield from (f"  {_quoted(old)} {_quoted(new)};" for old, new in rules.moved)
    yield "}"
    yield "server {"
    yield "  listen 80;"
    yield f"  server_name {name};"
    yield f"  root {_quoted(root)};"
    yield "  index index.html;"
    yield "  charset utf-8;"
    yield "  absolute_redirect off;"
    yield "  gzip on;"
    yield f"  gzip_types {_PACKED};"
    yield "  error_page 404 /404.html;"
    yield from (f"  add_header {header} {_quoted(value)} always;" for header, value in rules.everywhere)
    yield from (f"  add_header {header} {_variable(header)};" for header in headers)
    yield "  if ($witnessmark_moved) {"
    yield "    return 301 $witnessmark_moved;"
    yield "  }"
    yield from (f"  location = /{file} {{ return 404; }}" for file in _OWN)
    yield "  location / {"
    yield "    try_files $uri $uri/ =404;"
    yield "  }"
    yield "}"


def cloudfront(rules: Rules, name: str) -> str:
    """A response headers policy, for `aws cloudfront create-response-headers-policy`."""
    security: dict[str, object] = {}
    others = []
    for header, value in rules.everywhere:
        if header == "Content-Security-Policy":
            security["ContentSecurityPolicy"] = {"ContentSecurityPolicy": value, "Override": True}
        elif header in _SECURITY:
            field, said = _SECURITY[header]
            security[field] = said
        else:
            others.append({"Header": header, "Value": value, "Override": True})
    policy = {
        "Name": re.sub(r"[^A-Za-z0-9-]", "-", name),
        "SecurityHeadersConfig": security,
        "CustomHeadersConfig": {"Quantity": len(others), "Items": others},
    }
    return json.dumps(policy, indent=2) + "\n"


def _variable(header: str) -> str:
    return f"$witnessmark_{header.lower().replace('-', '_')}"


def _quoted(value: str) -> str:
    """A text of nginx; a dollar would begin a variable and nothing escapes one, so no rule has one."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
