"""Who may see what: one rule a table, written once and made into the wall on every engine.

A manager sees the own portfolio, a lead the team's, a deputy a manager's while that one is away, a researcher the
clients of leads sent to research; risk and analysts see every client, analysts without their money; an admin sees
people and sources and no client; an auditor sees the trail. What no rule names nobody sees.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from .models import metadata

ROLES = ("manager", "deputy", "lead", "risk", "researcher", "analyst", "admin", "auditor")
SEE_EVERY_CLIENT = ("risk", "analyst")
SEE_ALL_MONEY = ("risk",)
MONEY = {"clients": ("limit", "balance", "collateral"), "actions": ("amount",), "outcomes": ("amount",)}
SECRETS = {("people", "password"), ("sessions", "digest"), ("api_tokens", "digest")}
PRIVATE_CATEGORY = "tip"  # what a colleague wrote down of a client; all other documents are public

# The clients a person may see beside those that the roles SEE_EVERY_CLIENT open, with 1 where their money is seen too.
# {s} is the schema, {person} and {day} how the engine names its parameters.
SEEN_CLIENTS = """
WITH me AS (SELECT name, manager, team FROM {s}people WHERE name = {person} AND is_active),
away AS (SELECT a.manager, a.deputy FROM {s}absences a
  WHERE a.removed_at IS NULL AND a.first_day <= {day} AND a.last_day >= {day}),
may AS (SELECT r.role FROM {s}person_roles r JOIN me ON me.name = r.person),
portfolios AS (
  SELECT me.manager FROM me WHERE EXISTS (SELECT 1 FROM may WHERE role = 'manager')
  UNION SELECT mate.manager FROM me JOIN {s}people mate ON mate.team = me.team
    WHERE EXISTS (SELECT 1 FROM may WHERE role = 'lead')
  UNION SELECT away.manager FROM me JOIN away ON away.deputy IN (me.manager, me.name)
    WHERE EXISTS (SELECT 1 FROM may WHERE role IN ('deputy', 'manager', 'lead'))),
seen AS (
  SELECT c.client_id, 1 AS money FROM {s}clients c
    WHERE c.manager IN (SELECT manager FROM portfolios WHERE manager IS NOT NULL)
  UNION ALL SELECT c.client_id, 1 FROM away JOIN {s}clients c ON c.manager = away.manager
    JOIN me ON c.deputy IN (me.manager, me.name)
    WHERE EXISTS (SELECT 1 FROM may WHERE role IN ('deputy', 'manager', 'lead'))
  UNION ALL SELECT a.client_id, 0 FROM {s}decisions d JOIN {s}alerts a ON a.id = d.subject
    WHERE d.kind = 'lead' AND EXISTS (SELECT 1 FROM may WHERE role = 'researcher'))
SELECT client_id, MAX(money) FROM (
  SELECT client_id, money FROM seen
  UNION ALL SELECT c.client_id, seen.money FROM seen JOIN {s}clients c ON c.merged_into = seen.client_id) AS every
GROUP BY client_id
"""


@dataclass(frozen=True)
class Sight:
    """How an engine says what a viewer may see: each a piece of SQL.

    `schema`: before a table's name. `every`, `money`: whether all clients, and all their money, are seen. `clients`,
    `rich`: the single clients seen, and those whose money is. `person`: who looks. `role`: whether a role is theirs.
    """

    schema: str
    every: str
    money: str
    clients: str
    rich: str
    person: str
    role: Callable[[str], str]

    def sees(self, client: str) -> str:
        """The condition under which a client is seen."""
        return f"({self.every} OR {client} IN ({self.clients}))"

    def sees_money(self, client: str) -> str:
        """The condition under which a client's money is seen."""
        return f"({self.money} OR {client} IN ({self.rich}))"


Rule = Callable[[str, Sight], str]


def _open(table: str, sight: Sight) -> str:
    return "TRUE"


def _about(table: str, sight: Sight, *columns: str) -> str:
    return " OR ".join(sight.sees(f"{table}.{column}") for column in columns or ("client_id",))


def _about_or_none(table: str, sight: Sight) -> str:
    return f"{table}.client_id IS NULL OR {sight.sees(f'{table}.client_id')}"


def _money_about(table: str, sight: Sight) -> str:
    return sight.sees_money(f"{table}.client_id")


def _of_parent(table: str, sight: Sight, column: str, parent: str, key: str = "id") -> str:
    found = f"SELECT 1 FROM {sight.schema}{parent} p WHERE p.{key} = {table}.{column} AND {sight.sees('p.client_id')}"
    return f"{sight.every} OR EXISTS ({found})"


def _money_of_parent(table: str, sight: Sight) -> str:
    found = (
        f"SELECT 1 FROM {sight.schema}records p WHERE p.id = {table}.record_key AND {sight.sees_money('p.client_id')}"
    )
    return f"{sight.money} OR EXISTS ({found})"


