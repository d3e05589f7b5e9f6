#!/usr/bin/env python3
"""Reads every form of every fixture's report with readers that are not ours (Python's own, for JSON, XML and HTML):
the same verdict and the same failing ids in all of them, and each form shaped as its schema wants.

    tests/reports.py build/dev/matter-attest [LOT...]

The rules about shape restate what the SARIF 2.1.0 schema (OASIS) and the schema that Jenkins publishes for JUnit files say
about the parts we write. With SARIF_SCHEMA naming the real one, and the jsonschema module at hand, that is asked, too.
"""
import concurrent.futures
import html.parser
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

import schemas

ROOT = pathlib.Path(__file__).resolve().parent.parent
VERDICTS = {0: "approve", 1: "reject", 3: "undecided"}
STATUSES = {"pass", "fail", "warn", "skipped", "blocked", "unknown"}


class Wrong(Exception):
    pass


def must(holds, what):
    if not holds:
        raise Wrong(what)


# SARIF: object -> (required, optional); a list means an array of such objects.
SARIF = {
    "log": ({"version": str, "runs": ["run"]}, {"$schema": str}),
    "run": ({"tool": "tool"}, {"invocations": ["invocation"], "artifacts": ["artifact"], "results": ["result"], "columnKind": str, "properties": dict}),
    "tool": ({"driver": "driver"}, {}),
    "driver": ({"name": str}, {"version": str, "semanticVersion": str, "rules": ["rule"]}),
    "rule": ({"id": str}, {"shortDescription": "message", "fullDescription": "message", "help": "message", "defaultConfiguration": dict, "properties": dict}),
    "message": ({"text": str}, {"markdown": str}),
    "invocation": ({"executionSuccessful": bool}, {"exitCode": int, "exitCodeDescription": str, "toolExecutionNotifications": ["notification"]}),
    "notification": ({"message": "message"}, {"level": str, "associatedRule": dict}),
    "artifact": ({}, {"location": "place", "length": int, "roles": [str], "hashes": dict, "description": "message"}),
    "place": ({}, {"uri": str, "index": int}),
    "result": ({"message": "message"}, {"occurrenceCount": int, "ruleId": str, "ruleIndex": int, "level": str, "kind": str, "locations": ["location"], "suppressions": ["suppression"], "partialFingerprints": dict, "properties": dict}),
    "location": ({}, {"physicalLocation": "physical", "logicalLocations": ["logical"]}),
    "physical": ({"artifactLocation": "place"}, {"region": "region"}),
    "region": ({}, {"byteOffset": int, "startLine": int}),
    "logical": ({}, {"fullyQualifiedName": str, "kind": str}),
    "suppression": ({"kind": str}, {"status": str, "justification": str}),
}
SARIF_WORDS = {"level": {"none", "note", "warning", "error"}, "kind": {"fail", "informational", "external", "member", "device"}, "columnKind": {"utf16CodeUnits"}, "version": None}


def sarif_shape(value, kind, where="log"):
    if isinstance(kind, list):
        must(isinstance(value, list), f"sarif: {where} is no array")
        for i, each in enumerate(value):
            sarif_shape(each, kind[0], f"{where}[{i}]")
    elif isinstance(kind, str):
        required, optional = SARIF[kind]
        must(isinstance(value, dict), f"sarif: {where} is no object")
        for key in required:
            must(key in value, f"sarif: {where} has no {key}")
        for key, each in value.items():
            must(key in required or key in optional, f"sarif: {where} has {key}, which the schema does not know there")
            sarif_shape(each, required.get(key) or optional[key], f"{where}.{key}")
            if key in ("level", "kind", "columnKind"):
                must(each in SARIF_WORDS[key], f"sarif: {where}.{key} is {each}")
    else:
        must(isinstance(value, kind) and not (kind is int and isinstance(value, bool)), f"sarif: {where} is no {kind.__name__}")
    if isinstance(value, str) and where.endswith(".uri"):
        must(re.fullmatch(r"(?:[A-Za-z0-9\-._~/!$&'()*+,;=@:]|%[0-9A-F]{2})+", value), f"sarif: {where} is no URI reference: {value}")


def real_sarif_schema():
    path = os.environ.get("SARIF_SCHEMA")
    if not path:
        return None
    import jsonschema  # only when asked for
    schema = json.loads(pathlib.Path(path).read_text())
    return jsonschema.validators.validator_for(schema)(schema)


REAL = real_sarif_schema()


