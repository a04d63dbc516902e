"""How a missed end is said: its title, the step at which it was lost, the change that would have caught it."""

from collections.abc import Mapping
from typing import Any

from .figures import Label
from .regret import Missed
from .wording import Wording


def titled(one: Missed, wording: Wording) -> str:
    """Who ended how and when: "Örnek A.Ş. · iflas · 10.03.2026"."""
    kind = wording.words.texts.get(f"outcome_{one.kind}", one.kind)
    return f"{one.name} · {kind} · {wording.day(one.ended)}"


def lost_at(reason: str, wording: Wording) -> str:
    """The step at which something was lost."""
    return wording(f"lost_{reason.replace(' ', '_')}")


def said_change(change: str, values: Mapping[str, Any], wording: Wording) -> str:
    """The smallest change in a sentence."""
    titled_values = {
        name: wording.label(Label(name, str(values[name]))) for name in ("type", "source") if name in values
    }
    shown = {name: wording.words.number(one, 2) if isinstance(one, float) else str(one) for name, one in values.items()}
    return wording(change, **shown | titled_values)
