"""The watch over a host's clock and disks, with programs that say what is wrong."""

import os
import pathlib
import subprocess
import tempfile
import unittest

HERE = pathlib.Path(__file__).parents[2]
WATCH = HERE / "deploy/image/ansible/files/host/usr/lib/primetime/host-watch"
# Fields of `chronyc -c tracking`: the fifth is the offset in seconds, the last says whether there is a source.
TRACKING = "A9FEA97B,169.254.169.123,4,1799625600.1,{offset},0.0,0.0,-7.5,0.001,0.02,0.0002,0.0003,16.2,{leap}"
DISKS = """Filesystem 1024-blocks Used Available Capacity Mounted on
/dev/vda2 1000000 1000000 0 100% /
tmpfs 1000 990 10 99% /run
/dev/vdb 1000000 {used} {free} {percent}% /var/lib/primetime
"""


class Watch(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)
        self.folder = pathlib.Path(self.dir.name) / "run"

    def says(self, name, text, status=0):
        """A program that prints this."""
        there = pathlib.Path(self.dir.name) / name
        there.write_text(f"#!/bin/sh\ncat <<'END'\n{text}\nEND\nexit {status}\n")
        there.chmod(0o755)
        return str(there)

    def watch(self, *words, offset="0.000004", leap="Normal", percent=40, answers=True):
        tracking = TRACKING.format(offset=offset, leap=leap) if answers else "506 Cannot talk to daemon"
        used = percent * 10_000
        environment = {
            **os.environ,
            "HOST_WATCH_RUN": str(self.folder),
            "HOST_WATCH_CHRONYC": self.says("chronyc", tracking, 0 if answers else 1),
            "HOST_WATCH_DF": self.says("df", DISKS.format(used=used, free=1_000_000 - used, percent=percent).rstrip()),
        }
        return subprocess.run([WATCH, *words], env=environment, capture_output=True, text=True, check=False)

    def figures(self):
        return dict(line.rsplit(" ", 1) for line in (self.folder / "host.prom").read_text().splitlines())

    def test_all_well_is_not_worth_a_word(self):
        done = self.watch()
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.assertEqual(
            self.figures(),
            {
                "host_clock_ok": "1",
                "host_clock_offset_seconds": "0.000004",
                'host_disk_used_ratio{mount="/var/lib/primetime"}': "0.4000",
            },
        )
        self.assertEqual([path.name for path in self.folder.iterdir()], ["host.prom"])

    def test_a_clock_that_is_off_is_said(self):
        for offset in ["0.100001", "-0.25"]:
            with self.subTest(offset):
                done = self.watch(offset=offset)
                self.assertEqual(done.returncode, 0)
                self.assertRegex(done.stderr, r"^<4>the clock is off by 0\.\d+ s, more than 0\.1 s: titles would open")
                self.assertEqual(self.figures()["host_clock_ok"], "0")
                self.assertEqual(self.watch("clock", offset=offset).returncode, 1)
        self.assertEqual(self.watch("clock", offset="-0.1").returncode, 0)

    def test_a_clock_that_nobody_vouches_for_is_said(self):
        for unknown in [{"leap": "Not synchronised"}, {"answers": False}]:
            with self.subTest(unknown):
                done = self.watch(**unknown)
                self.assertEqual((done.returncode, done.stderr.count("\n")), (0, 1))
                self.assertIn("<4>the clock is not synchronised", done.stderr)
                self.assertEqual(self.figures()["host_clock_ok"], "0")
                self.assertNotIn("host_clock_offset_seconds", self.figures())
                asked = self.watch("clock", **unknown)
                self.assertEqual(asked.returncode, 1)
                self.assertIn("not synchronised", asked.stdout)

    def test_a_disk_without_room_is_said_the_louder_the_fuller(self):
        for percent, words in [
            (84, ""),
            (85, "<4>/var/lib/primetime is 85 % full, 150000 kB are left: make room\n"),
            (96, "<2>/var/lib/primetime is 96 % full, 40000 kB are left: writes will fail; make room now\n"),
        ]:
            with self.subTest(percent):
                done = self.watch(percent=percent)
                self.assertEqual((done.returncode, done.stderr), (0, words))
                ratio = self.figures()['host_disk_used_ratio{mount="/var/lib/primetime"}']
                self.assertEqual(ratio, f"0.{percent}00")


if __name__ == "__main__":
    unittest.main()
