"""Settings of a service: everything that comes from the environment, checked once at the start."""

import os
from typing import Annotated, Literal, TypeVar

from pydantic import BeforeValidator, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from inkoop_events.values import Oin

PREFIX = "INKOOP_"
LOOPBACK = ("127.0.0.1", "::1", "localhost")

T = TypeVar("T", bound=BaseSettings)


class SettingsInvalid(Exception):  # noqa: N818 — says what is so, and the process ends
    """The environment does not hold what the service needs; the message names every variable."""


class Settings(BaseSettings):
    """What every service needs to run; a service adds its own fields in a subclass.

    The variable of a field is its name in upper case behind `INKOOP_`. Where
    `INKOOP_SECRETS_DIR` names a folder, a file there with the name of a variable in lower case
    gives its value.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    kafka: str
    """Bootstrap servers, `host:port`, comma separated."""
    database: str = Field(repr=False)
    """URL of the service's own role; that role has no rights to change tables."""
    operator: Annotated[Oin, Field(pattern=r"^[0-9]{20}$")]
    """OIN of who runs this installation: the source of its events."""
    http_port: int = Field(default=8080, ge=0, le=65535)
    """0 takes a free one, which the log names."""
    http_expose: bool = False
    """Whether another address than loopback may be bound: nobody logs in yet (design D18)."""
    http_host: str = "127.0.0.1"
    replica: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$", max_length=100)] = "0"
    """Which of the service's instances this is; its name in the consumer group is static."""
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(str.upper)
    ] = "INFO"
    revision: str = ""
    """The commit that the image was built from, for `inkoop_build_info`."""
    contact_name: str = "The operator of this installation"
    contact_url: str = "https://inkoop.example/contact"
    contact_email: str = "contact@inkoop.example"
    schema_patience: float = Field(default=30.0, ge=0)
    """Seconds to wait for a migration that is still running, before an older schema is refused."""

    @property
    def contact(self) -> dict[str, str]:
        """Whom readers of OpenAPI turn to (NL API Design Rules, doc-openapi-contact)."""
        return {
            "name": self.contact_name, "url": self.contact_url, "email": self.contact_email,
        }  # fmt: skip

    @field_validator("http_host")
    @classmethod
    def _stays_on_loopback(cls, host: str, info: ValidationInfo) -> str:
        if host not in LOOPBACK and not info.data.get("http_expose"):
            raise ValueError(
                f"is not loopback; nobody logs in yet, so this takes {PREFIX}HTTP_EXPOSE=1"
                " and something in front that keeps strangers out"
            )
        return host


class MigrationSettings(BaseSettings):
    """What `migrate` needs: the role that owns the tables."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", hide_input_in_errors=True)

    owner_database: str = Field(repr=False)


def load(settings: type[T]) -> T:
    """Read the environment. Raises SettingsInvalid, which names all that is wrong at once."""
    try:
        return settings(_secrets_dir=os.environ.get(f"{PREFIX}SECRETS_DIR"))
    except ValidationError as invalid:
        raise SettingsInvalid("; ".join(map(_sentence, invalid.errors()))) from None


def _sentence(error: ErrorDetails) -> str:
    words = error["msg"].removeprefix("Value error, ")
    return f"{PREFIX}{str(error['loc'][0]).upper()}: {words[:1].lower()}{words[1:]}"
