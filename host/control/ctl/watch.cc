// SPDX-License-Identifier: Apache-2.0
#include "control/ctl/watch.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cstdlib>
#include <ctime>

#include "control/ctl/json.h"

namespace holdfast::ctl {
namespace {

const Section* first_section(const Section& parent) {
  return parent.sections.empty() ? nullptr : &parent.sections.front();
}

std::string endpoint(const Section& section, const char* side) {
  const std::string prefix = side;
  return fmt::format("{}[{}]", section.value_or(prefix + "-host", "?"),
                     section.value_or(prefix + "-port", "?"));
}

std::string spis(const Section& child) {
  return fmt::format("in {} out {}", child.value_or("spi-in", "?"), child.value_or("spi-out", "?"));
}

std::string ike_line(const Section& message, const Section& sa) {
  return fmt::format("{} #{} {}: {} {} <-> {} {}", sa.name, sa.value_or("uniqueid", "?"),
                     message.value("up") ? "up" : "down", endpoint(sa, "local"),
                     sa.value_or("local-id", "?"), endpoint(sa, "remote"),
                     sa.value_or("remote-id", "?"));
}

std::string child_line(const Section& message, const Section& sa, const Section& child) {
  return fmt::format("{}/{} #{} {}: {}", sa.name, child.value_or("name", "?"),
                     child.value_or("uniqueid", "?"), message.value("up") ? "up" : "down",
                     spis(child));
}

std::string rekey_line(const Section& sa, const Section& child) {
  const Section* before = child.section("old");
  const Section* after = child.section("new");
  if (!before || !after) return sa.name + "/" + child.name;
  return fmt::format("{}/{} #{} -> #{}: {}", sa.name, child.name, before->value_or("uniqueid", "?"),
                     after->value_or("uniqueid", "?"), spis(*after));
}

std::string log_line(const Section& message) {
  const std::string* name = message.value("ikesa-name");
  return fmt::format(
      "[{}] {}{}", message.value_or("group", "?"),
      name ? fmt::format("<{}|{}> ", *name, message.value_or("ikesa-uniqueid", "?")) : "",
      message.value_or("msg", ""));
}

std::string milliseconds(const Section& message) {
  return fmt::format("{:.1f} ms",
                     std::strtod(message.value_or("microseconds", "0").c_str(), nullptr) / 1000);
}

/// What a step means, in words.
std::string step_words(const std::string& step, const Section& message) {
  const std::string reason = message.value_or("reason", "");
  const bool has_old_path = message.value_or("old-path", "") == "yes";
  if (step == "began")
    return has_old_path ? "began, the old path still works" : "began, the old path is gone";
  if (step == "bound") return fmt::format("bound after {}, not proven yet", milliseconds(message));
  if (step == "moved")
    return fmt::format("moved in {}, children: {}", milliseconds(message),
                       message.value_or("children", "?"));
  if (step == "refused")
    return fmt::format("refused after {}{}", milliseconds(message),
                       reason.empty() ? "" : ": " + reason);
  if (step == "settled")
    return fmt::format("settled, packets that came: {} on the new path, {} on the old",
                       message.value_or("packets-new", "?"), message.value_or("packets-old", "?"));
  if (step == "timed out") return "timed out after " + milliseconds(message);
  if (step == "anew") return "negotiated anew after " + milliseconds(message);
  if (step == "parked") return "parked: nothing is sent until there is a path again";
  if (step == "resumed") return "resumed after " + milliseconds(message);
  return step;
}

std::string move_line(const Section& message) {
  return fmt::format("move {} #{} request {}: {} {} -> {}: {}", message.value_or("ikesa-name", "?"),
                     message.value_or("ikesa-uniqueid", "?"), message.value_or("request-id", "?"),
                     message.value_or("who", "") == "ours" ? "this end" : "the peer",
                     endpoint(message, "from"), endpoint(message, "to"),
                     step_words(message.value_or("step", "?"), message));
}

std::string sa_line(const std::string& event, const Section& message, const Section& sa) {
  if (event == "ike-updown") return ike_line(message, sa);
  if (event == "ike-update")
    return fmt::format("{} #{}: now {} <-> {}", sa.name, sa.value_or("uniqueid", "?"),
                       endpoint(message, "local"), endpoint(message, "remote"));
  const Section* children = sa.section("child-sas");
  const Section* child = children ? first_section(*children) : nullptr;
  if (!child) return sa.name;
  return event == "child-rekey" ? rekey_line(sa, *child) : child_line(message, sa, *child);
}

}  // namespace

std::string event_line(const std::string& event, const Section& message) {
  if (event == "log") return log_line(message);
  if (event == "holdfast-move") return move_line(message);
  const Section* sa = first_section(message);
  return event + " " + (sa ? sa_line(event, message, *sa) : "");
}

Status watch(control::ViciClient& client, bool is_json,
             const std::function<void(const std::string& line)>& print) {
  for (const char* event :
       {"log", "ike-updown", "ike-update", "holdfast-move", "child-rekey", "child-updown"})
    if (const Status ok = client.listen(event); !ok) return ok;
  for (;;) {
    const Status got = client.next_event([&](const std::string& event, const Section& message) {
      const std::tm now = fmt::localtime(std::time(nullptr));
      if (!is_json) return print(fmt::format("{:%H:%M:%S} {}", now, event_line(event, message)));
      Section line;
      line.add("time", fmt::format("{:%Y-%m-%dT%H:%M:%S%z}", now));
      line.add("event", event);
      Section& content = line.add_section("message");
      content = message;
      content.name = "message";
      print(json(line));
    });
    if (!got) return got;
  }
}

}  // namespace holdfast::ctl
