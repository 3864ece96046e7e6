"""The table of content kinds: a field of the Library is a row. It says where the files are and what they may name.

A new kind is a model, a row here, and its page. Loading, references, JSON Schemas and the list of files that may be in
content/ follow from the row.
"""

from __future__ import annotations

import dataclasses
from functools import cache
from types import NoneType
from typing import Annotated, get_args, get_origin

from generator.curated.analysis import Section, facts_have_sources
from generator.curated.archives import copies_are_of_the_record
from generator.curated.base_rates import Measurement
from generator.curated.calibration import Calibration, rows_are_whole
from generator.curated.case import Case
from generator.curated.claims import Claim
from generator.curated.computed_inputs import inputs_are_there
from generator.curated.entries import Kind
from generator.curated.examples import Example
from generator.curated.headline import Headline, equal_space, observations_have_sources, tests_have_own_ids
from generator.curated.judged import Judged, true_ones_are_reported
from generator.curated.lasting import Lasting
from generator.curated.measurements import Published, tables_are_even
from generator.curated.mistakes import Mistake
from generator.curated.models import Event, Incident, Report, Source, SurfaceText, Symptom, Variant
from generator.curated.origins import Origin, places_are_single
from generator.curated.peers import Peer, words_are_explained
from generator.curated.plan import plan_can_be_counted
from generator.curated.plots import plots_can_be_drawn
from generator.curated.prices import PriceEpoch, epochs_do_not_overlap, prices_are_those_in_use
from generator.curated.promises import Promise, Trial, failures_are_trials, trials_have_one_promise
from generator.curated.rules import (
    cases_are_whole,
    events_end_once,
    evidence_names_one_record,
    measured_kinds_have_been_read,
    repeats_have_no_evidence,
    wanted_is_for_the_unchecked,
)
from generator.curated.speed import SPEED, Speed
from generator.curated.vendor import addresses_are_of_vendor_kinds
from generator.curated.vendor_files import VendorFile, vendors_can_be
from generator.curated.voices import Asked, Correction, Reply, answers_have_a_day

_OF_TABLES = (tables_are_even, plots_can_be_drawn, inputs_are_there)
_RECORDS = {"report": "report", "event": "event", "incident": "incident"}


def _below(path: str, fields: dict[str, str]) -> dict[str, str]:
    return {f"{path}.{name}": target for name, target in fields.items()}


_CITED = _RECORDS | {"measurement": "measurement"}
_FACT = {"claims": "claim", **_below("sources", _CITED)}


