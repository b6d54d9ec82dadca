"""Takes the documents' pictures of the operator's page, on the demo clip, in Chromium."""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from tests.support.browsers import Browser
from tests.support.mosquitto import free_port
from tests.support.programs import ROOT, Program

_CLIP = ROOT / "device" / "demo" / "clip.mp4"
_SIZE_PX = (1180, 820)
# A photograph in a screenshot: a palette of its own is a third of the bytes.
_COLOURS = 200


def main() -> int:
    """Start a rig, have it shoot a few garments, and write ``docs/page.png``."""
    with tempfile.TemporaryDirectory(prefix="selvedge-pictures-") as folder:
        film = Path(folder, "long.mp4")
        repeat = ["ffmpeg", "-v", "error", "-stream_loop", "20", "-i", str(_CLIP), "-c", "copy"]
        subprocess.run([*repeat, str(film)], check=True)
        port = free_port()
        rig = Program(
            *("device.run", "--camera", str(film), "--rig", "studio-1", "--page", str(port)),
            *("--broker", f"embedded:{free_port()}", "--state-dir", f"{folder}/state"),
        )
        try:
            rig.wait_for("the operator's page is open at")
            with Browser("chromium") as browser:
                browser.resize(*_SIZE_PX)
                browser.open(f"http://127.0.0.1:{port}/")
                browser.type(*"4711", "\ue007")
                browser.wait_for("document.querySelectorAll('#strip li').length >= 6")
                browser.wait_for("!document.querySelector('#verdict').hidden")
                browser.wait_for(
                    "document.querySelector('#waits').dataset.state.includes('change')"
                )
                # The camera is a file here, and its path says nothing to a reader.
                browser.run("document.querySelector('#camera').textContent = '/dev/video0'")
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