def read_sarif(text):
    log = json.loads(text)
    sarif_shape(log, "log")
    must(log["version"] == "2.1.0" and len(log["runs"]) == 1, "sarif: one run of version 2.1.0")
    if REAL is not None:
        for problem in REAL.iter_errors(log):
            raise Wrong(f"sarif: {list(problem.absolute_path)}: {problem.message[:200]}")
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    must(len({r["id"] for r in rules}) == len(rules), "sarif: rules are unique")
    for result in run["results"]:
        must(rules[result["ruleIndex"]]["id"] == result["ruleId"], "sarif: ruleIndex names another rule")
        # GitHub: a rule that is known, a message, a place; a region that has one shows at its line, counted from 1.
        must(result["message"]["text"] and (result["locations"] or not run.get("artifacts")), "sarif: a result has a message and a place")
        for location in result["locations"]:
            region = location.get("physicalLocation", {}).get("region")
            must("physicalLocation" not in location or region and region.get("startLine", 0) >= 1 and region.get("byteOffset", 0) >= 0, "sarif: a place has no line")
            place = location.get("physicalLocation", {}).get("artifactLocation", {})
            if "index" in place:
                must(run["artifacts"][place["index"]]["location"]["uri"] == place["uri"], "sarif: the artifact's index names another file")
    for artifact in run.get("artifacts", []):
        # Left out where the file may hold a secret.
        must("hashes" not in artifact or re.fullmatch("[0-9a-f]{64}", artifact["hashes"]["sha-256"]), "sarif: the artifact has its hash")
    failing = {r["ruleId"] for r in run["results"] if r["level"] == "error" and "suppressions" not in r}
    status = lambda r: r.get("properties", {}).get("status")
    warned = {r["ruleId"] for r in run["results"] if r["level"] == "warning" and "suppressions" not in r and status(r) in (None, "warn")}
    still_open = {r["ruleId"] for r in run["results"] if r["level"] == "warning" and status(r) not in (None, "warn", "pass")}
    must(run["properties"]["verdict"] == "undecided" or not still_open, "sarif: only what keeps a device undecided is a result of its own")
    must(run["properties"]["verdict"] != "undecided" or still_open or "devices" in run["properties"], "sarif: an undecided device has a result that says for what")
    return run["properties"]["verdict"], failing, warned


def read_junit(text):
    root = xml.etree.ElementTree.fromstring(text)
    must(root.tag == "testsuites" and not root.attrib, "junit: the root is testsuites")
    suites = []
    for suite in root:
        must(suite.tag == "testsuite", "junit: testsuites hold suites")
        must(set(suite.attrib) == {"name", "package", "id", "timestamp", "hostname", "tests", "failures", "errors", "skipped", "time"}, "junit: the suite's attributes")
        must(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.get("timestamp")), "junit: a timestamp without zone")
        must([c.tag for c in suite if c.tag != "testcase"] == ["properties", "system-out", "system-err"], "junit: the suite's parts")
        properties = {p.get("name"): p.get("value") for p in suite.find("properties")}
        seen = {"failure": set(), "error": set(), "skipped": set(), "system-out": set(), None: set()}
        for case in suite.iter("testcase"):
            must(set(case.attrib) == {"name", "classname", "time"}, "junit: the case's attributes")
            must(len(case) <= 1, "junit: a case has one result")
            check = case.get("name").split(":")[0]
            must(case.get("classname") == "matter-attest." + check.split(".")[0], "junit: the class is the check's subject")
            seen[case[0].tag if len(case) else None].add(check)
            if len(case) and case[0].tag in ("failure", "error"):
                must(set(case[0].attrib) == {"message", "type"} and case[0].get("message"), "junit: a failure says what failed")
        counts = [sum(len(s) for s in seen.values()), len(seen["failure"]), len(seen["error"]), len(seen["skipped"])]
        must(counts == [int(suite.get(k)) for k in ("tests", "failures", "errors", "skipped")], "junit: the suite's counts are those of its cases")
        if "devices" not in properties:  # of a lot the devices' own suites say it
            must(properties["verdict"] != "undecided" or seen["error"] and not seen["failure"], "junit: what is undecided is not green")
            must(properties["verdict"] == "undecided" or not seen["error"], "junit: an error only where the verdict is open")
        suites.append((suite.get("name"), properties, seen))
    return suites