def _of_prospect(table: str, sight: Sight) -> str:
    # Not "there is no hidden one": behind row-level security a hidden row is as good as none.
    shown = f"p.client_id IS NULL OR {sight.sees('p.client_id')}"
    return f"EXISTS (SELECT 1 FROM {sight.schema}prospects p WHERE p.id = {table}.prospect_id AND ({shown}))"


def _decision(table: str, sight: Sight) -> str:
    alert = f"SELECT 1 FROM {sight.schema}alerts p WHERE p.id = {table}.subject AND {sight.sees('p.client_id')}"
    return f"{sight.sees(f'{table}.subject')} OR EXISTS ({alert})"


def _digest(table: str, sight: Sight) -> str:
    own = f"SELECT 1 FROM {sight.schema}clients p WHERE p.manager = {table}.manager AND {sight.sees('p.client_id')}"
    return f"{sight.every} OR EXISTS ({own})"


def _document(table: str, sight: Sight) -> str:
    named = f"SELECT 1 FROM {sight.schema}mentions p WHERE p.document_id = {table}.id AND {sight.sees('p.client_id')}"
    return f"{table}.category <> '{PRIVATE_CATEGORY}' OR {sight.every} OR EXISTS ({named})"


def _text(table: str, sight: Sight) -> str:
    document = f"SELECT 1 FROM {sight.schema}documents d WHERE d.id = {table}.document_id AND ({_document('d', sight)})"
    return f"{sight.every} OR EXISTS ({document})"


def _for_roles(table: str, sight: Sight, *roles: str) -> str:
    return " OR ".join(sight.role(role) for role in roles)


def _own(table: str, sight: Sight, column: str, *roles: str) -> str:
    return " OR ".join([f"{table}.{column} = {sight.person}", *(sight.role(role) for role in roles)])


ABOUT = (
    "clients", "aliases", "sites", "records", "mentions", "episodes", "signals", "story_aliases", "level_steps",
    "alerts", "complaints", "surges", "outcomes", "exposure", "actions", "withheld", "label_candidates",
)  # fmt: skip
OPEN = (
    "runs", "alarms", "validators", "robots", "backfills", "readings", "stories", "story_members", "versions", "scores",
    "trained_models", "model_moves", "model_matches", "stored_reports", "source_moves", "routing_versions",
    "type_versions", "absences", "slots", "waiting",
)  # fmt: skip
PARENTS = {
    "tags": ("mention_id", "mentions"),
    "labels": ("mention_id", "mentions"),
    "signal_evidence": ("signal_id", "signals"),
    "derivations": ("signal_id", "signals"),
    "episode_endings": ("episode_id", "episodes"),
    "alert_updates": ("alert_id", "alerts"),
    "alert_routes": ("alert_id", "alerts"),
    "digest_alerts": ("alert_id", "alerts"),
    "dispatches": ("alert_id", "alerts"),
    "reviews": ("alert_id", "alerts"),
    "moves": ("alert_id", "alerts"),
}
RULES: Mapping[str, Rule] = {
    **dict.fromkeys(OPEN, _open),
    **dict.fromkeys(ABOUT, _about),
    **{table: partial(_of_parent, column=column, parent=parent) for table, (column, parent) in PARENTS.items()},
    "relations": lambda table, sight: _about(table, sight, "client_id", "other_id"),
    "doubles": lambda table, sight: _about(table, sight, "one", "other"),
    "silences": _about_or_none,
    "prospects": _about_or_none,
    "prospect_mentions": _of_prospect,
    "offers": _money_about,
    "record_versions": _money_of_parent,
    "decisions": _decision,
    "digests": _digest,
    "documents": _document,
    "texts": _text,
    "issues": lambda table, sight: _for_roles(table, sight, "admin", "analyst"),
    "people": lambda table, sight: _own(table, sight, "name", "admin"),
    "person_roles": lambda table, sight: _own(table, sight, "person", "admin"),
    "sessions": lambda table, sight: _own(table, sight, "person"),
    "api_tokens": lambda table, sight: _own(table, sight, "person", "admin"),
    "audit": lambda table, sight: _for_roles(table, sight, "auditor"),
    "audit_head": lambda table, sight: _for_roles(table, sight, "auditor"),
}


def condition_of(table: str, sight: Sight) -> str:
    """Under what condition a row of a table is seen; of a table without a rule none is."""
    rule = RULES.get(table)
    return rule(table, sight) if rule else "FALSE"


def columns_of(table: str, sight: Sight) -> str:
    """The columns of a table as a viewer sees them: secrets are empty, and money where it is not theirs to see."""
    return ", ".join(_column(table, column.name, sight) for column in metadata.tables[table].columns)


def _column(table: str, column: str, sight: Sight) -> str:
    name = f'{table}."{column}"'
    if (table, column) in SECRETS:
        return f'NULL AS "{column}"'
    if column not in MONEY.get(table, ()):
        return name
    return f'CASE WHEN {sight.sees_money(f"{table}.client_id")} THEN {name} END AS "{column}"'
