"""A process that has everything loaded and is copied; each copy runs commands of `oncu` and may be killed.

It is started by `line.py`. An order is one line of JSON: `{"folder": INSTALLATION, "words": [["crawl"], ["run"]],
"at": MOMENT, "step": NAME or null, "seconds": s or null, "copies": n}`. The answer is one line: how each copy ended
(its highest exit code, or minus the number of the signal). A copy told a step kills itself there; one told seconds is
ended by the system after so much computing. Either way nothing is closed, flushed or rolled back. The product knows
nothing of it.
"""

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from oncu.classifiers.tags.tagger import build_tagger
from oncu.config.load import load_signal_types
from oncu.signals.commands import console
from oncu.signals.schedule import worker

BEFORE, AFTER = "before", "after"
AT = "AT="
# By step what kills: the place of a function, and whether it dies before it or after (mostly before the commit).
STEPS = {
    "fetch": ("oncu.crawlers.visit", "SourceVisit.close_page", BEFORE),
    "batch": ("oncu.crawlers.visit", "save_documents", AFTER),
    "store": ("oncu.crawlers.ends", "save_by_source", AFTER),
    "stored": ("oncu.crawlers.ends", "_store_together", AFTER),
    "resolve": ("oncu.classifiers.mentions.matcher", "Matcher.find_all", AFTER),
    "tag": ("oncu.signals.flow.pipeline", "save_tags", AFTER),
    "merge": ("oncu.signals.flow.pipeline", "save_detected", AFTER),
    "alert": ("oncu.signals.flow.alerting", "save_alerts", AFTER),
    "outbox": ("oncu.signals.flow.alerting", "tell", AFTER),
    "lease": ("oncu.signals.faces.urgent", "renew_claim", BEFORE),
    "send": ("oncu.signals.faces.channels", "send_one", AFTER),
    "mark": ("oncu.signals.faces.urgent", "mark_dispatched", AFTER),
    "compose": ("oncu.signals.faces.digest", "save_digests", AFTER),
    "send digest": ("oncu.signals.faces.deliver", "mark_sent", BEFORE),
    "mark digest": ("oncu.signals.faces.deliver", "mark_sent", AFTER),
}

NEEDED = (
    *("oncu.crawlers.inside", "oncu.signals.cli", "oncu.signals.flow.pipeline", "oncu.signals.faces.rounds"),
    *("oncu.signals.demo.run", "aiohttp.web", "tldextract", "scrapy.core.downloader.handlers.http11"),
    *("scrapy.extensions.feedexport", "scrapy.extensions.telnet", "scrapy.downloadermiddlewares.cookies"),
)

_clock: dict[str, Any] = {}


def read_clock() -> datetime:
    """The moment of the order, and on from there."""
    return _clock["at"] + timedelta(seconds=time.monotonic() - _clock["began"])


def die_at(step: str) -> None:
    """Let this process be killed at a step."""
    module, path, when = STEPS[step]
    place: Any = import_module(module)
    *owners, name = path.split(".")
    for owner in owners:
        place = getattr(place, owner)
    setattr(place, name, deadly(getattr(place, name), when))


def deadly(function: Callable[..., Any], when: str) -> Callable[..., Any]:
    """A function whose caller dies."""

    def call(*given: Any, **named: Any) -> Any:
        if when == AFTER:
            function(*given, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    return call


def obey(order: dict[str, Any]) -> int:
    """Run the commands of an order one after another; the highest exit code."""
    from oncu.signals import cli

    _clock.update(at=datetime.fromisoformat(order["at"]), began=time.monotonic())
    worker.COMMAND = (sys.executable, __file__, AT + order["at"])  # what a scheduler runs has the same clock
    if order["step"]:
        die_at(order["step"])
    if order["seconds"]:
        signal.setitimer(signal.ITIMER_PROF, order["seconds"])  # nobody listens to its signal, so it ends the process
    worst = 0
    for words in order["words"]:
        sys.argv = ["oncu", *words]
        try:
            cli.main()
        except SystemExit as ended:
            worst = max(worst, ended.code if isinstance(ended.code, int) else 0)
    return worst


def copy(order: dict[str, Any]) -> int:
    """Run an order in a copy of this process; its id."""
    pid = os.fork()
    if pid:
        return pid
    os.chdir(order["folder"])
    log = os.open("line.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    code = 99
    try:
        code = obey(order)
    except BaseException:  # the copy must end here whatever it met
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def load_everything(codes: Sequence[str]) -> None:
    """Import and build what commands need; not the reactor, which each copy has to start itself."""
    for name in NEEDED:
        if find_spec(name.partition(".")[0]):  # not everybody has aiohttp, which Scrapy takes where it is
            import_module(name)
    assert "twisted.internet.reactor" not in sys.modules
    types = load_signal_types()
    tagger = build_tagger({code: types[code] for code in codes})
    tagger.read("Bir yerde bir şey oldu. Sonra bitti.", language="tr")
    pipeline: Any = sys.modules["oncu.signals.flow.pipeline"]
    pipeline.build_tagger = lambda types: tagger


def main() -> None:
    """Take orders until there are no more; `AT=MOMENT WORD …` instead is one command at that moment."""
    console.read_clock = read_clock  # before the commands take theirs from there
    if sys.argv[1].startswith(AT):
        moment, *words = sys.argv[1:]
        order = {"words": [words], "at": moment.removeprefix(AT), "step": None, "seconds": None}
        sys.exit(obey(order))
    load_everything(sys.argv[1:])
    for line in sys.stdin:
        order = json.loads(line)
        copies = [copy(order) for _ in range(order["copies"])]
        print(json.dumps([os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in copies]), flush=True)


if __name__ == "__main__":
    main()
