"""An alert goes to a real webhook or into a folder; nothing leads into the bank's own network unasked."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from oncu.signals.faces.urgent import send_unsent
from oncu.signals.words import load_words

MINUTE = timedelta(minutes=1)
TR = load_words("tr", "Europe/Istanbul")
RULE = """
rules:
  - {{name: severe, title: {{tr: Ağır, en: Severe}}, when: {{type: [insolvency]}}, whom: [owner], channel: [{channel}],
     deadline: 4h, steps: [{{tr: Arayın., en: Call.}}]}}
  - {{name: rest, title: {{tr: Kalan, en: Rest}}, whom: [owner], channel: [digest], deadline: 2d}}
"""


@dataclass
class Hook:
    """A real HTTP server on loopback that keeps what is posted to it."""

    port: int = 0
    status: int = 200
    posts: list[tuple[str, dict]] = field(default_factory=list)


@pytest.fixture
def hook() -> Iterator[Hook]:
    kept = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.posts.append((self.headers["Idempotency-Key"], json.loads(body)))
            self.send_response(kept.status)
            self.send_header("Location", f"http://127.0.0.1:{kept.port}/elsewhere")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    kept.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield kept
    server.shutdown()
    server.server_close()


def send(bank, at, **more):
    return send_unsent(bank.database, bank.catalogue, bank.settings, TR, lambda: at, **more)


def use(bank, tmp_path, channel, **settings):
    path = tmp_path / "routing.yml"
    path.write_text(RULE.format(channel=channel), encoding="utf-8")
    bank.set(routing=path, **settings)


def hear(bank):
    bank.see("Parlak Telekom konkordato ilan etti", url="https://gazete.example/1")
    bank.run()


def hooked(bank, hook, tmp_path, **more):
    place = f"127.0.0.1:{hook.port}"
    channels = {"allow_private": [place]} | more
    use(bank, tmp_path, "'webhook:risk'", webhooks={"risk": "RISK_HOOK"}, channels=channels)
    return {"environment": {"RISK_HOOK": f"http://{place}/in?token=gizli"}}


def test_a_webhook_gets_the_alert_as_json_under_its_id(bank, hook, now, tmp_path):
    more = hooked(bank, hook, tmp_path)
    hear(bank)
    assert send(bank, now, **more).sent == 1
    ((key, post),) = hook.posts
    assert post["message_id"] == key and post["card"]["client"] == "Parlak Telekom A.Ş."


def test_a_webhook_inside_the_network_is_refused_unless_it_is_named(bank, hook, now, tmp_path):
    more = hooked(bank, hook, tmp_path, allow_private=[])
    hear(bank)
    found = send(bank, now, **more)
    assert (found.failed, hook.posts) == (1, []) and "inside a private network" in found.problems[0]


@pytest.mark.parametrize("status", [302, 404, 429, 500])
def test_a_webhook_that_does_not_take_it_is_tried_again_and_not_followed(bank, hook, now, tmp_path, status):
    more = hooked(bank, hook, tmp_path)
    hook.status = status
    hear(bank)
    assert str(status) in send(bank, now, **more).problems[0] and len(hook.posts) == 1
    hook.status = 200
    assert send(bank, now + 2 * MINUTE, **more).sent == 1
    assert len({key for key, _ in hook.posts}) == 1


@pytest.mark.parametrize(
    "address", ["ftp://x.example/", "http://user:pass@x.example/", "http://hook.example/gizli", "http://[::1", ""]
)
def test_an_address_that_is_none_is_said_and_never_shown(bank, hook, now, tmp_path, address):
    hooked(bank, hook, tmp_path)
    hear(bank)
    (said,) = send(bank, now, environment={"RISK_HOOK": address}).problems
    assert said.startswith("webhook:risk") and "gizli" not in said and "pass" not in said


def test_a_folder_gets_text_html_and_json(bank, now, tmp_path):
    use(bank, tmp_path, "file", channels={"folder": tmp_path / "out"})
    hear(bank)
    send(bank, now)
    assert sorted(path.suffix for path in (tmp_path / "out").iterdir()) == [".html", ".json", ".txt"]


def test_a_folder_that_is_not_set_is_said(bank, now, tmp_path):
    use(bank, tmp_path, "file")
    hear(bank)
    assert send(bank, now).problems == ("file: no folder is set; write channels: {folder: FOLDER} in oncu.yml",)
