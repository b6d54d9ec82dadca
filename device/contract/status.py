"""The state of a rig: the retained message under ``status``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from device.contract.message import Message, make_json_message
from device.version import VERSION

State = Literal["online", "stopped", "offline"]
FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class RigStatus:
    """What a rig reports about itself.

    Attributes:
        rig: its name.
        bundle_id: the model bundle in use.
        backend: what runs the model.
        camera: name of the camera for people; free of credentials.
        trigger: ``still``, ``every`` or ``command``.
        started_at: when the daemon started, as text.
        degraded: one sentence for each fault; empty when there is none.
        clock: ``unsure`` where the rig's times cannot be right, else ``ok``.
    """

    rig: str
    bundle_id: str
    backend: str
    camera: str
    trigger: str
    started_at: str
    degraded: tuple[str, ...] = ()
    clock: str = "ok"

    def message(self, topic: str, state: State) -> Message:
        """Return the retained message for a state (``schemas/status.json``)."""
        document = {
            "format_version": FORMAT_VERSION,
            "state": state,
            "rig": self.rig,
            "version": VERSION,
            "bundle_id": self.bundle_id,
            "backend": self.backend,
            "camera": self.camera,
            "trigger": self.trigger,
            "started_at": self.started_at,
            "clock": self.clock,
            "degraded": list(self.degraded),
        }
        return make_json_message(topic, document, qos=1, retain=True)
