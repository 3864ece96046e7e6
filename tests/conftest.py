"""Fixtures that several test files share."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest
import stub_site

if TYPE_CHECKING:
    from generator.site import Layout


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
