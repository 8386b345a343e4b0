"""What systemd makes of the units, seen from inside the booted image. Run as root by its debug shell; a line a finding, `done` at the end.

/run/test has a release (`release`), the public key that it was signed by (`release.pub`) and podman's unit.
"""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import time
import traceback

DATA = pathlib.Path("/var/lib/primetime")
HERE = pathlib.Path("/run/test")
SLOW = 300  # seconds: the machine is emulated
PICTURE = "/i/00000000000000aa/640.webp"
VIEWING, HOST, DRAIN, PODMAN = "primetime@viewing", "primetime-host", "primetime-host-drain", "primetime-viewing"


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()


def systemctl(*words):
    done = subprocess.run(["systemctl", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}: {done.stderr}"


def shows(unit, name):
    return run("systemctl", "show", unit, "--value", "-p", name)


def until(what, true):
    end = time.monotonic() + SLOW
    while not true():
        assert time.monotonic() < end, f"never {what}"
        time.sleep(1)


def connect(path):
    stream = socket.create_connection(("127.0.0.1", 8080), timeout=SLOW)
    stream.sendall(f"GET {path} HTTP/1.1\r\nHost: harbour.localhost:8080\r\nConnection: close\r\n\r\n".encode())
    return stream


def read(stream):
    pieces = []
    while piece := stream.recv(1 << 20):
        pieces.append(piece)
    return b"".join(pieces)


def page():
    """True when it is answered whole."""
    try:
        answer = read(connect("/en/"))
    except OSError:
        return False
    return answer.startswith(b"HTTP/1.1 200") and answer.rstrip().endswith(b"</html>")


def instances():
    there = run("pgrep", "--full", f"{DATA}/releases/.*/primetime serve").split()
    return sorted(int(pid) for pid in there)


class Crowd:
    """Viewers who come anew for each page; how many were not answered."""

    def __enter__(self):
        self.answered = self.failed = 0
        self.over = False
        self.threads = [threading.Thread(target=self.visit) for _ in range(3)]
        for thread in self.threads:
            thread.start()
        return self

    def visit(self):
        while not self.over:
            if page():
                self.answered += 1
            else:
                self.failed += 1

    def goes_on(self):
        seen = self.answered
        until("answered", lambda: self.answered > seen + 10)

    def __exit__(self, *_):
        self.over = True
        for thread in self.threads:
            thread.join()


def download_is_whole_while(*words):
    """Begins to read, stops the unit, and reads on when it has been told."""
    stream = connect(PICTURE)
    begun = stream.recv(1 << 16)
    stopping = subprocess.Popen(["systemctl", *words])
    time.sleep(5)
    rest = read(stream)
    head, _, body = (begun + rest).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200") and len(body) == (DATA / f"objects{PICTURE.replace('/i/', '/images/')}").stat().st_size, head
    assert stopping.wait(SLOW) == 0, words


def one_process():
    assert shows(VIEWING, "Type") == "notify" and shows(VIEWING, "StatusText") == "serving"
    before = shows(VIEWING, "MainPID")
    os.kill(int(before), signal.SIGKILL)
    until("replaced", lambda: shows(VIEWING, "MainPID") not in ("0", before) and page())
    hangs = shows(VIEWING, "MainPID")
    os.kill(int(hangs), signal.SIGSTOP)
    until("killed by the watchdog", lambda: shows(VIEWING, "MainPID") not in ("0", hangs) and page())
    assert "watchdog" in run("journalctl", "-u", VIEWING, "-o", "cat").lower()
    download_is_whole_while("stop", VIEWING)
    assert shows(VIEWING, "Result") == "success"
    return "killed: replaced; hung: killed by the watchdog and replaced; stopped: the download came whole"


def one_process_on_systemds_socket():
    systemctl("start", f"{VIEWING}.socket", VIEWING)
    with Crowd() as crowd:
        crowd.goes_on()
        systemctl("restart", VIEWING)
        crowd.goes_on()
    assert crowd.failed == 0, f"{crowd.failed} of {crowd.answered} were not answered"
    systemctl("stop", f"{VIEWING}.socket", VIEWING)
    return f"restarted under load: none of {crowd.answered} requests lost"


def host():
    name = json.loads((HERE / "name.json").read_text())
    shutil.copytree(HERE / "release", DATA / "releases" / name)
    shutil.copy(HERE / "release.pub", DATA / "keys")
    with (DATA / "host.env").open("a") as env:
        env.write(f"PRIMETIME_ROLES=site,origin\nINSTANCES=2\nRELEASE={name}\nARGUMENTS=-- --set database.path=none\n")
    run("chown", "-R", "primetime:", DATA / "releases", DATA / "keys")
    systemctl("start", f"{HOST}.socket", HOST)
    assert shows(HOST, "Type") == "notify" and shows(HOST, "StatusText") == "serving"
    until("two instances", lambda: len(instances()) == 2 and page())
    ran = instances()
    with Crowd() as crowd:
        crowd.goes_on()
        systemctl("restart", HOST)
        crowd.goes_on()
        os.kill(int(shows(HOST, "MainPID")), signal.SIGKILL)
        until("started again", lambda: shows(HOST, "ActiveState") == "active")
        crowd.goes_on()
    assert crowd.failed == 0, f"{crowd.failed} of {crowd.answered} were not answered"
    assert instances() == ran, "they are adopted"
    os.kill(ran[0], signal.SIGKILL)
    until("replaced", lambda: len(instances()) == 2 and ran[0] not in instances() and page())
    # With its socket: left alone, that would have the host started again by whoever comes.
    systemctl("stop", f"{HOST}.socket", HOST)
    assert len(instances()) == 2 and page(), "they go on"
    download_is_whole_while("stop", DRAIN)
    assert instances() == [] and shows(DRAIN, "Result") == "success" and shows(HOST, "ActiveState") == "inactive"
    return f"restarted and killed under load: none of {crowd.answered} requests lost; a killed instance replaced; drained whole"


def podman():
    unit = (HERE / f"{PODMAN}.service").read_text().replace("primetime:latest", "primetime:baked")
    pathlib.Path(f"/run/systemd/system/{PODMAN}.service").write_text(unit)
    systemctl("daemon-reload")
    systemctl("start", PODMAN)
    until("serving", page)
    assert run("python3", "-c", "import urllib.request as r; print(r.urlopen('http://127.0.0.1:9090/healthz').status)") == "200"
    download_is_whole_while("stop", PODMAN)
    assert shows(PODMAN, "Result") == "success" and run("podman", "ps", "--all", "--quiet") == ""
    return "the baked container image served; stopped: the download came whole"


def nothing_failed():
    assert (failed := run("systemctl", "--failed", "--no-legend", "--plain")) == "", failed
    lines = [line.split() for line in run("systemd-analyze", "security", "--no-pager").splitlines() if line.startswith("primetime")]
    exposed = {words[0]: float(words[1]) for words in lines}
    assert exposed and max(exposed.values()) < 2.5, exposed
    return str(exposed)


picture = DATA / "objects/images/00000000000000aa/640.webp"
picture.parent.mkdir(parents=True)
picture.write_bytes(os.urandom(16 << 20))
run("chown", "-R", "primetime:", DATA / "objects/images")
for check in (one_process, one_process_on_systemds_socket, host, podman, nothing_failed):
    try:
        print("ok", check.__name__, check(), flush=True)
    except Exception:  # what went wrong is said, and the rest is looked at all the same
        print("not ok", check.__name__, traceback.format_exc(), flush=True)
        print(run("journalctl", "-u", "primetime*", "-o", "short-precise", "-n", "40"), flush=True)
print("done", flush=True)
