"""Why a TLS handshake with a broker failed."""

from __future__ import annotations

import ssl

from device.publishers.publisher import BrokerRefusedError
from device.settings.broker_address import BrokerAddress

# OpenSSL's X509_V_ERR_…, as in openssl/x509_vfy.h.
_OUT_OF_DATE = (9, 10)
_OTHER_NAME = (62, 64)  # Of a host, and of an IP address.


def tls_refusal(address: BrokerAddress, error: ssl.SSLError) -> BrokerRefusedError:
    """Return the error for a handshake that failed.

    Args:
        address: of the broker.
        error: what Python raised.
    """
    if not isinstance(error, ssl.SSLCertVerificationError):
        return BrokerRefusedError(
            f"the broker {address} failed the TLS handshake ({error.reason}): where its port is one"
            " without TLS write mqtt://; where it asks for a certificate, name one with --cert-file"
        )
    if error.verify_code in _OTHER_NAME:
        return BrokerRefusedError(
            f"the broker {address} failed the TLS check ({error.verify_message}): write the name"
            " that its certificate has into --broker"
        )
    if error.verify_code in _OUT_OF_DATE:
        return BrokerRefusedError(
            f"the broker {address} failed the TLS check ({error.verify_message}): renew its"
            " certificate, or set this machine's clock"
        )
    return BrokerRefusedError(
        f"the broker {address} failed the TLS check ({error.verify_message}): name its certificate"
        " authority with --ca-file"
    )


def is_cut(error: Exception) -> bool:
    """Whether the other side ended a connection that stood, as one that knows no TLS does."""
    return isinstance(error, ConnectionError) and not isinstance(error, ConnectionRefusedError)
