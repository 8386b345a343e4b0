"""What a group's host makes of everything that it is told: the image's variables, the launch template's, its own, in the order of the unit.
The binary reads them as it would there; nothing is started."""

import os
import pathlib
import re
import subprocess
import tempfile
import tomllib
import unittest

from metadata import Metadata
from user_data import rendered

HERE = pathlib.Path(__file__).parents[2]
BINARY = HERE / "target/debug/primetime"
IMAGE = HERE / "deploy/image/ansible/files/host/etc/primetime"
DATABASE = "postgres://primetime@db.example.com/primetime?sslmode=verify-full"


class Settings(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)

    def run_binary(self, *words, **env):
        env = {"PATH": os.environ["PATH"], **env}
        return subprocess.run([BINARY, *words], env=env, cwd=self.dir.name, capture_output=True, text=True, check=False)

    def printed(self, user_data, own=""):
        """What `config print` says on such a host, and the error if it would not start."""
        service = Metadata(user_data)
        self.addCleanup(service.close)
        machine = self.run_binary("config", "machine", AWS_EC2_METADATA_SERVICE_ENDPOINT=f"http://127.0.0.1:{service.port}")
        self.assertEqual((machine.returncode, machine.stderr), (0, ""))
        unit = (HERE / "deploy/systemd/primetime@.service").read_text()
        texts = {
            "/etc/primetime/%i.env": (IMAGE / "viewing.env").read_text(),
            "/run/primetime-settings/machine.env": machine.stdout,
            "/var/lib/primetime/host.env": own}
        env = {}
        for path in re.findall(r"^EnvironmentFile=-?(\S+)$", unit, re.M):
            env |= dict(line.split("=", 1) for line in texts.pop(path).splitlines() if line and not line.startswith("#"))
        self.assertEqual(texts, {})
        env["PRIMETIME_CONFIG"] = str(IMAGE / "primetime.toml")
        done = self.run_binary("config", "print", **env)
        return tomllib.loads(done.stdout), done.stderr

    def user_data(self, role, **more):
        group = {"Base": "primetime", "Domain": "example.com", "EditionKeys": "", "TokenKeys": "", "Role": role}
        return rendered(group | ({} if role == "origin" else {"DatabaseUrl": DATABASE}) | more, "films", "keys", "eu-central-1")

    def test_every_role_starts_with_what_its_group_says(self):
        for role, plays in {"site": "site", "origin": "origin", "work": "studio,work"}.items():
            with self.subTest(role):
                said, wrong = self.printed(self.user_data(role))
                self.assertEqual(wrong, "")
                self.assertEqual(said["roles"], plays)
                has = role != "origin"
                self.assertEqual((said["database"]["url"], said["database"]["path"]), (DATABASE, "") if has else ("", "none"))
                self.assertEqual(said["secrets"]["url"], f"s3://keys/{role}" if has else "")
                self.assertEqual(said["objects"]["credentials"], "role")
                self.assertEqual(said["data"]["dir"], "/var/lib/primetime")
                self.assertIs(said["clock"]["require_sync"], True, "who serves viewers waits for the time")

    def test_what_is_the_hosts_own_wins(self):
        said, wrong = self.printed(self.user_data("site"), "PRIMETIME_SITE_DEFAULT_TERRITORY=KR\nPRIMETIME_ROLES=site,origin\n")
        self.assertEqual((said["site"]["default_territory"], said["roles"], wrong), ("KR", "site,origin", ""))
        said, wrong = self.printed(self.user_data("site"), "PRIMETIME_CLOCK_REQUIRE_SYNC=false\n")
        self.assertEqual((said["clock"]["require_sync"], wrong), (False, ""))

    def test_a_group_that_does_not_fit_is_found(self):
        _, wrong = self.printed(self.user_data("work", DatabaseUrl=""))
        self.assertIn("a path when the roles include studio or work", wrong)


if __name__ == "__main__":
    unittest.main()
