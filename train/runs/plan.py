"""All that a training run is made of; resuming needs nothing else."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path

from train.atomic_file import write_json
from train.datasets.dataset import Dataset, load_dataset
from train.errors import UsageError
from train.json_file import read_json
from train.network.architecture import Architecture
from train.runs.run_folder import RunFolder
from train.runs.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Source:
    """A data set's part in training.

    Attributes:
        dataset: where the pictures are.
        repeats: how often each picture is seen in an epoch.
        paste: whether its garments may be cut out and laid onto other backdrops.
    """

    dataset: Dataset
    repeats: int = 1
    paste: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A training run before its first step.

    Attributes:
        run: the folder to write.
        sources: data sets with their parts.
        architecture: the network.
        schedule: how long and how fast.
        init: what ``--init`` names, with its whole path; None is a start at random.
        command: the command line, for run.json.
        validation_limit: pictures of each set validated after each epoch.
        paste_share: how often a garment of a pasting source is laid onto another backdrop.
        mannequin_share: how often skin and hair are repainted as a mannequin, where they are
            known.
        kind_repeats: how often more a picture of a kind is seen; kinds not named, once.
        tensorboard: whether event files are written too.
        workers: processes that augment; 0 is a thread.
        limit: pictures of each data set that are trained on, and validated on; None for all.
    """

    run: RunFolder
    sources: list[Source]
    architecture: Architecture
    schedule: Schedule
    init: str | None
    command: str
    validation_limit: int
    paste_share: float
    mannequin_share: float = 0.0
    kind_repeats: dict[str, int] = field(default_factory=dict)
    tensorboard: bool = False
    workers: int = 0
    limit: int | None = None

    @property
    def datasets(self) -> list[Dataset]:
        """The data sets alone."""
        return [source.dataset for source in self.sources]

    def write(self) -> None:
        """Write plan.json. It names this machine's folders and stays in the run."""
        write_json(
            self.run.plan,
            {
                "sources": [
                    {
                        "path": str(source.dataset.path.resolve()),
                        "repeats": source.repeats,
                        "paste": source.paste,
                    }
                    for source in self.sources
                ],
                "architecture": asdict(self.architecture),
                "schedule": asdict(self.schedule),
                "init": self.init,
                "command": self.command,
                "validation_limit": self.validation_limit,
                "paste_share": self.paste_share,
                "mannequin_share": self.mannequin_share,
                "kind_repeats": self.kind_repeats,
                "tensorboard": self.tensorboard,
                "workers": self.workers,
                "limit": self.limit,
            },
        )


def read_plan(run: RunFolder) -> Plan:
    """Read plan.json back, to resume.

    Raises:
        UsageError: the folder is not a run that can be resumed, or a data set is gone.
    """
    if not run.plan.is_file():
        raise UsageError(f"{run.path} is not a run: there is nothing to resume")
    try:
        given = read_json(run.plan)
        rates = tuple(given["architecture"].pop("atrous_rates"))
        return Plan(
            run=run,
            sources=[
                Source(
                    load_dataset(Path(source["path"])).take(given.get("limit")),
                    source["repeats"],
                    source["paste"],
                )
                for source in given["sources"]
            ],
            architecture=Architecture(atrous_rates=rates, **given["architecture"]),
            schedule=Schedule(**given["schedule"]),
            init=given["init"],
            command=given["command"],
            validation_limit=given["validation_limit"],
            paste_share=given["paste_share"],
            mannequin_share=given.get("mannequin_share", 0.0),
            kind_repeats=given.get("kind_repeats", {}),
            tensorboard=given.get("tensorboard", False),
            workers=given.get("workers", 0),
            limit=given.get("limit"),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{run.plan} is damaged: train into a new folder") from error
