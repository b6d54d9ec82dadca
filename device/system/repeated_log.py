"""Log lines that somebody outside can cause as often as they please."""

from __future__ import annotations

import logging
import threading
import time

# Often enough for whoever reads along, and no flood on a memory card.
_EVERY_S = 60.0
_MOST_SENTENCES = 64


class RepeatedLog:
    """Writes each sentence once a minute at the most; for any thread."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._written_s: dict[str, float] = {}

    def warning(self, sentence: str) -> None:
        """Write a warning, unless it was written within the last minute."""
        now_s = time.monotonic()
        with self._lock:
            written_s = self._written_s.pop(sentence, None)
            is_due = written_s is None or now_s - written_s >= _EVERY_S
            if len(self._written_s) >= _MOST_SENTENCES:
                # Of many different ones, as of ten thousand names, a few show what goes on.
                oldest = next(iter(self._written_s))
                if now_s - self._written_s[oldest] < _EVERY_S and written_s is None:
                    return
                del self._written_s[oldest]
            self._written_s[sentence] = now_s if is_due or written_s is None else written_s
        if is_due:
            self._log.warning("%s", sentence)
