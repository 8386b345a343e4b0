"""certbot's deploy hook, run as certbot runs it, on certificates of openssl's."""

import itertools
import os
import pathlib
import stat
import subprocess
import tempfile
import threading
import unittest

HERE = pathlib.Path(__file__).parents[2]
HOOK = HERE / "deploy/certbot/deploy-hook"
# Whom Primetime runs as: somebody else, where this may be given away.
USER = GROUP = 10001
NAMES = ("fullchain.pem", "privkey.pem")


def openssl(*words):
    return subprocess.run(["openssl", *words], capture_output=True, text=True, check=True).stdout


class Renewals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.dir.cleanup)
        cls.archive = pathlib.Path(cls.dir.name)
        for number in (1, 2):
            certificate, key = (str(cls.archive / f"{name}{number}") for name in NAMES)
            openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "90",
                    "-subj", "/CN=harbour.localhost", "-keyout", key, "-out", certificate)
        cls.pairs = [tuple((cls.archive / f"{name}{number}").read_text() for name in NAMES) for number in (1, 2)]

    def setUp(self):
        self.own = tempfile.TemporaryDirectory()
        self.addCleanup(self.own.cleanup)
        top = pathlib.Path(self.own.name)
        top.chmod(0o755)
        (self.live, self.tls) = (top / "live", top / "tls")
        self.live.mkdir()
        self.user, self.group = (USER, GROUP) if os.getuid() == 0 else (os.getuid(), os.getgid())

    def renew(self, number, path=""):
        """As certbot does it: links to new files, and then the hook."""
        for name in NAMES:
            (self.live / name).unlink(missing_ok=True)
            (self.live / name).symlink_to(self.archive / f"{name}{number}")
        return self.hook(path)

    def hook(self, path=""):
        env = {"PATH": path + "/usr/bin:/bin", "RENEWED_LINEAGE": str(self.live), "RENEWED_DOMAINS": "harbour.localhost",
               "TLS_DIR": str(self.tls), "TLS_OWNER": f"{self.user}:{self.group}"}
        return subprocess.run([HOOK], env=env, capture_output=True, text=True, check=False)

    def renewed(self, number):
        done = self.renew(number)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.assertEqual(self.served(), self.pairs[number - 1])

    def served(self):
        return tuple((self.tls / name).read_text() for name in NAMES)

    def kept(self):
        return sorted(path.name for path in self.tls.glob("pair-*"))

    def test_the_pair_is_primetimes_and_nobody_elses(self):
        self.renewed(1)
        certificate, key = (str(self.tls / name) for name in NAMES)
        self.assertEqual(openssl("x509", "-in", certificate, "-noout", "-pubkey"), openssl("pkey", "-in", key, "-pubout"))
        there = os.stat(key)
        self.assertEqual((stat.S_IMODE(there.st_mode), there.st_uid, there.st_gid), (0o600, self.user, self.group))
        self.assertEqual(stat.S_IMODE(os.stat(certificate).st_mode), 0o644)
        for folder in (self.tls, self.tls / ".pair"):
            there = os.stat(folder)
            self.assertEqual((stat.S_IMODE(there.st_mode), there.st_uid), (0o755, os.getuid()), folder)
        if os.getuid() == 0:
            for user, may in ((USER, True), (USER + 1, False)):
                read = subprocess.run(["cat", certificate, key], user=user, group=user, extra_groups=[], capture_output=True, text=True, check=False)
                self.assertEqual(read.returncode == 0, may, read.stderr)
                self.assertEqual("PRIVATE KEY" in read.stdout, may)

    def test_a_plain_pair_gives_way(self):
        self.tls.mkdir()
        for name in NAMES:
            (self.tls / name).write_text("put here by hand")
        self.renewed(1)

    def test_whoever_reads_meanwhile_finds_a_whole_pair(self):
        self.renewed(1)
        over, seen, wrong = threading.Event(), set(), []

        def looks():
            """At the files behind the names, as Primetime looks whether they are others."""
            files = [os.stat(self.tls / name) for name in NAMES]
            return [(file.st_ino, file.st_mtime_ns) for file in files]

        def reader():
            while not over.is_set():
                try:
                    before, pair, after = looks(), self.served(), looks()
                except FileNotFoundError:
                    # Not scheduled for two exchanges.
                    continue
                if before != after:
                    continue
                if pair in self.pairs:
                    seen.add(self.pairs.index(pair))
                else:
                    wrong.append(pair)

        reading = threading.Thread(target=reader)
        reading.start()
        try:
            for number in itertools.islice(itertools.cycle((2, 1)), 20):
                self.renewed(number)
                self.assertEqual(len(self.kept()), 2, "the one before, for who is on the way to it")
        finally:
            over.set()
            reading.join()
        self.assertEqual((len(wrong), seen), (0, {0, 1}))

    def test_what_fails_or_is_killed_half_way_changes_nothing(self):
        self.renewed(1)
        kept = self.kept()
        for name in NAMES:
            (self.live / name).unlink()
        (self.live / NAMES[0]).symlink_to(self.archive / f"{NAMES[0]}2")
        failed = self.hook()
        self.assertNotEqual(failed.returncode, 0)
        self.assertIn("privkey.pem", failed.stderr)
        self.assertEqual((self.served(), self.kept()), (self.pairs[0], kept))

        # Killed when it has the certificate, and not its key.
        fake = pathlib.Path(self.own.name) / "install"
        fake.write_text('#!/bin/sh\ncase "$*" in *privkey*) kill -9 $PPID ;; *) exec /usr/bin/install "$@" ;; esac\n')
        fake.chmod(0o755)
        self.assertEqual(self.renew(2, path=f"{self.own.name}:").returncode, -9)
        self.assertEqual(self.served(), self.pairs[0])
        self.assertEqual(len(self.kept()), 2, "half of one is left")
        half = set(self.kept()) - set(kept)
        self.renewed(2)
        self.assertEqual(len(self.kept()), 2)
        self.assertFalse(half & set(self.kept()), "which the next one removes")


if __name__ == "__main__":
    unittest.main()
