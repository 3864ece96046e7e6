"""Fixtures that several test files share."""

from __future__ import annotations

import json
import os
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import costs
import hypothesis
import promises
import pytest
import shares
import small_case
import story_of_snapshots
import stub_site
import turns
import whole_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from generator.site.swap import Layout


# Machines are shared and noisy, and the first draw of a text builds tables for a second: no property may fail by the clock.
UNTIMED = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}
EXAMPLES = 100
"""Drawn by a property that names no number, in the long form."""

BUILT = {"small_site", "full_site", "built_case", "story", "bench", "simulated", "listed"}
"""Fixtures that run MkDocs, plan whole sites, or run commands in processes of their own."""
CORPORA = Path(__file__).resolve().parents[2] / "shared" / "corpora" / "claude-code"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The long forms, and the way to accept a changed golden site."""
    parser.addoption("--full", action="store_true", help="run the long forms of slow suites")
    parser.addoption("--update-golden", action="store_true", help="accept what the golden site looks like now")


def pytest_configure(config: pytest.Config) -> None:
    """Which form properties have, before test files are read; and what tests cost, told at the end."""
    shares.choose(full=config.getoption("--full"))
    hypothesis.settings.register_profile("form", max_examples=shares.drawn(EXAMPLES), **UNTIMED)
    hypothesis.settings.load_profile("form")
    config.pluginmanager.register(costs.Costs())


@pytest.hookimpl(tryfirst=True)  # before -m chooses among the marks
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out long forms unless asked for, and corpora where they are absent (never in .ci/run).

    What builds a site, runs whole commands or drives a browser is slow by that.
    """
    shares.mark_the_rest(items)
    absent = not CORPORA.is_dir() and os.environ.get("WITNESSMARK_CORPORA") != "required"
    for item in items:
        if item.get_closest_marker("browser") or BUILT & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)
        if item.get_closest_marker("full") and not config.getoption("--full"):
            item.add_marker(pytest.mark.skip(reason="long form; make test-full runs it"))
        if item.get_closest_marker("corpora") and absent:
            item.add_marker(pytest.mark.skip(reason="../shared/corpora is absent"))
    items[:] = turns.arranged(items)


def unpacked(archive: Path, target: Path) -> None:
    """A public set, unpacked below `target`. The first releases of Python 3.11 know no filter of members."""
    checked = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    with tarfile.open(archive) as packed:
        packed.extractall(target, **checked)  # type: ignore[arg-type]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Figures that a test records say whether its long form counted them."""
    os.environ[promises.FORM] = "full" if item.get_closest_marker("full") else "fast"


@pytest.fixture(scope="session", autouse=True)
def _far_from_utc() -> None:
    """A zone with a quarter-hour offset: code that forgets UTC shows itself."""
    os.environ["TZ"] = "Asia/Kathmandu"
    time.tzset()


@pytest.fixture(scope="session", autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Folders of the run's own: `scan` keeps a key there, and none may come into the home of who runs the tests.

    What builds keep of pictures, cards and proofs is kept for all workers of the run.
    """
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))
    os.environ["XDG_CACHE_HOME"] = str(whole_site.shared(tmp_path_factory.getbasetemp()) / "cache")


@pytest.fixture(scope="session", autouse=True)
def _pictures_once() -> Iterator[None]:
    """The same specification gives the same picture, and drawing one is a tenth of a second: many tests plan the same
    pages. Tests of determinism draw in processes of their own.
    """
    import vl_convert

    draw, drawn = vl_convert.vegalite_to_svg, {}

    def once(spec: dict[str, object], **options: object) -> str:
        key = json.dumps([spec, options])
        if key not in drawn:
            drawn[key] = draw(spec, **options)
        return drawn[key]

    vl_convert.vegalite_to_svg = once
    yield
    vl_convert.vegalite_to_svg = draw


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser a file. Tests make contexts of their own."""
    with whole_site.chromium() as found:
        yield found


@pytest.fixture(scope="session")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """The stub pages, published once for all workers; tests only read it."""
    from generator.site.swap import Layout

    return Layout(whole_site.once(tmp_path_factory.getbasetemp(), "small-site", stub_site.published_in))


@pytest.fixture(scope="session")
def built_case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small case with a public log, as a repository whose site is built once for all workers; tests only read it."""
    return whole_site.once(tmp_path_factory.getbasetemp(), "built-case", small_case.built) / "root"


@pytest.fixture(scope="session")
def full_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole site of this repository, built once for all workers; tests only read it."""
    temporary = tmp_path_factory.getbasetemp()
    return whole_site.once(temporary, "full", lambda folder: whole_site.build_whole(folder, CORPORA)) / "site"


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> story_of_snapshots.Story:
    """Two snapshots of the small case a fortnight apart, taken once for all workers; a test that changes it copies it."""
    folder = whole_site.once(tmp_path_factory.getbasetemp(), "story", story_of_snapshots.tell)
    return story_of_snapshots.Story.of(folder)
