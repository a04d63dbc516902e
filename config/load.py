"""Read the YAML files: found by file name, checked strictly, every fault named with file, key and what to write."""

import difflib
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from .problems import Problem
from .specs import SignalSpec, SourceSpec

HERE = Path(__file__).parent
SOURCES = HERE / "sources"
SIGNALS = HERE / "signals"
SECRET = frozenset(("headers", "basic", "author_salt"))  # what stands below these keys is never repeated

Spec = TypeVar("Spec", bound=BaseModel)


@dataclass(frozen=True)
class Fault:
    """One thing wrong in one file: where, what was found and what to do."""

    path: Path
    key: str
    problem: str

    def __str__(self) -> str:
        where = f"{self.path.name}: {self.key}" if self.key else self.path.name
        return f"{where}: {self.problem}"


class ConfigError(Problem):
    """One or more files of the catalogue cannot be used; `faults` lists every one of them."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


# The parser in C reads thousands of source files in a second instead of ten; not every build of PyYAML has it.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _UniqueKeyLoader(_SafeLoader):  # type: ignore[misc]
    """A safe loader that refuses a key written twice, which YAML would silently let win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise yaml.constructor.ConstructorError(None, None, f"{key!r} is no key", key_node.start_mark)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} stands twice", key_node.start_mark)
            seen.add(key)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


def read_yaml(path: Path, *, may_be_empty: bool = False) -> dict[str, Any]:
    """Read one YAML mapping; a file of comments alone is an empty one where that is allowed.

    Raises ConfigError when the file cannot be read, is not YAML or is not a mapping.
    """
    return parse_yaml(read_text(path), path, may_be_empty=may_be_empty)


def read_text(path: Path) -> str:
    """The text of a file. Raises ConfigError when it cannot be read or is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError([Fault(path, "", f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError as error:
        raise ConfigError([Fault(path, "", f"is not UTF-8 at byte {error.start}; save it as UTF-8")]) from None


def parse_yaml(text: str, path: Path, *, may_be_empty: bool = False) -> dict[str, Any]:
    """One YAML mapping given as text; `path` is what faults name. Raises ConfigError."""
    try:
        content = yaml.load(text, _UniqueKeyLoader)
    except yaml.YAMLError as error:
        raise ConfigError([Fault(path, *_yaml_problem(error))]) from None
    except (ValueError, OverflowError, RecursionError) as error:  # a 13th month; brackets in brackets without end
        raise ConfigError([Fault(path, "", f"not YAML: {error}")]) from None
    if content is None and may_be_empty:
        return {}
    if not isinstance(content, dict):
        raise ConfigError([Fault(path, "", "is not a mapping of keys to values")])
    return content


def load_sources(folder: Path = SOURCES) -> dict[str, SourceSpec]:
    """All sources of a folder by name, in order of name. Raises ConfigError listing every fault of every file."""
    return load_folder(folder, SourceSpec, "name")


def load_signal_types(folder: Path = SIGNALS) -> dict[str, SignalSpec]:
    """All signal types of a folder by code, in order of code. Raises ConfigError listing every fault."""
    types = load_folder(folder, SignalSpec, "code")
    check_type_names(types, folder)
    return types


def check_type_names(types: Mapping[str, SignalSpec], folder: Path = SIGNALS) -> None:
    """Check that the types which types name are there. Raises ConfigError listing every fault."""
    faults = [
        Fault(folder / f"{code}.yml", key, f"no signal type {named!r}{suggest(named, sorted(types))}")
        for code, spec in types.items()
        for key, named in _types_named_by(spec)
        if named not in types
    ]
    if faults:
        raise ConfigError(faults)


def read_signal_type(code: str, text: str) -> SignalSpec:
    """A signal type given as text, as its file would hold it. Raises ConfigError."""
    path = Path(f"{code}.yml")
    return _validated(parse_yaml(text, path), path, SignalSpec, "code")


def _types_named_by(spec: SignalSpec) -> list[tuple[str, str]]:
    weighed = [("chain.weights", code) for code in spec.chain.weights] if spec.chain else []
    return weighed + [("muted_by", code) for code in spec.muted_by]


def load_source(path: Path) -> SourceSpec:
    """One source file. Raises ConfigError."""
    return _load_file(path, SourceSpec, "name")


def check_provenance(sources: Mapping[str, SourceSpec], types: Mapping[str, SignalSpec]) -> None:
    """Check that what sources say they bring are signal types. Raises ConfigError listing every fault."""
    known = sorted(types)
    faults = [
        Fault(Path(f"{name}.yml"), key, f"no signal type {code!r}{suggest(code, known)}")
        for name, spec in sources.items()
        for key, code in _codes_of(spec)
        if code not in types
    ]
    if faults:
        raise ConfigError(faults)


def _codes_of(spec: SourceSpec) -> list[tuple[str, str]]:
    given = [("provenance.type", spec.provenance.type)] if spec.provenance else []
    return given + [("traces", code) for code in spec.traces]


def load_folder(folder: Path, spec: type[Spec], key: str) -> dict[str, Spec]:
    """The specs of every `.yml` file of a folder; the file's name is the spec's `key`. Raises ConfigError."""
    if not folder.is_dir():
        raise ConfigError([Fault(folder, "", "is not a folder; name one with .yml files")])
    loaded, faults = {}, []
    for path in sorted(folder.glob("*.yml")):
        try:
            loaded[path.stem] = _load_file(path, spec, key)
        except ConfigError as error:
            faults += error.faults
    if faults:
        raise ConfigError(faults)
    return loaded


def _load_file(path: Path, spec: type[Spec], key: str) -> Spec:
    return _validated(read_yaml(path), path, spec, key)


def _validated(content: dict[str, Any], path: Path, spec: type[Spec], key: str) -> Spec:
    if key in content:
        raise ConfigError([Fault(path, key, "is taken from the file's name; remove this line")])
    try:
        return spec.model_validate({**content, key: path.stem})
    except ValidationError as error:
        raise ConfigError(Fault(path, *said) for said in describe_problems(error, spec)) from None


def describe_problems(error: ValidationError, spec: type[BaseModel]) -> list[tuple[str, str]]:
    """Pydantic's errors as (key, sentence); a misspelt key is one of them, and not a missing one besides."""
    faults = error.errors()
    meant = {_meant(fault, spec) for fault in faults if fault["type"] == "extra_forbidden"}
    return [
        describe_problem(fault, spec) for fault in faults if fault["type"] != "missing" or fault["loc"] not in meant
    ]


