#!/usr/bin/env python3
"""The server over real sockets: the verdict of every fixture as on the command line, and what people send who mean no good.

    tests/serve.py build/dev/matter-attest
"""
import base64
import concurrent.futures
import contextlib
import http.client
import io
import json
import os
import pathlib
import re
import shlex
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
VERDICTS = {0: "approve", 1: "reject", 3: "undecided"}
NO_EVIDENCE = {"expected.txt", "options", "README.md", "faults"}
failures = []


def check(holds, what):
    if not holds:
        failures.append(what)
        print("FAILED:", what)


class Server:
    def __init__(self, tool, *options, environment=None):
        self.process = subprocess.Popen([tool, "serve", "--listen", "127.0.0.1:0", *options], cwd=ROOT, env=environment,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.lines = []
        line = self.process.stderr.readline()
        found = re.search(r"listening on (https?)://[\d.]+:(\d+)/", line)
        if not found:
            raise RuntimeError(line + self.process.stderr.read())
        self.port = int(found[2])
        threading.Thread(target=lambda: self.lines.extend(self.process.stderr), daemon=True).start()

    def connect(self, timeout=30):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def ask(self, method, path, body=None, headers=None, timeout=30):
        connection = self.connect(timeout)
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, dict(answer.getheaders()), content

    def raw(self, request, timeout=10):
        """What comes back for these bytes, until the other end closes or says no more."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as s:
            s.settimeout(timeout)
            out = b""
            try:
                s.sendall(request)
                while True:
                    piece = s.recv(65536)
                    if not piece:
                        break
                    out += piece
            except (TimeoutError, ConnectionError):
                pass
            return out

    def children(self):
        """The process and all that it made, by id."""
        found, todo = [], [self.process.pid]
        while todo:
            pid = todo.pop()
            found.append(pid)
            with contextlib.suppress(OSError):
                for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
                    todo += [int(c) for c in (task / "children").read_text().split()]
        return found

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=30)
        check(code == 0, f"the server ends with 0, found {code}")

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def form(parts):
    """[(name, file name or None, bytes)] as multipart/form-data."""
    boundary = "----serve-py-7f3a"
    out = b""
    for name, file, content in parts:
        out += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"'.encode()
        if file is not None:
            out += b'; filename="' + (file if isinstance(file, bytes) else file.encode()) + b'"'
        out += b"\r\n\r\n" + content + b"\r\n"
    return out + f"--{boundary}--\r\n".encode(), {"Content-Type": f"multipart/form-data; boundary={boundary}"}


def evidence(folder):
    return [("evidence", str(p.relative_to(folder)), p.read_bytes())
            for p in sorted(folder.rglob("*")) if p.is_file() and p.name not in NO_EVIDENCE]


TRUST = ["--trust-cd-signer", "fixtures/trust/cd-signer.pem", "--trust-paa", "fixtures/trust/paa-fff1.pem",
         "--trust-paa", "fixtures/trust/paa-any.pem"]


def records():
    """Lines of a lot: fixtures with a DAC, a PAI and a declaration in PEM."""
    out = ""
    for folder in sorted((ROOT / "fixtures/devices").iterdir())[:60]:
        if not all((folder / f"{name}.pem").exists() for name in ("dac", "pai", "cd")):
            continue
        record = {"id": folder.name}
        for name in ("dac", "pai", "cd"):
            block = re.search(r"-----BEGIN [^-]+-----(.*?)-----END", (folder / f"{name}.pem").read_text(), re.S)
            if block:
                record[name] = "".join(block[1].split())
        out += json.dumps(record) + "\n"
    return out


def fixtures(tool):
    """Fixtures with the options that a server can be started with, grouped by them: each judged both ways."""
    plain = "--network none --at 2026-06-01T00:00:00Z"
    with Server(tool, *TRUST, *plain.split()) as server:
        def one(folder):
            words = shlex.split((folder / "options").read_text()) if (folder / "options").exists() else []
            if set(words) & {"--network", "--trust-paa"} and ("main" in words or "test" in words or "lab" in words):
                return None
            by_command = subprocess.run(
                [tool, "verify", "--format", "json", *TRUST, *plain.split(), *[str(p) for p in sorted(folder.iterdir())
                 if p.name not in NO_EVIDENCE]], cwd=ROOT, capture_output=True)
            if by_command.returncode == 2:
                return None
            status, headers, content = server.ask("POST", "/api/v1/verify", *form(evidence(folder)))
            if status != 200:
                return f"{folder.name}: {status} {content[:200]}"
            told = json.loads(by_command.stdout)
            answer = json.loads(content)
            failed = [[c["id"] for c in r["checks"] if c["status"] == "fail"] for r in (told, answer)]
            if (answer["verdict"], failed[1]) != (told["verdict"], failed[0]) or headers["Verdict"] != told["verdict"]:
                return f"{folder.name}: by API {answer['verdict']} {failed[1]}, by command {told['verdict']} {failed[0]}"
            return ""
        folders = sorted(p for p in (ROOT / "fixtures/devices").iterdir() if p.is_dir())
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            results = list(pool.map(one, folders))
        for result in results:
            check(not result, result)
        count = sum(r is not None for r in results)
        check(count > 200, f"over 200 fixtures are compared, found {count}")
        print(f"{count} fixtures: the same verdict and failing ids by API and by command")

        # A lot: the lines are those of lot --stream.
        lines = records().encode()
        count = len(lines.splitlines())
        by_command = subprocess.run([tool, "lot", "--stream", *TRUST, *plain.split()], cwd=ROOT, input=lines,
                                    capture_output=True)
        status, headers, content = server.ask("POST", "/api/v1/lot", lines, {"Content-Type": "application/x-ndjson"})
        check(status == 200, f"a lot is answered with 200, found {status} {content[:300]}")
        check(content == by_command.stdout, "a lot's lines are those of lot --stream")
        check(len(content.splitlines()) == count + 1, "a line a record, and the lot's")
        print(f"a lot of {count}: the same lines")
        status, _, content = server.ask("POST", "/api/v1/lot?network=nowhere", lines,
                                        {"Content-Type": "application/x-ndjson"})
        check(status == 400, f"a lot with a wrong network is 400, found {status}")
        server.stop()


def followed_lot(tool):
    """A lot's lines are there while its records still come, at an address of their own."""
    name, kind = "a-lot-of-this-test-0001", {"Content-Type": "application/x-ndjson"}
    lines = records().encode().splitlines(keepends=True)[:4]

    class Sending:
        """A lot that is sent record by record."""
        def __init__(self, server, query, more=b""):
            self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=30)
            self.socket.sendall(b"POST /api/v1/lot?" + query.encode() + b" HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
                                b"Content-Type: application/x-ndjson\r\n" + more + b"\r\n")

        def send(self, piece):
            self.socket.sendall(b"%x\r\n" % len(piece) + piece + b"\r\n")

        def answer(self):
            self.send(b"")
            answer = http.client.HTTPResponse(self.socket)
            answer.begin()
            return answer.status, answer.read()

    def follow(server, status=200):
        connection = server.connect()
        for _ in range(100):
            connection.request("GET", f"/api/v1/lot/{name}")
            answer = connection.getresponse()
            if answer.status != 404 or status == 404:
                break
            check(answer.getheader("Retry-After") == "1", "who follows before the lot is there is told to ask again")
            answer.read()
            time.sleep(0.05)
        check(answer.status == status, f"a lot is followed with {status}, found {answer.status}")
        return answer

    with Server(tool, *TRUST, "--network", "none", "--at", "2026-06-01T00:00:00Z") as server:
        follow(server, 404)
        lot = Sending(server, f"lot={name}")
        followers = [follow(server), follow(server)]
        told = b""
        for line in lines:
            lot.send(line)
            came = [follower.readline() for follower in followers]  # ends in 30 s if the line waits for the next record
            check(came[0] == came[1] and json.loads(came[0])["id"] == json.loads(line)["id"], f"each record's line comes before the next: {came}")
            told += came[0]
        late = follow(server)
        check(server.ask("POST", f"/api/v1/lot?lot={name}", b"", kind)[0] == 409, "a name is given to one lot at a time")
        status, content = lot.answer()
        rests = [follower.read() for follower in followers]
        check(status == 200 and content == told + rests[0] == told + rests[1] == late.read(), "who follows has all lines of the answer")
        check("lot" in json.loads(rests[0]), f"the last is the lot's: {rests[0]}")
        follow(server, 404)

        # The answer alone, where its lines were followed.
        lot = Sending(server, f"lot={name}", b"Prefer: return=minimal\r\n")
        follower = follow(server)
        for line in lines:
            lot.send(line)
        status, content = lot.answer()
        check(status == 200 and content == rests[0], f"return=minimal: the lot's own line alone: {content[:80]}")
        check(follower.read() == told + rests[0], "and its lines are followed all the same")

        # What stops a lot is said to who follows, too.
        for what in ("goes away", "sends what is none"):
            lot = Sending(server, f"lot={name}")
            follower = follow(server)
            lot.send(lines[0])
            follower.readline()
            if what == "goes away":
                lot.socket.close()
            else:
                lot.send(b"[1]\n" * 3)
                status, content = lot.answer()
            end = [json.loads(line) for line in follower.read().splitlines()]
            check(end and ("problem" in end[-1]) == (what == "goes away"), f"a sender that {what}: {end}")
        check(server.ask("POST", "/api/v1/lot?lot=short", b"", kind)[0] == 400, "a name that anybody guesses is refused")
        check(server.ask("POST", f"/api/v1/lot?lot={name}&lot={name}", b"", kind)[0] == 400, "two names are refused")

        # Who does not read holds up nobody but itself, and who leaves neither.
        lot = Sending(server, f"lot={name}")
        deaf = [follow(server) for _ in range(8)]
        check(follow(server, 503).getheader("Retry-After"), "there may be so many who follow")
        deaf.pop().close()
        big = b"".join(lines) * 500
        lot.send(big)
        status, content = lot.answer()
        check(status == 200 and content.count(b"\n") == big.count(b"\n") + 1, f"a lot is judged beside who does not read: {status}")
        check(deaf[0].read() == content, "and is there for them when they do")
        server.stop()
        check(not any("internal error" in line for line in server.lines), "no internal error was told")
    print("a lot that is followed: each line before the next record")


