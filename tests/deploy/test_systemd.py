"""The units: what systemd says of them. It need not run."""

import pathlib
import re
import subprocess
import tempfile
import unittest

HERE = pathlib.Path(__file__).parents[2]
FOLDERS = [HERE / "deploy/systemd", HERE / "deploy/podman"]
# systemd-analyze's own scale: below 2.5 it is content. Network, and a user for them all, are what is left.
MOST_EXPOSED = 2.5


def analyze(*words):
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False)


class Units(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)
        self.units = []
        for folder in FOLDERS:
            for path in sorted(folder.glob("*.*")):
                if path.suffix not in (".service", ".socket", ".timer"):
                    continue
                # Programs that are not on this machine: what is asked is whether the unit is right.
                text = re.sub(r"(/usr/bin/primetime|/usr/bin/podman|/usr/lib/primetime/[a-z-]+|/lib/systemd/systemd-journal-upload)\b", "/bin/true", path.read_text())
                there = pathlib.Path(self.dir.name) / path.name
                there.write_text(text)
                self.units.append(there)

    def verify(self, path):
        name = path.name.replace("@.", "@viewing.")
        if name != path.name:
            path = path.rename(path.with_name(name))
        return analyze("verify", "--man=no", "--recursive-errors=no", str(path))

    def test_they_are_understood(self):
        self.assertGreaterEqual(len(self.units), 6)
        for unit in self.units:
            with self.subTest(unit.name):
                done = self.verify(unit)
                self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_a_mistake_is_found(self):
        unit = pathlib.Path(self.dir.name) / "wrong.service"
        unit.write_text("[Service]\nExecStart=/bin/true\nProtectSytem=strict\n")
        self.assertIn("ProtectSytem", self.verify(unit).stderr)

    def test_what_the_user_may_write_is_never_roots_environment(self):
        found = 0
        for unit in self.units:
            text = unit.read_text()
            if "EnvironmentFile=-/var/lib/primetime/" not in text:
                continue
            found += 1
            with self.subTest(unit.name):
                self.assertRegex(text, r"(?m)^(User=primetime|DynamicUser=true)$")
                self.assertNotRegex(text, r"(?m)^Exec\w+=[-@:]*[+!]")
        self.assertGreaterEqual(found, 5)

    def test_services_are_confined(self):
        names = {"primetime-data-owner.service", "primetime@.service", "primetime-host.service", "primetime-host-drain.service", "primetime-registry.service",
                 "primetime-settings.service", "primetime-logs.service"}
        for unit in self.units:
            if unit.name not in names:
                continue
            names.discard(unit.name)
            done = analyze("security", "--offline=true", "--no-pager", str(unit))
            level = float(re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout)[1])
            self.assertLess(level, MOST_EXPOSED, f"{unit.name}\n{done.stdout}")
        self.assertEqual(names, set())


if __name__ == "__main__":
    unittest.main()
