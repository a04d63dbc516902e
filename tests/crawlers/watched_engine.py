"""The crawling process with a watch on it and names of our own: run as a script in place of the real one.

Writes what it saw as JSON into the file named first: the longest time the reactor kept a heartbeat waiting (seconds),
the same without the time in which a busy machine let it wait, and the most memory the process had (MB).
`NAMES` (JSON) says which addresses a name has, one lookup after another.
"""

import json
import os
import re
import socket
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

BEAT_SECONDS = 0.02
NAMES: dict[str, list[str]] = json.loads(os.environ.get("NAMES", "{}"))
asked: Counter[str] = Counter()
true_getaddrinfo = socket.getaddrinfo


def peak_mb() -> float:
    """The most memory this program held; ru_maxrss would begin with what its caller held when it was started."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


def look_up(name: str) -> str:
    """The next address of a name; a name that is none of ours does not exist, and no request goes out for it."""
    addresses = NAMES.get(name)
    if not addresses:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")
    asked[name] += 1
    return addresses[(asked[name] - 1) % len(addresses)]


def getaddrinfo(host: Any, *args: Any, **options: Any) -> Any:
    name = host.decode() if isinstance(host, bytes) else host
    try:
        return true_getaddrinfo(host, *args, **{**options, "flags": socket.AI_NUMERICHOST})
    except (OSError, UnicodeError):
        return true_getaddrinfo(look_up(name), *args, **options)


def gethostbyname(name: str) -> str:
    try:
        return str(getaddrinfo(name, 80)[0][4][0])
    except UnicodeError:
        raise socket.gaierror(socket.EAI_NONAME, "no such name") from None


def kept_waiting() -> float:
    """Seconds the reactor's thread and this one were ready to run, and other programs ran instead."""
    threads = (os.getpid(), threading.get_native_id())
    return sum(int(Path(f"/proc/self/task/{one}/schedstat").read_text().split()[1]) for one in threads) / 1e9


def watch(report: Path) -> None:
    """Ask the reactor for a sign again and again, and note how long it takes."""
    worst = own = 0.0
    while True:
        time.sleep(BEAT_SECONDS)
        reactor: Any = sys.modules.get("twisted.internet.reactor")
        if reactor is None or not getattr(reactor, "running", False):
            continue
        came, waited, sent = threading.Event(), kept_waiting(), time.monotonic()
        reactor.callFromThread(came.set)
        if came.wait(60):
            stall = time.monotonic() - sent
            worst, own = max(worst, stall), max(own, stall - (kept_waiting() - waited))
        seen = {"stall": worst, "own_stall": own, "memory": peak_mb()}
        report.with_suffix(".new").write_text(json.dumps(seen))
        report.with_suffix(".new").rename(report)


if __name__ == "__main__":
    if NAMES:
        socket.getaddrinfo, socket.gethostbyname = getaddrinfo, gethostbyname
    threading.Thread(target=watch, args=(Path(sys.argv[1]),), daemon=True).start()
    from oncu.crawlers import engine

    engine.main()
