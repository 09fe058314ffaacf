"""What OpenSSL's codes mean, and what to do about it."""

import re
import ssl
from typing import Final

import aiohttp

from .fault import Fault

__all__ = ["CLOSED", "FINGERPRINT", "alert", "handshake", "untrusted"]

_OWN_CONTEXT: Final = "pass a session whose connector has an ssl context that"

CLOSED: Final = (
    "if this goes on, the server may demand a client certificate or another TLS version; "
    f"{_OWN_CONTEXT} offers it"
)
"""What to try where a server closes a TLS connection and does not say why."""

FINGERPRINT: Final = Fault(
    "the certificate has another fingerprint than the session expects",
    permanent=True,
    remedy="check who answers there, or correct the Fingerprint of the session's connector",
)

_ALERTS: Final = (
    # A part of OpenSSL's reason code (the first that fits counts), what it means, what to try.
    ("CERTIFICATE_REQUIRED", "the server demands a client certificate", f"{_OWN_CONTEXT} has one"),
    (
        "HANDSHAKE_FAILURE",
        "the server takes none of the ciphers offered, or demands a client certificate",
        f"{_OWN_CONTEXT} has what it asks for",
    ),
    ("VERSION_NUMBER", "the server does not speak TLS", "check scheme and port of base_url"),
    ("PROTOCOL", "client and server share no TLS version", f"{_OWN_CONTEXT} allows the server's"),
    (
        "ALERT_UNKNOWN_CA",
        "the server does not trust the client certificate",
        "check the ssl context",
    ),
    ("ALERT_.*CERTIFICATE", "the server refused the client certificate", "check the ssl context"),
    ("ALERT_ACCESS_DENIED", "the server refused the client certificate", "check the ssl context"),
    ("INSUFFICIENT_SECURITY", "the server demands stronger ciphers", "check the ssl context"),
    ("UNRECOGNIZED_NAME", "the server does not know the host name", "check base_url"),
)
_PASSING: Final = re.compile("INTERNAL_ERROR|UNEXPECTED_EOF|USER_CANCELLED")

_UNTRUSTED: Final = {
    # OpenSSL's X509_V_ERR codes
    9: ("it is not valid yet", "check the clock of this machine"),
    10: ("it has expired", "ask whoever runs the API to renew it"),
    18: ("it is self-signed", f"{_OWN_CONTEXT} trusts it"),
    19: ("its authority is unknown", f"{_OWN_CONTEXT} trusts that"),
    20: ("its authority is unknown", f"{_OWN_CONTEXT} trusts that"),
    21: ("its authority is unknown", f"{_OWN_CONTEXT} trusts that"),
    62: ("it is for another host name", "check base_url"),
    64: ("it is for another IP address", "check base_url"),
}


def untrusted(error: aiohttp.ClientConnectorCertificateError) -> Fault:
    """Describe a certificate that OpenSSL does not accept."""
    code = getattr(error.certificate_error, "verify_code", None)
    why, remedy = _UNTRUSTED.get(code or 0, (f"OpenSSL code {code or 'unknown'}", ""))
    where = f"{error.host}:{error.port}"
    return Fault(f"the certificate is not trusted ({where}: {why})", permanent=True, remedy=remedy)


def handshake(error: aiohttp.ClientSSLError) -> Fault:
    """Describe a handshake that failed. Most fail in the same way each time."""
    reason = _reason(error.os_error)
    what, remedy = _meaning(reason) or ("OpenSSL refused it", "")
    return Fault(
        f"TLS failed ({error.host}:{error.port}: {what}, {reason})",
        permanent=_PASSING.search(reason) is None,
        remedy=remedy,
    )


def alert(error: ssl.SSLError) -> Fault:
    """Describe what ended a TLS connection after the handshake."""
    reason = _reason(error)
    meaning = _meaning(reason)
    if meaning is None:
        return Fault(f"the TLS connection was lost ({reason})")
    return Fault(f"{meaning[0]} ({reason}), and closed", permanent=True, remedy=meaning[1])


def _meaning(reason: str) -> tuple[str, str] | None:
    return next((row[1:] for row in _ALERTS if re.search(row[0], reason)), None)


def _reason(error: OSError) -> str:
    """Return OpenSSL's code, such as ``WRONG_VERSION_NUMBER``, or the name of the class."""
    reason = getattr(error, "reason", None)
    is_code = isinstance(reason, str) and re.fullmatch("[A-Z0-9_]{1,64}", reason)
    return str(reason) if is_code else type(error).__name__
