"""The commands that a stage may name, and what the runner must know of each."""

from __future__ import annotations

from dataclasses import dataclass

_PICTURES = ("numpy", "opencv-python-headless", "pillow")
_TRAINING = (*_PICTURES, "tensorflow", "keras")
_RIG = (*_PICTURES, "ai-edge-litert")


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the project as a stage.

    Attributes:
        words: after ``python -m``.
        output: where the output stands on its command line: ``first`` or ``last`` of the
            arguments, or an option such as ``-o``.
        file: name of the file in the output folder, for commands that write one file.
        resumes: whether it goes on with a folder that was left unfinished.
        libraries: packages whose versions may change its result.
        neutral: options that change how fast it is and not what comes out.
        listed: options that take several values at once; others are repeated for each.
        seeded: whether ``--seed`` is the recipe's where the stage names none.
        count: option with the number of pictures to make, which a limit lowers.
    """

    words: tuple[str, ...]
    output: str
    file: str = ""
    resumes: bool = False
    libraries: tuple[str, ...] = _PICTURES
    neutral: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    seeded: bool = False
    count: str = ""

    @property
    def name(self) -> str:
        """What a recipe calls it."""
        return " ".join(self.words)


COMMANDS = {
    command.name: command
    for command in (
        *(
            Command(("train", "import", kind), "last", libraries=(*_PICTURES, "scipy"))
            for kind in ("ccp", "pairs", "coco", "voc", "labelme")
        ),
        Command(
            ("train", "studio"),
            "first",
            resumes=True,
            libraries=("numpy", "bpy"),
            neutral=("threads",),
            count="scenes",
        ),
        Command(
            ("train", "fit"),
            "first",
            resumes=True,
            libraries=_TRAINING,
            neutral=("workers",),
            listed=("atrous-rates",),
            seeded=True,
        ),
        Command(
            ("train", "pseudolabel"),
            "first",
            resumes=True,
            libraries=_TRAINING,
            neutral=("workers",),
            listed=("scales",),
        ),
        Command(("train", "average"), "-o", libraries=_TRAINING),
        Command(("train", "resize"), "-o", libraries=_TRAINING),
        Command(("train", "spoil"), "last"),
        Command(("train", "verdict"), "-o"),
        Command(("train", "evaluate"), "-o", file="figures.json", libraries=_TRAINING),
        Command(("train", "report"), "-o", file="report.html", libraries=_TRAINING),
        Command(("convert",), "-o", libraries=_TRAINING),
        Command(("device.cutout",), "-o", libraries=_RIG, neutral=("threads",)),
    )
}