def read_plan(text):
    """JUnit by test case: suite -> properties, and step -> result."""
    out = {}
    for suite in xml.etree.ElementTree.fromstring(text):
        must(suite.get("name") not in out, "junit-plan: a suite a test case")
        steps = {}
        for case in suite.iter("testcase"):
            must(case.get("name") not in steps and len(case) <= 1, "junit-plan: a case a step, with one result")
            must(case.get("classname") == "matter-attest." + suite.get("name"), "junit-plan: the class is the test case")
            steps[case.get("name")] = case[0].tag if len(case) else "passed"
        counts = [sum(r == tag for r in steps.values()) for tag in ("failure", "error", "skipped")]
        must([len(steps), *counts] == [int(suite.get(k)) for k in ("tests", "failures", "errors", "skipped")], "junit-plan: the suite's counts")
        out[suite.get("name")] = {p.get("name"): p.get("value") for p in suite.find("properties")}, steps
    return out


class Page(html.parser.HTMLParser):
    VOID = {"meta", "br", "hr", "col", "wbr"}
    KNOWN = VOID | set("html head title style body main header footer section h1 h2 h3 p ul ol li dl dt dd table thead tbody tr th td caption "
                       "details summary div span b i small code a bdi svg g path rect circle line text nav figure figcaption".split())
    ATTRIBUTES = set("lang dir charset http-equiv content name class id href open scope data-verdict data-status aria-hidden aria-label role focusable "
                     "viewbox d fill stroke stroke-width stroke-linecap stroke-linejoin x y width height transform preserveaspectratio colspan".split())

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.links, self.statuses, self.words, self.verdict, self.policy, self.shown = [], set(), set(), {}, [], None, None, None
        self.devices = {}   # of a lot's page: what stands in each device's own element
        must(text.startswith("<!DOCTYPE html>"), "html: the doctype comes first")
        self.feed(text)
        self.close()
        must(not self.open, f"html: {self.open} stay open")
        must(self.links <= self.ids, f"html: links that lead nowhere: {self.links - self.ids}")
        self.text = "".join(self.words)

    def handle_starttag(self, tag, attributes):
        must(tag in self.KNOWN, f"html: <{tag}> is none of ours")
        names = [name for name, _ in attributes]
        must(len(set(names)) == len(names), f"html: <{tag}> has an attribute twice")
        must(set(names) <= self.ATTRIBUTES, f"html: <{tag}> has {set(names) - self.ATTRIBUTES}")
        given = dict(attributes)
        if "id" in given:
            must(given["id"] not in self.ids, f"html: the id {given['id']} stands twice")
            self.ids.add(given["id"])
        if "href" in given:
            must(given["href"].startswith("#"), f"html: a link out of the page: {given['href']}")
            self.links.add(given["href"][1:])
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"]
        self.verdict = given.get("data-verdict", self.verdict)
        if "data-status" in given:
            self.statuses[given["id"]] = given["data-status"]
        if tag not in self.VOID:
            self.open.append((tag, given.get("id")))

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        must(self.open and self.open[-1][0] == tag, f"html: </{tag}> closes {self.open[-1:]}")
        self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] == ("span", "verdict"):
            self.shown = data
        if not any(tag == "style" for tag, _ in self.open):
            self.words.append(data)
            for _, name in self.open:
                if name and re.fullmatch(r"d\d+", name):
                    self.devices[name] = self.devices.get(name, "") + data
        else:
            must("url(" not in data and "@import" not in data, "html: the stylesheet loads something")

    def handle_comment(self, data):
        raise Wrong("html: a comment")

    def handle_pi(self, data):
        raise Wrong("html: a processing instruction")


def read_html(text):
    page = Page(text)
    must(page.policy and page.policy.startswith("default-src 'none'; style-src 'sha256-") and "unsafe" not in page.policy, "html: the policy is strict")
    must(page.shown == page.verdict, "html: the verdict that is shown")
    must(set(page.statuses.values()) <= STATUSES, "html: statuses have their names")
    return page


def run(tool, form, options, command="verify"):
    done = subprocess.run([tool, command, "--format", form, *options], cwd=ROOT, capture_output=True, timeout=60)
    must(done.returncode in VERDICTS, f"{form}: exit code {done.returncode}: {done.stderr.decode(errors='replace')[:300]}")
    return VERDICTS[done.returncode], done.stdout.decode("utf-8", "strict")


SCHEMAS = {}   # by command


def valid(command, value):
    """What a command writes as JSON is what its own --schema says."""
    problem = SCHEMAS[command].problem(value)
    must(problem is None, f"{command}: not as its schema says: {problem}")
    return value


