"""Fixtures that several test files share."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import promises
import pytest
import stub_site

if TYPE_CHECKING:
    from generator.site.publish import Layout


# Machines are shared and noisy, and the first draw of a text builds tables for a second: no property may fail by the clock.
hypothesis.settings.register_profile("untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("untimed")

CORPORA = Path(__file__).resolve().parents[2] / "shared" / "corpora" / "claude-code"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The long forms, and the way to accept a changed golden site."""
    parser.addoption("--full", action="store_true", help="run the long forms of slow suites")
    parser.addoption("--update-golden", action="store_true", help="accept what the golden site looks like now")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out long forms unless asked for, and corpora where they are absent (never in .ci/run)."""
    absent = not CORPORA.is_dir() and os.environ.get("WITNESSMARK_CORPORA") != "required"
    for item in items:
        if item.get_closest_marker("full") and not config.getoption("--full"):
            item.add_marker(pytest.mark.skip(reason="long form; make test-full runs it"))
        if item.get_closest_marker("corpora") and absent:
            item.add_marker(pytest.mark.skip(reason="../shared/corpora is absent"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Figures that a test records say whether its long form counted them."""
    os.environ[promises.FORM] = "full" if item.get_closest_marker("full") else "fast"


@pytest.fixture(scope="session", autouse=True)
def _far_from_utc() -> None:
    """A zone with a quarter-hour offset: code that forgets UTC shows itself."""
    os.environ["TZ"] = "Asia/Kathmandu"
    time.tzset()


@pytest.fixture(scope="session")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """The stub pages, published once; tests only read it."""
    layout = stub_site.make_root(tmp_path_factory.mktemp("small-site"))
    stub_site.publish(layout, stub_site.stub_files(layout))
    return layout
