# SPDX-License-Identifier: Apache-2.0
"""Interop: the steps of README.md bring a connection up, as they stand there.

    readme_test.py HOLDFASTD [unittest arguments]
"""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).parents[2]
ENTER = "docs/examples/two_namespaces/enter.sh"
DAEMON = "build/release/host/app/holdfastd"


def steps():
    """The shell block that begins with enter.sh, without that line."""
    block = re.search(rf"```sh\n{ENTER}[^\n]*\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    return block[1]


class Readme(unittest.TestCase):
    program = None

    def run_steps(self, card):
        """In a folder with the same paths as the tree has, wherever it was built."""
        text = steps()
        self.assertIn(f"exec $n {DAEMON} ", text)
        with tempfile.TemporaryDirectory(prefix="holdfast_readme_") as folder:
            here = pathlib.Path(folder)
            (here / DAEMON).parent.mkdir(parents=True)
            (here / DAEMON).symlink_to(pathlib.Path(self.program).resolve())
            (here / "docs").symlink_to(ROOT / "docs")
            text = text.replace("--no-connections", f"--no-connections --card {card}")
            return subprocess.run([here / ENTER, "bash", "-e", "-c", text], cwd=folder, text=True,
                                  capture_output=True, timeout=200)

    def judge(self, card):
        done = self.run_steps(card)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for line in ("initiate completed successfully", "3 packets transmitted, 3 received",
                     "ESTABLISHED, IKEv1", "INSTALLED, TUNNEL, ESP:AES_GCM_16"):
            self.assertIn(line, done.stdout)

    def test_with_the_software_card(self):
        self.judge("soft:")

    def test_with_the_rtl(self):
        self.judge("verilated:")


if __name__ == "__main__":
    Readme.program = sys.argv.pop(1)
    unittest.main(verbosity=2)
