"""Hosts of deploy/aws/group.yaml, from the golden image, in QEMU: what EC2 gives a machine is played around it, and nothing else is there.

The firmware says Amazon EC2. At 169.254.169.254 there is a metadata service with the group's own user data, which is sick at first, and the
credentials of a role; at two other addresses of that network the buckets, which know that role alone, and a database, whose password
is among the secrets. The second disk is blank; an origin's is none. What is looked at inside is in ec2_inside.py.

A site that is told a release is `primetime host`, which begins with the one that was baked (`host`; RELEASE: its folder).

    ec2.py IMAGE.qcow2 BINARY WORK RELEASE [ROLE...]"""

import base64
import json
import os
import pathlib
import secrets
import shlex
import shutil
import subprocess
import sys
import tarfile
import time

HERE = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(HERE / "tests/deploy"))

import boto3  # noqa: E402
from metadata import Metadata  # noqa: E402
from user_data import rendered  # noqa: E402

# `make tools` brings one version.
S3S = next((HERE / "target/tools/bin").glob("s3s-fs-*"))
REGION, BUCKET, SECRETS = "eu-central-1", "films", "keys"
KEY, SECRET = "AKIDROLE", "of-the-role-alone"
STORE, DATABASE = "169.254.169.100:9000", "169.254.169.101:5432"
PORT = 18680
# An origin's is too small to be one: what becomes of a host without a data disk.
DISK = {"site": 1 << 30, "work": 1 << 30, "origin": 16 << 20, "host": 1 << 30}
SICK = 3


def group(role):
    return "site" if role == "host" else role


def run(*words, **more):
    return subprocess.run([str(word) for word in words], check=True, text=True, **more)


