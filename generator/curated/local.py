"""What only one case has and its pages say, such as its client; and what a case of own logs leaves out."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from generator.curated.scalars import visible

_Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=r"^[^\n]*$"),
    AfterValidator(visible),
]
_Word = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=r"^[^\n]*$"),
    AfterValidator(visible),
]

NOT_OF_OWN = ("question", "article", "article_window_start", "article_window_end", "answers", "caution", "people")
"""What every case needs but one that is only somebody's own logs."""
CASE_CONFIG = ConfigDict(
    frozen=True,
    extra="forbid",
    json_schema_extra={
        "if": {"properties": {"own": {"const": True}}, "required": ["own"]},
        "else": {"required": list(NOT_OF_OWN)},
    },
)


class Words(BaseModel):
    """Words of one case. What is left out is not said, or said in general words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: _Word | None = None  # the month or day it is said to have begun: "those from before ..."
    client: _Word | None = None  # the program whose versions readers know
    version_command: _Word | None = None  # what prints that version
    tracker: _Word | None = None  # the product whose public issue tracker most reports come from
    collected: _Line | None = None  # what else a reader of counts must know of how reports were found
    searched: _Line | None = None  # how the reports were found: "by asking ..."
    drafted: _Word | None = (
        None  # how kinds of evidence and the reader's own grades were drafted: "with a language model"
    )
    releases: _Line | None = None  # how many releases there were, so that nearness to one is not evidence
    unmeasured: tuple[_Line, ...] = ()  # measurements that nobody has
