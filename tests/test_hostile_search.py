"""The search of the site survives words with digits: the theme's lunr runs labels and ids of its word graph together."""

from __future__ import annotations

import pytest

from generator.site.static_files import mended_search


def test_the_worker_of_a_built_site_keeps_ids_apart(small_site):
    workers = list(small_site.published.glob("assets/javascripts/workers/search.*.js"))
    assert len(workers) == 1
    text = workers[0].read_text("utf-8")
    assert 'e=e+s+o.id+","}return e' in text
    assert "e=e+s+o.id}return e" not in text


@pytest.mark.parametrize("worker", ["", "x", "e=e+s+o.id}return e" * 2])
def test_another_worker_of_the_theme_is_a_refusal(worker):
    """A new version of the theme is read by a person before it is published."""
    with pytest.raises(ValueError, match="not the one"):
        mended_search(worker)
