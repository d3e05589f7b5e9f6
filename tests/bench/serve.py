#!/usr/bin/env python3
"""The server under load: verifications a second over kept connections, what the server takes beside its judges, how long
one takes at half load, idle connections, large uploads at once, a lot beside lot --stream.

    tests/bench/serve.py build/release/matter-attest [UPLOADS [IDLE]]

Uses wrk where it is installed.
"""
import os
import pathlib
import re
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))
import serve  # noqa: E402

OPTIONS = [*serve.TRUST, "--network", "none", "--at", "2026-06-01T00:00:00Z"]


def cpu(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid):
    try:
        return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) / 1024
    except (OSError, TypeError):
        return 0


def one_after_another(tool):
    with serve.Server(tool, *OPTIONS, "--jobs", "1") as server:
        body, head = serve.form(serve.evidence(ROOT / "fixtures/devices/good"))
        connection = server.connect()

        def once():
            connection.request("POST", "/api/v1/verify", body, head)
            answer = connection.getresponse()
            answer.read()
            return answer.status == 200
        for _ in range(50):
            once()
        processes = server.children()
        before = {pid: cpu(pid) for pid in processes}
        count, began, times = 1000, time.monotonic(), []
        for _ in range(count):
            start = time.monotonic()
            assert once()
            times.append(time.monotonic() - start)
        took = time.monotonic() - began
        spent = {pid: cpu(pid) - before[pid] for pid in processes}
        own, judges = spent[server.process.pid], sum(s for p, s in spent.items() if p != server.process.pid)
        print(f"one connection: {count / took:.0f} verifications a second; of the processor's time {judges / (own + judges):.2f} "
              f"is the judge's, {own / count * 1e3:.2f} ms of {(own + judges) / count * 1e3:.2f} the server's")
        rate = count / took / 2
        times = []
        for _ in range(500):
            start = time.monotonic()
            once()
            times.append(time.monotonic() - start)
            time.sleep(max(0, 1 / rate - times[-1]))
        times.sort()
        print(f"at half load: p50 {times[250] * 1e3:.1f} ms, p99 {times[495] * 1e3:.1f} ms")


def all_processors(tool):
    if not shutil.which("wrk"):
        return print("wrk is not installed: skipped")
    with serve.Server(tool, *OPTIONS) as server, tempfile.TemporaryDirectory() as folder:
        body, head = serve.form(serve.evidence(ROOT / "fixtures/devices/good"))
        (pathlib.Path(folder) / "body").write_bytes(body)
        script = pathlib.Path(folder) / "post.lua"
        script.write_text(f'local f = io.open("{folder}/body", "rb")\nwrk.method = "POST"\nwrk.body = f:read("*a")\n'
                          f'wrk.headers["Content-Type"] = "{head["Content-Type"]}"\n')
        out = subprocess.run(["wrk", "-t1", f"-c{2 * os.cpu_count()}", "-d5s", "--latency", "-s", script,
                              f"http://127.0.0.1:{server.port}/api/v1/verify"], capture_output=True, text=True).stdout
        print("wrk:", " ".join(re.findall(r"(?:Requests/sec:|99%|Non-2xx[^\n]*)\s*\S*", out)))


def memory(tool, uploads, idle):
    with serve.Server(tool, *OPTIONS) as server:
        connections = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(idle)]
        time.sleep(1)
        print(f"{idle} idle connections: {resident(server.process.pid):.0f} MiB")
        pad = os.urandom(1 << 20) * 16
        body, head = serve.form([*serve.evidence(ROOT / "fixtures/devices/good"), ("evidence", "pad", pad)])
        statuses, most = [], {}

        def upload():
            connection = server.connect(timeout=600)
            connection.request("POST", "/api/v1/verify", body, head)
            statuses.append(connection.getresponse().status)
        threads = [threading.Thread(target=upload) for _ in range(uploads)]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            for pid in server.children():
                most[pid] = max(most.get(pid, 0), resident(pid))
            time.sleep(0.2)
        judges = [size for pid, size in most.items() if pid != server.process.pid]
        print(f"{uploads} uploads of 16 MiB at once: {statuses.count(200)} judged in {time.monotonic() - began:.0f} s; the server "
              f"{most[server.process.pid]:.0f} MiB, a judge up to {max(judges):.0f} MiB")
        for connection in connections:
            connection.close()


def lot(tool):
    lines = (serve.records() * 400).encode()
    began = time.monotonic()
    by_command = subprocess.run([tool, "lot", "--stream", *OPTIONS], cwd=ROOT, input=lines, capture_output=True).stdout
    stream = time.monotonic() - began
    with serve.Server(tool, *OPTIONS) as server:
        began = time.monotonic()
        status, _, content = server.ask("POST", "/api/v1/lot", lines, {"Content-Type": "application/x-ndjson"})
        served = time.monotonic() - began
        assert status == 200 and content == by_command
        count = len(lines.splitlines())
        print(f"a lot of {count}: {count / stream:.0f} a second by lot --stream, {count / served:.0f} over HTTP")


def beside_lot(tool):
    """The same records, one a request, beside lot --stream --full: their reports as JSON, and in a line."""
    if not shutil.which("wrk"):
        return print("wrk is not installed: skipped")
    lines = serve.records().splitlines()
    repeated = "".join(line + "\n" for line in lines * 100).encode()
    with serve.Server(tool, *OPTIONS) as server, tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for i, line in enumerate(lines):
            body, head = serve.form([("evidence", "record.json", line.encode())])
            (folder / f"{i}").write_bytes(body)
        script = folder / "post.lua"
        script.write_text(f'local all, at = {{}}, 0\nfor i = 0, {len(lines) - 1} do\n  local f = io.open("{folder}/" .. i, "rb")\n'
                          f'  all[i + 1] = f:read("*a")\nend\nlocal head = {{["Content-Type"] = "{head["Content-Type"]}", ["Accept"] = os.getenv("FORM")}}\n'
                          'request = function()\n  at = at % #all + 1\n  return wrk.format("POST", "/api/v1/verify", head, all[at])\nend\n')
        rates = {}
        for turn in range(3):
            for form in ("application/json", "application/x-ndjson"):
                out = subprocess.run(["wrk", "-t1", f"-c{2 * os.cpu_count()}", "-d4s", "-s", script, f"http://127.0.0.1:{server.port}/"],
                                     capture_output=True, text=True, env={**os.environ, "FORM": form}).stdout
                assert "Non-2xx" not in out, out
                rates.setdefault(form, []).append(float(re.search(r"Requests/sec:\s*([\d.]+)", out)[1]))
            began = time.monotonic()
            subprocess.run([tool, "lot", "--stream", "--full", *OPTIONS], cwd=ROOT, input=repeated, capture_output=True)
            rates.setdefault("lot", []).append(len(lines) * 100 / (time.monotonic() - began))
        lot_rate = max(rates["lot"])
        for form in ("application/json", "application/x-ndjson"):
            print(f"a record a request, {form}: {max(rates[form]):.0f} a second, {max(rates[form]) / lot_rate:.2f} of lot --stream --full ({lot_rate:.0f})")


def main():
    tool = os.path.abspath(sys.argv[1])
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    one_after_another(tool)
    all_processors(tool)
    memory(tool, int(sys.argv[2]) if len(sys.argv) > 2 else 200, int(sys.argv[3]) if len(sys.argv) > 3 else 1000)
    lot(tool)
    beside_lot(tool)


if __name__ == "__main__":
    main()
