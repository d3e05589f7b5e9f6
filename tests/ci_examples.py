#!/usr/bin/env python3
"""Runs the shell lines of examples/ci as a runner would, on a good, a bad and an unreadable sample.

    tests/ci_examples.py build/dev/matter-attest
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent


def indent(line):
    return len(line) - len(line.lstrip(" "))


def variables(lines):
    """The values of EVIDENCE and OPTIONS, without their comments."""
    out = {}
    for line in lines:
        name, colon, value = line.strip().partition(": ")
        if colon and name in ("EVIDENCE", "OPTIONS"):
            out[name] = value.split(" #")[0].strip()
    return out


def github_steps(lines):
    """What stands under each `run:`: a block, or the rest of the line."""
    out = []
    for i, line in enumerate(lines):
        if not line.strip().startswith("run:"):
            continue
        rest = line.strip()[4:].strip()
        if rest != "|":
            out.append(rest)
            continue
        block = [l for l in takewhile_deeper(lines[i + 1:], indent(line))]
        out.append("\n".join(l[indent(block[0]):] for l in block))
    return out


def gitlab_script(lines):
    """The lines of the script list, one shell as GitLab runs them."""
    start = next(i for i, l in enumerate(lines) if l.strip() == "script:")
    block = takewhile_deeper(lines[start + 1:], indent(lines[start]))
    return ["\n".join(l.strip()[2:] for l in block if l.strip().startswith("- "))]


def takewhile_deeper(lines, depth):
    out = []
    for line in lines:
        if line.strip() and indent(line) <= depth:
            break
        out.append(line)
    while out and not out[-1].strip():
        out.pop()
    return out


def run(scripts, folder, environment):
    """Each step in a shell that stops at the first failure; what a step says on GITHUB_OUTPUT reaches the next one."""
    for script in scripts:
        done = subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=60)
        said = pathlib.Path(folder, "output").read_text() if pathlib.Path(folder, "output").exists() else ""
        environment = {**environment, **({"CODE": said.split("code=")[1].split()[0]} if "code=" in said else {})}
        if done.returncode != 0:
            return done.returncode, done.stdout + done.stderr
    return 0, done.stdout


def main():
    tool = pathlib.Path(sys.argv[1]).resolve()
    # A good sample, one whose declaration is another vendor's, one of which a part is missing, and no evidence at all.
    samples = [("good", 0), ("cd-of-another-vendor", 1), ("dac-missing", 3), (None, 2)]
    failed = ran = 0
    for example, steps in (("github-actions.yml", github_steps), ("gitlab-ci.yml", gitlab_script)):
        lines = (ROOT / "examples/ci" / example).read_text().split("\n")
        given = variables(lines)
        assert given == {"EVIDENCE": "sample", "OPTIONS": "--network test"}, given
        for sample, code in samples:
            with tempfile.TemporaryDirectory() as folder:
                bin_folder = pathlib.Path(folder, "bin")
                bin_folder.mkdir()
                (bin_folder / "matter-attest").symlink_to(tool)
                evidence = pathlib.Path(folder, "sample")
                evidence.mkdir()
                options = given["OPTIONS"]
                if sample:
                    for part in ("dac.pem", "pai.pem", "cd.pem", "device.json"):
                        source = ROOT / "fixtures/devices" / sample / part
                        if source.exists():
                            shutil.copy(source, evidence)
                    words = (ROOT / "fixtures/devices" / sample / "options").read_text().split()
                    options = " ".join(str(ROOT / w) if w.startswith("fixtures/trust/") else w for w in words if not w.startswith("fixtures/devices/"))
                environment = {**os.environ, **given, "OPTIONS": options, "PATH": f"{bin_folder}:{os.environ['PATH']}",
                               "GITHUB_OUTPUT": f"{folder}/output", "GITHUB_STEP_SUMMARY": f"{folder}/summary"}
                got, said = run(steps(lines), folder, environment)
                problems = [] if got == code else [f"exit code {got}, expected {code}: {said[-500:]}"]
                reports = pathlib.Path(folder, "reports")
                if code != 2:
                    if not (reports / "attestation.html").read_text().startswith("<!DOCTYPE html>"):
                        problems.append("no page")
                    if steps is github_steps:
                        log = json.loads((reports / "attestation.sarif").read_text())
                        errors = [r for r in log["runs"][0]["results"] if r["level"] == "error"]
                        whole = "\n".join(lines)
                        if whole.index("upload-artifact@") > whole.index("upload-sarif@"):
                            problems.append("the reports are kept before what may fail")
                        if whole.count("if: always()") < 2:
                            problems.append("reports are uploaded always")
                        if bool(errors) != (code == 1):
                            problems.append("an error is in the SARIF log exactly when the sample is rejected")
                        if "```" not in pathlib.Path(folder, "summary").read_text():
                            problems.append("no summary")
                    junit = xml.etree.ElementTree.parse(reports / "attestation.xml")
                    if (junit.find(".//failure") is not None) != (code == 1):
                        problems.append("a failure is in the JUnit file exactly when the sample is rejected")
                    if (junit.find(".//error") is not None) != (code == 3):
                        problems.append("an error is in the JUnit file exactly when the sample is undecided")
                    if sum(l.count("matter-attest verify ") for l in lines) != 1:
                        problems.append("one run")
                ran += 1
                if problems:
                    failed += 1
                    print(f"{example}, {sample or 'no evidence'}: {'; '.join(problems)}")
    print(f"{ran - failed} passed, {failed} failed")
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
