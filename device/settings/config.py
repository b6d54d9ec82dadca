"""Every setting of the daemon, declared once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from device.bundle.shipped import default_bundle_path
from device.contract.names import suggest_name
from device.settings import rules
from device.settings.archive import ArchiveSettings
from device.settings.broker_address import BrokerAddress, parse_broker
from device.settings.camera import CameraSettings
from device.settings.camera_spec import CameraSpec
from device.settings.declaration import Flag, declare, declare_table
from device.settings.output import OutputSettings
from device.settings.page_address import PageAddress, parse_page
from device.settings.plate import PlateSettings
from device.settings.preview import PreviewSettings
from device.settings.still import StillSettings
from device.settings.verdict import VerdictSettings
from device.system.state_dir import default_state_dir


def _find_host_name() -> str:
    import socket  # noqa: PLC0415 - a tenth of what --help takes, which asks for no name.

    return suggest_name(socket.gethostname(), "rig")


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that can be set. A field's name is the key in the file.

    From each declaration come the rule, the flag with its help, the line that --check-config
    prints and the row of docs/settings.md.
    """

    camera: CameraSpec = declare(
        rules.camera(),
        "0, /dev/video0, /dev/v4l/by-id/…, picamera2:0, rtsp://…, http://…, a video file, demo,"
        " folder:DIR (each photo that comes into it, once and for all) or photos:DIR (those in it,"
        " then end)",
        flag=Flag("SPEC"),
    )
    broker: BrokerAddress = declare(
        rules.broker(),
        "mqtt[s]://[user@]host[:port], or embedded[:PORT] for one inside this process",
        make=lambda: parse_broker("embedded"),
        default_words="embedded",
        flag=Flag("ADDRESS", shows_default=True),
    )
    rig: str = declare(
        rules.name("rig"),
        "this rig's name in every topic",
        make=_find_host_name,
        default_words="the host's",
        flag=Flag("NAME", shows_default=True),
    )
    prefix: str = declare(
        rules.prefix(),
        "first levels of every topic",
        default="selvedge",
        flag=Flag("PREFIX", shows_default=True),
    )
    model: Path = declare(
        rules.path(),
        "model bundle",
        make=default_bundle_path,
        default_words="the one shipped",
        flag=Flag("BUNDLE", shows_default=True),
    )
    trust: Path | None = declare(
        rules.path(), "run only bundles signed with this key", default=None, flag=Flag("PUBKEY")
    )
    backend: str = declare(
        rules.choice("auto", "cpu", "edgetpu"), "what runs the model", default="auto", flag=Flag()
    )
    threads: int | None = declare(
        rules.threads(),
        "CPU threads for the model",
        default=None,
        default_words="all cores, up to four",
        flag=Flag("N"),
    )
    trigger: str = declare(
        rules.choice("still", "every", "command"),
        "shoot when the scene has settled (default; a photo in a folder always has), every"
        " frame, or only on request; requests over MQTT are answered under all three",
        default="still",
        flag=Flag(),
    )
    every_s: float = declare(
        rules.number(0, 86400),
        "least time between two shots of the trigger every; photos of a folder do not wait for it",
        default=0.0,
    )
    shot_list: Path | None = declare(
        rules.path(),
        "what is to be shot: a CSV with the columns sku, views, name and note; names the shots that"
        " nothing else names",
        default=None,
        flag=Flag("FILE"),
    )
    shots: int | None = declare(
        rules.whole(1, 10**9), "end after N shots", default=None, flag=Flag("N")
    )
    seconds: float | None = declare(
        rules.number(0.1, 10**9), "end after S seconds", default=None, flag=Flag("S")
    )
    state_dir: Path = declare(
        rules.path(),
        "where unsent shots are kept",
        make=default_state_dir,
        default_words="systemd's state directory, else the XDG one",
        flag=Flag("DIR"),
    )
    spool_max_mb: int = declare(
        rules.whole(1, 10**7),
        "shots are refused, loudly, when the spool would exceed this",
        default=4096,
    )
    spool_max_days: float = declare(
        rules.number(0.01, rules.FOREVER),
        "shots are refused, loudly, while one has waited longer; none is dropped",
        default=30.0,
    )
    deliver_unclaimed: bool = declare(
        rules.yes_or_no(),
        "count a shot as delivered though nobody has subscribed to it; otherwise it stays in the"
        " spool until somebody does (only a broker of MQTT 5 says so)",
        default=False,
        flag=Flag(),
    )
    password_file: Path | None = declare(
        rules.path(), "the broker's password, one line", default=None, flag=Flag("FILE")
    )
    camera_password_file: Path | None = declare(
        rules.path(),
        "the password of a network camera, one line, for the user in its address",
        default=None,
        flag=Flag("FILE"),
    )
    ca_file: Path | None = declare(
        rules.path(), "certificate authorities to trust for mqtts", default=None, flag=Flag("FILE")
    )
    cert_file: Path | None = declare(
        rules.path(), "this machine's certificate for mqtts", default=None, flag=Flag("FILE")
    )
    key_file: Path | None = declare(
        rules.path(), "the private key that belongs to it", default=None, flag=Flag("FILE")
    )
    page: PageAddress = declare(
        rules.page(),
        "serve the operator's page at [HOST:]PORT, or off; beyond this machine it asks for a token",
        make=lambda: parse_page("auto"),
        default_words="auto: 127.0.0.1:8765 where the log goes to a terminal, else off",
        flag=Flag("[HOST:]PORT", shows_default=True),
    )
    page_names: str = declare(
        rules.host_names(),
        "further names under which browsers reach the page, with commas between; addresses,"
        " localhost and the host's own name always work",
        default="",
    )
    page_cert_file: Path | None = declare(
        rules.path(), "the page's certificate: it is served over HTTPS", default=None
    )
    page_key_file: Path | None = declare(
        rules.path(), "the private key that belongs to it", default=None
    )
    page_plain_http: bool = declare(
        rules.yes_or_no(),
        "serve the page beyond this machine without a certificate, on a network that only the"
        " studio is in: whoever listens there can read its token",
        default=False,
    )
    broker_wait_s: float = declare(
        rules.number(0, rules.FOREVER),
        "wait so long for the broker at the start (default 5; inf: start without it)",
        default=5.0,
        flag=Flag("S"),
    )
    drain_s: float = declare(
        rules.number(0, 86400),
        "how long to wait for the last acknowledgements at the end",
        default=15.0,
    )
    metrics_port: int | None = declare(
        rules.whole(1, 65535),
        "serve figures for Prometheus on this port of this machine; needs the extra metrics",
        default=None,
    )
    camera_width_px: int | None = declare(
        rules.whole(16, 32768), "picture width to ask the camera for", default=None
    )
    camera_height_px: int | None = declare(
        rules.whole(16, 32768), "picture height to ask the camera for", default=None
    )
    camera_fps: float | None = declare(
        rules.number(0.1, 1000), "rate to ask the camera for", default=None
    )
    camera_format: str = declare(
        rules.choice("mjpeg", "yuyv"),
        "how a USB camera sends its pictures: mjpeg fits through USB 2 at any size, yuyv is not"
        " compressed",
        default="mjpeg",
    )
    file_names: str = declare(
        rules.name_pattern(),
        "what the names of a hot folder's files say: {sku}, {view} and {number} with text between;"
        " all but the first may be missing from a name; {sku:any} takes umlauts, spaces and all"
        " else, and spells them in A to Z; empty reads nothing",
        default="{sku}_{view}_{number}",
    )
    sku_codes: bool = declare(
        rules.yes_or_no(),
        "look for QR codes and barcodes in the picture; they say SKU or SKU/VIEW",
        default=False,
    )
    sku_codes_for: str = declare(
        rules.choice("garment", "session"),
        "what a code goes for: the one garment that is shot next, or all until another is shown",
        default="garment",
    )
    sku_codes_last_s: float = declare(
        rules.number(1, 86400),
        "how long a code goes for the shots after it, unless another is shown",
        default=900.0,
    )
    paced: bool = declare(
        rules.yes_or_no(),
        "play a video file at its own speed instead of as fast as it is read",
        default=True,
    )
    archive: ArchiveSettings = declare_table(
        ArchiveSettings,
        "Delivered shots that are kept, to be sent again on request. The oldest give way, also to"
        " new shots on a full disk.",
    )
    picamera2: CameraSettings = declare_table(CameraSettings, "Of a Pi camera.")
    still: StillSettings = declare_table(
        StillSettings, "When the trigger `still` takes a scene to be at rest."
    )
    shot_second_look: bool = declare(
        rules.yes_or_no(),
        "run the model again on the garment that it found, for a better mask",
        default=True,
    )
    shot_parts: bool = declare(
        rules.yes_or_no(), "run it on tiles of the garment too, for a better edge", default=True
    )
    preview: PreviewSettings = declare_table(PreviewSettings, "The live preview.")
    output: OutputSettings = declare_table(
        OutputSettings,
        "What becomes of a cutout before it is encoded. The flags are those of"
        " `python -m device.cutout`.",
    )
    plate: PlateSettings = declare_table(
        PlateSettings, "The bare plate: the picture of the set with nothing worn."
    )
    verdict: VerdictSettings = declare_table(
        VerdictSettings,
        "Where a measurement of a shot becomes a reason. Of two thresholds the first makes the"
        " shot `unsure`, the second a `retake`.",
    )
