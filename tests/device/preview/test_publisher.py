"""Previews on their way to a screen."""

from __future__ import annotations

import asyncio
from contextlib import closing

import numpy as np

from device.page.display import Display
from device.preview.publisher import PreviewPublisher
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.settings.loading import load_config
from tests.support.small_cutouts import make_cutout


def test_the_newest_photo_is_there_for_who_looks_later() -> None:
    """A page that is opened after the last photo shows it, however fast the photos came."""
    config = load_config(None, {"camera": "0"})
    display, publisher = Display(), MqttPublisher(MqttLogin(config.broker, "r"))
    photos = [make_cutout(np.full((90, 96, 3), level, np.uint8)) for level in (0, 100, 200)]
    with closing(PreviewPublisher(publisher, "preview", config.preview, display)) as previews:
        for photo in photos:
            previews.publish_photo(photo)
        previews.wait()
    live = asyncio.run(display.wait_for_live(0, 0.0))
    assert live is not None
    assert live.captured_at == photos[-1].frame.seen_at
    display.close()
