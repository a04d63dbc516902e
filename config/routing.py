"""Who is told of an alert, over which channel, by when: ordered rules in YAML, of which the first that fits counts."""

import re
from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import AfterValidator, Field, PlainSerializer, ValidationError, model_validator
from pydantic.functional_validators import BeforeValidator

from .load import HERE, ConfigError, Fault, describe_problems, parse_yaml, read_text, suggest
from .values import Bilingual, Side, Strict, Text, parse_every, write_every

ROUTING = HERE / "routing.yml"
OWNER, DEPUTY = "owner", "deputy"
DIGEST, MAIL, FILE, PAGES = "digest", "mail", "file", "pages"
CHANNELS = (DIGEST, MAIL, FILE, PAGES)
WEBHOOK = re.compile(r"webhook:([a-z][a-z0-9_-]*)")
CODE = r"^[a-z][a-z0-9_]*$"

Size = Literal["micro", "small", "medium", "large"]
Code = Annotated[str, Field(pattern=CODE, max_length=64)]
Deadline = Annotated[timedelta, BeforeValidator(parse_every), PlainSerializer(write_every)]


def check_channel(value: str) -> str:
    """Accept digest, mail, file, pages or webhook:NAME."""
    if value not in CHANNELS and not WEBHOOK.fullmatch(value):
        raise ValueError(f"no channel {value!r}; write one of {', '.join(CHANNELS)}, or webhook:NAME")
    return value


Channel = Annotated[str, AfterValidator(check_channel)]


@dataclass(frozen=True)
class AlertFacts:
    """What rules look at: the alert's type and side, its client's size (None: not known) and the risk level it had
    before the alert, 0-100."""

    type: str
    side: str
    size: str | None = None
    level: float = 0.0


