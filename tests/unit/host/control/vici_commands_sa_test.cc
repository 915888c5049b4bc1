// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "unit/host/control/commands_bench.h"

namespace holdfast::control {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class ViciSaCommandsTest : public CommandsBench {
 protected:
  void log(const char* text, int level = 1, const char* ike = "gw") {
    events_.log({"IKE", level, ike, 3, text});
  }
};

TEST_F(ViciSaCommandsTest, InitiateWaitsForItsEnd) {
  EXPECT_THAT(run("initiate", {{"child", "net"}, {"loglevel", "1"}}), IsEmpty());
  EXPECT_THAT(daemon_.calls, ElementsAre("initiate net "));
  daemon_.waiting.at(0)({});
  EXPECT_THAT(outlet_.take(), ElementsAre("1: success=yes"));
}

TEST_F(ViciSaCommandsTest, InitiateAnswersAtOnce) {
  daemon_.on_initiate = [](const auto&, const auto&, const Daemon::Done& done) { done({}); };
  EXPECT_THAT(run("initiate", {{"ike", "gw"}}), ElementsAre("1: success=yes"));
  EXPECT_EQ(timers_.size(), 0u);
}

TEST_F(ViciSaCommandsTest, InitiateSaysWhy) {
  const auto fails = [&](ErrorCode code, Pairs request) {
    daemon_.on_initiate = [code](const auto&, const auto&, const Daemon::Done& done) {
      done(fail(code, "", "no answer"));
    };
    return run("initiate", request).at(0);
  };
  EXPECT_EQ(fails(ErrorCode::kNotFound, {{"child", "n"}}),
            "1: success=no errmsg=CHILD_SA config 'n' not found");
  EXPECT_EQ(fails(ErrorCode::kNotFound, {{"ike", "n"}}),
            "1: success=no errmsg=IKE_SA config 'n' not found");
  EXPECT_EQ(fails(ErrorCode::kTimeout, {{"child", "n"}}),
            "1: success=no errmsg=establishing CHILD_SA 'n' failed: no answer");
  EXPECT_EQ(fails(ErrorCode::kTimeout, {{"ike", "n"}}),
            "1: success=no errmsg=establishing IKE_SA 'n' failed: no answer");
  EXPECT_EQ(fails(ErrorCode::kNotFound, {{"child", "n"}, {"timeout", "-1"}}),
            "1: success=no errmsg=CHILD_SA config 'n' not found");
  EXPECT_THAT(run("initiate"), ElementsAre("1: success=no errmsg=missing configuration name"));
  EXPECT_THAT(run("initiate", {{"child", "n"}, {"timeout", "5s"}}),
              ElementsAre("1: success=no errmsg=invalid value for: timeout"));
  EXPECT_THAT(run("initiate", {{"child", "n"}, {"timeout", "99999999999999999"}}),
              ElementsAre("1: success=no errmsg=invalid value for: timeout"));
}

TEST_F(ViciSaCommandsTest, InitiateGivesUpAfterItsTimeout) {
  EXPECT_THAT(run("initiate", {{"child", "net"}, {"timeout", "3000"}}), IsEmpty());
  timers_.pass(std::chrono::milliseconds(2999));
  EXPECT_THAT(outlet_.take(), IsEmpty());
  timers_.pass(std::chrono::milliseconds(1));
  EXPECT_THAT(outlet_.take(),
              ElementsAre("1: success=no errmsg=CHILD_SA 'net' not established after 3000ms"));
  // The end of the first is not taken for that of a second one.
  run("initiate", {{"child", "net"}});
  daemon_.waiting.at(0)({});
  EXPECT_THAT(outlet_.take(), IsEmpty());
  daemon_.waiting.at(1)({});
  EXPECT_THAT(outlet_.take(), ElementsAre("1: success=yes"));
}

TEST_F(ViciSaCommandsTest, InitiateWithoutWaiting) {
  EXPECT_THAT(run("initiate", {{"child", "net"}, {"timeout", "-1"}}),
              ElementsAre("1: success=yes"));
  log("later");
  daemon_.waiting.at(0)({});
  EXPECT_THAT(outlet_.take(), ElementsAre(StartsWith("*: log ")));
}

TEST_F(ViciSaCommandsTest, AClientThatClosesEndsNothing) {
  run("initiate", {{"child", "net"}, {"timeout", "3000"}});
  commands_.on_closed(kClient);
  EXPECT_EQ(timers_.size(), 0u);
  daemon_.waiting.at(0)({});
  log("line");
  EXPECT_THAT(outlet_.take(), ElementsAre(StartsWith("*: log ")));
}

TEST_F(ViciSaCommandsTest, LinesOfItsConnectionUpToItsLevel) {
  run("load-conn", connection("gw"));
  run("initiate", {{"child", "net"}, {"loglevel", "2"}});
  log("first", 2);
  log("too much", 3);
  log("of another", 1, "other");
  log("of none", 2, "");
  daemon_.waiting.at(0)({});
  log("after", 2);
  EXPECT_THAT(outlet_.take(),
              ElementsAre("1: control-log group=IKE level=2 ikesa-name=gw ikesa-uniqueid=3 "
                          "msg=first",
                          "*: log group=IKE level=1 thread=1 ikesa-name=other ikesa-uniqueid=3 "
                          "msg=of another",
                          "1: control-log group=IKE level=2 msg=of none", "1: success=yes"));
}

TEST_F(ViciSaCommandsTest, NoLinesAtALevelBelowZero) {
  run("initiate", {{"child", "net"}, {"loglevel", "-1"}});
  log("line", 0);
  EXPECT_THAT(outlet_.take(), ElementsAre(StartsWith("*: log ")));
}

TEST_F(ViciSaCommandsTest, Terminate) {
  daemon_.sas = {sample_sa("gw", "net"), sample_sa("gw", "net"), sample_sa("other", "x")};
  daemon_.on_terminate = [&] { log("deleting", 1, "gw"); };
  EXPECT_THAT(run("terminate", {{"ike", "gw"}, {"force", "yes"}, {"timeout", "1000"}}),
              ElementsAre(StartsWith("*: log "), HasSubstr("control-log"),
                          "1: success=yes matches=2 terminated=2"));
  EXPECT_EQ(daemon_.sas.size(), 1u);
  daemon_.on_terminate = {};
  EXPECT_THAT(run("terminate", {{"ike", "gw"}}),
              ElementsAre("1: success=no matches=0 terminated=0 errmsg=no matching SAs to "
                          "terminate found"));
}

TEST_F(ViciSaCommandsTest, TerminateNeverTakesAllByMistake) {
  daemon_.sas = {sample_sa("gw", "net")};
  EXPECT_THAT(run("terminate"), ElementsAre("1: success=no errmsg=missing terminate selector"));
  for (const char* id : {"x", "", "-1", "4294967296", "1 "})
    EXPECT_THAT(run("terminate", {{"ike-id", id}}),
                ElementsAre("1: success=no errmsg=invalid value for: ike-id"));
  EXPECT_THAT(run("terminate", {{"ike-id", "0"}}),
              ElementsAre("1: success=no errmsg=missing terminate selector"));
  EXPECT_THAT(daemon_.calls, IsEmpty());
}

TEST_F(ViciSaCommandsTest, RekeyAndRedirect) {
  daemon_.sas = {sample_sa("gw", "net")};
  EXPECT_THAT(run("rekey", {{"child", "net"}, {"child-id", "7"}}),
              ElementsAre("1: success=yes matches=1"));
  EXPECT_THAT(daemon_.calls, ElementsAre("rekey /net 0/7"));
  EXPECT_THAT(run("rekey", {{"child", "zz"}}),
              ElementsAre("1: success=no matches=0 errmsg=no matching SAs to rekey found"));
  EXPECT_THAT(run("rekey"), ElementsAre("1: success=no errmsg=missing rekey selector"));
  EXPECT_THAT(run("redirect", {{"ike", "gw"}, {"gateway", "192.0.2.9"}}),
              ElementsAre("1: success=no matches=0 errmsg=no matching SAs to redirect found"));
}

TEST_F(ViciSaCommandsTest, ListSas) {
  daemon_.sas = {sample_sa("gw", "net")};
  EXPECT_THAT(
      run("list-sas"),
      ElementsAre(
          "1: list-sa gw { uniqueid=3 version=1 state=ESTABLISHED local-host=192.0.2.1 "
          "local-port=4500 local-id=gw.lab remote-host=198.51.100.7 remote-port=4500 "
          "remote-id=client@lab initiator=yes initiator-spi=0102030405060708 "
          "responder-spi=f1f2f3f4f5f6f7f8 nat-remote=yes nat-any=yes encr-alg=AES_CBC "
          "encr-keysize=128 integ-alg=HMAC_SHA2_256_128 prf-alg=PRF_HMAC_SHA2_256 "
          "dh-group=MODP_2048 established=12 rekey-time=13000 child-sas { net-7 { name=net "
          "uniqueid=7 reqid=1 state=INSTALLED mode=TUNNEL protocol=ESP encap=yes "
          "spi-in=c0ffee01 spi-out=0000abcd encr-alg=AES_GCM_16 encr-keysize=128 bytes-in=168 "
          "packets-in=2 use-in=1 bytes-out=0 packets-out=0 rekey-time=3000 life-time=3900 "
          "install-time=12 local-ts=[10.1.0.0/16] remote-ts=[10.2.0.0/16] } } }",
          "1: "));
}

TEST_F(ViciSaCommandsTest, ListSasFiltersChildrenAlone) {
  daemon_.sas = {sample_sa("gw", "net"), sample_sa("other", "x")};
  EXPECT_THAT(run("list-sas", {{"child", "x"}}),
              ElementsAre(testing::AllOf(HasSubstr("list-sa gw {"), HasSubstr("child-sas {  }")),
                          HasSubstr("child-sas { x-7 {"), "1: "));
  EXPECT_THAT(run("list-sas", {{"ike", "gw"}, {"child-id", "8"}}),
              ElementsAre(HasSubstr("child-sas {  }"), "1: "));
  EXPECT_THAT(run("list-sas", {{"ike-id", "4"}}), ElementsAre("1: "));
  EXPECT_THAT(run("list-sas", {{"ike-id", "no number"}}), ElementsAre("1: "));
}

TEST_F(ViciSaCommandsTest, TimesAreAbsentWhileConnecting) {
  ike::IkeSnapshot sa = sample_sa("gw", "net");
  sa.state = ike::IkeState::kConnecting;
  sa.children.clear();
  sa.proposal.reset();
  sa.local_vips = {*IpAddress::parse("10.77.0.1")};
  sa.tasks_active = {"MAIN_MODE"};
  daemon_.sas = {sa};
  EXPECT_THAT(run("list-sas"),
              ElementsAre(testing::EndsWith("nat-remote=yes nat-any=yes local-vips=[10.77.0.1] "
                                            "tasks-active=[MAIN_MODE] child-sas {  } }"),
                          "1: "));
}

TEST_F(ViciSaCommandsTest, TwoClients) {
  run("initiate", message({{"child", "net"}}), kClient);
  run("initiate", message({{"child", "net"}}), kOther);
  daemon_.waiting.at(1)({});
  EXPECT_THAT(outlet_.take(), ElementsAre("2: success=yes"));
  daemon_.waiting.at(0)(fail(ErrorCode::kRefused, "", "no proposal chosen"));
  EXPECT_THAT(outlet_.take(), ElementsAre("1: success=no errmsg=establishing CHILD_SA 'net' "
                                          "failed: no proposal chosen"));
}

}  // namespace
}  // namespace holdfast::control
