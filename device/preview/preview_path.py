"""What happens to a frame of a stream, whether it becomes a shot or not."""

from __future__ import annotations

from collections.abc import Callable

from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from device.pipeline.cutout import Cutout
from device.pipeline.pipeline import Pipeline
from device.pipeline.quick_mask import QuickMask
from device.pipeline.scene_watch import SceneWatch
from device.pipeline.still_scene import StillScene
from device.plate.bare_plate import BarePlate
from device.preview.caption import Caption
from device.preview.publisher import PreviewPublisher
from device.preview.scheduler import PreviewScheduler
from device.settings.preview import PreviewSettings
from device.shots.shot import Shot
from device.verdict.people_watch import PeopleWatch


class PreviewPath:
    """Leads each frame to its scene, to the model, to the bare plate, and to the publisher.

    What it learns of a scene at rest, a shot of that scene uses. Belongs to the shooting thread.

    Attributes:
        garment_share: share of the frame that the latest preview found to be garment, 0 to 1; None
            before the first.
        newest: the latest preview; None before the first.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        plate: BarePlate,
        publisher: PreviewPublisher,
        settings: PreviewSettings,
        *,
        motion_share: float,
        open_spare: Callable[[], Pipeline] | None = None,
        people: PeopleWatch | None = None,
    ) -> None:
        """Start without any frame.

        Args:
            pipeline: finds the garment; the caller's own while `finish` has nothing to wait for.
            plate: learns from previews without garment, and is compared with the others.
            publisher: draws and publishes previews; closed with this path.
            settings: how often previews are made, and of what size.
            motion_share: share of the picture that must differ to count as movement.
            open_spare: see `PreviewScheduler`.
            people: measures previews; None to look for nobody.
        """
        self._plate = plate
        self._people = people
        self._publisher = publisher
        self._settings = settings
        self._watch = SceneWatch(motion_share)
        self._scheduler = PreviewScheduler(pipeline, self._watch, settings, open_spare)
        self._due_s = float("-inf")  # of the next preview, on the camera's clock
        self.garment_share: float | None = None
        self.newest: QuickMask | None = None

    @property
    def scene(self) -> StillScene:
        """The scene that the latest frame belongs to."""
        return self._watch.scene

    @property
    def person_share(self) -> float | None:
        """Share of the frame that the present scene's previews found to be skin and hair."""
        return self._watch.scene.person_share

    def show(
        self, frame: Frame, thumbnail: UInt8Array, *, serves_shot: bool = True
    ) -> list[QuickMask]:
        """Make a preview of a frame where one is due, or use the time to prepare a shot.

        Args:
            frame: the picture.
            thumbnail: of the frame, see `device.imaging.thumbnail.thumbnail`.
            serves_shot: whether a shot would be of such a frame; else nothing is prepared.

        Returns:
            The previews that were published since the last call, oldest first: of this frame, or of
            others before it.
        """
        self._watch.observe(thumbnail)
        due = frame.monotonic_s >= self._due_s
        if due:
            self._due_s = frame.monotonic_s + 1 / self._settings.max_per_s
        return self._publish(self._scheduler.take(frame, due=due, serves_shot=serves_shot))

    def finish(self) -> list[QuickMask]:
        """Wait for what is under way; the pipeline is the caller's afterwards.

        Returns:
            As `show`.
        """
        return self._publish(self._scheduler.collect(wait=True))

    def show_photo(self, cutout: Cutout) -> None:
        """Publish the cutout of a photo, which had no preview of its own."""
        self._publisher.publish_photo(cutout)

    def show_shot(self, shot: Shot) -> None:
        """Show a shot on the screen, if there is one."""
        if self._publisher.screen is not None:
            self._publisher.screen.show_shot(shot)

    def write(self, caption: Caption) -> None:
        """Write a caption into the previews from now on."""
        self._publisher.caption = caption

    def close(self) -> None:
        """End all threads. Safe to call twice."""
        self._scheduler.close()
        self._publisher.close()

    def _publish(self, masks: list[QuickMask]) -> list[QuickMask]:
        for mask in masks:
            self.newest, self.garment_share = mask, mask.garment_share
            self._plate.learn(mask, self._watch.scene)
            if self._people is not None:
                self._people.measure(mask, self._watch.scene)
            shown = self._plate.clear_preview(mask, self._watch.scene)
            self._publisher.publish(shown.cutout)
        return masks
