"""Which disk becomes the data disk, and which never: files stand for disks, and what looks at them and makes file systems is the real thing."""

import os
import pathlib
import subprocess
import tempfile
import unittest

HERE = pathlib.Path(__file__).parents[2]
SCRIPT = HERE / "deploy/image/ansible/files/host/usr/lib/primetime/data-disk"
MIB = 1 << 20
SIZE = 40 * MIB


class Disks(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)
        self.top = pathlib.Path(self.dir.name)
        for name in ("dev", "sys/class/block", "bin"):
            (self.top / name).mkdir(parents=True)
        self.program("udevadm", "exit 0")
        self.program("systemctl", f'echo "$*" > {self.top}/stopped')
        # The root's, as every machine has it.
        self.disk("vda")
        self.table("vda")
        self.part("vda", "vda1")

    def program(self, name, text):
        path = self.top / "bin" / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def disk(self, name, size=SIZE, read_only=0):
        node = self.top / "sys/class/block" / name
        (node / "holders").mkdir(parents=True)
        (node / "ro").write_text(f"{read_only}\n")
        (node / "size").write_text(f"{size // 512}\n")
        with (self.top / "dev" / name).open("wb") as file:
            file.truncate(size)
        return node

    def part(self, of, name):
        """Beside its disk, and in it, as the kernel shows it."""
        self.disk(name)
        (self.top / "sys/class/block" / name / "partition").write_text("1\n")
        (self.top / "sys/class/block" / of / name).mkdir()
        (self.top / "sys/class/block" / of / name / "partition").write_text("1\n")

    def run_on(self, name, *words):
        subprocess.run([*words, self.top / "dev" / name], capture_output=True, check=True)

    def table(self, name):
        """An MBR with one partition of 16 MiB."""
        self.write(name, 446, bytes([0, 0, 0, 0, 0x83, 0, 0, 0]) + (2048).to_bytes(4, "little") + (32768).to_bytes(4, "little"))
        self.write(name, 510, b"\x55\xaa")

    def write(self, name, offset, data):
        with (self.top / "dev" / name).open("r+b") as file:
            file.seek(offset)
            file.write(data)

    def contents(self):
        return {path.name: path.read_bytes() for path in sorted((self.top / "dev").iterdir())}

    def made(self):
        """Runs it: which disks it changed, what it said, and whether the mount is still waited for."""
        before = self.contents()
        env = {"PATH": f"{self.top}/bin:/usr/sbin:/usr/bin:/sbin:/bin", "DATA_DISK_SYS": f"{self.top}/sys", "DATA_DISK_DEV": f"{self.top}/dev",
               "DATA_DISK_PATIENCE": "0"}
        done = subprocess.run([SCRIPT], env=env, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        after = self.contents()
        return [name for name in after if after[name] != before[name]], done.stdout + done.stderr, not (self.top / "stopped").exists()

    def untouched(self, words, waits=False):
        changed, said, waited = self.made()
        self.assertEqual((changed, waited), ([], waits), said)
        self.assertIn(words, said)

    def test_the_one_blank_disk_is_made_and_stays_as_it_is(self):
        self.disk("nvme1n1")
        changed, said, waited = self.made()
        self.assertEqual((changed, waited), (["nvme1n1"], True), said)
        label = subprocess.run(["blkid", "-p", "-o", "value", "-s", "LABEL", "-s", "TYPE", self.top / "dev/nvme1n1"], capture_output=True, text=True, check=True)
        self.assertEqual(label.stdout.split(), ["primetime-data", "ext4"])
        self.run_on("nvme1n1", "e2fsck", "-fn")
        self.untouched("nvme1n1 is the data disk", waits=True)

    def test_beside_a_data_disk_no_other_is_made(self):
        self.disk("vdb")
        self.disk("vdc")
        self.run_on("vdc", "mke2fs", "-q", "-t", "ext4", "-L", "primetime-data")
        self.untouched("vdc is the data disk", waits=True)

    def test_without_a_disk_nothing_is_waited_for(self):
        self.untouched("no blank one")

    def test_of_two_none_is_made(self):
        self.disk("vdb")
        self.disk("vdc")
        self.untouched("several are blank (vdb vdc)")

    def test_whatever_is_on_a_disk_stays(self):
        there = {
            "file system": lambda: self.run_on("vdb", "mke2fs", "-q", "-t", "ext4"),
            "swap": lambda: self.run_on("vdb", "mkswap"),
            "table of partitions": lambda: self.table("vdb"),
            "partition that the table no longer has": lambda: self.part("vdb", "vdb1"),
            "holder": lambda: (self.top / "sys/class/block/vdb/holders/dm-0").mkdir(),
            "bytes that nobody knows, at the beginning": lambda: self.write("vdb", 3 * MIB, b"x"),
            "bytes that nobody knows, at the end": lambda: self.write("vdb", SIZE - 1, b"x"),
            "a part that cannot be read": lambda: os.truncate(self.top / "dev/vdb", SIZE // 2),
        }
        for what, put in there.items():
            with self.subTest(what):
                node = self.disk("vdb")
                put()
                # The partition is no whole disk either.
                self.untouched("no blank one")
                for gone in ("vdb", "vdb1"):
                    subprocess.run(["rm", "-rf", self.top / "sys/class/block" / gone, self.top / "dev" / gone, self.top / "stopped"], check=True)
                self.assertFalse(node.exists())

    def test_what_is_no_disk_to_write_on_is_left(self):
        self.disk("vdb", read_only=1)
        self.disk("vdc", size=16 * MIB)
        for name in ("loop0", "zram0", "dm-0", "sr0"):
            self.disk(name)
        self.untouched("no blank one")


if __name__ == "__main__":
    unittest.main()
