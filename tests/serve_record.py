#!/usr/bin/env python3
"""Decisions and the mirror over real sockets: decided, listed, handed out, killed in mid-write; our own client against the mirror.

    tests/serve_record.py build/dev/matter-attest build/dev/fixtures/ledger/fixture-ledger

KILLS=200 kills the server so often while decisions are taken.
"""
import contextlib
import csv
import hashlib
import http.client
import io
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from serve import ROOT, TRUST, Server, check, evidence, failures, form  # noqa: E402

PLAIN = [*TRUST, "--network", "none", "--at", "2026-06-01T00:00:00Z"]
JSON = {"Content-Type": "application/json"}
CACHES = {"MATTER_ATTEST_CACHE", "XDG_CACHE_HOME", "HOME"}  # what says where caches are


def run(tool, *words):
    return subprocess.run([tool, *map(str, words)], capture_output=True, cwd=ROOT)


def judged(server, device="good"):
    """A device judged there: the id of its report, and the report."""
    body, headers = form(evidence(ROOT / "fixtures/devices" / device))
    status, headers, content = server.ask("POST", "/api/v1/verify", body, headers)
    check(status == 200, f"verify: expected 200, found {status}: {content[:200]}")
    return headers.get("Report-Id", ""), json.loads(content)


def decide(server, report, decision="approve", who="Ada", reason="seen on the bench", **more):
    body = {"report": report, "decision": decision, "who": who, "reason": reason, **more}
    status, headers, content = server.ask("POST", "/api/v1/decisions", json.dumps(body), JSON)
    return status, headers, json.loads(content)


