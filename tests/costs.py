"""What tests cost in processor time: the ten dearest files, and tests that are slow and do not say so.

Processor time, because seconds of the clock tell of the machine. That of processes which a test started counts too, once it
has waited for them; what several tests share is counted for the first of them. Nothing fails by it.
"""

from __future__ import annotations

import resource
from collections import Counter

import pytest

COST = "processor seconds"
QUICK = 10.0
"""Seconds that a test without the mark `slow` may cost before it is named: `make check` runs all of those together."""
FILES = 10


def spent() -> float:
    """Seconds of this process and of those that it started and waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


class Costs:
    """A plugin: workers write the cost of each phase into its report, and who prints the summary adds them up."""

    def __init__(self) -> None:
        self.before = spent()
        self.tests: Counter[str] = Counter()
        self.quick: set[str] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item):
        report = yield
        now = spent()
        report.user_properties.append((COST, now - self.before))
        if not item.get_closest_marker("slow"):
            report.user_properties.append(("quick", True))
        self.before = now
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        told = dict(report.user_properties)
        self.tests[report.nodeid] += told.get(COST, 0.0)
        if "quick" in told:
            self.quick.add(report.nodeid)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for line in summary(self.tests, self.quick):
            terminalreporter.write_line(line)


def summary(tests: Counter[str], quick: set[str]) -> list[str]:
    """Lines for the end of a run: files by cost, and tests of `quick` that cost more than `QUICK`. None where no test ran."""
    if not tests:
        return []
    files: Counter[str] = Counter()
    for test, cost in tests.items():
        files[test.partition("::")[0]] += cost
    lines = [f"processor time: {files.total():.0f} s; the dearest files:"]
    lines += [f"{cost:8.1f} s  {name}" for name, cost in files.most_common(FILES)]
    dear = [(test, cost) for test, cost in tests.most_common() if test in quick and cost > QUICK]
    lines += [f"warning: {test} cost {cost:.0f} s and has no mark `slow`: make check runs it" for test, cost in dear]
    return lines
