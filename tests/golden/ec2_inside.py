"""What became of a machine that EC2 started, seen from inside. Run as root by its debug shell; a line a finding, `done` at the end."""

import json
import pathlib
import re
import subprocess
import traceback

EXPECTED = json.loads(pathlib.Path("/run/test/expected.json").read_text())
SETTINGS = pathlib.Path("/run/primetime-settings")
DATA = pathlib.Path("/var/lib/primetime")
SERVICE = "primetime-host" if EXPECTED["role"] == "host" else "primetime@viewing"
ROLE = {"work": "studio,work", "host": "site"}.get(EXPECTED["role"], EXPECTED["role"])


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()


def shows(unit, name):
    return run("systemctl", "show", unit, "--value", "-p", name)


def machine():
    assert (kind := run("systemd-detect-virt")) == "amazon", kind
    return kind


def settings():
    assert shows("primetime-settings", "ActiveState") == "active" and shows("primetime-settings", "Result") == "success"
    env = dict(line.split("=", 1) for line in (SETTINGS / "machine.env").read_text().splitlines())
    assert env["PRIMETIME_ROLES"] == ROLE, env
    refused = len(re.findall("it says 503", run("journalctl", "-u", "primetime-settings", "-o", "cat")))
    assert refused == 3, refused
    level = float(re.search(r"([\d.]+) \w+", run("systemd-analyze", "security", "--no-pager", "primetime-settings").splitlines()[-1].split(":")[1])[1])
    assert level < 2.5, level
    return f"there after the service had been sick {refused} times; exposure {level}"


def handed_over():
    there, secrets = SETTINGS / "secrets", EXPECTED["secrets"]
    if not secrets:
        assert not there.exists()
        return "none for this role"
    assert run("findmnt", "--noheadings", "--output", "FSTYPE", "--target", str(there)) == "tmpfs"
    for path, mode in [(SETTINGS, 0o700), (there, 0o700), *((there / name, 0o600) for name in secrets)]:
        stat = path.stat()
        assert (stat.st_mode & 0o777, stat.st_uid, stat.st_gid) == (mode, 900, 900), (path, oct(stat.st_mode), stat.st_uid)
    assert {path.name: path.read_text() for path in there.iterdir()} == secrets
    # In memory, and nowhere else: no host drew its own, and nothing was written down.
    drawn = {path.name for path in (DATA / "secrets").glob("*")}
    assert drawn == set(), drawn
    pid = shows(SERVICE, "MainPID")
    written = run("journalctl", "-o", "json") + pathlib.Path(f"/proc/{pid}/environ").read_text() + pathlib.Path(f"/proc/{pid}/cmdline").read_text()
    assert [name for name, text in secrets.items() if text.strip() in written] == []
    # What is signed here is what the others believe.
    key = {"site": "token", "host": "token", "work": "edition"}[EXPECTED["role"]]
    assert EXPECTED["public"][key] in (DATA / f"keys/{key}.pub").read_text()
    return f"{', '.join(sorted(secrets))}: 0600, of primetime, in memory, not in the journal; {key}.pub is everybody's"


def no_data_disk():
    """Nobody waited for it: the service started before systemd gave it up, which it does after 90 s."""
    assert run("findmnt", "--noheadings", "--output", "FSTYPE", "--target", str(DATA)) == "tmpfs"
    journal = run("journalctl", "-o", "cat").splitlines()
    assert any("no blank one" in line for line in journal)
    given_up = [n for n, line in enumerate(journal) if line.startswith("Timed out waiting for device")]
    started = [n for n, line in enumerate(journal) if line.startswith(f"Starting {SERVICE}")]
    assert started and started[0] < min(given_up, default=len(journal)), (started, given_up)
    return "none was waited for"


def data_disk():
    if EXPECTED["role"] == "origin":
        return no_data_disk()
    source, kind = run("findmnt", "--noheadings", "--output", "SOURCE,FSTYPE", str(DATA)).split()
    assert (source, kind) == ("/dev/vdb", "ext4"), (source, kind)
    assert run("blkid", "-p", "-o", "value", "-s", "LABEL", source) == "primetime-data"
    assert (DATA.stat().st_uid, DATA.stat().st_gid) == (900, 900)
    assert run("head", "-c", "9", "/dev/vdc") == "inside.py", "the other disk is as it was"
    assert "vdb is blank" in run("journalctl", "-u", "primetime-data-disk", "-o", "cat")
    return f"{source} was made and mounted; " + run("systemd-analyze", "blame", "--no-pager").split("primetime-data-disk")[0].splitlines()[-1].strip()


def serving():
    assert shows(SERVICE, "StatusText") == "serving" and shows(SERVICE, "NRestarts") == "0", (shows(SERVICE, "StatusText"), shows(SERVICE, "NRestarts"))
    return run("systemd-analyze", "time").splitlines()[0]


def name():
    """As the network calls it: hosts of one service are told apart by it."""
    assert (called := run("hostname")) == "ip-169-254-169-15", called
    if EXPECTED["role"] != "host":
        return called
    # Two instances of the release that was baked in, and nothing was fetched for it.
    env = [f"-E{line}" for line in (SETTINGS / "machine.env").read_text().splitlines()]
    status = run("systemd-run", "--quiet", "--pipe", "--wait", "-p", "User=primetime", "-E", "PRIMETIME_CONFIG=/etc/primetime/primetime.toml", *env,
                 "/usr/bin/primetime", "release", "status")
    assert f"site runs 2 of {EXPECTED['release']}" in status, status
    assert "fetching" not in run("journalctl", "-u", SERVICE, "-o", "cat")
    return status.splitlines()[0]


def nothing_failed():
    failed = {line.split()[0] for line in run("systemctl", "--failed", "--no-legend", "--plain").splitlines()}
    # Its store is made when container images are baked in.
    if not pathlib.Path("/usr/lib/primetime/containers").exists():
        failed.discard("podman.service")
    assert failed == set(), failed
    return "no unit"


for check in (machine, settings, handed_over, data_disk, serving, name, nothing_failed):
    try:
        print("ok", check.__name__, check(), flush=True)
    except Exception:  # what went wrong is said, and the rest is looked at all the same
        print("not ok", check.__name__, traceback.format_exc(), flush=True)
        print(run("journalctl", "-u", "primetime*", "-o", "short-precise", "-n", "40"), flush=True)
print("done", flush=True)