def decisions(tool):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        database, key, cert = folder / "d.db", folder / "key.pem", folder / "cert.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
                        "2", "-subj", "/CN=QA lab", "-keyout", key, "-out", cert], check=True, capture_output=True)
        with Server(tool, *PLAIN, "--decisions", str(database), "--sign-with", str(key), "--sign-cert", str(cert)) as server:
            good, report = judged(server)
            bad, _ = judged(server, "dac-of-another-vendor")
            check(re.fullmatch("[0-9a-f]{32}", good) is not None, f"a report has an id: {good}")
            status, headers, first = decide(server, good)
            check(status == 201, f"approved: expected 201, found {status}: {first}")
            check(headers.get("Location") == f"/api/v1/decisions/{first['id']}", "Location names the decision")
            check(first["device"]["dac_sha256"] == report["device"]["dac_sha256"], "the record has the DAC's digest")
            check(re.fullmatch("[0-9a-f]+", first["device"]["dac_serial"]) is not None, "and its serial number")
            status, _, answer = decide(server, bad)
            check(status == 422 and "expected a waiver" in answer["detail"], f"against reject without a waiver: {status} {answer}")
            waiver = {"id": "dac.vendor-matches-pai", "reason": "known sample", "who": "J. Doe", "until": "2999-12-31"}
            for other in ({"id": "onboarding.passcode-agrees"}, {"device": "OTHER"}):
                status, _, answer = decide(server, bad, waivers=[{**waiver, **other}])
                check(status == 422 and "reject for dac.vendor-matches-pai" in answer["detail"],
                      f"a waiver of something else: expected 422, found {status} {answer}")
            status, _, second = decide(server, bad, waivers=[waiver], who="=Grace")
            check(status == 201 and second["verdict"] == "reject" and second["against_verdict"] is True,
                  f"with a waiver it is kept, and the verdict stays: {status} {second}")
            check(second["previous"] == first["digest"], "the second stands on the first")
            for body, expected in [(b"{", 400), (b"[]", 400), (json.dumps({"report": "0" * 32, "decision": "approve", "who": "x"}), 404),
                                   (json.dumps({"report": good, "decision": "perhaps", "who": "x"}), 400),
                                   (json.dumps({"report": good, "decision": "approve", "who": ""}), 400),
                                   (json.dumps({"report": good, "decision": "approve", "who": "x", "verdict": "approve"}), 400)]:
                status, headers, content = server.ask("POST", "/api/v1/decisions", body, JSON)
                check(status == expected and headers["Content-Type"] == "application/problem+json",
                      f"{body}: expected {expected}, found {status} {content}")
            status, _, _ = server.ask("POST", "/api/v1/decisions", "report=1", {"Content-Type": "application/x-www-form-urlencoded"})
            check(status == 415, f"a form is no decision: {status}")

            def listed(query=""):
                status, _, content = server.ask("GET", "/api/v1/decisions" + query)
                check(status == 200, f"list{query}: {status} {content}")
                return [d["number"] for d in json.loads(content)["decisions"]]
            check(listed() == [2, 1], f"the newest first: {listed()}")
            check(listed("?q=grace") == [2] and listed("?q=%25") == [], "searched")
            check(listed("?limit=1") == [2] and listed("?limit=1&below=2") == [1], "page by page")
            for query in ("?limit=0", "?limit=x", "?limit=1001", "?below=-1", "?q=" + "+".join("abcdefghijklmnopqr")):
                status, _, _ = server.ask("GET", "/api/v1/decisions" + query)
                check(status == 400, f"{query}: expected 400, found {status}")

            path = f"/api/v1/decisions/{first['id']}"
            status, headers, bundle = server.ask("GET", path + ".bundle")
            check(status == 200 and hashlib.sha256(bundle).hexdigest() == first["sha256"]["bundle"], "the bundle of the record")
            (folder / "sample.bundle").write_bytes(bundle)
            again = run(tool, "replay", "-q", folder / "sample.bundle", "--format", "json")
            check(again.returncode == 0 and json.loads(again.stdout)["verdict"] == "approve", f"replay: {again}")
            status, headers, page = server.ask("GET", path + ".html")
            check(status == 200 and b"<html" in page and "sandbox" in headers["Content-Security-Policy"], "the page")
            status, _, kept = server.ask("GET", path + ".report")
            check(status == 200 and json.loads(kept) == report, "the report, as verify gave it")
            status, _, line = server.ask("GET", path + ".record")
            check(hashlib.sha256(line).hexdigest() == first["digest"], "the record's line has its digest")
            status, _, signature = server.ask("GET", path + ".signature")
            (folder / "line").write_bytes(line)
            (folder / "line.p7s").write_bytes(signature)
            by_openssl = subprocess.run(["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", folder / "line.p7s", "-content",
                                         folder / "line", "-CAfile", cert, "-purpose", "any", "-out", os.devnull], capture_output=True)
            check(by_openssl.returncode == 0, f"openssl reads the signature: {by_openssl.stderr}")
            for other in ("/api/v1/decisions/" + "0" * 32, path + ".exe", "/api/v1/decisions/%00"):
                status, _, _ = server.ask("GET", other)
                check(status in (400, 404), f"{other}: {status}")
            status, headers, content = server.ask("GET", "/api/v1/decisions/..%2f..%2fetc%2fpasswd")
            check((status, headers["Location"], content) == (301, "/api/etc/passwd", b""), f"a path out of the record leads nowhere: {status}")
            status, headers, table = server.ask("GET", "/api/v1/decisions/export")
            rows = list(csv.reader(io.StringIO(table.decode())))
            check(len(rows) == 3 and {len(r) for r in rows} == {len(rows[0])}, "a table of two")
            check(rows[2][rows[0].index("who")] == "'=Grace", "no field is a formula")
            for method in ("PUT", "DELETE", "PATCH"):
                status, _, _ = server.ask(method, path)
                check(status in (405, 501), f"{method} of a decision: {status}")
            server.stop()
        held = run(tool, "decisions", "verify", database, "--signed-by", cert, "--head", second["digest"])
        check(held.returncode == 0 and b"2 records hold" in held.stdout and b"2 signed by CN=QA lab" in held.stdout, f"verify: {held}")
        check(run(tool, "decisions", "export", database).stdout == table, "the same table by the command")
        check(run(tool, "decisions", "export", database, first["id"]).stdout == bundle, "and the same bundle")
        shown = run(tool, "decisions", "list", database, "--search", "grace").stdout.decode()
        check("(the report says reject)" in shown and shown.count("\n") == 1, f"list: {shown}")
        with Server(tool, *PLAIN, "--decisions", str(database), "--read-only") as server:
            good, _ = judged(server)
            check(decide(server, good)[0] == 403, "with --read-only none is taken")
            check(server.ask("GET", "/api/v1/decisions")[0] == 200, "but they are shown")
            server.stop()
    print("decisions: as they should be")


