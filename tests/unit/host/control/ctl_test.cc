// SPDX-License-Identifier: Apache-2.0
// Files of host/control/ctl: json, status, watch, doctor; check_config and the program are tested
// by swanctl_test.py.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "control/ctl/doctor.h"
#include "control/ctl/json.h"
#include "control/ctl/status.h"
#include "control/ctl/watch.h"
#include "ike/events.h"

namespace holdfast::ctl {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

TEST(CtlJson, KeepsOrderAndReplacesWhatIsNoText) {
  Section message;
  message.add("b", "1");
  message.add_list("a", {"x", "y"});
  message.add_section("s").add("k", "\xff\"");
  EXPECT_EQ(json(message), "{\"b\":\"1\",\"a\":[\"x\",\"y\"],\"s\":{\"k\":\"\xEF\xBF\xBD\\\"\"}}");
}

TEST(CtlWatch, Lines) {
  Section rekey;
  Section& child = rekey.add_section("gw").add_section("child-sas").add_section("net");
  child.add_section("old").add("uniqueid", "7");
  Section& renewed = child.add_section("new");
  renewed.add("uniqueid", "9");
  renewed.add("spi-in", "0a");
  renewed.add("spi-out", "0b");
  EXPECT_EQ(event_line("child-rekey", rekey), "child-rekey gw/net #7 -> #9: in 0a out 0b");

  Section update;
  update.add("local-host", "192.0.2.1");
  update.add("local-port", "4500");
  update.add("remote-host", "203.0.113.9");
  update.add("remote-port", "1024");
  update.add_section("gw").add("uniqueid", "3");
  EXPECT_EQ(event_line("ike-update", update),
            "ike-update gw #3: now 192.0.2.1[4500] <-> 203.0.113.9[1024]");
  EXPECT_EQ(event_line("child-updown", Section{}), "child-updown ");
  Section line;
  line.add("group", "NET");
  line.add("msg", "text");
  EXPECT_EQ(event_line("log", line), "[NET] text");
}

TEST(CtlWatch, EachStepOfAMoveIsALine) {
  const auto line = [](const char* step) {
    Section move;
    for (const auto& [key, value] : {std::pair{"step", step},
                                     {"ikesa-name", "gw"},
                                     {"ikesa-uniqueid", "3"},
                                     {"request-id", "17"},
                                     {"who", "peer"},
                                     {"from-host", "192.0.2.1"},
                                     {"from-port", "500"},
                                     {"to-host", "2001:db8::7"},
                                     {"to-port", "4500"},
                                     {"old-path", "no"},
                                     {"reason", "busy"},
                                     {"microseconds", "1234"},
                                     {"children", "2"},
                                     {"packets-new", "40"},
                                     {"packets-old", "5"}})
      move.add(key, value);
    const std::string text = event_line("holdfast-move", move);
    const std::string head =
        "move gw #3 request 17: the peer 192.0.2.1[500] -> 2001:db8::7[4500]: ";
    EXPECT_TRUE(text.starts_with(head)) << text;
    return text.substr(head.size());
  };
  EXPECT_EQ(line("began"), "began, the old path is gone");
  EXPECT_EQ(line("bound"), "bound after 1.2 ms, not proven yet");
  EXPECT_EQ(line("moved"), "moved in 1.2 ms, children: 2");
  EXPECT_EQ(line("refused"), "refused after 1.2 ms: busy");
  EXPECT_EQ(line("settled"), "settled, packets that came: 40 on the new path, 5 on the old");
  // Each step that there is has words.
  for (std::size_t i = 0; i < ike::kNumMoveSteps; ++i) {
    const std::string step(name_of(static_cast<ike::MoveStep>(i)));
    EXPECT_GT(line(step.c_str()).size(), step.size()) << step;
  }
}

/// A machine that is a folder.
class DoctorTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = fs::temp_directory_path() / "holdfast-doctor-XXXXXX";
    root_ = ::mkdtemp(name.data());
  }
  void TearDown() override { fs::remove_all(root_); }

  void write(const std::string& path, const std::string& text) {
    fs::create_directories((root_ + path).substr(0, (root_ + path).rfind('/')));
    std::ofstream(root_ + path) << text;
  }
  Finding find(const std::string& what, const std::string& card = "soft:") {
    for (const Finding& finding : examine({root_, card, root_ + "/vici"}))
      if (finding.what == what) return finding;
    return {};
  }

  std::string root_;
};

TEST_F(DoctorTest, NothingIsThere) {
  for (const char* what : {"TUN", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_NET_BIND_SERVICE", "daemon"})
    EXPECT_EQ(find(what).kind, Finding::Kind::kMissing) << what;
  for (const char* what : {"VFIO", "huge pages"}) {
    EXPECT_EQ(find(what).kind, Finding::Kind::kOptional) << what;
    EXPECT_EQ(find(what, "vfio:0000:03:00.0").kind, Finding::Kind::kMissing) << what;
  }
  EXPECT_EQ(find("card").kind, Finding::Kind::kFine);
  EXPECT_TRUE(is_missing_any(examine({root_, "soft:", root_ + "/vici"})));
  EXPECT_THAT(text_of(examine({root_, "soft:", ""})), HasSubstr("modprobe tun"));
}

TEST_F(DoctorTest, AllIsThere) {
  write("/dev/net/tun", "");
  write("/dev/vfio/vfio", "");
  write("/dev/vfio/12", "");
  write("/proc/meminfo", "MemTotal:  1 kB\nHugePages_Total:  64\nHugePages_Free:  60\n");
  // Bits 10, 12 and 13.
  write("/proc/self/status", "Name:\tx\nCapPrm:\t0000000000000000\nCapEff:\t0000000000003400\n");
  for (const char* what :
       {"TUN", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_NET_BIND_SERVICE", "VFIO", "huge pages"})
    EXPECT_EQ(find(what).kind, Finding::Kind::kFine) << what;
  EXPECT_EQ(find("huge pages").sentence, "60 are free");
  write("/proc/self/status", "CapEff:\t0000000000002400\n");
  EXPECT_EQ(find("CAP_NET_ADMIN").kind, Finding::Kind::kMissing);
  EXPECT_EQ(find("CAP_NET_RAW").kind, Finding::Kind::kFine);
}

TEST_F(DoctorTest, Cards) {
  EXPECT_THAT(find("card", "vfio:0000:03:00.0").sentence, HasSubstr("no PCI device 0000:03:00.0"));
  const std::string device = root_ + "/sys/bus/pci/devices/0000:03:00.0";
  fs::create_directories(device);
  EXPECT_THAT(find("card", "vfio:0000:03:00.0").sentence, HasSubstr("not bound to vfio-pci"));
  fs::create_symlink("../../drivers/vfio-pci", device + "/driver");
  EXPECT_EQ(find("card", "vfio:0000:03:00.0").kind, Finding::Kind::kFine);
  EXPECT_THAT(find("card", "soft").sentence, HasSubstr("names no card"));
  EXPECT_THAT(find("card", "magic:").sentence, HasSubstr("no kind of card"));
  EXPECT_EQ(find("card", "link:/card.sock").kind, Finding::Kind::kMissing);
}

}  // namespace
}  // namespace holdfast::ctl
