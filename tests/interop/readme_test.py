# SPDX-License-Identifier: Apache-2.0
"""Interop: the steps of README.md and docs/getting_started.md bring a connection up, as they stand
there.

    readme_test.py HOLDFASTD [unittest arguments]
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).parents[2]
ENTER = "docs/examples/two_namespaces/enter.sh"
DAEMON = "build/release/host/app/holdfastd"


def steps(document, number=0):
    """The shell block `number` of those that begin with enter.sh, without that line."""
    blocks = re.findall(rf"```sh\n{ENTER}[^\n]*\n(.*?)```", (ROOT / document).read_text(), re.DOTALL)
    return blocks[number]


class Readme(unittest.TestCase):
    program = None

    def run_steps(self, text):
        """In a folder with the same paths as the tree has, wherever it was built; with the path of
        an ordinary user of Debian."""
        self.assertIn(f"{DAEMON} --no-connections ", text)
        with tempfile.TemporaryDirectory(prefix="holdfast_readme_") as folder:
            here = pathlib.Path(folder)
            (here / DAEMON).parent.mkdir(parents=True)
            (here / DAEMON).symlink_to(pathlib.Path(self.program).resolve())
            (here / "docs").symlink_to(ROOT / "docs")
            return subprocess.run([here / ENTER, "bash", "-e", "-c", text], cwd=folder, text=True,
                                  capture_output=True, timeout=200,
                                  env=dict(os.environ, PATH="/usr/local/bin:/usr/bin:/bin"))

    def judge(self, text):
        done = self.run_steps(text)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for line in ("initiate completed successfully", "3 packets transmitted, 3 received",
                     "ESTABLISHED, IKEv1"):
            self.assertIn(line, done.stdout)
        self.assertRegex(done.stdout, "INSTALLED, TUNNEL(-in-UDP)?, ESP:AES_GCM_16")

    def test_with_the_software_card(self):
        self.judge(steps("README.md"))

    def test_with_the_rtl(self):
        text = steps("README.md").replace("--no-connections", "--no-connections --card verilated:")
        self.judge(text)

    def test_with_strongswan(self):
        self.judge(steps("docs/getting_started.md", 0))

    def test_with_certificates(self):
        self.judge(steps("docs/getting_started.md", 1))


if __name__ == "__main__":
    Readme.program = sys.argv.pop(1)
    unittest.main(verbosity=2)
