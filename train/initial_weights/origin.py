"""The source of initial weights that ``--init`` names, and the reader for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from train.errors import UsageError
from train.initial_weights.weights import Weights

_IMAGENET = "imagenet"
_ARCHIVES = (".tar.gz", ".tgz", ".tar")


@dataclass(frozen=True, slots=True)
class Origin:
    """A source of initial weights that exists but has not been read.

    Attributes:
        kind: ``tflite``, ``frozen graph``, ``checkpoint``, ``keras`` or ``imagenet``.
        path: the file, the prefix of a checkpoint, or None to download ImageNet weights.
    """

    kind: str
    path: Path | None

    def __str__(self) -> str:
        """Return a value for ``--init`` that names the source from any working folder."""
        if self.path is None:
            return _IMAGENET
        prefix = f"{_IMAGENET}:" if self.kind == _IMAGENET else ""
        return f"{prefix}{self.path.resolve()}"

    def read(self, width_multiplier: float) -> Weights:
        """Read the weights.

        Args:
            width_multiplier: width of the network; ImageNet weights are published by width.

        Raises:
            UsageError: the weights cannot be read.
        """
        # Each reader imports heavy libraries.
        from train.initial_weights.frozen_graph import read_frozen_graph  # noqa: PLC0415
        from train.initial_weights.imagenet import download_imagenet, read_imagenet  # noqa: PLC0415
        from train.initial_weights.keras_file import read_keras  # noqa: PLC0415
        from train.initial_weights.slim_checkpoint import read_checkpoint  # noqa: PLC0415
        from train.initial_weights.tflite_file import read_tflite  # noqa: PLC0415

        if self.path is None:
            return download_imagenet(width_multiplier)
        readers = {
            "tflite": read_tflite,
            "frozen graph": read_frozen_graph,
            "checkpoint": read_checkpoint,
            "keras": read_keras,
            "imagenet": read_imagenet,
        }
        return readers[self.kind](self.path)


def find_origin(text: str) -> Origin | None:
    """Find the source that ``--init`` names; return None for random weights.

    Raises:
        UsageError: the file does not exist, or no reader knows its kind.
    """
    if text == "none":
        return None
    if not text:
        raise UsageError("--init names nothing: give a file, a checkpoint, imagenet or none")
    if text == _IMAGENET:
        return Origin(_IMAGENET, None)
    name, _, file = text.partition(":")
    if name == _IMAGENET:
        if not Path(file).is_file():
            raise UsageError(f"initial weights {file} do not exist: name a Keras .h5 file")
        return Origin(_IMAGENET, Path(file))
    return _find_file_origin(Path(text))


def _find_file_origin(path: Path) -> Origin:
    from train.initial_weights.slim_checkpoint import find_checkpoint_prefix  # noqa: PLC0415

    prefix = find_checkpoint_prefix(path)
    if prefix is not None:
        return Origin("checkpoint", prefix)
    if not path.is_file():
        raise UsageError(
            f"initial weights {path} do not exist: name a file, a checkpoint, imagenet or none"
        )
    if path.suffix == ".tflite":
        return Origin("tflite", path)
    if path.suffix == ".keras":
        return Origin("keras", path)
    if path.suffix == ".pb" or path.name.endswith(_ARCHIVES):
        return Origin("frozen graph", path)
    raise UsageError(
        f"initial weights {path} are of no known kind: give a .tflite, a .pb or the archive it "
        "came in, a TensorFlow checkpoint, a .keras, imagenet or none"
    )