def kills(tool, count):
    """Judges and the server killed in mid-write: what was acknowledged is there, and nothing by halves."""
    with tempfile.TemporaryDirectory() as folder:
        database = pathlib.Path(folder) / "d.db"
        acknowledged, lock, ended = [], threading.Lock(), 0
        for number in range(count):
            with Server(tool, *PLAIN, "--decisions", str(database)) as server:
                first = server.children()
                good, _ = judged(server)

                def work(name):
                    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
                    body = json.dumps({"report": good, "decision": "approve", "who": name, "reason": "r"})
                    try:
                        while True:
                            connection.request("POST", "/api/v1/decisions", body, JSON)
                            answer = connection.getresponse()
                            content = answer.read()
                            if answer.status == 201:
                                with lock:
                                    acknowledged.append(json.loads(content)["digest"])
                    except (OSError, http.client.HTTPException):
                        pass
                def judge(statuses):
                    with contextlib.suppress(OSError, http.client.HTTPException):
                        while True:
                            statuses.append(server.ask("POST", "/api/v1/verify", *form(evidence(ROOT / "fixtures/devices/good")))[0])
                statuses = []
                threads = [threading.Thread(target=work, args=(f"t{i}",)) for i in range(2)] + [threading.Thread(target=judge, args=(statuses,))]
                before = len(acknowledged)
                for thread in threads:
                    thread.start()
                while len(acknowledged) == before:
                    time.sleep(0.001)
                time.sleep(random.random() * 0.03)
                for pid in server.children():
                    if pid not in first[:2]:
                        with contextlib.suppress(OSError):
                            os.kill(pid, signal.SIGKILL)
                            ended += 1
                time.sleep(random.random() * 0.01)
                server.process.kill()
                server.process.wait()
                for thread in threads:
                    thread.join()
                check(set(statuses) <= {200, 500, 503}, f"beside a judge that is killed others are answered: {set(statuses)}")
        check(ended > 0, "there were judges to kill")
        held = run(tool, "decisions", "verify", database)
        check(held.returncode == 0, f"the record holds after {count} kills: {held}")
        lines = run(tool, "decisions", "list", database, "--format", "ndjson").stdout.decode().splitlines()
        there = {json.loads(line)["digest"] for line in lines}
        lost = [d for d in acknowledged if d not in there]
        check(not lost, f"{len(lost)} of {len(acknowledged)} acknowledged decisions are lost")
        check(len(there) - len(acknowledged) <= 2 * count, "more than could be under way")
        print(f"{count} kills and {ended} of judges: {len(acknowledged)} acknowledged, {len(there)} there, {len(lost)} lost")


def mirror_without_cache_dir(tool, folder):
    """Where the environment says where caches are, the mirror and health know them, too; and no mirror says "not found" unread."""
    vendor, none = "/dcl/vendorinfo/vendors/65521", {k: v for k, v in os.environ.items() if k not in CACHES}
    home = {**none, "XDG_CACHE_HOME": f"{folder}/home"}
    (pathlib.Path(folder) / "home").mkdir()
    (pathlib.Path(folder) / "home/matter-attest").symlink_to(f"{folder}/first")
    with Server(tool, "--offline", "--chain-id", "dclchain-local", environment=home) as server:
        check(server.ask("GET", vendor)[0] == 200, "the mirror answers from the environment's cache")
        ledgers = json.loads(server.ask("GET", "/api/v1/health")[2])["ledgers"]
        check([one["height"] for one in ledgers if one["network"] == "main"] == [296], f"and health knows it: {ledgers}")
        server.stop()
    for options, environment, why in ((["--network", "none"], home, "started to ask no ledger"), (["--stage", "lab"], home, "started to"),
                                      (["--network", "test", "--ledger", "demo"], none, "no place for the cache"), (["--offline"], home, "does not know")):
        with Server(tool, *options, environment=environment) as server:
            for path in (vendor, "/dcl/model/models", "/cosmos/base/tendermint/v1beta1/node_info"):
                status, _, content = server.ask("GET", path)
                check(status == 503 and why in content.decode(), f"{options}: {path}: expected 503, found {status} {content}")
            server.stop()


