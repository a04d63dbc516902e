"""A signal type as the fields of a form, and back as YAML: what a form does not hold stays as it was."""

from collections.abc import Mapping
from typing import Any

import yaml

from oncu.config.specs import SignalSpec

from .forms import line_in, lines_in, number_in

NEW = "yeni"
BILINGUAL = ("title", "definition", "talking_point")
WHOLE = ("horizon_days", "merge_days", "alert_after")
BROKEN = ("half_life_days", "severity", "threshold")
LISTED = ("muted_by", "not_from")
EXAMPLES = tuple((language, kind) for language in ("tr", "en") for kind in ("holds", "fails"))
USUAL = {"side": "opportunity", "horizon_days": "180", "half_life_days": "180", "severity": "0.5", "outcome": ""}
FIELDS = (
    *("side", "outcome", *WHOLE, *BROKEN, *LISTED, "cues", "unless"),
    *(f"{key}_{language}" for key in BILINGUAL for language in ("tr", "en")),
    *(f"examples_{language}_{kind}" for language, kind in EXAMPLES),
)


def fields_of(spec: SignalSpec | None) -> dict[str, str]:
    """Every field of the form with what stands in it; lists have one entry a line."""
    if spec is None:
        return (
            dict.fromkeys(FIELDS, "") | {"code": "", "merge_days": "30", "threshold": "0.5", "alert_after": "1"} | USUAL
        )
    plain = spec.model_dump(mode="json")
    found = {key: str(plain[key]) for key in ("side", "outcome", *WHOLE, *BROKEN)}
    found |= {f"{key}_{language}": plain[key][language] for key in BILINGUAL for language in ("tr", "en")}
    found |= {key: ", ".join(plain[key]) for key in LISTED}
    found |= {"unless": "\n".join(plain["unless"]), "cues": _cue_lines(spec)}
    examples = plain["examples"] or {}
    for language, kind in EXAMPLES:
        found[f"examples_{language}_{kind}"] = "\n".join(examples.get(language, {}).get(kind, ()))
    return found | {"code": spec.code}


def text_of(spec: SignalSpec | None, form: Mapping[str, str]) -> str:
    """The type of a sent form as YAML. Raises yaml.YAMLError where the cues are none."""
    plain: dict[str, Any] = spec.model_dump(mode="json", exclude={"code"}, exclude_defaults=True) if spec else {}
    for key in BILINGUAL:
        plain[key] = {language: line_in(form, f"{key}_{language}") for language in ("tr", "en")}
    plain |= {key: line_in(form, key) for key in ("side", "outcome")}
    plain |= {key: number_in(line_in(form, key)) for key in (*WHOLE, *BROKEN)}
    lists: dict[str, list[Any]] = {
        key: [one.strip() for one in line_in(form, key).split(",") if one.strip()] for key in LISTED
    }
    if not (spec and spec.derived):
        lists |= {"unless": lines_in(form, "unless"), "cues": yaml.safe_load(form.get("cues", "") or "[]")}
        plain["examples"] = _examples(form)
    plain |= lists
    empty = [key for key, found in lists.items() if not found and key != "cues"]
    return yaml.safe_dump(
        {key: value for key, value in plain.items() if key not in empty}, allow_unicode=True, sort_keys=False, width=120
    )


def _examples(form: Mapping[str, str]) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {"tr": {}, "en": {}}
    for language, kind in EXAMPLES:
        found[language][kind] = lines_in(form, f"examples_{language}_{kind}")
    return found


def _cue_lines(spec: SignalSpec) -> str:
    """A cue a line, as in the files."""
    cues = (cue.model_dump(mode="json", exclude_defaults=True) for cue in spec.cues)
    flow = (
        yaml.safe_dump(cue, allow_unicode=True, sort_keys=False, default_flow_style=True, width=10_000) for cue in cues
    )
    return "".join(f"- {line}" for line in flow)
