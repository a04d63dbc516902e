"""Settings of one installation: built-in defaults, then the settings file, then the environment."""

import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from .load import ConfigError, Fault, describe_problem, read_yaml
from .provider import OidcSettings
from .schedule import ScheduleSettings
from .values import Every, Strict, check_zone

DEFAULT_FILE = Path("oncu.yml")
PREFIX = "ONCU_"
LANGUAGES = ("tr", "en")


def check_address(value: str) -> str:
    """Accept a plain mail address, name@host."""
    if not re.fullmatch(r"[^\s@<>,;:\"()\[\]]{1,64}@[^\s@<>,;:\"()\[\]]{1,255}", value):
        raise ValueError(f"{value!r} is no mail address; write one like name@bank.example")
    return value


def check_place(value: str) -> str:
    """Accept host:port, the only form in which a private place may be opened to crawling."""
    if not re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[^\s:/\[\]]+):\d{1,5}", value):
        raise ValueError(f"{value!r} is not host:port; write one like 127.0.0.1:8080")
    return value


def check_site(value: str) -> str:
    """Accept the address of a site, without a path; a slash at its end is taken away."""
    if not re.fullmatch(r"https?://([a-zA-Z0-9.-]+|\[[0-9a-fA-F:.]+\])(:\d{1,5})?/?", value):
        raise ValueError(f"{value!r} is no address of a site; write one like https://oncu.bank.example")
    return value.rstrip("/")


def check_cluster(value: str) -> str:
    """Accept the address of a Dask scheduler."""
    if not re.fullmatch(r"(tcp|tls)://([a-zA-Z0-9._-]+|\[[0-9a-fA-F:.]+\]):\d{1,5}", value):
        raise ValueError(f"{value!r} is no address of a cluster; write one like tcp://10.0.0.1:8786")
    return value


Address = Annotated[str, AfterValidator(check_address)]
Place = Annotated[str, AfterValidator(check_place)]
WebhookName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class CrawlSettings(Strict):
    """How sources are visited; every limit guards against a page that is too big, too slow or hostile.

    `visit_seconds`: how long the pages of one source may take; what came by then is kept. A backfill has no such limit.
    `author_salt`: the secret authors' names are digested with; `oncu init` makes one.
    `keep_pages`: a folder in which every page is kept as it came, for tests of a source; none by default.
    """

    user_agent: str = "OncuBot/0.1 (+https://oncu.example/bot)"
    timeout_seconds: float = Field(30, gt=0)
    max_bytes: int = Field(8 * 2**20, gt=0)
    visit_seconds: float = Field(1_800, gt=0)
    delay_seconds: float = Field(0.5, ge=0)
    concurrent_requests: int = Field(16, ge=1)
    concurrent_per_host: int = Field(2, ge=1)
    allow_private: list[Place] = []
    author_salt: str = Field("", repr=False)
    keep_pages: Path | None = None
    process: Literal["child", "inside"] = "child"
    drop_folder: Path | None = None


class ClientSettings(Strict):
    """Where clients come from: the bank's systems (`oncu clients import --source NAME`), the most trusted first.

    Of a field on which two systems differ the first system counts; where none is named, what was said last. After a
    change here run `oncu clients reunite`.
    """

    sources: list[str] = []


class AlertSettings(Strict):
    """What deserves an alert: a strength (before what only orders alerts) at or over the least, and recent enough.

    `min_priority`: of probability x relevance x severity x status. `max_age_days`: published before we saw it.
    `quiet_days`: for so long after an alert nothing more is told of its client and type, unless it is graver or another
    source tells it.
    """

    min_priority: float = Field(0.1, ge=0, le=1)
    max_age_days: int = Field(45, ge=1)
    first_poll_days: int = Field(2, ge=0)
    quiet_days: int = Field(14, ge=0)


class HealthSettings(Strict):
    """When a source counts as ill: so many bad visits in a row raise an alarm; `visits` is how far back we look.

    `tell`: the keepers, who are told of each alarm and of its end, over `channel`; by mail to their `mail.recipients`.
    """

    alarm_after: int = Field(3, ge=1)
    visits: int = Field(60, ge=5)
    tell: list[str] = []
    channel: Annotated[str, Field(pattern=r"^(mail|file|webhook:[a-z][a-z0-9_-]*)$")] = "mail"


class DigestSettings(Strict):
    """What a manager gets in a day; an alert that found no room waits at most `wait_days`.

    `hide_names`: no client is named in the subject of a mail. `channel`: mail, file or webhook:NAME.
    `country`: whose public holidays are no business days; a digest after them carries what came on them.
    """

    language: Literal["tr", "en"] = "tr"
    max_alerts: int = Field(7, ge=1)
    wait_days: int = Field(7, ge=1)
    conflict_days: int = Field(90, ge=1)
    hide_names: bool = False
    channel: Annotated[str, Field(pattern=r"^(mail|file|webhook:[a-z][a-z0-9_-]*)$")] = "mail"
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "TR"