def ids(report, status):
    return {c["id"] for c in report["checks"] if c["status"] == status}


def compare(tool, options):
    verdict, text = run(tool, "json", options)
    report = valid("verify", json.loads(text))
    must(report["verdict"] == verdict, "json: the verdict is the exit code's")
    failing, warned = ids(report, "fail"), ids(report, "warn")
    every = {c["id"] for c in report["checks"]}

    _, text = run(tool, "junit", options)
    [(_, properties, seen)] = read_junit(text)
    must(properties["verdict"] == verdict and properties["summary"] == report["summary"], "junit: verdict and summary")
    must(seen["failure"] == failing, f"junit: fails {seen['failure'] ^ failing}")
    must(seen["skipped"] | seen["error"] == ids(report, "skipped") | ids(report, "blocked") | ids(report, "unknown"), "junit: what is skipped, and what is needed")
    must(properties.get("locked") == report.get("locked"), "junit: how the part is locked")
    must(warned <= seen["system-out"], "junit: a warning passes with words")
    must(set().union(*seen.values()) == every, "junit: a case for each check")

    _, text = run(tool, "junit-plan", options)
    plan = read_plan(text)
    for properties, _ in plan.values():
        must((properties["verdict"], properties["stage"]) == (verdict, report["stage"]), "junit-plan: verdict and stage")
    for check in report["checks"]:
        if check["status"] == "fail" and check["test_case"]:
            _, steps = plan[check["test_case"]]
            # (A commissioner's own test is not the part's to fail.)
            must(any(s.split()[0] == check["step"] for s, r in steps.items() if r == "failure") or check["step"] is None and "failure" in steps.values()
                 or set(steps.values()) == {"skipped"},
                 f"junit-plan: {check['id']} fails {check['test_case']} {check['step']}")

    _, text = run(tool, "sarif", options)
    must(read_sarif(text) == (verdict, failing, warned), "sarif: verdict, errors and warnings")
    must(json.loads(text)["runs"][0]["properties"].get("locked") == report.get("locked"), "sarif: how the part is locked")

    _, text = run(tool, "html", options)
    page = read_html(text)
    must(page.verdict == verdict, "html: the verdict")
    must(page.statuses == {c["id"]: c["status"] for c in report["checks"]}, "html: every check with its status")
    for check in failing:
        must(check in page.text, f"html: {check} is not named")
    for check in report["checks"]:
        if check["status"] in ("fail", "warn", "unknown"):
            must(check["message"] in page.text, f"html: the message of {check['id']} is not shown")
    for file in report["evidence"]:
        must((file["sha256"] or "") in page.text and file["path"] in page.text, "html: the evidence with its hash")
    shown = subprocess.run([tool, "inspect", "--format", "json", *(o for o in options if (ROOT / o).exists() and "fixtures/trust/" not in o)], cwd=ROOT, capture_output=True)
    if shown.returncode == 0:
        valid("inspect", json.loads(shown.stdout))
    return page


def strange(name):
    """Cut or escaped where it is shown."""
    return len(name) > 100 or not name.isascii() or not name.isprintable()


def compare_lot(tool, options):
    """A lot in every form: its counts, its causes, and each device's verdict and failing ids."""
    verdict, text = run(tool, "json", options, "lot")
    lot = valid("lot", json.loads(text))
    _, text = run(tool, "ndjson", options, "lot")
    devices = [valid("lot", json.loads(line)) for line in text.strip("\n").split("\n")][:-1]
    must(lot["verdict"] == verdict and len(devices) == lot["devices"], "json: a line for each device")
    causes = {c["id"] for c in lot["failed"]}

    _, text = run(tool, "junit", options, "lot")
    [(_, properties, seen), *suites] = read_junit(text)
    must(properties["verdict"] == verdict, "junit: the lot's verdict")
    must(seen["failure"] == {f["id"] for f in lot["findings"] if f["severity"] == "error"}, "junit: what is wrong between devices")
    must(len(suites) == len(devices), "junit: a suite for each device")
    for device, (name, properties, seen) in zip(devices, suites):
        must((name == device["id"] or strange(device["id"])) and properties["verdict"] == device["verdict"], f"junit: the suite of {device['id']}")
        must(seen["failure"] == set(device["failed"]), f"junit: what {name} failed in")

    _, text = run(tool, "junit-plan", options, "lot")
    for properties, _ in read_plan(text).values():
        must((properties["verdict"], properties["stage"]) == (verdict, lot["stage"]), "junit-plan: the lot's verdict and stage")

    _, text = run(tool, "sarif", options, "lot")
    said, failing, _ = read_sarif(text)
    must(said == verdict and failing == causes | {f["id"] for f in lot["findings"] if f["severity"] == "error"}, "sarif: verdict and causes")

    _, text = run(tool, "html", options, "lot")
    page = read_html(text)
    must(page.verdict == verdict and {f"cause-{c}" for c in causes} <= page.ids, "html: verdict and causes")
    must(set(page.devices) == {f"d{i + 1}" for i in range(len(devices))}, "html: every device")
    for i, device in enumerate(devices):
        shown = page.devices[f"d{i + 1}"]
        must(shown.startswith(device["verdict"]) and (device["id"] in shown or strange(device["id"])), f"html: {device['id']} with its verdict")
        for check in device["failed"]:
            must(check in shown, f"html: {device['id']} names {check}")
    return page


