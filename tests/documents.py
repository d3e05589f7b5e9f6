#!/usr/bin/env python3
"""What README.md and docs/*.md show is so: every command runs, every option and link is there.

    tests/documents.py build/dev/matter-attest build/dev/fixtures/ledger/fixture-ledger

Commands are the lines and the code words that begin with `matter-attest`; `tar` and `source` lines that go with them run too.
They run in the order in which a document shows them, in a folder with the files that documents may name (`world`), against
two ledgers on this machine. A verdict may be any; a usage error (2), an internal error (70) or a missing program is a fault.
SHOW=1 prints what each says.
"""
import base64
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted(p for p in (ROOT / "docs").glob("*.md") if p.name != "checks.md")]
STARTS = ("matter-attest ", "source <(matter-attest ", "tar xf ")
OF_A_CHECKOUT = "build/dev/matter-attest "
VERDICTS = {0, 1, 3}


def der(path):
    body = re.search(r"-----BEGIN [^-]+-----(.*?)-----END", path.read_text(), re.S).group(1)
    return base64.b64decode(body)


def ota_image():
    """A Matter OTA image: magic, sizes, the header's TLV, a payload that its digest fits."""
    import hashlib
    payload = b"\x5a" * 64

    def number(tag, octets, value):
        return struct.pack("<BB", 0x24 + {1: 0, 2: 1, 4: 2, 8: 3}[octets], tag) + value.to_bytes(octets, "little")
    tlv = b"\x15" + number(0, 2, 0xFFF1) + number(1, 2, 0x8000) + number(2, 4, 1) + b"\x2c\x03\x031.0" + number(4, 8, len(payload))
    tlv += number(8, 1, 1) + b"\x30\x09\x20" + hashlib.sha256(payload).digest() + b"\x18"
    return struct.pack("<IQI", 0x1BEEF11E, 16 + len(tlv) + len(payload), len(tlv)) + tlv + payload


def world(folder):
    """The files that documents may name."""
    good = ROOT / "fixtures/devices/good"
    for name in ("dac.pem", "pai.pem", "cd.pem", "device.json"):
        shutil.copy(good / name, folder)
        for device in ("sample", "dumps/0001", "dumps/0002", "unit-1", "unit-2"):
            (folder / device).mkdir(parents=True, exist_ok=True)
            shutil.copy(good / name, folder / device)
    shutil.copy(ROOT / "fixtures/trust/paa-fff1.pem", folder / "paa.pem")
    shutil.copy(ROOT / "fixtures/trust/cd-signer.pem", folder / "signer.pem")
    shutil.copytree(ROOT / "man", folder / "man")
    (folder / "dump.bin").write_bytes(b"\xff" * 512 + der(good / "dac.pem") + b"\xff" * 512 + der(good / "pai.pem"))
    (folder / "update.ota").write_bytes(ota_image())
    (folder / "order.json").write_text('{"vendor_id": "0xFFF1", "product_id": "0x8000"}')
    (folder / "status.txt").write_text("Debug lock : Enabled\nDevice erase : Disabled\nSecure debug unlock : Enabled\nSecure boot : Enabled\n")
    (folder / "set.json").write_text(json.dumps([{"type": "revocation_set", "issuer_subject_key_id": "00" * 20, "issuer_name": "MAA=",
                                                  "revoked_serial_numbers": [], "crl_signer_cert": base64.b64encode(der(good / "pai.pem")).decode()}]))
    (folder / "cpms.json").write_text('{"matter":{"instance_info":{"vendor_id":65521,"product_id":"0x8000"}}}')
    (folder / "order.csv").write_text("SN,discriminator\nS-1,3840\n")
    waivers = (ROOT / "docs/waivers.md").read_text()  # the example itself
    (folder / "waivers.json").write_text(re.search(r'^    (\{ "waivers".*)$', waivers, re.M).group(1))
    record = {key: base64.b64encode(der(good / f"{key}.pem")).decode() for key in ("dac", "pai", "cd")}
    lines = [json.dumps({"id": str(i), "serial_number": f"S-{i}", **record}) + "\n" for i in range(2)]
    (folder / "devices.ndjson").write_text("".join(lines))
    for i, line in enumerate(lines):
        (folder / f"part-{i + 1}.ndjson").write_text(line)
    quiet = {"check": True, "cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out cert.pem -subj /CN=QA -days 2".split(), **quiet)
    (folder / "users.htpasswd").write_text("ada:$2y$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e\n")  # of a test
    for made, lab in (("cert.pem", "lab.pem"), ("key.pem", "lab.key")):
        shutil.copy(folder / made, folder / lab)
    subprocess.run("openssl pkcs12 -export -nokeys -in dac.pem -out device.p12 -passout pass:0000".split(), **quiet)


