"""How to connect to PostgreSQL, and how to say where without a secret."""

from typing import Final, Self

import psycopg
from attrs import field, frozen
from psycopg.conninfo import conninfo_to_dict, make_conninfo

__all__ = ["ConnectSettings"]

# A server that is gone without a word is noticed within a lease.
_DEFAULTS: Final = {
    "application_name": "np6_async",
    "connect_timeout": "10",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "25000",
}
_SHOWN: Final = ("host", "hostaddr", "port", "dbname", "user", "service")


@frozen
class ConnectSettings:
    """Settings of a connection.

    Attributes:
        conninfo: All of them, the password among them.
        where: Those that say where the database is.
        password: What must not be shown; empty if there is none.
    """

    conninfo: str = field(repr=False)
    where: str
    password: str = field(repr=False)

    @classmethod
    def parse(cls, conninfo: str) -> Self:
        """Return the settings.

        Raises:
            ValueError: They are not valid. The message does not show them.
        """
        found = _parse(conninfo)
        if found is None:
            raise ValueError(
                "conninfo is not valid: it is a URL, postgresql://user:password@host/database with "
                "percent-encoded parts, or pairs such as host=... dbname=..."
            )
        shown = " ".join(f"{name}={found[name]}" for name in _SHOWN if found.get(name))
        return cls(
            conninfo=make_conninfo("", **{**_DEFAULTS, **found}),
            where=f"PostgreSQL {shown or 'at the default address'}",
            password=str(found.get("password") or ""),
        )

    def redact(self, text: str) -> str:
        """Return a text without the password."""
        return text.replace(self.password, "***") if self.password else text


def _parse(conninfo: str) -> dict[str, str | int | None] | None:
    try:
        found = conninfo_to_dict(conninfo)
    except psycopg.Error:  # its message may show a part of the password
        return None
    # An @ in a password that is not encoded moves a part of the password to the host.
    return None if "@" in str(found.get("host") or "")[1:] else dict(found)
