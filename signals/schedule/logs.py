"""Logs as JSON lines, one event a line, for whatever collects them."""

import json
import logging
import re
import sys
from datetime import UTC, datetime

OWN = set(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
SECRET = re.compile(r"(://[^:/@\s]*):[^@\s]*@")


class JsonLines(logging.Formatter):
    """A record as one line: `at`, `level`, `event`, what was given as `extra`, and the last line of an error."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; passwords inside addresses are not in it."""
        said = {"at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")}
        said |= {"level": record.levelname.lower(), "event": record.getMessage(), "from": record.name}
        said |= {key.rstrip("_"): value for key, value in vars(record).items() if key not in OWN}
        if record.exc_info and record.exc_info[1]:
            said["problem"] = repr(record.exc_info[1])
        return SECRET.sub(r"\1:***@", json.dumps(said, ensure_ascii=False, default=str))


def log_as_json() -> None:
    """Write logs of this process to standard error as JSON lines; APScheduler only where something is wrong."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
