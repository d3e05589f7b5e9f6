#!/usr/bin/env python3
"""Prints an approved sample's page with Chromium, where it is installed: two pages of A4 and of Letter, and on the first the
verdict, the chain, the findings, the trust and the line to sign.

    tests/print.py build/dev/matter-attest
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def main():
    tool = os.path.abspath(sys.argv[1])
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        print("skipped: no Chromium is installed")
        sys.exit(77)
    failed = ran = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        options = (ROOT / "fixtures/devices/good/options").read_text().split()
        page = subprocess.run([tool, "verify", "--format", "html", *options], cwd=ROOT, capture_output=True, text=True).stdout
        for paper in ("A4", "Letter"):
            # A stylesheet of the test's own: what names the paper would be refused by the page's policy.
            html = re.sub(r"<meta http-equiv=[^>]*>", "", page).replace("</style>", f"@page {{ size: {paper}; margin: 12mm }}</style>")
            (folder / "page.html").write_text(html)
            pdf = folder / f"{paper}.pdf"
            subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={folder}/user",
                            f"--print-to-pdf={pdf}", f"file://{folder}/page.html"], capture_output=True, timeout=120)
            count = len(re.findall(rb"/Type\s*/Page[^s]", pdf.read_bytes()))
            ran += 1
            problems = [] if count == 2 else [f"{count} pages"]
            if shutil.which("pdftotext"):
                first = subprocess.run(["pdftotext", "-l", "1", pdf, "-"], capture_output=True, text=True).stdout
                problems += [f"no {words} on the first page" for words in ("approve", "The chain", "DAC", "credentials.no-test-vendor", "Trust:", "Signature") if words not in first]
            if problems:
                failed += 1
                print(f"{paper}: {'; '.join(problems)}")
    print(f"{ran - failed} passed, {failed} failed")
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