def hostile(tool):
    with Server(tool, *TRUST, "--network", "none", "--max-upload", "4", "--at", "2026-06-01T00:00:00Z") as server:
        good = evidence(ROOT / "fixtures/devices/good")
        begin = server.children()

        # Names that would be paths.
        odd = [("evidence", "../../../../etc/passwd", b"x"), ("evidence", b"a\x00b.der", b"x"),
               ("evidence", "/etc/shadow", b"x"), ("evidence", "a" * 5000, b"x"), ("evidence", b"\xff\xfe", b"x")]
        status, _, content = server.ask("POST", "/api/v1/verify", *form(good + odd))
        check(status == 200 and json.loads(content)["verdict"] == "approve", f"odd names harm nobody: {status}")
        check(b"root:" not in content, "no file of the server is read")

        # Wrong types, methods, hosts.
        status, _, _ = server.ask("POST", "/api/v1/verify", b"{}", {"Content-Type": "application/json"})
        check(status == 415, f"a wrong type is 415, found {status}")
        status, headers, _ = server.ask("DELETE", "/api/v1/verify")
        check(status == 405 and headers.get("Allow") == "POST", f"a wrong method is 405 with Allow, found {status}")
        status, _, _ = server.ask("GET", "/", headers={"Host": "evil.example"})
        check(status == 421, f"another host is 421, found {status}")
        status, _, _ = server.ask("POST", "/api/v1/verify", *[form(good)[0], {**form(good)[1], "Origin": "http://evil.example"}])
        check(status == 403, f"another origin is 403, found {status}")

        # Too large: said, and found out.
        status, _, content = server.ask("POST", "/api/v1/verify", *form([("evidence", "x", b"x" * (4 << 20))]))
        check(status == 413, f"too large a body is 413, found {status}")
        status, _, _ = server.ask("POST", "/api/v1/verify", *form([("evidence", f"{i}", b"x") for i in range(3000)]))
        check(status == 413, f"too many files are 413, found {status}")

        # Two ends of one request.
        body, kind = form(good)
        head = (f"POST /api/v1/verify HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind['Content-Type']}\r\n").encode()
        smuggled = b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
        for name, more in {
                "both": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "two lengths": b"Content-Length: 0\r\nContent-Length: 60\r\n\r\n",
                "another coding": b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "a blank before the colon": b"Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
                "a length with a sign": b"Content-Length: +5\r\n\r\n"}.items():
            answer = server.raw(head + more + smuggled, timeout=5)
            check(answer.count(b"HTTP/1.1 200") == 0, f"smuggling by {name}: nothing is answered with 200")
        for name, request in {
                "no host": b"GET / HTTP/1.1\r\n\r\n",
                "two hosts": b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
                "rubbish": b"\x16\x03\x01\x02\x00\x01\x00" * 20 + b"\r\n\r\n",
                "a NUL in the path": b"GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "a head without end": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 200_000 + b"\r\n\r\n"}.items():
            answer = server.raw(request, timeout=5)
            check(b"HTTP/1.1 200" not in answer, f"{name}: no 200, found {answer[:40]}")

        # Whatever the query and however large the length, the answer is ours and there at once.
        host = b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        for name, status, request in [
                ("100 parameters of a query", 200, b"GET /api/v1/health?" + b"&".join(b"a%d=1" % i for i in range(100)) + host + b"\r\n"),
                ("1000 parameters of a query", 400, b"GET /api/v1/health?" + b"&".join(b"a%d=1" % i for i in range(1000)) + host + b"\r\n"),
                ("10000 short ones", 400, b"GET /?" + b"a&" * 10000 + host + b"\r\n"),
                ("a query of marks", 404, b"GET /x?" + b"?" * 100 + host + b"\r\n"),
                ("a length of 19 digits", 413, head + b"Connection: close\r\nContent-Length: 4611686018427387904\r\n\r\nabcd")]:
            answer = server.raw(request, timeout=10)
            check(answer.startswith(b"HTTP/1.1 %d " % status), f"{name}: {status}, found {answer[:40]}")
            check(answer.count(b"HTTP/1.1 ") == 1 and b"X-Content-Type-Options: nosniff" in answer, f"{name}: one answer, with its headers")
            check(status == 200 or b"application/problem+json" in answer, f"{name}: a problem")

        # A body in pieces that never ends is cut off.
        sent = 0
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as s:
            s.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n")
            piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
            try:
                while sent < 64 << 20:
                    s.sendall(piece)
                    sent += len(piece)
            except (ConnectionError, TimeoutError):
                pass
        check(sent < 32 << 20, f"an endless body is cut off, {sent >> 20} MiB were taken")

        # Connections that say nothing, or stop in the middle, hold up nobody.
        idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(300)]
        for i, s in enumerate(idle):
            if i % 3 == 1:
                s.sendall(head)
            if i % 3 == 2:
                s.sendall(head + b"Content-Length: 1000\r\n\r\nxx")
        began = time.monotonic()
        status, _, content = server.ask("POST", "/api/v1/verify", *form(good))
        check(status == 200, f"beside 300 slow ones a device is judged, found {status}")
        check(time.monotonic() - began < 10, "and without waiting for them")
        for s in idle:
            s.close()

        # Archives that grow, and one in another.
        def packed(name, content):
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
                for i, piece in enumerate(content):
                    archive.writestr(f"{i}-{name}", piece)
            return out.getvalue()
        zeros = bytes(16 << 20)
        bomb = packed("zeros", [zeros] * 4)
        for name, archive in {"a bomb": bomb, "a bomb in an archive": packed("bomb.zip", [bomb] * 3),
                              "10,000 files": packed("x", [b"x"] * 10_000)}.items():
            began = time.monotonic()
            status, _, _ = server.ask("POST", "/api/v1/verify", *form([*good, ("evidence", "a.zip", archive)]), timeout=90)
            check(status in (200, 413, 422), f"{name}: found {status}")
            print(f"{name} of {len(archive) >> 10} kB: {status} after {time.monotonic() - began:.1f} s")

        # Bytes at random, as bodies and as whole requests.
        generator = __import__("random").Random(20)
        for _ in range(100):
            rubbish = generator.randbytes(generator.randrange(1, 400))
            status, _, _ = server.ask("POST", "/api/v1/verify", rubbish, kind)
            check(status in (400, 413), f"rubbish is 400, found {status}")
            changed = bytearray(body)
            for _ in range(generator.randrange(1, 8)):
                changed[generator.randrange(len(changed))] = generator.randrange(256)
            status, _, _ = server.ask("POST", "/api/v1/verify", bytes(changed), kind)
            check(status in (200, 400, 413, 422), f"a form with other bytes in it: {status}")

        # Who goes away in the middle leaves nothing behind.
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", server.port)) as s:
                s.sendall(head + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        # A judge that dies takes its own upload along, and the next is judged.
        killed = 0
        for pid in server.children():
            if pid not in begin[:2]:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
                    killed += 1
        check(killed > 0, "there are processes that judge")
        status, _, _ = server.ask("POST", "/api/v1/verify", *form(good))
        check(status == 200, f"after the judges were killed the next upload is judged, found {status}")
        opened = len(os.listdir(f"/proc/{server.process.pid}/fd"))
        check(opened < 60, f"no descriptors are left open, found {opened}")
        server.stop()
        check(not any("internal error" in line for line in server.lines), "no internal error was told")
        print("hostile requests: refused, cut off or harmless")


def mother(tool):
    """The process that makes those that judge is killed, and judging goes on; with the one that waits it is the server that ends."""
    with Server(tool, *TRUST, "--network", "none", "--at", "2026-06-01T00:00:00Z") as server:
        good = evidence(ROOT / "fixtures/devices/good")

        def made_by(pid):
            return [int(one) for one in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

        first = made_by(server.process.pid)
        check(len(first) == 1, f"one process makes those that judge: {first}")
        waits = made_by(first[0])[0]
        check(server.ask("POST", "/api/v1/verify", *form(good))[0] == 200, "judged before")
        os.kill(first[0], signal.SIGKILL)
        for _ in range(3):
            status, _, content = server.ask("POST", "/api/v1/verify", *form(good))
            check(status == 200 and json.loads(content)["verdict"] == "approve", f"and after it was killed: {status}")
        check(server.ask("GET", "/api/v1/health")[0] == 200, "the server is well")
        check(any("another took its place" in line for line in server.lines), f"and says so: {server.lines}")
        for pid in (made_by(waits)[0], waits):
            os.kill(pid, signal.SIGKILL)
        for method, path, more in (("GET", "/api/v1/health", ()), ("POST", "/api/v1/verify", form(good))):
            with contextlib.suppress(OSError, http.client.HTTPException):  # it ends within a second
                status, headers, _ = server.ask(method, path, *more)
                check(status != 503 or "Retry-After" in headers, f"{path}: 503 with Retry-After, found {headers}")
        check(server.process.wait(30) == 2, "the server ends, and not as if it had been asked to")
        check(any("none can be made anew" in line for line in server.lines), f"and says why: {server.lines}")
    print("the process that makes judges: replaced, and missed")


def no_room(tool):
    """Where large uploads cannot be kept while they come in, they are refused, and small ones are judged."""
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = "/proc/self/fdinfo"
    try:
        with Server(tool, *TRUST, "--network", "none", "--at", "2026-06-01T00:00:00Z") as server:
            good = evidence(ROOT / "fixtures/devices/good")
            status, _, _ = server.ask("POST", "/api/v1/verify", *form([*good, ("evidence", "pad", bytes(1 << 20))]))
            check(status == 507, f"an upload for which there is no room is 507, found {status}")
            status, _, _ = server.ask("POST", "/api/v1/verify", *form(good))
            check(status == 200, f"a small one is judged, found {status}")
            server.stop()
    finally:
        if before is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = before


def users(tool):
    with tempfile.TemporaryDirectory() as folder:
        tokens = pathlib.Path(folder) / "tokens"
        tokens.write_text("a-token-of-the-test-0001\n")
        # Of "correct horse", with the least cost.
        names = pathlib.Path(folder) / "users"
        names.write_text("ada:$2y$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e\n")
        key, certificate = f"{folder}/key.pem", f"{folder}/cert.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-keyout", key, "-out", certificate, "-subj", "/CN=localhost", "-days", "2"], check=True,
                       capture_output=True)
        with Server(tool, "--network", "none", "--token-file", str(tokens), "--users", str(names), "--tls-cert",
                    certificate, "--tls-key", key) as server:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE

            def ask(authorization):
                c = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=30, context=context)
                c.request("GET", "/api/v1/health", headers={"Authorization": authorization} if authorization else {})
                answer = c.getresponse()
                answer.read()
                check(answer.getheader("Strict-Transport-Security") is not None, "TLS is asked for again")
                return answer.status

            right = "Basic " + base64.b64encode(b"ada:correct horse").decode()
            check(ask(None) == 401, "nobody is 401")
            check(ask("Bearer a-token-of-the-test-0001") == 200, "a token is known")
            check(ask(right) == 200 and ask(right) == 200, "a user is known, and again")
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                check(set(pool.map(ask, [right] * 16)) == {200}, "logins at once are all known")
            wrong = "Basic " + base64.b64encode(b"ada:wrong").decode()
            found = [ask(wrong) for _ in range(14)]
            check(found[0] == 401 and found[-1] == 429, f"who guesses is 401, then held up: {found}")
            check(ask(right) == 200, "and who is known is not")
            old = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-tls1_1", "-cipher",
                                  "ALL:@SECLEVEL=0"], input=b"", capture_output=True)
            check(old.returncode != 0, "TLS 1.1 is refused")
            server.stop()
        print("users, tokens and TLS: as they should be")


def main():
    tool = os.path.abspath(sys.argv[1])
    os.environ.setdefault("MATTER_ATTEST_CACHE", tempfile.mkdtemp())
    for part in (users, mother, no_room, followed_lot, hostile, fixtures):
        part(tool)
    print("failed" if failures else "all held")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
