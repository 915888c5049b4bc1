// SPDX-License-Identifier: Apache-2.0
#include "control/manager_daemon.h"

#include <gmock/gmock.h>

#include "control/vici_commands.h"
#include "exchange/world.h"
#include "unit/host/control/commands_bench.h"
#include "unit/host/crypto/test_pki.h"

namespace holdfast::control {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// Commands of vici at a real manager, whose peer is in the same process.
class ManagerDaemonTest : public testing::Test {
 protected:
  ManagerDaemonTest() {
    world_.initiator.load(test::client_conf());
    world_.responder.load(test::gateway_conf());
    world_.initiator.manager->add_observer(&events_);
    name_ = daemon_.connections().begin()->first;
    child_ = daemon_.connections().begin()->second->children.at(0).name;
  }
  ~ManagerDaemonTest() override { world_.initiator.manager->remove_observer(&events_); }

  std::vector<std::string> run(std::string_view command,
                               std::initializer_list<std::pair<const char*, std::string>> values) {
    Section request;
    for (const auto& [key, value] : values) request.add(key, value);
    commands_.handle(ClientId{1}, command, *encode_message(request));
    return outlet_.take();
  }

  test::World world_;
  FakeOutlet outlet_;
  ViciEvents events_{outlet_};
  ManagerDaemon daemon_{*world_.initiator.manager, Daemon::Facts{},
                        [] { return fail(ErrorCode::kBadValue, "f:1", "no"); }};
  ViciCommands commands_{{outlet_, daemon_, events_, world_.time, world_.time}};
  std::string name_, child_;
};

TEST_F(ManagerDaemonTest, ConnectionsComeAndGo) {
  EXPECT_THAT(run("get-conns", {}), ElementsAre("1: conns=[" + name_ + "]"));
  EXPECT_THAT(run("list-conns", {}), ElementsAre(StartsWith("1: list-conn " + name_), "1: "));
  EXPECT_THAT(run("unload-conn", {{"name", name_}}), ElementsAre("1: success=yes"));
  EXPECT_THAT(run("get-conns", {}), ElementsAre("1: conns=[]"));
  EXPECT_THAT(run("unload-conn", {{"name", name_}}), ElementsAre(HasSubstr("not found")));
}

TEST_F(ManagerDaemonTest, InitiateListTerminate) {
  EXPECT_THAT(run("initiate", {{"child", child_}}), IsEmpty());
  EXPECT_THAT(run("list-sas", {}), ElementsAre(HasSubstr("state=CONNECTING local-host="), "1: "));
  world_.settle();
  EXPECT_THAT(outlet_.take(),
              ElementsAre(StartsWith("*: ike-updown up=yes " + name_),
                          StartsWith("*: child-updown up=yes " + name_), "1: success=yes"));
  EXPECT_THAT(run("list-sas", {}),
              ElementsAre(testing::AllOf(HasSubstr("state=ESTABLISHED"), HasSubstr("initiator=yes"),
                                         HasSubstr("state=INSTALLED mode=TUNNEL protocol=ESP")),
                          "1: "));
  EXPECT_THAT(run("initiate", {{"child", child_}}), ElementsAre("1: success=yes"));
  const auto ended = run("terminate", {{"ike", name_}});
  EXPECT_EQ(ended.back(), "1: success=yes matches=1 terminated=1");
  EXPECT_THAT(ended, testing::Contains(StartsWith("*: ike-updown " + name_)));
  EXPECT_THAT(run("list-sas", {}), ElementsAre("1: "));
}

TEST_F(ManagerDaemonTest, AnUnknownChild) {
  EXPECT_THAT(run("initiate", {{"child", "none"}}),
              ElementsAre("1: success=no errmsg=CHILD_SA config 'none' not found"));
}

TEST_F(ManagerDaemonTest, APeerThatDoesNotAnswer) {
  EXPECT_THAT(run("initiate", {{"child", child_}, {"timeout", "3000"}}), IsEmpty());
  world_.on_send = [](test::InFlight&) { return false; };
  world_.in_flight.clear();
  world_.advance(std::chrono::milliseconds(3000));
  EXPECT_THAT(outlet_.take(), testing::Contains("1: success=no errmsg=CHILD_SA '" + child_ +
                                                "' not established after 3000ms"));
}

TEST_F(ManagerDaemonTest, InstallMakesATrap) {
  EXPECT_TRUE(world_.initiator.offload.policies.empty());
  EXPECT_THAT(run("install", {{"child", child_}}), ElementsAre("1: success=yes"));
  EXPECT_EQ(world_.initiator.offload.policies.size(), 1u);
  EXPECT_THAT(run("list-policies", {{"trap", "yes"}}),
              ElementsAre(StartsWith("1: list-policy " + name_ + "/" + child_), "1: "));
  EXPECT_THAT(run("uninstall", {{"child", child_}}), ElementsAre("1: success=yes"));
  EXPECT_TRUE(world_.initiator.offload.policies.empty());
}

TEST_F(ManagerDaemonTest, CredentialsAndPools) {
  run("clear-creds", {});
  EXPECT_THAT(run("get-shared", {}), ElementsAre("1: keys=[]"));
  EXPECT_THAT(run("load-shared", {{"id", "k"}, {"type", "ike"}, {"data", "secret"}}),
              ElementsAre("1: success=yes"));
  EXPECT_THAT(run("get-shared", {}), ElementsAre("1: keys=[k]"));
  EXPECT_THAT(run("load-key", {{"type", "any"}, {"data", "garbage"}}),
              ElementsAre(HasSubstr("success=no")));
  EXPECT_THAT(run("load-cert", {{"type", "X509"}, {"flag", "NONE"}, {"data", "garbage"}}),
              ElementsAre(HasSubstr("success=no")));
  EXPECT_THAT(run("load-cert", {{"type", "X509_CRL"}, {"data", "garbage"}}),
              ElementsAre(HasSubstr("success=no")));
  EXPECT_THAT(run("unload-key", {{"id", "00"}}), ElementsAre(HasSubstr("key not found")));
  daemon_.load_pool({"lan", *Prefix::parse("10.77.0.0/24"), {}});
  EXPECT_THAT(run("get-pools", {}),
              ElementsAre("1: lan { base=10.77.0.0 size=254 online=0 offline=0 }"));
  EXPECT_THAT(run("reload-settings", {}), ElementsAre("1: success=no errmsg=f:1: no"));
}

TEST_F(ManagerDaemonTest, AnAuthorityThatIsUnloadedIsTrustedNoMore) {
  const test::Authority ca("CA");
  const std::string der(ca.der.begin(), ca.der.end());
  const auto load_authority = [&](const std::string& name) {
    Section request;
    request.add_section(name).add("cacert", der);
    commands_.handle(ClientId{1}, "load-authority", *encode_message(request));
    return outlet_.take();
  };
  const TrustStore& trust = world_.initiator.manager->credentials().trust();
  EXPECT_THAT(load_authority("a"), ElementsAre("1: success=yes"));
  EXPECT_THAT(load_authority("b"), ElementsAre("1: success=yes"));
  EXPECT_THAT(run("unload-authority", {{"name", "a"}}), ElementsAre("1: success=yes"));
  EXPECT_EQ(trust.authority_dns().size(), 1u) << "b has it too";
  EXPECT_THAT(run("clear-creds", {}), ElementsAre("1: success=yes"));
  EXPECT_EQ(trust.authority_dns().size(), 1u) << "it is no credential";
  EXPECT_THAT(run("unload-authority", {{"name", "b"}}), ElementsAre("1: success=yes"));
  EXPECT_TRUE(trust.authority_dns().empty());
  // Loaded as a credential too, it stays until those are cleared.
  run("load-cert", {{"type", "X509"}, {"flag", "CA"}, {"data", der}});
  load_authority("a");
  EXPECT_THAT(run("unload-authority", {{"name", "a"}}), ElementsAre("1: success=yes"));
  EXPECT_EQ(trust.authority_dns().size(), 1u);
  run("clear-creds", {});
  EXPECT_TRUE(trust.authority_dns().empty());
}

}  // namespace
}  // namespace holdfast::control
