"""Takes the documents' pictures of the operator's page, on the demo clip, in Chromium."""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image

from tests.support.browsers import Browser
from tests.support.mosquitto import free_port
from tests.support.programs import ROOT, Program

_LIST = "\n".join(
    [
        "sku,views,name",
        "4711,front,Tee",
        "4712,front,Pullover",
        "4713,front,Blazer",
        "4714,front,Skirt",
    ]
    + [f"{sku},front back,Dress {sku}" for sku in range(4715, 4723)]
)
_SIZE_PX = (1180, 820)
# A photograph in a screenshot: a palette of its own is a third of the bytes.
_COLOURS = 200


def main() -> int:
    """Start a rig, have it shoot a few garments, and write ``docs/page.png``."""
    with tempfile.TemporaryDirectory(prefix="selvedge-pictures-") as folder:
        shot_list = Path(folder, "autumn.csv")
        shot_list.write_text(_LIST, "utf-8")
        port = free_port()
        rig = Program(
            *("device.run", "--camera", "demo:again", "--rig", "studio-1", "--page", str(port)),
            *("--shot-list", str(shot_list)),
            *("--broker", f"embedded:{free_port()}", "--state-dir", f"{folder}/state"),
        )
        try:
            rig.wait_for("the operator's page is open at")
            with Browser("chromium") as browser:
                browser.resize(*_SIZE_PX)
                browser.open(f"http://127.0.0.1:{port}/")
                browser.wait_for("document.querySelectorAll('#strip li').length >= 4")
                browser.wait_for("!document.querySelector('#verdict').hidden")
                browser.wait_for(
                    "document.querySelector('#waits').dataset.state.includes('change')"
                )
                browser.run("document.querySelector('#toast').hidden = true")
                picture = Image.open(io.BytesIO(browser.take_picture())).convert("RGB")
        finally:
            rig.kill()
    target = ROOT / "docs" / "page.png"
    picture.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT).save(target, optimize=True)
    print(f"{target}  {target.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