class Conditions(Strict):
    """What must hold of an alert; what is left out does not matter."""

    type: list[Text] | None = Field(None, min_length=1)
    side: Side | None = None
    size: list[Size] | None = Field(None, min_length=1)
    level: float | None = Field(None, gt=0, le=100)

    def misfits(self, facts: AlertFacts) -> list[str]:
        """The conditions an alert does not meet, each as `key`; none where it fits."""
        fits = {
            "type": self.type is None or facts.type in self.type,
            "side": self.side is None or facts.side == self.side,
            "size": self.size is None or facts.size in self.size,
            "level": self.level is None or facts.level >= self.level,
        }
        return [key for key, holds in fits.items() if not holds]

    def covers(self, other: "Conditions") -> bool:
        """Does every alert that meets the other conditions meet these?"""
        return (
            (self.type is None or (other.type is not None and set(other.type) <= set(self.type)))
            and (self.side is None or other.side == self.side)
            and (self.size is None or (other.size is not None and set(other.size) <= set(self.size)))
            and (self.level is None or (other.level is not None and other.level >= self.level))
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked."""
        return not any(value is not None for value in vars(self).values())


class Rule(Strict):
    """One rule: when it holds, who is told over which channels, by when somebody must have acted, and how."""

    name: Code
    title: Bilingual
    when: Conditions = Conditions()
    whom: list[Code] = Field(min_length=1)
    channel: list[Channel] = Field(min_length=1)
    deadline: Deadline
    steps: list[Bilingual] = []

    @model_validator(mode="after")
    def _digest_is_the_owners(self) -> Self:
        if DIGEST in self.channel and OWNER not in self.whom:
            raise ValueError("channel digest is the owner's day; add owner to whom, or take another channel")
        return self

    @property
    def urgent_channels(self) -> list[str]:
        """The channels that carry an alert at once."""
        return [channel for channel in self.channel if channel not in (DIGEST, PAGES)]


class RoutingPlan(Strict):
    """All rules in order, and the desks they name; the last rule takes what no other takes."""

    desks: dict[Code, Bilingual] = {}
    rules: list[Rule] = Field(min_length=1)

    @model_validator(mode="after")
    def _takes_everything(self) -> Self:
        if not self.rules[-1].when.is_empty:
            raise ValueError(f"rules: the last ({self.rules[-1].name}) has conditions; end with one that has none")
        return self

    def rule_for(self, facts: AlertFacts) -> Rule:
        """The first rule that fits."""
        return next(rule for rule in self.rules if not rule.when.misfits(facts))

    def rule(self, name: str) -> Rule | None:
        """The rule of a name; None where the plan has none (any more)."""
        return next((rule for rule in self.rules if rule.name == name), None)


def load_routing(
    path: Path = ROUTING, *, types: Collection[str] | None = None, webhooks: Collection[str] | None = None
) -> RoutingPlan:
    """The rules of a file. Raises ConfigError listing every fault."""
    return read_routing(read_text(path), path, types=types, webhooks=webhooks)


def read_routing(
    text: str, path: Path, *, types: Collection[str] | None = None, webhooks: Collection[str] | None = None
) -> RoutingPlan:
    """Rules given as text; `path` is what faults name, with the line where each stands.

    `types`, `webhooks`: the codes and names there are; what a rule says is not compared with what is not given.
    Raises ConfigError listing every fault.
    """
    content = parse_yaml(text, path)
    try:
        plan = RoutingPlan.model_validate(content)
    except ValidationError as error:
        places = [fault["loc"] for fault in error.errors()]
        faults = describe_problems(error, RoutingPlan)
        raise ConfigError(_at_lines(faults, places, text, path)) from None
    found = [*_unknown_types(plan, types), *_unknown_names(plan, webhooks), *_useless_rules(plan)]
    if found:
        faults = [(".".join(map(str, place)), problem) for place, problem in found]
        raise ConfigError(_at_lines(faults, [place for place, _ in found], text, path))
    return plan


Found = tuple[tuple[Any, ...], str]


def _unknown_types(plan: RoutingPlan, types: Collection[str] | None) -> Iterator[Found]:
    for at, rule in enumerate(plan.rules):
        for place, code in enumerate(rule.when.type or []):
            if types is not None and code not in types:
                yield ("rules", at, "when", "type", place), f"no signal type {code!r}{suggest(code, sorted(types))}"


def _unknown_names(plan: RoutingPlan, webhooks: Collection[str] | None) -> Iterator[Found]:
    known = [OWNER, DEPUTY, *sorted(plan.desks)]
    for at, rule in enumerate(plan.rules):
        for place, who in enumerate(rule.whom):
            if who not in known:
                yield ("rules", at, "whom", place), f"nobody is called {who!r}{suggest(who, known)}; or add a desk"
        for place, channel in enumerate(rule.channel):
            named = WEBHOOK.fullmatch(channel)
            if named and webhooks is not None and named[1] not in webhooks:
                yield ("rules", at, "channel", place), f"the settings name no webhook {named[1]!r}; add it to webhooks"


def _useless_rules(plan: RoutingPlan) -> Iterator[Found]:
    for at, rule in enumerate(plan.rules):
        before = plan.rules[:at]
        if any(rule.name == other.name for other in before):
            yield ("rules", at, "name"), f"another rule is called {rule.name!r}; give this one a name of its own"
        if by := next((other for other in before if other.when.covers(rule.when)), None):
            yield ("rules", at), f"{rule.name!r} is never reached: {by.name!r} takes all it fits; move or remove it"


def _at_lines(
    faults: Sequence[tuple[str, str]], places: Sequence[tuple[Any, ...]], text: str, path: Path
) -> Iterator[Fault]:
    """The faults with the line where each stands."""
    by_key = {".".join(map(str, place)): place for place in places}
    for key, problem in faults:
        line = line_of(text, by_key.get(key, ()))
        yield Fault(path, f"line {line}" + (f", {key}" if key else ""), problem)


def line_of(text: str, place: Sequence[Hashable]) -> int:
    """The line, from 1 on, in which the innermost part of a place stands that the text has."""
    node = yaml.compose(text, yaml.SafeLoader)
    line = 0
    for part in place:
        node, line = _step_into(node, part, line)
        if node is None:
            break
    return line + 1


def _step_into(node: Any, part: Hashable, line: int) -> tuple[Any, int]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return value, key.start_mark.line
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part].start_mark.line
    return None, line