class Library(Lasting):
    """All of content/, cross-checked: every id that a record names exists."""

    case: Annotated[
        Case,
        Kind(
            word="case",
            files="case.yml",
            needed=True,
            refers={
                "answers.claims": "claim",
                "author_packs": "pack",
                "registered.rollouts.event": "event",
                "registered.usage_symptoms": "symptom",
                "registered.neutral_questions": "measurement",
            },
            spans=(("window_start", "window_end"), ("article_window_start", "article_window_end")),
            also=(cases_are_whole, plan_can_be_counted, addresses_are_of_vendor_kinds),
        ),
    ]
    sources: Annotated[
        tuple[Source, ...],
        Kind(
            word="source",
            files="sources.yml",
            listed=True,
            needed=True,
            refers={"relays": "relayed"},
            rings=("relays",),
            order=("id",),
            also=(measured_kinds_have_been_read, copies_are_of_the_record),
        ),
    ]
    symptoms: Annotated[
        tuple[Symptom, ...],
        Kind(word="symptom", files="symptoms.yml", listed=True, needed=True, refers={"detectors": "detector"}),
    ]
    surfaces: Annotated[
        tuple[SurfaceText, ...],
        Kind(
            word="surface",
            files="surfaces.yml",
            listed=True,
            part="surfaces",
            needed=True,
            names=("id", "variants.id"),
            space="scope",
        ),
    ]
    # Scopes that are no surface of the case: console, platform, all, ...
    elsewhere: Annotated[
        tuple[Variant, ...],
        Kind(word="scope elsewhere", files="surfaces.yml", listed=True, part="elsewhere", needed=True, space="scope"),
    ]
    claims: Annotated[
        tuple[Claim, ...],
        Kind(
            word="claim",
            files="claims/{id}.yml",
            refers={
                "surfaces": "scope",
                "symptoms": "symptom",
                "same_as": "claim",
                "tested_by": "detector",
                **_below(
                    "evidence", {**_RECORDS, "source": "source", "measurement": "measurement", "relays": "relayed"}
                ),
            },
            rings=("same_as",),
            spans=(("dates.start", "dates.end"),),
            order=("id",),
            also=(evidence_names_one_record, wanted_is_for_the_unchecked, repeats_have_no_evidence),
        ),
    ]
    reports: Annotated[
        tuple[Report, ...],
        Kind(
            word="report",
            files="reports/{id}.yml",
            refers={
                "surfaces": "scope",
                "symptoms": "symptom",
                "echo_of": "report",
                "supports": "claim",
                "contradicts": "claim",
                "relays": "relayed",
            },
            rings=("echo_of", "relays"),
            spans=(("observed_from", "observed_to"),),
            past=("date", "observed_from", "observed_to"),
            order=("date", "id"),
            also=(measured_kinds_have_been_read, copies_are_of_the_record),
        ),
    ]
    events: Annotated[
        tuple[Event, ...],
        Kind(
            word="event",
            files="events/{month}.yml",
            listed=True,
            refers={"surfaces": "scope", "ended_by": "event"},
            spans=(("start", "end"),),
            past=("start",),
            order=("start", "id"),
            also=(events_end_once, copies_are_of_the_record),
        ),
    ]
    incidents: Annotated[
        tuple[Incident, ...],
        Kind(
            word="incident",
            files="incidents/{month}.yml",
            listed=True,
            refers={"scope": "scope"},
            spans=(("start", "end"),),
            past=("start", "end"),
            order=("start", "id"),
            also=(copies_are_of_the_record,),
        ),
    ]
    examples: Annotated[
        tuple[Example, ...],
        Kind(
            word="example",
            files="examples/{detector}.yml",
            listed=True,
            names=(),
            unique=(("name", "detector"),),
            refers={"detector": "detector", "benign": "explanation"},
        ),
    ] = ()
    sections: Annotated[
        tuple[Section, ...],
        Kind(
            word="section",
            files="analysis/{id}.yml",
            unique=(("id",), ("number",), ("section",)),
            refers={
                "section": "claimed section",
                "paragraphs.sentences.claims": "claim",
                "unknown.claims": "claim",
                **_below("record", _FACT),
            },
            order=("number",),
            schema="analysis",
            also=(facts_have_sources,),
        ),
    ] = ()
    headline: Annotated[
        Headline | None,
        Kind(
            word="headline",
            files="hypotheses.yml",
            names=(),
            refers={
                **_below("hypotheses.fits", _FACT),
                **_below("hypotheses.strains", _FACT),
                **_below("tests.sources", _CITED),
            },
            also=(equal_space, tests_have_own_ids, observations_have_sources),
        ),
    ] = None
    published: Annotated[
        tuple[Published, ...],
        Kind(
            word="measurement",
            files="measurements/published.yml",
            listed=True,
            refers={"bears_on.claim": "claim", "surfaces": "surface", "symptoms": "symptom", "detectors": "detector"},
            spans=(("applied.first", "applied.last"),),
            also=(*_OF_TABLES, measured_kinds_have_been_read, copies_are_of_the_record),
        ),
    ] = ()
    origins: Annotated[  # public logs that packs are made of; each is named after its pack
        tuple[Origin, ...],
        Kind(word="origin", files="origins/{id}.yml", refers={"id": "pack"}, order=("id",), also=(places_are_single,)),
    ] = ()
    measurements: Annotated[
        tuple[Measurement, ...],
        Kind(
            word="base rate",
            files="measurements/corpora.yml",
            listed=True,
            refers={"detectors.id": "detector"},
            by_hand=False,
        ),
    ] = ()
    judged: Annotated[
        tuple[Judged, ...],
        Kind(
            word="judged finding",
            files="measurements/judged.yml",
            listed=True,
            names=(),
            unique=(("line", "file", "set", "detector", "what"),),
            refers={"set": "base rate", "detector": "detector", "taken_by": "explanation"},
            order=("detector", "what", "set", "file", "line"),
            also=(true_ones_are_reported,),
        ),
    ] = ()
    calibration: Annotated[
        Calibration | None,
        Kind(
            word="calibration",
            files="measurements/calibration.yml",
            listed=True,
            refers={"detectors.id": "detector"},
            by_hand=False,
            also=(rows_are_whole,),
        ),
    ] = None
    peers: Annotated[
        tuple[Peer, ...], Kind(word="peer", files="measurements/peers.yml", listed=True, also=(words_are_explained,))
    ] = ()
    speed: Annotated[Speed | None, SPEED] = None
    prices: Annotated[
        tuple[PriceEpoch, ...],
        Kind(
            word="price",
            files="prices.yml",
            listed=True,
            names=(),
            spans=(("since", "until"),),
            also=(epochs_do_not_overlap, prices_are_those_in_use),
        ),
    ] = ()
    vendors: Annotated[
        tuple[VendorFile, ...],
        Kind(word="vendor", files="vendors/{id}.toml", order=("id",), also=(vendors_can_be,)),
    ] = ()
    promises: Annotated[
        tuple[Promise, ...],
        Kind(
            word="promise",
            files="promises.yml",
            listed=True,
            refers={"trials": "trial"},
            also=(trials_have_one_promise,),
        ),
    ] = ()
    trials: Annotated[
        tuple[Trial, ...],
        Kind(
            word="trial",
            files="measurements/promises.yml",
            listed=True,
            unique=(("id", "form"),),
            order=("id", "form"),
            by_hand=False,
            also=(failures_are_trials,),
        ),
    ] = ()
    mistakes: Annotated[
        tuple[Mistake, ...], Kind(word="mistake", files="mistakes.yml", listed=True, by_hand=False)
    ] = ()
    replies: Annotated[
        tuple[Reply, ...], Kind(word="reply", files="replies/{id}.yml", refers={"page": "page"}, order=("date", "id"))
    ] = ()
    asked: Annotated[
        tuple[Asked, ...],
        Kind(
            word="request for a reply",
            files="asked.yml",
            listed=True,
            refers={"page": "page", "reply": "reply"},
            spans=(("date", "answered"),),
            order=("date", "id"),
            newest_first=True,
            also=(answers_have_a_day,),
        ),
    ] = ()
    corrections: Annotated[
        tuple[Correction, ...],
        Kind(
            word="correction", files="corrections.yml", listed=True, refers={"page": "page"}, order=("date", "id"),
            newest_first=True, spans=(("since", "date"),),
        ),
    ] = ()  # fmt: skip


@cache
def kinds_of(library: type[Library]) -> tuple[Kind, ...]:
    """The rows of the table, each with the name of its field, its model, and whether there may be many."""
    found = []
    for name, field in library.model_fields.items():
        parts = get_args(field.annotation) or (field.annotation,)
        model = next(part for part in parts if part is not NoneType and part is not Ellipsis)
        row = next(note for note in field.metadata if isinstance(note, Kind))
        many = get_origin(field.annotation) is tuple
        found.append(dataclasses.replace(row, attribute=name, model=model, many=many))
    return tuple(found)