class Store:
    """Two buckets: of objects, with an edition, and of secrets."""

    def __init__(self, work, binary):
        self.port, self.data = PORT + 5, work / "operator"
        for bucket in (BUCKET, SECRETS):
            (work / "store" / bucket).mkdir(parents=True)
        self.server = subprocess.Popen([S3S, "--host", "127.0.0.1", "--port", str(self.port), "--access-key", KEY, "--secret-key", SECRET,
                                        "--domain", "s3.localhost", work / "store"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(1)
        endpoint = f"http://127.0.0.1:{self.port}"
        self.client = boto3.client("s3", region_name=REGION, endpoint_url=endpoint, aws_access_key_id=KEY, aws_secret_access_key=SECRET)
        env = {"PATH": os.environ["PATH"], "PRIMETIME_OBJECTS_URL": f"s3://{BUCKET}/live", "PRIMETIME_OBJECTS_ENDPOINT": endpoint,
               "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "PRIMETIME_OBJECTS_REGION": REGION}
        run(binary, "bench-edition", "--episodes", 60, "--data", self.data, env=env, stdout=subprocess.DEVNULL)
        # As the first studio and site draw them.
        for name in ("cookie.key", "studio.token"):
            (self.data / "secrets" / name).write_text(secrets.token_hex(32))

    def public(self, name):
        return (self.data / f"keys/{name}.pub").read_text().strip()

    def hand_over(self, role, password):
        sites = ["cookie.key", "token.key"]
        names = {"site": sites, "host": sites, "work": ["edition.key", "studio.token"], "origin": []}[role]
        handed = {name: (self.data / "secrets" / name).read_text() for name in names}
        if role != "origin":
            handed["database.password"] = password
        for name, text in handed.items():
            self.client.put_object(Bucket=SECRETS, Key=f"{group(role)}/{name}", Body=text)
        return handed


class Database:
    """PostgreSQL on a socket of its own, which lets nobody in without the password."""

    def __init__(self):
        self.password = secrets.token_urlsafe(20)
        self.dir = pathlib.Path(run("runuser", "-u", "postgres", "--", "mktemp", "-d", capture_output=True).stdout.strip())
        self.bin = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
        (self.dir / "password").write_text(self.password)
        (self.dir / "password").chmod(0o644)
        self.as_user(self.bin / "initdb", "-D", self.dir / "data", "-U", "primetime", "-A", "scram-sha-256", "--pwfile", self.dir / "password",
                     "-E", "UTF8", "--locale=C", "-N")
        self.server = subprocess.Popen(["runuser", "-u", "postgres", "--", self.bin / "postgres", "-D", self.dir / "data", "-k", self.dir,
                                        "-c", "listen_addresses="], cwd=self.dir, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while subprocess.run([self.bin / "pg_isready", "-q", "-h", self.dir], check=False).returncode:
            time.sleep(0.1)
        self.as_user(self.bin / "createdb", "-h", self.dir, "-U", "primetime", "primetime")

    def as_user(self, *words):
        env = {"PATH": os.environ["PATH"], "PGPASSWORD": self.password}
        return run("runuser", "-u", "postgres", "--", *words, cwd=self.dir, env=env, capture_output=True).stdout

    def tables(self):
        count = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
        return int(self.as_user(self.bin / "psql", "-h", self.dir, "-U", "primetime", "-Atc", count, "primetime"))

    def close(self):
        self.as_user(self.bin / "pg_ctl", "-D", self.dir / "data", "-m", "immediate", "stop")
        self.server.wait()
        shutil.rmtree(self.dir)


def boot(image, role, work, store, database, release):
    """What was said, inside and outside, once the balancer would have sent viewers."""
    handed = store.hand_over(role, database.password)
    told = {"Base": "primetime", "Role": group(role), "Domain": "example.com", "EditionKeys": store.public("edition"), "TokenKeys": store.public("token")}
    if role != "origin":
        told["DatabaseUrl"] = f"postgres://primetime@{DATABASE}/primetime?sslmode=disable"
    if role == "host":
        payload = json.loads((release / "release.json").read_text())["payload"]
        told["Release"] = json.loads(base64.urlsafe_b64decode(payload + "=="))["name"]
        told["ReleaseKeys"] = (release.parent / "keys/keys/release.pub").read_text().strip()
    more = f"PRIMETIME_OBJECTS_ENDPOINT=http://{STORE}\nPRIMETIME_SITE_DEFAULT_TERRITORY=US\nPRIMETIME_CLOCK_REQUIRE_SYNC=false\n"
    metadata = Metadata(rendered(told, BUCKET, SECRETS, REGION) + more, KEY, SECRET, sick=SICK)
    # Beside the blank disk a third one, which has something on it that no tool knows.
    (work / "expected.json").write_text(json.dumps({"role": role, "release": told.get("Release"), "secrets": handed, "public": {n: store.public(n) for n in ("edition", "token")}}))
    with tarfile.open(work / "inside.tar", "w", format=tarfile.USTAR_FORMAT) as tar:
        tar.add(HERE / "tests/golden/ec2_inside.py", "inside.py")
        tar.add(work / "expected.json", "expected.json")
    with (work / "inside.tar").open("ab") as file:
        file.truncate(64 << 20)
    (work / "blank").write_bytes(b"")
    os.truncate(work / "blank", DISK[role])
    relays = {"169.254.169.254:80": f"TCP:127.0.0.1:{metadata.port}", STORE: f"TCP:127.0.0.1:{store.port}",
              DATABASE: f"UNIX-CONNECT:{database.dir}/.s.PGSQL.5432"}
    net = ["net=169.254.169.0/24", "hostname=ip-169-254-169-15", *(f"guestfwd=tcp:{at}-cmd:socat STDIO {to}" for at, to in relays.items())]
    env = dict(os.environ, MANUFACTURER="Amazon EC2", NET=",".join(net), READY=f"http://127.0.0.1:{PORT + 1}/readyz",
               DEBUG_SHELL=str(work / "shell"), DISK=str(work / "inside.tar"))
    inside = "mkdir -p /run/test; tar -C /run/test -xf /dev/vdc; systemctl is-system-running --wait; python3 /run/test/inside.py"
    asked = {"site": ["http://127.0.0.1:{port}/en/", "Host: harbour.example.com"],
             "work": ["http://127.0.0.1:{port}/studio/api/v1/jobs", f"Authorization: Bearer {handed.get('studio.token')}"],
             "origin": ["http://127.0.0.1:{port}/v/", "Host: harbour.example.com"]}[group(role)]
    look = f"{shlex.join(['node', 'tests/golden/shell.mjs', str(work / 'shell'), inside])}; echo; " + shlex.join(
        ["curl", "--silent", "--include", "--header", asked[1], asked[0].format(port=PORT)])
    try:
        done = subprocess.run(["scripts/boot-image", image, work / "blank", str(PORT), "sh", "-c", look], cwd=HERE, env=env, capture_output=True,
                              text=True, check=False)
    finally:
        metadata.close()
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{metadata.asked[-5:]}"
    return done.stdout, metadata, handed


def main(image, binary, work, release, roles):
    shutil.rmtree(work, ignore_errors=True)
    for role in roles:
        place = work / role
        place.mkdir(parents=True)
        store, database = Store(place, binary), Database()
        try:
            said, metadata, handed = boot(image, role, place, store, database, release)
            tables = database.tables()
        finally:
            store.server.kill()
            database.close()
        for text in handed.values():
            assert text.strip() not in said, "a secret was shown"
        inside, _, outside = said.partition("over-and-out")
        print(f"--- {role}\n{inside}")
        assert "not ok" not in said and "\ndone\n" in said
        assert metadata.sick == 0 and ("GET", "/latest/meta-data/iam/security-credentials/host") in metadata.asked
        head, _, body = outside.partition("HTTP/1.1 ")[2].partition("\n")
        assert head.startswith({"site": "200", "work": "200", "origin": "404"}[group(role)]), head
        if group(role) == "site":
            assert "</html>" in body and "/en/t/show-" in body
        assert (tables > 0) == (role != "origin"), tables
        print(f"ok {role}: tables in the database: {tables}; the metadata service was asked {len(metadata.asked)} times")


if __name__ == "__main__":
    paths = [pathlib.Path(word).resolve() for word in sys.argv[1:5]]
    main(*paths, sys.argv[5:] or ["site", "work", "origin", "host"])
