#!/usr/bin/env python3
"""docs/report.png, the picture in README.md, is a screenshot by Chromium of the page that the program writes. Beside its pixels stands the digest
of what it shows; the test makes the page again and compares that, so that no browser is needed to see that a picture is out of date.

    tests/picture.py build/dev/matter-attest [--accept]
"""
import hashlib
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs/report.png"
KEYWORD = b"matter-attest page"
WIDTH, HEIGHT = 960, 1262


def page(tool):
    options = (ROOT / "fixtures/devices/dac-of-another-vendor/options").read_text().split()
    return subprocess.run([tool, "verify", "--format", "html", *options], cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout


def digest(html):
    """Of what the picture shows: the page down to its first table. How many checks there are is let pass: a new one is no news here."""
    shown, _, rest = html.partition("<h2>Vendor and product")
    if not rest:
        sys.exit("picture: the page has no table of vendor and product any more: see where the picture is to end")
    return hashlib.sha256(re.sub(r"<strong>\d+</strong>|<b>\d+</b>|\d+ (?=passed|do not apply)", "N", shown).encode()).hexdigest()


def chunks(png):
    at = 8
    while at + 12 <= len(png):
        (size,) = struct.unpack(">I", png[at:at + 4])
        yield png[at + 4:at + 8], png[at + 8:at + 8 + size]
        at += 12 + size


def accept(html):
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        print("picture: skipped, no Chromium is installed")
        return
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "page.html").write_text(html)
        shot = pathlib.Path(folder) / "page.png"
        subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={folder}/user",
                        f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={shot}", f"file://{folder}/page.html"], capture_output=True, timeout=120)
        png = shot.read_bytes()
    body = b"tEXt" + KEYWORD + b"\0" + digest(html).encode()
    note = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    PICTURE.write_bytes(png[:33] + note + png[33:])  # behind the header


def main():
    html = page(os.path.abspath(sys.argv[1]))
    found = dict(pair.split(b"\0", 1) for kind, pair in chunks(PICTURE.read_bytes()) if kind == b"tEXt") if PICTURE.exists() else {}
    if found.get(KEYWORD) == digest(html).encode():
        print("docs/report.png shows the page that the program writes")
    elif "--accept" in sys.argv:
        accept(html)
    else:
        sys.exit("docs/report.png shows another page; where Chromium is installed: tests/accept.sh")


if __name__ == "__main__":
    main()