class LevelSettings(Strict):
    """When a client counts as flagged: standing risk level at or over the threshold (0-100)."""

    threshold: float = Field(40, gt=0, le=100)


class ScoreSettings(Strict):
    """What reading costs: minutes to read an alert, hours to look into a lead; the scoreboard then says what a right
    one costs. What a source costs is said in its own file (`cost_month`)."""

    minutes_per_alert: float | None = Field(None, gt=0)
    hours_per_lead: float | None = Field(None, gt=0)


class LearningSettings(Strict):
    """How models are trained: `embeddings` adds sentence vectors (the extra `oncu[embeddings]`), `use` or `e5`."""

    embeddings: Literal["off", "use", "e5"] = "off"

    @field_validator("embeddings", mode="before")
    @classmethod
    def _read_off(cls, value: object) -> object:
        return "off" if value is False else value  # YAML reads a bare off as false


class RetentionSettings(Strict):
    """How long texts are held after they were first seen, by category; none is without a limit."""

    complaint: Every | None = timedelta(days=730)
    social: Every | None = timedelta(days=365)
    news: Every | None = None
    registry: Every | None = None
    classified: Every | None = None
    tip: Every | None = timedelta(days=1095)

    def periods(self) -> list[tuple[str, timedelta]]:
        """The categories that have a limit, with it."""
        return [(name, period) for name, period in vars(self).items() if period is not None]


class MailSettings(Strict):
    """How digests are sent: the mail server, who sends, and each manager's address.

    `password_env` names the environment variable that holds the password of `user`; the password itself stands nowhere.
    """

    host: str | None = None
    port: int = Field(587, ge=1, le=65535)
    starttls: bool = True
    user: str | None = None
    password_env: str | None = None
    sender: Address | None = None
    recipients: dict[str, Address] = {}
    timeout_seconds: float = Field(30, gt=0)

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        if self.user and not (self.password_env and self.starttls):
            raise ValueError("a user needs password_env (the variable with the password) and starttls: true")
        return self


class LinkSettings(Strict):
    """Links with which a manager answers an alert from the digest; without address or key there are none.

    `address`: how readers of mails reach the pages. The key that signs the links stands in the variable `key_env`, or
    in the file `key_file`; a link can be used for `days`.
    """

    address: Annotated[str, AfterValidator(check_site)] | None = None
    key_env: str = "ONCU_LINK_KEY"
    key_file: Path | None = None
    days: int = Field(14, ge=1, le=365)


class AccessSettings(Strict):
    """How people come in: lengths of sessions and passwords, and how guessers are kept out.

    A session ends unused after `idle_minutes` and in any case after `session_hours`. After `failures` wrong passwords
    in a row a name is locked for `lock_minutes`, and twice as long each time after that; after `address_failures` in
    `lock_minutes` nobody may try from the same address. A password that somebody else chose is good for
    `temporary_hours`. `passwords`: whether people log in with one; where not, only admins do, when all else fails.
    On PostgreSQL the pages read as a plain role where the variable `reader_env` holds the address of the same database
    for it (`oncu init --reader`).
    """

    idle_minutes: int = Field(30, ge=1)
    session_hours: int = Field(12, ge=1)
    least_password: int = Field(12, ge=8)
    failures: int = Field(5, ge=1)
    lock_minutes: int = Field(15, ge=1)
    address_failures: int = Field(50, ge=1)
    temporary_hours: int = Field(72, ge=1)
    passwords: bool = True
    reader_env: Variable = "ONCU_READER_URL"


class ReviewSettings(Strict):
    """The review desk: by when an alert is decided, and what needs a second person.

    `decide_within`: in business time, a day being one business day. `four_eyes_from`: a risk whose type is at least so
    severe (0-1) is dismissed by two people. `undo_seconds`: how long the last move can be taken back. `queue_days`: how
    long the queue lists what nobody decides; older alerts are only counted. `goal`: the share decided in time.
    """

    decide_within: Every = timedelta(hours=48)
    four_eyes_from: float = Field(0.8, gt=0, le=1)
    undo_seconds: int = Field(10, ge=1, le=600)
    queue_days: int = Field(90, ge=1)
    goal: float = Field(0.9, gt=0, le=1)


class ChannelSettings(Strict):
    """How alerts and digests leave beside mail.

    `folder`: where the channel `file` writes. `allow_private`: host:port of webhooks inside the bank's own network; any
    other private address is refused.
    """

    folder: Path | None = None
    allow_private: list[Place] = []
    timeout_seconds: float = Field(10, gt=0)


