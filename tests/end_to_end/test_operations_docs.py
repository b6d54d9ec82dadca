"""The commands that docs/operations.md gives for certificates, run as they are written there."""

from __future__ import annotations

import re
import socket
import ssl
import subprocess
import threading
from pathlib import Path

from tests.support.programs import ROOT


def test_certificates_fit_the_name_that_rigs_use(tmp_path: Path) -> None:
    """A client that trusts the new authority takes the broker under its name, and no other."""
    text = (ROOT / "docs/operations.md").read_text("utf-8")
    (commands,) = re.findall(r"```sh\n(openssl .*?)```", text, re.DOTALL)
    subprocess.run(["bash", "-ec", commands], cwd=tmp_path, check=True, capture_output=True)
    assert _handshake(tmp_path, "broker.example") is None
    refused = _handshake(tmp_path, "other.example")
    assert refused is not None
    assert "mismatch" in refused


def _handshake(folder: Path, name: str) -> str | None:
    """Connect a client that expects ``name`` to a server with the certificate; None if it fits."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "server.crt", folder / "server.key")
    client = ssl.create_default_context(cafile=folder / "ca.crt")
    ours, theirs = socket.socketpair()
    answering = threading.Thread(target=_answer, args=(server, theirs))
    answering.start()
    try:
        with client.wrap_socket(ours, server_hostname=name):
            return None
    except ssl.SSLCertVerificationError as error:
        return str(error)
    finally:
        ours.close()
        answering.join()


def _answer(context: ssl.SSLContext, connection: socket.socket) -> None:
    try:
        context.wrap_socket(connection, server_side=True).close()
    except (ssl.SSLError, OSError):  # The client went away, which is what is tested.
        connection.close()
