"""HTML as mail programs read it: the style sheet on the elements, dark colours left to those that know them.

Many mail programs drop style sheets and none of the old ones knows `var(--ink)`. So each rule is written on its
elements with the light colours, and the sheet that stays holds the dark ones, marked important so that they win.
"""

import re
from functools import lru_cache

import css_inline

SHEET = re.compile(r"<style>(.*?)</style>", re.DOTALL)
ROOT = re.compile(r":root\s*\{([^}]*)\}")
DARK = re.compile(r"@media \(prefers-color-scheme: dark\)\s*\{\s*(:root\s*\{[^}]*\})\s*\}")
RULE = re.compile(r"([^{}@]+)\{([^{}]*)\}")
NAMED = re.compile(r"var\((--\w+)\)")


def inline_styles(html: str) -> str:
    """A page with one style sheet, its rules written on the elements."""
    found = SHEET.search(html)
    if found is None:
        return html
    plain, night = _by_daylight(found[1])
    inlined = css_inline.inline(SHEET.sub(lambda _: f"<style>{plain}</style>", html, count=1))
    return inlined.replace("</head>", f"{night}</head>", 1)


@lru_cache(16)  # all mails of a kind have the same sheet
def _by_daylight(sheet: str) -> tuple[str, str]:
    """The rules of a sheet with the colours of the day, and the sheet that holds those of the night, if there are."""
    dark = DARK.search(sheet)
    rest = DARK.sub("", sheet)
    light_colours = _colours(rest)
    rules = ROOT.sub("", rest)
    plain = _filled(rules, light_colours)
    if dark is None:
        return plain, ""
    night = _night_rules(rules, light_colours | _colours(dark[1]))
    return plain, f"<style>@media (prefers-color-scheme: dark) {{ {night} }}</style>"


def _colours(sheet: str) -> dict[str, str]:
    """The colours named in `:root`."""
    found = ROOT.search(sheet)
    pairs = (part.partition(":") for part in found[1].split(";")) if found else ()
    return {name.strip(): value.strip() for name, _, value in pairs if value.strip()}


def _filled(sheet: str, colours: dict[str, str]) -> str:
    return NAMED.sub(lambda name: colours.get(name[1], name[0]), sheet)


def _night_rules(sheet: str, colours: dict[str, str]) -> str:
    """The rules that name colours, with those of the night."""
    rules = []
    for selector, body in RULE.findall(sheet):
        named = [part.strip() for part in body.split(";") if NAMED.search(part)]
        if named:
            said = "; ".join(f"{_filled(part, colours)} !important" for part in named)
            rules.append(f"{selector.strip()} {{ {said} }}")
    return " ".join(rules)
