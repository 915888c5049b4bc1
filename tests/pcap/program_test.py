# SPDX-License-Identifier: Apache-2.0
"""What a person meets who runs holdfast-replay: exit codes, sentences, files, and no key in sight.

    program_test.py PROGRAM CARD

Covers replay, replay_options, replay_files, replay_json, replay_run and text_file from outside.
"""
import json
import pathlib
import subprocess

from replay_tool import Arguments, Replay, ReplayTest, format_sa, main, write_pcap

ROOT = pathlib.Path(__file__).resolve().parents[2]
CAPTURES = ROOT / "tests/vectors/captures"
WIRE = CAPTURES / "strongswan_aes128gcm16_wire.pcap"
SAS = CAPTURES / "strongswan_aes128gcm16_sas.toml"
KEY = "000102030405060708090a0b0c0d0e0f10111213"


def run(*arguments):
    return subprocess.run([Arguments.program, *map(str, arguments)], capture_output=True,
                          text=True, timeout=600)


class Program(ReplayTest):
    def assert_error(self, done, *parts):
        """Exit code 2, nothing on stdout, one sentence on stderr."""
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertTrue(done.stderr.startswith("error: "), done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        for part in parts:
            self.assertIn(part, done.stderr)

    def sa_file(self, text):
        path = self.folder / "bad.toml"
        path.write_text(text)
        return path

    def test_help_tells_the_exit_codes(self):
        done = run("--help")
        self.assertEqual(done.returncode, 0)
        for part in ("Exit codes:", "--compare", "Examples:"):
            self.assertIn(part, done.stdout)

    def test_usage_errors(self):
        self.assert_error(run(), "IN is required", "--help")
        self.assert_error(run(WIRE), "give --sa FILE")
        self.assert_error(run(WIRE, "--sa", SAS, "--frobnicate"), "--frobnicate")
        self.assert_error(run(WIRE, "--sa", SAS, "--pass"), "--pass needs --out")
        self.assert_error(run(WIRE, "--sa", SAS, "--inner", "ipx"), "--inner")

    def test_file_errors(self):
        sa = ("--sa", SAS, "--card", Arguments.card)
        self.assert_error(run("nowhere.pcap", *sa), "nowhere.pcap: cannot be opened: No such file")
        self.assert_error(run(SAS, *sa), "is neither pcap nor pcapng")
        self.assert_error(run(self.folder, *sa), "is a folder")
        self.assert_error(run(WIRE, "--sa", "nowhere.toml"), "nowhere.toml: cannot be opened")
        self.assert_error(run(WIRE, *sa, "--out", "/nowhere/x"), "/nowhere/x: cannot be written")
        self.assert_error(run(WIRE, *sa, "--report", "/nowhere/x"), "/nowhere/x: cannot be")
        self.assert_error(run(WIRE, "--sa", SAS, "--card", "abacus:"), "card 'abacus:'", "soft:")

    def test_the_input_is_never_overwritten(self):
        capture = self.folder / "in.pcap"
        capture.write_bytes(WIRE.read_bytes())
        for option in ("--out", "--report"):
            self.assert_error(run(capture, "--sa", SAS, "--card", Arguments.card, option, capture),
                              "is the input")
        self.assertEqual(capture.read_bytes(), WIRE.read_bytes())

    def test_no_output_is_a_file_that_is_read(self):
        """Neither the keys nor another output; also by another name of the same file."""
        sas, table = self.folder / "sas.toml", self.folder / "table"
        sas.write_bytes(SAS.read_bytes())
        table.write_bytes((CAPTURES / "strongswan_aes128gcm16_esp_sa").read_bytes())
        (self.folder / "link").symlink_to("sas.toml")
        common = (WIRE, "--card", Arguments.card, "--sa", sas, "--esp-sa", table)
        for option in ("--out", "--report"):
            self.assert_error(run(*common, option, sas), "sas.toml: is the file of --sa; give "
                              f"{option} another file")
            self.assert_error(run(*common, option, self.folder / "link"), "is the file of --sa")
            self.assert_error(run(*common, option, table), "is the file of --esp-sa")
        same = self.folder / "same"
        self.assert_error(run(WIRE, "--card", Arguments.card, "--sa", sas, "--out", same,
                              "--report", same), "is the file of --out; give --report another")
        self.assertFalse(same.exists())
        self.assertEqual(sas.read_bytes(), SAS.read_bytes())

    def test_nothing_is_written_if_the_card_or_the_capture_is_not_good(self):
        out, report, keys = (self.folder / name for name in ("out", "report", "keys"))
        out.write_text("precious")
        report.write_text("precious too")
        outputs = ("--sa", SAS, "--out", out, "--report", report, "--keys-out", keys)
        self.assert_error(run(WIRE, *outputs, "--card", "abacus:"), "card 'abacus:'")
        self.assert_error(run(WIRE, *outputs, "--card", "soft:sas=1"), "there are 4 SAs")
        self.assert_error(run("nowhere.pcap", *outputs, "--card", "soft:"), "nowhere.pcap")
        self.assertEqual(out.read_text(), "precious")
        self.assertEqual(report.read_text(), "precious too")
        self.assertFalse(keys.exists())

    def test_a_capture_that_ends_inside_a_packet(self):
        capture = self.folder / "cut.pcap"
        capture.write_bytes(WIRE.read_bytes()[:20_000])
        done = Replay(self.folder, capture, "--sa", SAS)
        self.assertEqual(done.exit_code, 2)
        self.assertRegex(done.complaint, r"cut\.pcap, packet \d+: cannot be read: truncated")
        report = done.report()
        self.assertFalse(report["summary"]["adds_up"])
        self.assertGreater(len(report["packets"]), 10, "those before it are in the report")

    def test_card_refusals_name_the_sa(self):
        # More than any card of ours has.
        path = self.sa_file(format_sa({
            "direction": "inbound", "spi": 0x1000, "suite": "aes128gcm16", "key": KEY,
            "local": "192.0.2.1", "peer": "192.0.2.2", "replay_window": 60_000}))
        self.assert_error(run(WIRE, "--sa", path, "--card", Arguments.card), "bad.toml:1, sa[0]",
                          "replay_window")

    def test_no_key_is_ever_printed(self):
        """Neither of a right file nor of one that is wrong at its key."""
        right = Replay(self.folder, WIRE, "--sa", SAS, "--compare", "soft:")
        texts = [right.screen, right.complaint, right.report_path.read_text()]
        keys = [line.split('"')[1] for line in SAS.read_text().splitlines() if
                line.startswith("key")]
        for bad in (f"key = {KEY}", f"key = 0x{KEY}", f'key = "{KEY}', f'key = "{KEY}00"',
                    f'key = "x{KEY}"', f'key = ["{KEY}"]', f'kee = "{KEY}"',
                    f"key = \"{KEY}\" {KEY}", f'integrity_key = "{KEY}"\nkey = "{KEY}"'):
            path = self.sa_file('[[sa]]\ndirection = "inbound"\nspi = 4096\n'
                                'suite = "aes128gcm16"\nlocal = "192.0.2.1"\npeer = "192.0.2.2"\n'
                                + bad + "\n")
            done = run(WIRE, "--sa", path)
            self.assertEqual(done.returncode, 2, bad)
            texts += [done.stdout, done.stderr]
        for table in (f'"IPv4","*","*","0x1000","AES-GCM with 16 octet ICV [RFC4106]","{KEY}0',
                      f'"IPv4","*","*","0x1000","AES-GCM with 16 octet ICV [RFC4106]","x{KEY}",'
                      '"NULL",""'):
            path = self.folder / "esp_sa"
            path.write_text(table)
            done = run(WIRE, "--esp-sa", path)
            self.assertEqual(done.returncode, 2, table)
            texts += [done.stdout, done.stderr]
        for text in texts:
            for key in [*keys, KEY]:
                for start in range(0, len(key) - 8, 4):
                    self.assertNotIn(key[start:start + 8], text.lower())

    def test_keys_out_never_replaces_a_file(self):
        keys = self.folder / "keys"
        self.assertIn("holds the keys of 4 SAs", self.replay(WIRE, "--sa", SAS, "--keys-out",
                                                             keys).complaint)
        self.assertEqual((keys / "esp_sa").stat().st_mode & 0o777, 0o600)
        before = (keys / "esp_sa").read_text()
        again = Replay(self.folder, WIRE, "--sa", SAS, "--keys-out", keys)
        self.assertEqual(again.exit_code, 2)
        self.assertIn("exists already", again.complaint)
        self.assertEqual((keys / "esp_sa").read_text(), before)
        plain_file = self.folder / "file"
        plain_file.write_text("x")
        self.assert_error(run(WIRE, "--sa", SAS, "--card", Arguments.card, "--keys-out",
                              plain_file), "file: is not a folder")

    def test_written_keys_can_be_read_again(self):
        keys = self.folder / "keys"
        first = self.replay(WIRE, "--sa", SAS, "--keys-out", keys)
        table = (keys / "esp_sa").read_text().splitlines(keepends=True)
        (keys / "half").write_text("".join(table[:3]))  # a comment and IPv4 inside
        second = self.replay(WIRE, "--esp-sa", keys / "half")
        ipv4 = [packet for _, packet in first.packets() if packet[12:14] == b"\x08\x00"]
        self.assertEqual(second.results().count("ok"), len(ipv4))

    def test_strict(self):
        """IKE on port 4500 is dropped by its marker; only --strict minds."""
        self.assertEqual(Replay(self.folder, WIRE, "--sa", SAS).exit_code, 0)
        self.assertEqual(Replay(self.folder, WIRE, "--sa", SAS, "--strict").exit_code, 1)

    def test_compare_with_the_same(self):
        done = self.replay(WIRE, "--sa", SAS, "--compare", "soft:")
        self.assertIn("soft: says the same of every packet", done.screen)
        self.assertEqual(done.report()["summary"]["differences"], 0)

    def test_compare_outbound(self):
        """The same outbound keys in two cards, which the driver allows in no one process."""
        plain = CAPTURES / "strongswan_aes128gcm16_plain.pcap"
        path = self.write_sas({
            "direction": "outbound", "spi": 0x1000, "suite": "aes128gcm16", "key": KEY,
            "local": "192.0.2.1", "peer": "192.0.2.2", "df": "clear"})
        done = self.replay(plain, "--sa", path, "--compare", "soft:")
        self.assertGreater(done.results().count("ok"), 80)

    def test_compare_that_cannot_open(self):
        done = Replay(self.folder, WIRE, "--sa", SAS, "--compare", "abacus:")
        self.assertEqual(done.exit_code, 2)
        self.assertIn("the card to compare with: card 'abacus:'", done.complaint)
        self.assertFalse(done.report_path.exists() or done.output.exists())
        empty = write_pcap(self.folder / "empty.pcap", [])
        done = Replay(self.folder, empty, "--sa", SAS, "--compare", "abacus:")
        self.assertEqual(done.exit_code, 2, "also if no packet goes to any card")
        self.assertIn("the card to compare with: card 'abacus:'", done.complaint)

    def test_compare_with_another_card_of_other_sizes(self):
        """A smaller card refuses what the first one takes: an error, not a difference."""
        done = Replay(self.folder, WIRE, "--sa", SAS, "--compare", "soft:sas=2")
        self.assertEqual(done.exit_code, 2)
        self.assertIn("there are 4 SAs, and this card has room for 2", done.complaint)

    def test_report_has_a_line_for_each_packet(self):
        done = self.replay(WIRE, "--sa", SAS)
        lines = done.report_path.read_text().splitlines()
        report = done.report()
        self.assertEqual([packet["number"] for packet in report["packets"]],
                         list(range(1, len(report["packets"]) + 1)))
        for packet, line in zip(report["packets"], lines[2:]):
            self.assertEqual(json.loads(line.rstrip(",")), packet, "one line, one packet")
        summary = report["summary"]
        ways = sum(summary[way] for way in ("inbound", "outbound", "not_ours", "refused"))
        self.assertEqual(ways, summary["packets"])
        self.assertEqual(sum(sa["packets"] for sa in summary["sas"]) +
                         summary["all"]["drops"]["non_esp_marker"], summary["all"]["packets"])

    def test_the_screen_says_what_to_do_next(self):
        no_sa = self.sa_file(format_sa({
            "direction": "inbound", "spi": 0x1000, "suite": "aes128gcm16", "key": KEY,
            "local": "192.0.2.1", "peer": "192.0.2.2"}))
        self.assertIn("of which no SA is given", self.replay(WIRE, "--sa", no_sa).screen)
        keys = [line for line in SAS.read_text().splitlines() if line.startswith("key")]
        swapped = SAS.read_text().replace(keys[0], "@").replace(keys[1], keys[0]).replace(
            "@", keys[1])
        self.assertIn("every ICV of SA 0 is wrong", self.replay(
            WIRE, "--sa", self.sa_file(swapped)).screen)
        self.assertIn("--inner ipv6", self.replay(
            WIRE, "--esp-sa", CAPTURES / "strongswan_aes128gcm16_esp_sa").screen)
        nothing = write_pcap(self.folder / "nothing.pcap", [bytes(20)])
        self.assertIn("no packet went to the card", self.replay(nothing, "--sa", SAS).screen)

    def test_an_empty_capture(self):
        done = self.replay(write_pcap(self.folder / "empty.pcap", []), "--sa", SAS)
        self.assertEqual(done.report()["packets"], [])
        self.assertEqual(done.packets(), [])


if __name__ == "__main__":
    main()
