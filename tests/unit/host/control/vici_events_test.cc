// SPDX-License-Identifier: Apache-2.0
#include "control/vici_events.h"

#include <gmock/gmock.h>

#include "control/vici_sections.h"
#include "unit/host/control/commands_bench.h"

namespace holdfast::control {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ViciEventsTest : public testing::Test {
 protected:
  FakeOutlet outlet_;
  ViciEvents events_{outlet_};
  ike::IkeSnapshot sa_ = sample_sa("gw", "net");
};

TEST_F(ViciEventsTest, IkeUpdown) {
  events_.on_ike_updown(sa_, true);
  events_.on_ike_updown(sa_, false);
  EXPECT_THAT(outlet_.take(),
              ElementsAre(AllOf(StartsWith("*: ike-updown up=yes gw { uniqueid=3 version=1 "
                                           "state=ESTABLISHED"),
                                Not(HasSubstr("child-sas"))),
                          AllOf(StartsWith("*: ike-updown gw { uniqueid=3 version=1 "
                                           "state=DELETING"),
                                Not(HasSubstr("established=")))));
}

TEST_F(ViciEventsTest, ChildUpdownHasThatChildAlone) {
  sa_.children.push_back(sa_.children[0]);
  sa_.children[1].unique_id = 8;
  events_.on_child_updown(sa_, sa_.children[1], true);
  events_.on_child_updown(sa_, sa_.children[0], false);
  EXPECT_THAT(outlet_.take(),
              ElementsAre(AllOf(StartsWith("*: child-updown up=yes gw {"),
                                HasSubstr("child-sas { net-8 { name=net uniqueid=8 reqid=1 "
                                          "state=INSTALLED"),
                                Not(HasSubstr("net-7"))),
                          AllOf(StartsWith("*: child-updown gw {"),
                                HasSubstr("child-sas { net-7 { name=net uniqueid=7 reqid=1 "
                                          "state=DELETED"))));
}

TEST_F(ViciEventsTest, ChildRekeyHasTheBareName) {
  ike::ChildSnapshot renewed = sa_.children[0];
  renewed.unique_id = 9;
  events_.on_child_rekey(sa_, sa_.children[0], renewed);
  EXPECT_THAT(outlet_.take(),
              ElementsAre(AllOf(StartsWith("*: child-rekey gw {"),
                                HasSubstr("child-sas { net { old { name=net uniqueid=7"),
                                HasSubstr("} new { name=net uniqueid=9"))));
  EXPECT_EQ(events_.child_rekeys().at("gw"), 1u);
}

TEST_F(ViciEventsTest, IkeUpdateHasTheNewEndpointsOutside) {
  events_.on_ike_update(sa_, {*IpAddress::parse("192.0.2.1"), 4500},
                        {*IpAddress::parse("203.0.113.9"), 1024});
  EXPECT_THAT(outlet_.take(),
              ElementsAre(AllOf(StartsWith("*: ike-update local-host=192.0.2.1 local-port=4500 "
                                           "remote-host=203.0.113.9 remote-port=1024 gw {"),
                                HasSubstr("remote-host=198.51.100.7 remote-port=4500"))));
}

TEST_F(ViciEventsTest, EachStepOfAMoveIsAnEventOfOurOwn) {
  ike::MoveReport move;
  move.step = ike::MoveStep::kRefused;
  move.name = "gw";
  move.unique_id = 3;
  move.request_id = 17;
  move.is_ours = true;
  move.from = {*IpAddress::parse("192.0.2.1"), 4500};
  move.to = {*IpAddress::parse("2001:db8::7"), 1024};
  move.reason = isakmp::UpdateReason::kBusy;
  move.took = std::chrono::microseconds(1234);
  move.num_children = 2;
  events_.on_move(move);
  move.step = ike::MoveStep::kSettled;
  move.is_ours = false;
  move.does_old_path_work = true;
  move.reason.reset();
  move.packets_new = 40;
  move.packets_old = 5;
  events_.on_move(move);
  EXPECT_THAT(outlet_.take(),
              ElementsAre("*: holdfast-move step=refused ikesa-name=gw ikesa-uniqueid=3 "
                          "request-id=17 who=ours from-host=192.0.2.1 from-port=4500 "
                          "to-host=2001:db8::7 to-port=1024 old-path=no reason=busy "
                          "microseconds=1234 children=2",
                          "*: holdfast-move step=settled ikesa-name=gw ikesa-uniqueid=3 "
                          "request-id=17 who=peer from-host=192.0.2.1 from-port=4500 "
                          "to-host=2001:db8::7 to-port=1024 old-path=yes "
                          "microseconds=1234 children=2 packets-new=40 packets-old=5"));
  EXPECT_TRUE(ViciEvents::has("holdfast-move"));
}

TEST_F(ViciEventsTest, LogOfLevelsForTheOperator) {
  events_.log({"NET", 0, "", 0, "one"});
  events_.log({"IKE", 1, "gw", 3, "two"});
  events_.log({"IKE", 2, "gw", 3, "three"});
  EXPECT_THAT(outlet_.take(),
              ElementsAre("*: log group=NET level=0 thread=1 msg=one",
                          "*: log group=IKE level=1 thread=1 ikesa-name=gw ikesa-uniqueid=3 "
                          "msg=two"));
}

TEST(ViciSections, ChildWithEveryKey) {
  ike::ChildSnapshot child = sample_sa("gw", "net").children[0];
  child.is_udp_encapsulated = false;
  child.proposal = {EspTransform::kAesCbc, 256, EspAuth::kHmacSha256, DhGroup::kEcp256, true};
  child.use_in = -1;
  EXPECT_EQ(text_of(child_section(child, "x")),
            "name=net uniqueid=7 reqid=1 state=INSTALLED mode=TUNNEL protocol=ESP "
            "spi-in=c0ffee01 spi-out=0000abcd encr-alg=AES_CBC encr-keysize=256 "
            "integ-alg=HMAC_SHA2_256_128 dh-group=ECP_256 esn=1 bytes-in=168 packets-in=2 "
            "bytes-out=0 packets-out=0 rekey-time=3000 life-time=3900 install-time=12 "
            "local-ts=[10.1.0.0/16] remote-ts=[10.2.0.0/16]");
}

// vici_sections_config
TEST(ViciSections, SizesOfPools) {
  const auto size = [](const char* prefix) {
    return pool_section({{"p", *Prefix::parse(prefix), {}}, {}}, false).value_or("size", "");
  };
  EXPECT_EQ(size("10.0.0.0/24"), "254");
  EXPECT_EQ(size("10.0.0.0/31"), "2");
  EXPECT_EQ(size("10.0.0.7"), "1");
  EXPECT_EQ(size("2001:db8::/64"), "2147483646");
}

TEST(ViciSections, Durations) {
  EXPECT_EQ(duration_text(std::chrono::seconds(0)), "0 seconds");
  EXPECT_EQ(duration_text(std::chrono::seconds(1)), "1 second");
  EXPECT_EQ(duration_text(std::chrono::seconds(119)), "119 seconds");
  EXPECT_EQ(duration_text(std::chrono::seconds(120)), "2 minutes");
  EXPECT_EQ(duration_text(std::chrono::hours(49)), "2 days");
}

}  // namespace
}  // namespace holdfast::control
