"""The page of a pack of many users: shares with their users and intervals, what is left out, and no table of files."""

from __future__ import annotations

import json
from functools import cache

from test_fleet import PACKS, SETTINGS
from test_pages_evidence import body, built, dossier_of, download

from generator.fleet.inputs import Kind, Source
from generator.fleet.judging import answer_of
from generator.fleet.report import report
from generator.pages import detectors, evidence
from generator.pages.parts.fleet_view import fleet_view
from generator.records.fleet import Group

NAMES = (
    "agentv",
    "prompts-chat",
    "imessage-mail",
    "entire-cli-fixtures",
    "cc-backend",
    "cipher-box",
    "context-evaluator",
)


@cache
def pack():
    answers = [answer_of(Source(Kind.PACK, name, (PACKS / name,)), SETTINGS) for name in NAMES]
    return report(answers, id="team", fewest=3, tool_version="0.1.0", simulated=False)


@cache
def page():
    return next(one for one in evidence.pages(dossier_of(pack())) if one.path.endswith("evidence/team/"))


@cache
def text():
    return built((page(),))["2026-03/evidence/team/index.md"].decode()


def test_every_share_that_is_told_is_a_line_of_a_table():
    told = [one for one in pack().fleet.rates if one.subject != "sessions"]
    view = fleet_view(pack())
    assert sum(len(table.lines) for table in view.tables) == len(told) > 0
    assert text().count("other versions, or none named") == sum(one.group is Group.OTHERS for one in told)
    assert "Natural experiment: entries not read within five seconds" in text()
    assert f"{pack().fleet.users} users; every figure rests on at least 3 of them" in text()


def test_a_line_has_its_share_and_interval():
    rate = next(one for one in pack().fleet.rates if one.group is Group.TOLD and one.hits and one.low is not None)
    table = next(one for one in fleet_view(pack()).tables if one.id == f"fleet-{rate.subject}")
    line = next(one for one in table.lines if (one.hits, one.trials, one.users) == (rate.hits, rate.trials, rate.users))
    assert (
        float(line.percent) == round(100 * rate.hits / rate.trials, 2)
        or line.percent[:3] == f"{100 * rate.hits / rate.trials:.3f}"[:3]
    )
    low, high = line.interval.split(" to ")
    assert float(low) <= float(line.percent) <= float(high)


def test_what_was_left_out_is_said():
    assert f"{pack().fleet.suppressed} shares and {pack().fleet.suppressed_days} days of a model are left out" in text()


def test_the_page_tells_of_no_file_and_no_user():
    assert "What was read" not in text()
    assert "Many users" in text()
    assert not [name for name in NAMES if name in text()]


def test_the_twin_holds_the_report_and_others_do_not():
    twin = json.loads(download(page(), "index.json"))
    assert twin["record"]["fleet"]["users"] == len(NAMES)
    other = next(one for one in evidence.pages(dossier_of(body("mine", simulated=False))) if one.path.endswith("mine/"))
    assert "fleet" not in json.loads(download(other, "index.json"))["record"]
    assert "Many users" not in built((other,))["2026-03/evidence/mine/index.md"].decode()


def test_pages_of_detectors_take_it_as_another_body_of_evidence():
    assert all(built(tuple(detectors.KIND.pages(dossier_of(pack())))).values())
