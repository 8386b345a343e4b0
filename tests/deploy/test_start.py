"""What a golden host starts, by what it is told: the script, with programs that write down how they were called."""

import pathlib
import subprocess
import tempfile
import unittest

HERE = pathlib.Path(__file__).parents[2]
SCRIPT = HERE / "deploy/image/ansible/files/host/usr/lib/primetime/start"


class Start(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)
        self.top = pathlib.Path(self.dir.name)
        for name in ("etc", "run", "data", "usr/releases/v1", "bin"):
            (self.top / name).mkdir(parents=True)
        (self.top / "usr/releases/v1/release.json").write_text("signed")
        self.program("systemctl", 'echo "$*" >> "$TOP/started"')
        self.program("hostname", '[ "$1" = -I ] && echo 10.0.0.7 || echo db7')
        # The user is none of this machine's; what it is told to do is done.
        self.program("setpriv", 'echo "$*" >> "$TOP/as"; shift 4; exec "$@"')

    def program(self, name, text):
        path = self.top / "bin" / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def tell(self, **files):
        for name, text in files.items():
            file = {"etc": "etc/host.env", "machine": "run/machine.env", "own": "data/host.env"}[name]
            (self.top / file).write_text(text)

    def started(self):
        env = {"PATH": f"{self.top}/bin:/usr/bin:/bin", "TOP": str(self.top)}
        env |= {f"START_{name.upper()}": str(self.top / name) for name in ("etc", "run", "data", "usr")}
        done = subprocess.run([SCRIPT], env=env, capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return [line.split()[-1] for line in (self.top / "started").read_text().splitlines()]

    def test_without_a_word_it_is_one_process(self):
        self.assertEqual(self.started(), ["primetime@viewing.service"])

    def test_its_own_word_is_the_last(self):
        self.tell(etc="RELEASE=v0\n", machine="REGISTRY=yes\nRELEASE=v0\n", own='RELEASE="v1"\nTRELEASE=v2\n')
        self.assertEqual(self.started(), ["primetime-registry.service", "primetime-host.service"])
        self.assertEqual((self.top / "data/releases/v1/release.json").read_text(), "signed")
        # Whatever touches the data folder does so as its user.
        done = {line.split(" -- ")[1].split()[0] for line in (self.top / "as").read_text().splitlines()}
        self.assertEqual(done, {"rm", "mkdir", "cp", "sync", "mv"})

    def test_a_release_that_is_there_stays(self):
        (self.top / "data/releases/v1").mkdir(parents=True)
        self.tell(own="RELEASE=v1\n")
        self.assertEqual(self.started(), ["primetime-host.service"])
        self.assertEqual(list((self.top / "data/releases/v1").iterdir()), [])

    def test_an_empty_word_takes_one_back(self):
        self.tell(machine="RELEASE=v1\n", own="RELEASE=\n")
        self.assertEqual(self.started(), ["primetime@viewing.service"])

    def test_no_word_becomes_its_environment(self):
        self.program("systemctl", 'echo "$* ${LD_PRELOAD:-none}" >> "$TOP/started"')
        self.tell(own="LD_PRELOAD=/x.so\nPATH=/x\n")
        self.assertEqual(self.started(), ["none"])


if __name__ == "__main__":
    unittest.main()
