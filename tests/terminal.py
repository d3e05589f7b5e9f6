#!/usr/bin/env python3
"""What a terminal shows: 80 columns are never exceeded, the verdict and its sentence stand below a report that is longer than the
screen, wider terminals are used.

    tests/terminal.py build/dev/matter-attest
"""
import fcntl
import json
import os
import pathlib
import pty
import re
import struct
import sys
import tempfile
import termios

ROOT = pathlib.Path(__file__).resolve().parent.parent


def shown(rows, columns, words):
    """What the program writes on a terminal of this size, without colours."""
    pid, fd = pty.fork()
    if pid == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.chdir(ROOT)
        os.execv(words[0], words)
    out = b""
    while True:
        try:
            piece = os.read(fd, 1 << 16)
        except OSError:
            break
        if not piece:
            break
        out += piece
    os.waitpid(pid, 0)
    return re.sub(r"\x1b\[[0-9;]*m", "", out.decode()).replace("\r", "").rstrip("\n").split("\n")


def main():
    try:
        for descriptor in pty.openpty():
            os.close(descriptor)
    except OSError as failure:
        print(f"skipped: no terminal to be had: {failure}")
        sys.exit(77)
    tool = os.path.abspath(sys.argv[1])
    failed = ran = 0

    def check(what, holds):
        nonlocal failed, ran
        ran += 1
        if not holds:
            failed += 1
            print(f"failed: {what}")

    with tempfile.TemporaryDirectory() as folder:
        device = json.loads((ROOT / "fixtures/devices/good/device.json").read_text())
        device.update(vendor_name="Acme Lighting Manufacturing Company", product_name="LumaBulb A19 with extended colours", serial_number="0f54" * 8)
        pathlib.Path(folder, "long.json").write_text(json.dumps(device))
        good = (ROOT / "fixtures/devices/good/options").read_text().split()[:-1] + [folder + "/long.json"]
        bad = (ROOT / "fixtures/devices/dac-of-another-vendor/options").read_text().split()
        trust = "--network none --at 2026-06-01T00:00:00Z --trust-paa fixtures/trust --trust-cd-signer fixtures/trust".split()
        runs = {"a long name": ["verify", *good], "a fault": ["verify", *bad], "all checks": ["verify", "--all", *bad], "a lot": ["lot", "-q", "--format", "text", *trust, "fixtures/devices"],
                "inspect": ["inspect", "fixtures/devices/good", folder], "inspect --all": ["inspect", "--all", "fixtures/devices/good"]}
        runs |= {
            " ".join(words): words
            for words in (line.split() for line in (
                "checks", "checks cd", "checks cd dac.is-valid-now lot", "checks dac.is-valid-now", "version", "--version", "formats", "plan", "plan TC-DA-1.2",
                "explain 604", "explain 301", "explain 0xAC", "explain TC-DA-1.2", "explain 1.3.6.1.4.1.37244.2.1", "explain 3497-011-2332",
                "payload parse 34970112332", "payload parse MT:Y.K9042C00KA0648G00", "help", "help verify", "dcl status"))
        }
        for what, words in runs.items():
            for columns in (80, 140):
                lines = shown(24, columns, [tool, *words])
                widest = max(lines, key=len)
                check(f"{what} at {columns} columns: {len(widest)}: {widest}", len(widest) <= columns)
        lines = shown(24, 80, [tool, "verify", *bad])
        end = " ".join(" ".join(lines[-3:]).split())
        check(f"the verdict last, with its sentence: {end}", end.startswith("REJECT Forgery dac-of-another-vendor 0xFFF1 / 0x8000 the DAC names vendor 0xFFF2"))
        check("and first", lines[0].startswith("REJECT  Forgery"))
        short = shown(500, 80, [tool, "verify", *bad])
        check("once in full where all of it is seen", sum("the DAC names vendor 0xFFF2" in line for line in short) == 2 and short[-1].startswith("REJECT"))
        check("never the SDK last", all("SDK says" not in line for line in lines[-3:]))
        check("what the letters mean, once", sum("Product Attestation Authority" in line for line in lines) == 1)
        wide = shown(24, 140, [tool, "verify", *good])
        check("a wide terminal shows a whole name", any("by CN=Forged CD Signer" in line for line in wide))
        check("a lot's verdict last", shown(24, 80, [tool, "lot", "-q", "--format", "text", *trust, "fixtures/devices"])[-2].startswith("REJECT  a lot of "))
    print(f"{ran - failed} passed, {failed} failed")
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