def mirror(tool, ledger):
    """A sync from a node, and one from the mirror of the first: the same facts."""
    node = subprocess.Popen([ledger, "--recordings", str(ROOT / "../shared/data/dcl")], stdout=subprocess.PIPE, text=True)
    try:
        url = re.search(r"http://\S+", node.stdout.readline())[0]
        with tempfile.TemporaryDirectory() as folder:
            first, second = f"{folder}/first", f"{folder}/second"
            chain = ["--chain-id", "dclchain-local"]
            synced = run(tool, "dcl", "sync", *chain, "--from", url, "--cache-dir", first, "--versions", "all")
            check(synced.returncode == 0, f"sync from the node: {synced}")
            with Server(tool, "--offline", "--cache-dir", first, *chain) as server:
                again = run(tool, "dcl", "sync", *chain, "--from", f"http://127.0.0.1:{server.port}", "--cache-dir", second,
                            "--versions", "all")
                check(again.returncode == 0, f"sync from the mirror: {again}")
                there = [run(tool, "dcl", "export", *chain, "--cache-dir", f, "-").stdout for f in (first, second)]
                facts = [{k: v for k, v in json.loads(t).items() if k not in ("source", "sources")} for t in there]
                same = json.dumps(facts[0]).replace(url, "") == json.dumps(facts[1]).replace(f"http://127.0.0.1:{server.port}", "")
                check(same and len(there[0]) > 100_000, f"the same facts: {[len(t) for t in there]}")
                status, headers, _ = server.ask("GET", "/dcl/vendorinfo/vendors/65521")
                check(status == 200 and headers["Grpc-Metadata-X-Cosmos-Block-Height"] == "296", f"its height: {headers}")
                check("X-Matter-Attest-Synced-At" in headers, "and when it was read")
                status, _, body = server.ask("HEAD", "/dcl/vendorinfo/vendors/65521")
                check(status == 501 and body == b"", f"HEAD: {status}")
                check(server.ask("GET", "/dcl/pki/all-certificates")[0] == 503, "what no cache holds is 503")
                check(server.ask("GET", "/dcl/vendorinfo/vendors/65530")[2] == b'{"code":5,"message":"not found","details":[]}', "absent")
                check(server.ask("POST", "/dcl/vendorinfo/vendors", b"{}", JSON)[0] in (405, 501), "it is only read")
                status, _, _ = server.ask("GET", "/dcl/vendorinfo/vendors/65521", headers={"x-cosmos-block-height": "297"})
                check(status == 500, f"another height: {status}")
                began = time.monotonic()
                connection = server.connect()
                for _ in range(500):
                    connection.request("GET", "/dcl/model/models/65521/32768")
                    connection.getresponse().read()
                print(f"mirror: the same facts; {500 / (time.monotonic() - began):.0f} look-ups a second on one connection")
                server.stop()
            mirror_without_cache_dir(tool, folder)
    finally:
        node.kill()
        node.wait()


def main():
    tool, ledger = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    cache = os.environ.setdefault("MATTER_ATTEST_CACHE", tempfile.mkdtemp())
    decisions(tool)
    if (ROOT / "../shared/data/dcl").exists():
        mirror(tool, ledger)
    kills(tool, int(os.environ.get("KILLS", "20")))
    shutil.rmtree(cache, ignore_errors=True) if cache.startswith(tempfile.gettempdir()) else None
    print("failed" if failures else "all held")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
