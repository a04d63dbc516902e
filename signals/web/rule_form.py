"""One routing rule as the fields of a form, and the rules as YAML again."""

from collections.abc import Iterable, Mapping
from typing import Any, get_args

import yaml

from oncu.config.routing import DEPUTY, OWNER, RoutingPlan, Rule, Size
from oncu.config.values import write_every

from .forms import line_in, lines_in, number_in

NEW = "yeni"
SIZES = get_args(Size)
Plain = dict[str, Any]


def plain_plan(plan: RoutingPlan) -> Plain:
    """The rules as plain values, in the order in which they are written."""
    desks = {code: desk.model_dump() for code, desk in plan.desks.items()}
    return {"desks": desks, "rules": [_plain_rule(rule) for rule in plan.rules]}


def written(plain: Plain) -> str:
    """Plain rules as YAML."""
    return yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, width=120)


def fields_of(rule: Rule | None) -> dict[str, str]:
    """Every field of the form with what stands in it; a box is there where it is ticked."""
    if rule is None:
        return {"name": "", "deadline": "48h", f"whom.{OWNER}": "1", "channel.digest": "1"}
    when = rule.when
    found = {"name": rule.name, "title_tr": rule.title.tr, "title_en": rule.title.en, "side": when.side or ""}
    found |= {"deadline": write_every(rule.deadline), "level": "" if when.level is None else f"{when.level:g}"}
    lists = {"type": when.type or (), "size": when.size or (), "whom": rule.whom, "channel": rule.channel}
    found |= {f"{key}.{value}": "1" for key, values in lists.items() for value in values}
    return found | {f"steps_{one}": "\n".join(getattr(step, one) for step in rule.steps) for one in ("tr", "en")}


def rule_of(form: Mapping[str, str], name: str) -> Plain:
    """The rule of a sent form as plain values."""
    when: Plain = {"type": _ticked(form, "type"), "side": form.get("side"), "size": _ticked(form, "size")}
    level = line_in(form, "level")
    when["level"] = number_in(level) if level else None
    rule = {"name": name, "title": {one: line_in(form, f"title_{one}") for one in ("tr", "en")}}
    if asked := {key: value for key, value in when.items() if value}:
        rule["when"] = asked
    rule |= {"whom": _ticked(form, "whom"), "channel": _ticked(form, "channel"), "deadline": line_in(form, "deadline")}
    steps = _steps(form)
    return rule | ({"steps": steps} if steps else {})


def with_rule(plain: Plain, name: str, rule: Plain) -> Plain:
    """The rules with one changed; a new one stands first, where it takes what it fits."""
    names = [one["name"] for one in plain["rules"]]
    rules = [rule if one["name"] == name else one for one in plain["rules"]]
    return plain | {"rules": rules if name in names else [rule, *rules]}


def without_rule(plain: Plain, name: str) -> Plain:
    """The rules but for one."""
    return plain | {"rules": [one for one in plain["rules"] if one["name"] != name]}


def moved_rule(plain: Plain, name: str, by: int) -> Plain:
    """The rules with one so many places further down, or up where it is negative; the ends hold it."""
    rules = list(plain["rules"])
    place = next(at for at, one in enumerate(rules) if one["name"] == name)
    rule = rules.pop(place)
    rules.insert(max(0, place + by), rule)
    return plain | {"rules": rules}


def people_of(plan: RoutingPlan) -> list[str]:
    """Whom a rule may name."""
    return [OWNER, DEPUTY, *plan.desks]


def _plain_rule(rule: Rule) -> Plain:
    plain: Plain = rule.model_dump(mode="json", exclude_defaults=True)
    return plain | {"deadline": write_every(rule.deadline)}


def _ticked(form: Mapping[str, str], key: str) -> list[str]:
    return [name.removeprefix(f"{key}.") for name in form if name.startswith(f"{key}.")]


def _steps(form: Mapping[str, str]) -> list[Plain]:
    """The steps line by line; a language that says less repeats the other's."""
    turkish, english = (lines_in(form, f"steps_{one}") for one in ("tr", "en"))
    longest = max(len(turkish), len(english))
    pairs = zip(_filled(turkish, english, longest), _filled(english, turkish, longest), strict=True)
    return [{"tr": one, "en": other} for one, other in pairs]


def _filled(own: list[str], other: list[str], longest: int) -> Iterable[str]:
    return [own[place] if place < len(own) else other[place] for place in range(longest)]
