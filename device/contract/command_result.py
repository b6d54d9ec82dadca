"""Answers to commands that take no shot (``schemas/command-result.json``)."""

from __future__ import annotations

from typing import Any, Literal

FORMAT_VERSION = 1

Code = Literal["accepted", "invalid", "busy", "refused"]


def format_command_result(
    request_id: str | None, code: Code, *, error: str | None = None, **fields: object
) -> dict[str, Any]:
    """Return the answer to a command.

    Args:
        request_id: of the command; None where it carried none that could be read.
        code: what became of it.
        error: one sentence where it was not accepted.
        fields: what the command has to say beside that.
    """
    document = {"format_version": FORMAT_VERSION, "request_id": request_id, "code": code, **fields}
    if error is not None:
        document["error"] = error
    return document
