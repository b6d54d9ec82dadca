"""Previews on their way out: drawn and published beside the work."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from device.contract.message import Message
from device.pipeline.cutout import Cutout
from device.preview.caption import Caption
from device.preview.drawing import encode_preview
from device.preview.screen import Screen
from device.publishers.publisher import Publisher
from device.settings.preview import PreviewSettings

_LOG = logging.getLogger(__name__)


class PreviewPublisher:
    """Draws one preview at a time, in a thread of its own that `close` ends.

    Belongs to the shooting thread, which never waits for it: a preview that comes while the last
    one is drawn, or while there is no broker and nobody at the screen, is dropped. Of photos the
    newest is always drawn for the screen: none comes after it that whoever opens it would see.

    Attributes:
        caption: what is written into the next preview.
        screen: shows previews too; None where there is none.
    """

    def __init__(
        self,
        publisher: Publisher,
        topic: str,
        settings: PreviewSettings,
        screen: Screen | None = None,
    ) -> None:
        """Start the thread.

        Args:
            publisher: the connection to the broker.
            topic: where previews are published.
            settings: size and JPEG quality.
            screen: shows previews without a broker, and may have none drawn for it.
        """
        self.caption = Caption()
        self.screen = screen
        self._publisher = publisher
        self._topic = topic
        self._settings = settings
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="preview")
        self._drawing: Future[None] | None = None
        self._photos: deque[Cutout] = deque(maxlen=1)

    def publish(self, make_cutout: Callable[[], Cutout]) -> None:
        """Draw a preview and publish it, unless it is to be dropped.

        Args:
            make_cutout: called in the drawing thread.
        """
        drawing = self._drawing is not None and not self._drawing.done()
        if not drawing and (self._publisher.connected or self._is_watched):
            self._drawing = self._thread.submit(self._draw, make_cutout, self.caption)

    def publish_photo(self, cutout: Cutout) -> None:
        """Draw a photo's cutout and publish it; one that still waits gives way to it.

        Args:
            cutout: frame and mask of the photo.
        """
        if self.screen is None:
            self.publish(lambda: cutout)
            return
        self._photos.append(cutout)
        self._drawing = self._thread.submit(self._draw_photo, self.caption)

    @property
    def _is_watched(self) -> bool:
        return self.screen is not None and self.screen.is_watched

    def wait(self) -> None:
        """Wait for the preview that is being drawn, if one is."""
        if self._drawing is not None:
            self._drawing.result()

    def close(self) -> None:
        """Finish the preview that is being drawn and end the thread. Safe to call twice."""
        self._thread.shutdown()

    def _draw_photo(self, caption: Caption) -> None:
        if self._photos:  # Else it gave way to one that has been drawn.
            self._draw(self._photos.pop, caption, for_all=True)

    def _draw(
        self, make_cutout: Callable[[], Cutout], caption: Caption, *, for_all: bool = False
    ) -> None:
        settings = self._settings
        try:
            cutout = make_cutout()
            if self.screen is not None and (for_all or self.screen.is_watched):
                self.screen.show_preview(cutout)
            if not self._publisher.connected:
                return
            picture = encode_preview(
                cutout,
                longest_px=settings.longest_px,
                quality=settings.quality,
                caption=caption,
            )
            message = Message(self._topic, picture, 0, content_type="image/jpeg")
            self._publisher.publish(message, 0)
        except Exception:  # noqa: BLE001 - nobody else would hear of it in this thread
            _LOG.exception("a preview was not sent")