LOT = "--network none --trust-paa fixtures/trust --trust-cd-signer fixtures/trust --at 2026-06-01T00:00:00Z".split()

HOSTILE = {
    "html": "</bdi></p><script>alert(1)</script><img src=x onerror=alert(1)>",
    "attribute": "\" onmouseover=\"alert(1)\" x='",
    "entities": "&lt;b&gt; &amp;amp; &#60; &notanentity; ]]> <![CDATA[ <!-- -->",
    "right to left": "\u202eDCBA\u202c \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 \u2066x",
    "emoji": "\U0001f469\u200d\U0001f52c\U0001f3f4\U000e0067 \u2764\ufe0f\U0001f525",
    "long": "W" * 500,
    "controls": "a\x01b\x1b[31mc\x7fd\u0085e\tf\ng",
    "noncharacters": "a\ufffeb\uffffc\ufdd0d",
    "markdown link": "[x](javascript:alert(1)) ![y](http://192.0.2.1/z)",
}


def hostile(tool, what, text):
    good = ROOT / "fixtures/devices/good"
    words = (good / "options").read_text().split()
    options = [w for w in words if not w.startswith("fixtures/devices/")]
    with tempfile.TemporaryDirectory() as folder:
        device = json.loads((good / "device.json").read_text())
        device.update(vendor_name=text, product_name=text + " product", serial_number=text, product_label=text)
        name = text.replace("/", "_").replace("\0", "")[:60] + ".json"
        path = pathlib.Path(folder, name)
        path.write_text(json.dumps(device))
        other = pathlib.Path(folder, "other " + name)
        other.write_text(json.dumps({"vendor_name": text + "!", text: 1}))
        evidence = [str(good / f) for f in ("dac.pem", "pai.pem", "cd.pem")] + [str(path), str(other)]
        page = compare(tool, options + evidence)
        must(page.verdict == "reject", f"{what}: two names are a fault")
        # What inspect and extract write: Python's reader takes no raw control character in a string.
        shown = subprocess.run([tool, "inspect", "--format", "json"] + evidence, capture_output=True, check=True).stdout.decode()
        written = pathlib.Path(folder, "written")
        subprocess.run([tool, "extract", "-d", str(written)] + evidence, capture_output=True, check=False)
        valid("inspect", json.loads(shown))
        for form in (shown, (written / "device.json").read_text()):
            facts = json.loads(form)
            must(facts.get("device", facts)["serial_number"] == text, f"{what}: the serial number is read back")
            must(not any(ord(c) < 32 and c != "\n" or 0x7F <= ord(c) < 0xA0 for c in form), f"{what}: a raw control character")
        for c in page.text:
            must(c == "\n" or not (ord(c) < 32 or 0x7f <= ord(c) < 0xa0 or c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"), f"{what}: {ord(c):x} is shown")


def locked(tool):
    """A part whose locks a tool has told of: each form has the line that says how it is locked."""
    device = ROOT / "fixtures/devices/good"
    words = (device / "options").read_text().split()
    with tempfile.TemporaryDirectory() as folder:
        status = pathlib.Path(folder, "status.txt")
        status.write_text("Debug lock : Enabled\nDevice erase : Disabled\nSecure debug unlock : Disabled\nSecure boot : Disabled\n")
        options = words + [str(status)]
        _, text = run(tool, "json", options)
        line = json.loads(text).get("locked", "")
        must("secure boot" in line and "debug" in line, f"a line says how the part is locked: {line}")
        must(line in " ".join(run(tool, "text", options)[1].split()), "text: the line")
        compare(tool, options)


# Lots that vendors' own tools made; read where they lie.
LOT_SAMPLES = ["esp-lot-200", "lot-manifest-good", "lot-manifest-faults", "dac-csr-batch"]


def hostile_lot(tool):
    """Devices whose folders and serial numbers have hostile names."""
    good = ROOT / "fixtures/devices/good"
    with tempfile.TemporaryDirectory() as folder:
        for i, text in enumerate(HOSTILE.values()):
            device = pathlib.Path(folder, f"{i} " + text.replace("/", "_").replace("\n", " ")[:80])
            device.mkdir()
            for part in ("dac.pem", "pai.pem", "cd.pem"):
                (device / part).write_bytes((good / part).read_bytes())
            facts = json.loads((good / "device.json").read_text())
            facts.update(serial_number=text, vendor_id="0xFFF2" if i % 2 else "0xFFF1")
            (device / "device.json").write_text(json.dumps(facts))
        page = compare_lot(tool, LOT + [folder])
        must(len(page.devices) == len(HOSTILE), "a device for each folder")


# A product in order, one that is not there, a vendor that is not, and nothing that could be asked.
AUDITS = [["0xFFE0", "--ledger", "demo", "--network", "test"], ["0xFFE0", "0x8001", "--ledger", "demo", "--network", "test"],
          ["0x1234", "--ledger", "demo", "--network", "test", "--fast-track"], ["0xFFE0", "--offline"]]


def audit(tool, options):
    with tempfile.TemporaryDirectory() as cache:
        done = subprocess.run([tool, "dcl", "audit", *options, "--at", "2026-06-02", "--format", "json"], cwd=ROOT, capture_output=True,
                              timeout=60, env={**os.environ, "XDG_CACHE_HOME": cache})
    must(done.returncode in VERDICTS, f"exit code {done.returncode}: {done.stderr.decode(errors='replace')[:300]}")
    report = valid("dcl audit", json.loads(done.stdout))
    must(report["verdict"] == VERDICTS[done.returncode], "the verdict is the exit code's")
    for status, count in report["counts"].items():
        must(count == sum(f["status"] == status for f in report["findings"]), f"as many {status} as are counted")


def main():
    tool = os.path.abspath(sys.argv[1])
    failed = 0
    jobs = {}
    for command in ("verify", "lot", "inspect", "dcl audit"):
        printed = subprocess.run([tool, *command.split(), "--schema"], capture_output=True, check=True).stdout
        file = {"verify": "report", "dcl audit": "audit"}.get(command, command)
        must(printed == (ROOT / f"report/schemas/{file}.schema.json").read_bytes(), f"{command} --schema prints what is installed")
        SCHEMAS[command] = schemas.Schema(json.loads(printed))
        must(SCHEMAS[command].problem({}) and SCHEMAS[command].problem({"schema": "x"}), f"{command}: the schema refuses what it is not of")
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for folder in sorted((ROOT / "fixtures/devices").iterdir()):
            jobs[pool.submit(compare, tool, (folder / "options").read_text().split())] = folder.name
        for what, text in HOSTILE.items():
            jobs[pool.submit(hostile, tool, what, text)] = f"hostile text: {what}"
        jobs[pool.submit(locked, tool)] = "a part whose locks are told"
        for options in AUDITS:
            jobs[pool.submit(audit, tool, options)] = f"dcl audit {' '.join(options)}"
        jobs[pool.submit(compare_lot, tool, LOT + ["fixtures/devices"])] = "all fixtures as a lot"
        jobs[pool.submit(hostile_lot, tool)] = "a lot with hostile names"
        for sample in LOT_SAMPLES:
            folder = ROOT.parent / "shared/data/dumps" / sample
            if folder.exists():
                jobs[pool.submit(compare_lot, tool, LOT + [str(folder)])] = sample
            elif os.environ.get("CI") == "true":
                must(False, f"{folder} is not here")
            else:
                print(f"skipped: {folder} is not here")
        for job in concurrent.futures.as_completed(jobs):
            try:
                job.result()
            except Exception as problem:  # a reader that gives up is a failure like any other
                failed += 1
                print(f"{jobs[job]}: {type(problem).__name__}: {problem}")
    must(len(jobs) > 100, "run it in the repository")
    print(f"{schemas.Schema.count} JSON outputs are as their schemas say{'' if schemas.jsonschema else ' (the jsonschema module is not installed: by our own reader)'}")
    print(f"{len(jobs) - failed} passed, {failed} failed")
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