def commands(text):
    """In their order: indented lines, and code words in a text."""
    fence = False
    for line in text.splitlines():
        if line.startswith("```"):
            fence = not fence
        elif not fence and line.startswith("    "):
            if line.strip().startswith(STARTS):
                yield line.strip().split("   #")[0].rstrip()
        elif not fence:
            for word in re.findall(r"`([^`]+)`", line):
                word = word.replace("\\|", "|").removesuffix(" | source")  # of fish
                if word.startswith(STARTS):
                    yield word


def tasks(readme, folder, tool):
    """The README's tasks as they stand, where there is what a checkout has after `make demo`."""
    (folder / "build/dev").mkdir(parents=True)
    (folder / "build/dev/matter-attest").symlink_to(tool)
    (folder / "fixtures").symlink_to(ROOT / "fixtures")
    ran, wrong = 0, []
    for line in readme.splitlines():
        if line.startswith("    " + OF_A_CHECKOUT):
            ran += 1
            got = subprocess.run(["bash", "-c", line.strip()], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
            faulty = "dac-of-another-vendor" in line
            if got.returncode != (1 if faulty else 0):
                wrong.append(f"README.md: {line.strip()}: exit code {got.returncode}: {(got.stderr or got.stdout)[:300]}")
    if not (folder / "build/report.html").exists():
        wrong.append("README.md: build/report.html was not written")
    return wrong if ran == 5 else [*wrong, f"README.md: {ran} tasks that can be copied, not 5"]


def served(command, folder, env):
    """The server begins, says where it listens, and ends when it is told to: on a port of this machine that is free."""
    words = command.split() if "--listen" in command else [*command.split(), "--listen", "127.0.0.1:0"]
    words = [re.sub(r":8480$", ":0", word) for word in words]
    process = subprocess.Popen(words, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    first = process.stderr.readline()
    process.terminate()
    out, err = process.communicate(timeout=60)
    code = process.returncode if "listening on" in first else process.returncode or 70
    return subprocess.CompletedProcess(words, code, out, first + err)


def main():
    tool, server = (str(pathlib.Path(p).resolve()) for p in sys.argv[1:3])
    wrong, ran = [], 0
    top = pathlib.Path(tempfile.mkdtemp())
    (top / "bin").mkdir()
    (top / "bin/matter-attest").symlink_to(tool)
    env = {**os.environ, "MATTER_ATTEST_CACHE": str(top / "cache"), "PATH": f"{top / 'bin'}:{os.environ['PATH']}"}
    ledgers = []
    try:
        for network, chain in (("main", "main-net"), ("test", "testnet-2.0")):
            ledgers.append(subprocess.Popen([server, "--facts", str(ROOT / "fixtures/ledger/demo"), "--chain-id", chain], stdout=subprocess.PIPE, text=True))
            url = ledgers[-1].stdout.readline().strip()
            subprocess.run([tool, "dcl", "sync", "-q", "--network", network, "--from", url], env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        manual = re.sub(r"\\&|\\", "", (ROOT / "man/matter-attest.1").read_text())
        for document in DOCUMENTS:
            name, text = document.relative_to(ROOT), document.read_text()
            folder = top / document.stem
            folder.mkdir()
            world(folder)
            subprocess.run(["matter-attest", "dcl", "export", "facts.json"], cwd=folder, env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for command in commands(text):
                ran += 1
                if "…" in command or re.search(r"(?<= )(VID|PID|SV|ID|FILE|DIR|DEVICES)\b", command):
                    wrong.append(f"{name}: {command}: expected a command that can be run as it stands")
                    continue
                got = served(command, folder, env) if command.startswith("matter-attest serve") else subprocess.run(["bash", "-c", command], cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
                if os.environ.get("SHOW"):
                    print(f"{name}: {command}: {got.returncode}\n{got.stdout[:300]}{got.stderr[:300]}")
                own = VERDICTS if " dcl audit " in command else {0, 4} if " dcl watch " in command else {0}
                if got.returncode not in (own if " dcl " in command else VERDICTS):
                    wrong.append(f"{name}: {command}: exit code {got.returncode}: {(got.stderr or got.stdout).strip()[:300]}")
            for option in set(re.findall(r"`(--[a-z][a-z-]+)[^`]*`", text)):  # those in commands were tried
                if option not in manual:
                    wrong.append(f"{name}: {option}: no option of matter-attest")
        wrong += tasks((ROOT / "README.md").read_text(), top / "checkout", tool)
        for document in [*DOCUMENTS, ROOT / "CONTRIBUTING.md", ROOT / "examples/README.md"]:
            for link in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text()):
                if not (document.parent / link).exists():
                    wrong.append(f"{document.relative_to(ROOT)}: {link}: no such file")
    finally:
        for ledger in ledgers:
            ledger.terminate()
            ledger.wait()
        shutil.rmtree(top)
    if ran < 60:
        wrong.append(f"only {ran} commands were found")
    print("\n".join(wrong) if wrong else f"{len(DOCUMENTS)} documents, {ran} commands run")
    return 1 if wrong else 0



if __name__ == "__main__":
    sys.exit(main())
