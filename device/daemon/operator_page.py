"""The operator's page as a part of the rig: built where it is wanted, and never imported else."""

from __future__ import annotations

import logging
import sys
from contextlib import ExitStack
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from device.commands.commands import Commands
from device.daemon.page_shots import read_picture, show_shots
from device.settings.config import Config
from device.system.log_format import journal_reads

if TYPE_CHECKING:
    from device.page.server import PageServer
    from device.preview.screen import Screen

_LOG = logging.getLogger(__name__)
# The page shows no more shots.
_MOST_CORRECTABLE = 48


def open_page(
    config: Config, commands: Commands, camera: str, bundle_id: str, stack: ExitStack
) -> tuple[Screen | None, PageServer | None]:
    """Serve the page where it is wanted: by ``auto`` where a person reads the log as it comes.

    Args:
        config: says where.
        commands: take in what the page asks of the rig.
        camera: its name, for people.
        bundle_id: of the model.
        stack: closes what is opened.

    Returns:
        What shows the rig's doings, and what serves it; None and None without a page.

    Raises:
        UsageError: the page was asked for and cannot be served.
    """
    switch = config.page.switch
    by_hand = sys.stderr.isatty() and not journal_reads(sys.stderr.fileno())
    if switch == "off" or (switch == "auto" and not by_hand):
        return None, None
    # Late: a rig without a page pays for none of it.
    from device.page.server import PageServer, find_missing  # noqa: PLC0415 - see above

    if find_missing(must=switch == "on"):
        return None, None
    from device.page.display import Display  # noqa: PLC0415 - see above
    from device.page.listener import PortsTakenError  # noqa: PLC0415 - see above

    shot_list = commands.shot_list

    @lru_cache(maxsize=1)
    def describe_list(_: int) -> dict[str, Any]:
        return shot_list.describe(config.rig)

    def read_more() -> dict[str, Any]:
        tag = commands.selection.tag
        return {
            "rig": config.rig,
            "camera": camera,
            "bundle": bundle_id,
            "trigger": config.trigger,
            # A photographer's own camera: the rig cannot release it.
            "by_hand": config.camera.kind in {"folder", "photos"},
            "selected": {"sku": tag.sku, "view": tag.view},
            "correctable": list(commands.frames.shot_ids[-_MOST_CORRECTABLE:]),
            # Asked often, and it goes through all of a long list.
            "list": describe_list(shot_list.changes) if len(shot_list) else None,
        }

    display = Display(read_more, partial(read_picture, commands))
    try:
        server = PageServer(config, display, commands.ask)
    except PortsTakenError as error:
        display.close()
        if switch == "on":
            raise
        _LOG.warning("the rig goes on without the operator's page: %s", error)
        return None, None
    show_shots(commands, display)
    stack.callback(server.close)
    return display, server
