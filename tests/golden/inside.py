"""What systemd makes of the units, seen from inside the booted image. Run as root by its debug shell; a line a finding, `done` at the end.

The image is a release's. /run/test has what was signed of the next one (`next`), which has the same binary; the public key that both were
signed by (`release.pub`); their names (`names.json`); a catalogue of one film (`catalogue`); and podman's unit.
"""

import errno
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback

DATA = pathlib.Path("/var/lib/primetime")
HERE = pathlib.Path("/run/test")
SLOW = 300  # seconds: the machine is emulated
PICTURE = "/i/00000000000000aa/640.webp"
VIEWING, WORK, HOST, DRAIN, PODMAN = "primetime@viewing", "primetime@work", "primetime-host", "primetime-host-drain", "primetime-viewing"
LOGS, REGISTRY = "primetime-logs", "primetime-registry"
SETTINGS = DATA / "host.env"
# Among this host's own settings: nobody is there to tell it the time.
CLOCK = "PRIMETIME_CLOCK_REQUIRE_SYNC=false\n"
TIME = "169.254.169.123"
OUTSIDE = "10.117.0"


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()


def systemctl(*words):
    done = subprocess.run(["systemctl", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}: {done.stderr}"


def primetime(*words):
    """As an operator calls it on this host: with the host's own settings, as the services' user."""
    run_as = ["-p", "User=primetime", "-p", f"EnvironmentFile={SETTINGS}", "-E", "PRIMETIME_CONFIG=/etc/primetime/primetime.toml"]
    done = subprocess.run(["systemd-run", "--quiet", "--pipe", "--wait", *run_as, "/usr/bin/primetime", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout


def shows(unit, name):
    return run("systemctl", "show", unit, "--value", "-p", name)


def until(what, true, most=SLOW):
    end = time.monotonic() + most
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


def lacks():
    """What a page lacks to be answered whole; empty when it is."""
    began = time.monotonic()
    try:
        answer = read(connect("/en/"))
    except OSError as error:
        return f"{error!r} after {time.monotonic() - began:.1f} s"
    whole = answer.startswith(b"HTTP/1.1 200") and answer.rstrip().endswith(b"</html>")
    return "" if whole else f"{len(answer)} bytes: {answer[:80]!r}"


def page():
    return lacks() == ""


def instances(release=".*"):
    there = run("pgrep", "--full", f"{DATA}/releases/{release}/primetime serve").split()
    return sorted(int(pid) for pid in there)


class Crowd:
    """Viewers who come anew for each page; how many were not answered."""

    def __enter__(self):
        self.answered, self.failed = 0, []
        self.over = False
        self.threads = [threading.Thread(target=self.visit) for _ in range(3)]
        for thread in self.threads:
            thread.start()
        return self

    def visit(self):
        while not self.over:
            if lack := lacks():
                self.failed.append(f"{time.strftime('%T')} {lack}")
            else:
                self.answered += 1

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
    assert not crowd.failed, f"{crowd.failed} beside {crowd.answered} that were answered"
    systemctl("stop", f"{VIEWING}.socket", VIEWING)
    return f"restarted under load: none of {crowd.answered} requests lost"


def host():
    try:
        return hosting()
    finally:  # what is looked at next wants their address
        run("systemctl", "stop", f"{HOST}.socket", HOST)
        run("systemctl", "stop", DRAIN)


def as_a_host(release):
    return f"PRIMETIME_ROLES=site,origin\nINSTANCES=2\nRELEASE={release}\nARGUMENTS=-- --set database.path=none\n"


def hosting():
    name, new = json.loads((HERE / "names.json").read_text())
    shutil.copytree(HERE / "next", DATA / "releases" / new)
    shutil.copy("/usr/bin/primetime", DATA / "releases" / new)
    shutil.copy(HERE / "release.pub", DATA / "keys")
    SETTINGS.write_text(SETTINGS.read_text() + as_a_host(name))
    run("chown", "-R", "primetime:", DATA / "releases", DATA / "keys")
    # As at a boot: the release on the image is what it begins with.
    systemctl("restart", "primetime-start")
    until("hosting", lambda: shows(HOST, "StatusText") == "serving")
    assert shows(HOST, "Type") == "notify" and (DATA / "releases" / name / "primetime").is_file()
    until("two instances", lambda: len(instances()) == 2 and page())
    ran = instances()
    with Crowd() as crowd:
        crowd.goes_on()
        systemctl("restart", HOST)
        crowd.goes_on()
        os.kill(int(shows(HOST, "MainPID")), signal.SIGKILL)
        until("started again", lambda: shows(HOST, "ActiveState") == "active")
        crowd.goes_on()
    assert not crowd.failed, f"{crowd.failed} beside {crowd.answered} that were answered"
    assert instances() == ran, "they are adopted"
    os.kill(ran[0], signal.SIGKILL)
    until("replaced", lambda: len(instances()) == 2 and ran[0] not in instances() and page())
    rolled = rollout(name, new)
    # The kernel remembers no viewer's connection, and no probe: where its table is full, it drops whoever comes.
    assert (remembered := int(pathlib.Path("/proc/sys/net/netfilter/nf_conntrack_count").read_text())) < 500, remembered
    # With its socket: left alone, that would have the host started again by whoever comes.
    systemctl("stop", f"{HOST}.socket", HOST)
    assert len(instances()) == 2 and page(), "they go on"
    download_is_whole_while("stop", DRAIN)
    assert instances() == [] and shows(DRAIN, "Result") == "success" and shows(HOST, "ActiveState") == "inactive"
    return f"restarted and killed under load: none of {crowd.answered} requests lost; a killed instance replaced; {rolled}; drained whole"


def host_without_a_clock():
    """What an operator is told of a host whose instances wait for the time."""
    before = SETTINGS.read_text()
    name, _ = json.loads((HERE / "names.json").read_text())
    shutil.copy(HERE / "release.pub", DATA / "keys")
    run("chown", "-R", "primetime:", DATA / "keys")
    SETTINGS.write_text(before.replace(CLOCK, "") + as_a_host(name))
    systemctl("stop", f"{VIEWING}.socket", VIEWING)
    try:
        systemctl("restart", "primetime-start")
        lines = []

        def said():
            lines[:] = [line for line in primetime("release", "status").splitlines() if "not ready" in line]
            return any("clock: nobody keeps this machine's clock" in line for line in lines)

        until("told", said)
        return lines[0]
    finally:
        SETTINGS.write_text(before)
        run("systemctl", "stop", f"{HOST}.socket", HOST)
        run("systemctl", "stop", DRAIN)


def rollout(old, new):
    with Crowd() as crowd:
        crowd.goes_on()
        primetime("release", "roll", new, "--as", "test")
        # The judge wants as many requests as ever, and few are answered in a second here.
        said = ""

        def decided():
            nonlocal said
            said = primetime("release", "status")
            return "is warm" in said or "undone" in said

        until("decided", decided, 4 * SLOW)
        assert "is warm" in said, said
        # The control is of the old release too.
        assert len(instances(new)) == 2 and len(instances(old)) >= 2, "the old ones are kept"
        crowd.goes_on()
        primetime("release", "undo", "--why", "to see it", "--as", "test")
        until("undone", lambda: len(instances(old)) == 2 and instances(new) == [])
        crowd.goes_on()
    assert not crowd.failed, f"{crowd.failed} beside {crowd.answered} that were answered while a release was rolled"
    return f"rolled {new} and undone: none of {crowd.answered} requests lost"


def podman():
    try:
        return in_a_container()
    finally:
        run("systemctl", "stop", PODMAN)


def in_a_container():
    unit = (HERE / f"{PODMAN}.service").read_text().replace("primetime:latest", "primetime:baked")
    pathlib.Path(f"/run/systemd/system/{PODMAN}.service").write_text(unit)
    systemctl("daemon-reload")
    systemctl("start", PODMAN)
    until("serving", page)
    assert run("python3", "-c", "import urllib.request as r; print(r.urlopen('http://127.0.0.1:9090/healthz').status)") == "200"
    download_is_whole_while("stop", PODMAN)
    assert shows(PODMAN, "Result") == "success" and run("podman", "ps", "--all", "--quiet") == ""
    return "the baked container image served; stopped: the download came whole"


def logs():
    """Nobody gets in here to read them."""
    kept = HERE / "journal"
    kept.mkdir()
    with subprocess.Popen(["/lib/systemd/systemd-journal-remote", "--listen-http=127.0.0.1:19532", f"--output={kept}/"]) as keeper:
        with SETTINGS.open("a") as env:
            env.write("LOG_UPLOAD=http://127.0.0.1:19532\n")
        assert shows(LOGS, "ActiveState") == "inactive", "nobody had named an address"
        systemctl("start", LOGS)
        until("sent", lambda: "serving" in run("journalctl", "--directory", kept, "-u", VIEWING, "-o", "cat"))
        systemctl("stop", LOGS)
        keeper.terminate()
    return "the journal arrived where LOG_UPLOAD says"


def registry():
    """As settings ask for it; podman is not let write to it, and finds nothing that was never pushed."""
    shutil.copy(HERE / "release.pub", DATA / "keys/image.pub")
    with SETTINGS.open("a") as env:
        env.write("REGISTRY=yes\n")
    run("chown", "-R", "primetime:", DATA / "keys")
    systemctl("restart", "primetime-start")
    until("serving", lambda: shows(REGISTRY, "StatusText") == "serving")
    pull = subprocess.run(["podman", "pull", "127.0.0.1:5000/primetime:none"], capture_output=True, text=True, check=False)
    assert pull.returncode != 0 and "unknown" in pull.stderr, pull.stderr
    systemctl("stop", REGISTRY)
    # What else that started.
    run("systemctl", "stop", f"{HOST}.socket", HOST, VIEWING)
    run("systemctl", "stop", DRAIN)
    return "podman asks it, without TLS as on this machine alone, and it answers"


def disk_alarm():
    """What fills the data disk is said loudly, in the journal and in /metrics."""
    large = DATA / "large"
    try:
        return said_when_full(large)
    finally:
        large.unlink()
        systemctl("stop", VIEWING)


def said_when_full(large):
    run("fallocate", "-l", str(int(os.statvfs(DATA).f_bavail * os.statvfs(DATA).f_frsize * 0.97)), large)
    systemctl("start", "primetime-host-watch")
    assert "% full" in (said := run("journalctl", "-u", "primetime-host-watch", "-p", "crit", "-o", "cat")), said
    systemctl("start", VIEWING)
    until("serving", page)
    figures = run("python3", "-c", "import urllib.request as r; print(r.urlopen('http://127.0.0.1:9090/metrics').read().decode())")
    [used] = [line for line in figures.splitlines() if line.startswith(f'primetime_host_disk_used_ratio{{mount="{DATA}"}}')]
    assert float(used.rsplit(" ", 1)[1]) > 0.95, used
    return used


def boot():
    """From network to page, by systemd's own clock. Nothing was fetched for it: no connection was asked of anybody."""
    network, serves = (int(shows(unit, "ActiveEnterTimestampMonotonic")) / 1e6 for unit in ("network-online.target", VIEWING))
    names, counts = [line.split() for line in pathlib.Path("/proc/net/snmp").read_text().splitlines() if line.startswith("Tcp:")]
    assert (asked := counts[names.index("ActiveOpens")]) == "0", f"{asked} connections were opened from here"
    return f"network up {network:.1f} s after the kernel's start, pages {serves - network:.1f} s later, no connection opened from here"


def root_is_read_only():
    for path in ("/", "/usr/bin", "/etc", "/usr/lib/primetime/containers"):
        try:
            pathlib.Path(path, "written").touch()
        except OSError as error:
            assert error.errno == errno.EROFS, (path, error)
        else:
            raise AssertionError(f"{path} was written to")
    options = run("findmnt", "--noheadings", "--output", "OPTIONS", "/")
    assert "ro" in options.split(","), options
    return options


def nobody_logs_in():
    """No password opens any account, nothing asks for one, and nothing that lets people in is there."""
    open_to = [line.split(":")[0] for line in pathlib.Path("/etc/shadow").read_text().splitlines() if line.split(":")[1][:1] not in ("!", "*")]
    assert open_to == [], open_to
    asking = run("systemctl", "list-units", "--no-legend", "--plain", "--state=active,activating", "*getty*", "*ssh*", "*login*", "console-shell*")
    assert {line.split()[0] for line in asking.splitlines()} <= {"systemd-logind.service", "getty.target", "system-getty.slice"}, asking
    assert not run("pgrep", "--list-name", "getty|sshd|login$")
    assert not [name for name in ("sshd", "dropbear", "telnetd", "in.telnetd") if shutil.which(name)]
    assert not [str(path) for home in ("/root", "/home", "/etc/ssh") for path in pathlib.Path(home).rglob("authorized_keys*")]
    # The shell that this runs in is not the image's doing.
    assert run("systemctl", "is-enabled", "debug-shell.service") != "enabled"
    return "no account has a password, no console and no server asks for one"


def answers_outside(port):
    """Whether a neighbour in a network of its own is let in there: to itself the host is always open."""
    code = f"import socket; s = socket.create_connection(('{OUTSIDE}.1', {port}), timeout=5)"
    return subprocess.run(["ip", "netns", "exec", "outside", "python3", "-c", code], capture_output=True, check=False).returncode == 0


def closed_ports():
    systemctl("start", VIEWING)
    until("serving", page)
    # Or it would be given an address by whoever gives this machine its own.
    unmanaged = pathlib.Path("/run/systemd/network/10-inner.network")
    unmanaged.parent.mkdir(parents=True, exist_ok=True)
    unmanaged.write_text("[Match]\nName=inner\n[Link]\nUnmanaged=yes\n")
    run("networkctl", "reload")
    for words in ("netns add outside", "link add inner type veth peer name outer netns outside", f"address add {OUTSIDE}.1/24 dev inner", "link set inner up",
                  f"-n outside address add {OUTSIDE}.2/24 dev outer", "-n outside link set outer up"):
        assert (done := subprocess.run(["ip", *words.split()], capture_output=True, text=True, check=False)).returncode == 0, (words, done.stderr)
    # Whatever was started by hand, or by mistake, is not to be had.
    strays = [socket.create_server(("0.0.0.0", port)) for port in (22, 7777, 9093, 19532)]
    try:
        until("let in", lambda: answers_outside(8080), 30)
        assert answers_outside(9090), "operators are let in"
        let_in = [stray.getsockname()[1] for stray in strays if answers_outside(stray.getsockname()[1])]
        assert let_in == [], let_in
        assert all(socket.create_connection(("127.0.0.1", stray.getsockname()[1])) for stray in strays), "they listen"
    finally:
        for stray in strays:
            stray.close()
        run("ip", "link", "delete", "inner")
        run("ip", "netns", "delete", "outside")
    return "8080 and 9090 answer a neighbour; 22, 7777, 9093 and 19532 do not, though somebody listens there"


def journal_is_bounded():
    said = run("journalctl", "-u", "systemd-journald", "-o", "cat")
    [most] = set(re.findall(r"Runtime Journal \(.*?\) is .*?, max (\S+?),", said))
    assert most == "64.0M" and not pathlib.Path("/var/log/journal").exists(), most
    return f"in memory, {most} at most"


def lacks_to_be_ready():
    """The conditions that are not met, with their reasons; none when it is ready."""
    code = "import urllib.request as r, urllib.error as e\ntry: r.urlopen('http://127.0.0.1:9090/readyz')\nexcept e.HTTPError as x: print(x.read().decode())"
    said = run("python3", "-c", code)
    return json.loads(said)["missing"] if said else {}


def clock():
    """Where nobody tells the time; and then somebody does, at EC2's address."""
    before = SETTINGS.read_text()
    assert CLOCK in before
    try:
        SETTINGS.write_text(before.replace(CLOCK, ""))
        return without_a_clock() + "; " + with_a_clock()
    finally:
        SETTINGS.write_text(before)
        run("systemctl", "restart", VIEWING)


def without_a_clock():
    assert shows("chrony", "ActiveState") == "active", shows("chrony", "ActiveState")
    watch = subprocess.run(["/usr/lib/primetime/host-watch", "clock"], capture_output=True, text=True, check=False)
    assert watch.returncode == 1 and "no source yet" in watch.stdout, watch
    systemctl("restart", VIEWING)
    until("serving", lambda: shows(VIEWING, "StatusText") == "serving")
    until("asked", lambda: set(lacks_to_be_ready()) == {"clock"})
    words = lacks_to_be_ready()["clock"]
    assert "nobody keeps this machine's clock" in words and "run chrony" in words and "clock.require_sync" in words, words
    until("said", lambda: words in run("journalctl", "-u", VIEWING, "-o", "cat"), 60)
    return f"not ready, and says so: {words}"


def with_a_clock():
    """How long it takes from chrony's start, which is about when the network is up, to a process that is ready."""
    settings = HERE / "time.conf"
    settings.write_text(f"local stratum 1\nallow\nbindaddress {TIME}\ncmdport 0\nbindcmdaddress /\npidfile /run/time.pid\n")
    systemctl("stop", "chrony")
    assert run("ip", "address", "add", f"{TIME}/32", "dev", "lo") == ""
    server = subprocess.Popen(["chronyd", "-d", "-x", "-u", "root", "-f", settings], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        began = time.monotonic()
        systemctl("start", "chrony")
        until("ready", lambda: lacks_to_be_ready() == {}, 120)
        took = time.monotonic() - began
        assert subprocess.run(["/usr/lib/primetime/host-watch", "clock"], capture_output=True, check=False).returncode == 0
    finally:
        server.terminate()
        server.wait()
        run("ip", "address", "delete", f"{TIME}/32", "dev", "lo")
        systemctl("restart", "chrony")
    # Its keeper is new and knows nobody; the process was ready, and stays.
    assert lacks_to_be_ready() == {}
    return f"ready {took:.1f} s after chrony's start beside a source, and still when that is gone"


def encoder():
    """Alone on this host, with an installation of its own; what it made is then looked at as a viewer."""
    before = SETTINGS.read_text()
    SETTINGS.write_text(f"PRIMETIME_SITE_DEFAULT_TERRITORY=US\n{CLOCK}PRIMETIME_DATA_DIR={DATA}/studio\n")
    primetime("import", str(HERE / "catalogue"))
    systemctl("start", WORK)
    until("encoding", lambda: run("pgrep", "--exact", "ffmpeg"))
    killed = shows(WORK, "MainPID")
    os.kill(int(killed), signal.SIGKILL)
    until("started again", lambda: shows(WORK, "MainPID") not in ("0", killed) and shows(WORK, "ActiveState") == "active")
    systemctl("start", VIEWING)
    until("playable", lambda: page() and b"Night Ferry" in read(connect("/en/")))
    assert list((DATA / "studio/objects/media").glob("*/v*.mp4"))
    systemctl("stop", WORK)
    assert shows(WORK, "Result") == "success" and run("pgrep", "--exact", "ffmpeg") == ""
    SETTINGS.write_text(before)
    systemctl("restart", VIEWING)
    until("serving as before", page)
    return "killed in the middle of a film: started again; the film is on its page"


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
CHECKS = (boot, root_is_read_only, nobody_logs_in, closed_ports, journal_is_bounded, clock, one_process, one_process_on_systemds_socket, host,
          host_without_a_clock, podman, registry, disk_alarm, encoder, logs, nothing_failed)
# All of them, or those that are named.
for check in [check for check in CHECKS if not sys.argv[1:] or check.__name__ in sys.argv[1:]]:
    try:
        print("ok", check.__name__, check(), flush=True)
    except Exception:  # what went wrong is said, and the rest is looked at all the same
        print("not ok", check.__name__, traceback.format_exc(), flush=True)
        print(run("journalctl", "-u", "primetime*", "-o", "short-precise", "-n", "40"), flush=True)
# Whatever was looked at, the machine is powered off while it serves.
systemctl("start", VIEWING)
print("done", flush=True)