def describe_problem(fault: Any, spec: type[BaseModel]) -> tuple[str, str]:
    """One pydantic error as (key, sentence)."""
    key = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        return key, f"unknown key{suggest(str(fault['loc'][-1]), _known_keys(spec, fault['loc'][:-1]))}"
    if fault["type"] == "missing":
        return key, "is missing; add it"
    message = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "value_error":
        return key, message
    found = "" if SECRET.intersection(fault["loc"]) else f" (found {fault['input']!r})"
    return key, f"{message[0].lower()}{message[1:]}{found}"


def _meant(fault: Any, spec: type[BaseModel]) -> tuple[Any, ...]:
    """Where the key stands that an unknown one was meant to be."""
    place = fault["loc"][:-1]
    close = difflib.get_close_matches(str(fault["loc"][-1]), _known_keys(spec, place), n=1)
    return (*place, *close)


def _known_keys(spec: type[BaseModel], place: tuple[Any, ...]) -> list[str]:
    """The keys allowed at a place inside a spec, for the 'did you mean'."""
    current: Any = spec
    for part in place:
        if isinstance(part, int):
            continue
        annotation = current.model_fields[part].annotation
        models = [a for a in _flatten(annotation) if isinstance(a, type) and issubclass(a, BaseModel)]
        if not models:
            return []
        current = models[0]
    return [k for k in current.model_fields if k not in ("name", "code")]


def _flatten(annotation: Any) -> list[Any]:
    inner = getattr(annotation, "__args__", ())
    return [annotation] if not inner else [leaf for arg in inner for leaf in _flatten(arg)]


def suggest(found: str, known: list[str]) -> str:
    """What was perhaps meant, to be put behind a sentence: "; did you mean 'lawsuit'?"."""
    close = difflib.get_close_matches(found, known, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; known keys: {', '.join(known)}" if known else ""


def _yaml_problem(error: yaml.YAMLError) -> tuple[str, str]:
    mark = getattr(error, "problem_mark", None)
    place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    problem = str(getattr(error, "problem", None) or error)
    return place, f"not YAML: {problem.splitlines()[0]}"