class Settings(BaseSettings):
    """All settings; `ONCU_DATABASE_URL` and the other `ONCU_…` variables win over the file.

    `models_folder`: where trained models are written. `routing`: a file of rules instead of the built-in one and of
    versions saved in the pages. `webhooks`: by name the environment variable that holds the address, which is a secret.
    `cache_folder`: where the index of many clients' names is kept; by default `oncu` in the user's folder for caches.
    It holds the client list. `workers`: how many processes read, each of at most `worker_mb` megabytes. `cluster`: the
    Dask cluster whose workers read instead, `tcp://host:port` or `tls://host:port`. `language`: of what commands print;
    it and `digest.language` follow each other where only one is set.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, env_ignore_empty=True
    )

    language: Literal["tr", "en"] = "tr"
    database_url: str = "sqlite:///oncu.db"
    sources: Path | None = None
    signals: Path | None = None
    routing: Path | None = None
    cache_folder: Path | None = None
    models_folder: Path = Path("oncu-models")
    timezone: Annotated[str, AfterValidator(check_zone)] = "Europe/Istanbul"
    workers: int = Field(1, ge=1)
    worker_mb: int = Field(2_000, ge=500)
    cluster: Annotated[str, AfterValidator(check_cluster)] | None = None
    crawl: CrawlSettings = CrawlSettings()
    clients: ClientSettings = ClientSettings()
    alerts: AlertSettings = AlertSettings()
    learning: LearningSettings = LearningSettings()
    health: HealthSettings = HealthSettings()
    digest: DigestSettings = DigestSettings()
    level: LevelSettings = LevelSettings()
    scores: ScoreSettings = ScoreSettings()
    retention: RetentionSettings = RetentionSettings()
    mail: MailSettings = MailSettings()
    links: LinkSettings = LinkSettings()
    access: AccessSettings = AccessSettings()
    oidc: OidcSettings | None = None
    review: ReviewSettings = ReviewSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    webhooks: dict[WebhookName, Variable] = {}
    channels: ChannelSettings = ChannelSettings()

    @model_validator(mode="after")
    def _has_a_door(self) -> Self:
        if not self.access.passwords and self.oidc is None:
            raise ValueError("access.passwords is off and there is no oidc: nobody could log in; set one of them")
        return self

    @model_validator(mode="before")
    @classmethod
    def _follow_language(cls, given: dict[str, Any]) -> dict[str, Any]:
        digest = _as_keys(given.get("digest", {}))
        if not isinstance(digest, dict):
            return given
        said = {"language": given.get("language"), "digest": digest.get("language")}
        only = next((language for language in said.values() if language in LANGUAGES), None)
        if only is None or None not in said.values():
            return given
        return given | {"language": only, "digest": digest | {"language": only}}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over what the file says, key by key, also where a block was given as a model."""
        given = {key: _as_keys(value) for key, value in init_settings().items()}
        return env_settings, InitSettingsSource(settings_cls, given)

    @classmethod
    def from_file(cls, content: dict[str, Any]) -> Self:
        """Settings of a file's content, under the environment."""
        return cls(**content)


def settings_file() -> Path:
    """The file `ONCU_SETTINGS` names, else `oncu.yml` in this folder."""
    return Path(os.environ.get("ONCU_SETTINGS") or DEFAULT_FILE)


def load_settings(path: Path | None = None) -> Settings:
    """Settings of the file (none is fine, unless it was named) and the environment. Raises ConfigError."""
    named = path or (Path(os.environ["ONCU_SETTINGS"]) if os.environ.get("ONCU_SETTINGS") else None)
    file = named or DEFAULT_FILE
    content = read_yaml(file, may_be_empty=True) if named or file.exists() else {}
    try:
        return Settings.from_file({str(key): value for key, value in content.items()})
    except ValidationError as error:
        raise ConfigError(_fault(file, fault) for fault in error.errors()) from None
    except SettingsError as error:  # a whole block in one variable, and not in JSON
        block = "".join(re.findall(r'field "(\w+)"', str(error))).upper()
        raise ConfigError([Fault(Path(PREFIX + block), "", f"is not JSON; write {PREFIX}{block}__KEY=value")]) from None


def _as_keys(value: Any) -> Any:
    """A block as what was set in it, so that a variable of one key leaves the others as they are."""
    return value.model_dump(exclude_unset=True) if isinstance(value, BaseModel) else value


def _fault(file: Path, fault: Any) -> Fault:
    """The fault with where it comes from: the variable, or else the file."""
    variable = PREFIX + "__".join(str(part) for part in fault["loc"]).upper()
    key, problem = describe_problem(fault, Settings)
    return Fault(Path(variable), "", problem) if variable in os.environ else Fault(file, key, problem)
