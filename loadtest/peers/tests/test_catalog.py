"""Which peers there are."""

import unittest

from catalog import PEERS, pinned_version


class CatalogTests(unittest.TestCase):
    def test_every_peer_is_complete(self):
        for peer in PEERS:
            with self.subTest(peer.name):
                self.assertTrue(peer.script.is_file())
                self.assertRegex(peer.version, r"^\d+\.\d+\.\d+$")
                self.assertGreater(peer.jobs, 0)

    def test_everything_installed_is_pinned(self):
        for peer in PEERS:
            for line in peer.requirements.read_text(encoding="utf-8").splitlines():
                self.assertRegex(line, r"^[A-Za-z0-9_\[\]-]+==[0-9.]+$", peer.name)

    def test_a_peer_without_a_pin_is_told(self):
        with self.assertRaisesRegex(ValueError, "oban has no pinned version"):
            pinned_version("oban", "oban>=0.7\nother==1.0.0\n")
