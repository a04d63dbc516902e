"""The API asked by machine: every operation of its description, with what it allows and with what it does not."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, Response
from schemathesis.specs.openapi import checks

from oncu.storage.database import Database

from ..signals.programs import API
from ..signals.worked import NOW

AS_DESCRIBED = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
KNOWN = {
    "alert_id": "SELECT id FROM alerts",
    "client_id": "SELECT client_id FROM clients",
    "signal_id": "SELECT id FROM signals",
    "silence_id": "SELECT id FROM silences",
    "act_id": "SELECT id FROM actions",
    "tip_id": "SELECT id FROM documents WHERE category = 'tip'",
    "offer_id": "SELECT offer_id FROM offers",
    "name": "SELECT 'gazete'",
}
DAYS = ("acted_on", "heard_on", "offered_on", "decided_on")


@dataclass
class Asking:
    """One who asks, by a token, and what was answered how often."""

    app: FastAPI
    database: Database
    token: str
    answered: Counter[tuple[str, int]] = field(default_factory=Counter)

    def operations(self) -> Iterator[Any]:
        """Every operation of the description."""
        schema = schemathesis.openapi.from_asgi(f"{API}/openapi.json", self.app)
        return (found.ok() for found in schema.get_all_operations())

    def known(self) -> dict[str, list[str]]:
        """The ids there are, by the name of a parameter."""
        with self.database.read() as connection:
            return {name: [row[0] for row in connection.exec_driver_sql(query)] for name, query in KNOWN.items()}

    def ask(self, operation: Any, mode: GenerationMode, examples: int) -> None:
        """Ask an operation; three times of four with ids and days that exist. Raises for what is not as described."""
        known = self.known()

        @settings(
            max_examples=examples,
            database=None,
            derandomize=True,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        )
        @given(case=operation.as_strategy(generation_mode=mode), number=st.integers(0, 7))
        def run(case: Case, number: int) -> None:
            if number >= 2 and mode == GenerationMode.POSITIVE:
                _make_real(case, known, number)
            self.check(case, case.call(headers={"Authorization": f"Bearer {self.token}"}))

        run()

    def check(self, case: Case, answer: Response) -> None:
        """Is an answer as it is described?"""
        self.answered[case.operation.label, answer.status_code] += 1
        case.validate_response(answer, checks=AS_DESCRIBED)


def _make_real(case: Case, known: Mapping[str, Sequence[str]], number: int) -> None:
    """Put ids and days that exist in the place of invented ones."""
    for name in case.path_parameters or {}:
        case.path_parameters[name] = known[name][number % len(known[name])]
    if not isinstance(case.body, dict):
        return
    for name in set(case.body) & {"alert_id", "client_id"}:
        case.body[name] = known[name][number % len(known[name])]
    if "alert_ids" in case.body:
        case.body["alert_ids"] = known["alert_id"][: 1 + number % 3]
    for name in set(case.body) & set(DAYS):
        case.body[name] = NOW.date().isoformat()
    if case.path.endswith("/silences"):
        case.body |= {"type": "lawsuit", "source": "gazete", "until": NOW.date().isoformat(), "reason": f"no {number}"}
