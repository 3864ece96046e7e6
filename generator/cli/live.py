"""What the preview shows between a change and the end of its build, and what it tells browsers of it."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from generator.base.problems import WitnessmarkError
from generator.base.wording import printable
from generator.cli.draft import INDEX, Draft
from generator.content import Before, read_content
from generator.curated.keeping import Kept
from generator.site.swap import Layout
from generator.site.workshop import Workshop

HELD_SECONDS = 20.0
"""How long a browser's question for a change waits for its answer."""


class Live:
    """The newest state of a repository that is looked at: a draft of what changed, or what is wrong with it."""

    def __init__(self, root: Path, *, now: Callable[[], datetime], version: str, cache: Path | None) -> None:
        """Nothing is read before the first change."""
        self._layout, self._now, self._version, self._cache = Layout(root), now, version, cache
        self._before = Before(Kept(cache, root / "content"))
        self._making = threading.Lock()  # a draft makes pages for one reader at a time
        self._news = threading.Condition()
        self._draft: Draft | None = None
        self._shown = False  # is the draft newer than the site?
        self._seen = ""  # page that was looked at last
        self.number = 0  # of the last change
        self.told: tuple[str, ...] = ()  # what is wrong with it

    def look(self) -> None:
        """Read all content, so that the first change is shown as quickly as the next; the build tells of mistakes."""
        self._read(())

    def change(self, names: Iterable[str]) -> None:
        """Show what changed in these files, or what is wrong with it."""
        self._shown = True
        self.tell(self._read(tuple(names)))

    def published(self) -> None:
        """The site is as new as the draft."""
        self._shown = False

    def tell(self, told: tuple[str, ...]) -> None:
        """Browsers load their page again, or show what is wrong."""
        with self._news:
            self.number, self.told = self.number + 1, told
            self._news.notify_all()

    def news(self, seen: int) -> tuple[int, tuple[str, ...]]:
        """Number of the last change and what is wrong with it, at once where it is another than `seen`."""
        with self._news:
            self._news.wait_for(lambda: self.number != seen, HELD_SECONDS)
            return self.number, self.told

    def file(self, path: str) -> bytes | None:
        """A file that is newer than that of the site; None where the site's is shown. Raises as the templates do."""
        name = f"{path}{INDEX}" if path.endswith("/") or not path else path
        if name.endswith(INDEX):
            self._seen = name
        if not self._shown or self._draft is None:
            return None
        with self._making:
            return self._draft.file(name)

    def _read(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Make the draft anew after a change in these files, and the page that was looked at; what is wrong with it."""
        try:
            with self._making:
                self._draft = self._made(names)
                self._draft.file(self._seen or INDEX)  # whoever looks at it does not wait, and a mistake is told
        except WitnessmarkError as error:
            return tuple(str(problem) for problem in error.problems)
        except OSError as error:
            return (f"{printable(str(error.filename or 'read'))}: {error.strerror or error}",)
        except Exception as error:  # noqa: BLE001  whatever it is, the preview goes on
            frame = traceback.extract_tb(error.__traceback__)[-1]
            return (f"{Path(frame.filename).name}:{frame.lineno}: {type(error).__name__}",)
        return ()

    def _made(self, names: tuple[str, ...]) -> Draft:
        root, config, draft = self._layout.root, str(self._layout.config), self._draft
        engine = any(name == config or name.startswith(str(root / "templates" / "theme")) for name in names)
        content = any(name == config or name.startswith(str(root / "content")) for name in names)
        workshop = draft.workshop if draft and not engine else None
        if draft and not content:
            return draft.with_templates(workshop or self._workshop())
        dossier = read_content(root, now=self._now(), version=self._version, cache=self._cache, before=self._before)
        return Draft(self._layout, dossier, workshop or self._workshop())

    def _workshop(self) -> Workshop | None:
        """None before the first build, which writes what MkDocs reads."""
        return Workshop(self._layout) if (self._layout.docs / "index.md").is_file() else None
