"""The page's own files, read once: nothing that a browser writes becomes a path."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from starlette.responses import Response

_FOLDER = Path(__file__).parent / "web"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}


class WebFiles:
    """Holds them in memory."""

    def __init__(self) -> None:
        self._files = {
            path.name: (path.read_bytes(), _TYPES[path.suffix])
            for path in sorted(_FOLDER.iterdir())
            if path.suffix in _TYPES
        }
        self._tags = {
            name: f'"{hashlib.sha256(data).hexdigest()[:20]}"'
            for name, (data, _) in self._files.items()
        }

    def answer(self, name: str, headers: Mapping[str, str]) -> Response:
        """Return a file, or that the browser has it already.

        Args:
            name: as the browser wrote it.
            headers: of the request.
        """
        if name not in self._files:
            return Response("there is nothing here", 404, media_type="text/plain")
        # Asked each time, so that after an upgrade no browser mixes old files with new.
        known = {"etag": self._tags[name], "cache-control": "no-cache"}
        if headers.get("if-none-match") == self._tags[name]:
            return Response(status_code=304, headers=known)
        data, kind = self._files[name]
        return Response(data, headers={**known, "content-type": kind})
