// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

namespace holdfast::test {

namespace detail {

inline bool write_file(const char* path, const std::string& text) {
  std::ofstream file(path);
  file << text << std::flush;
  return file.good();
}

/// Root where it is allowed to whoever runs the tests. Once a process.
inline std::string enter_user_namespace() {
  static bool is_inside = false;
  if (is_inside) return "";
  const auto uid = std::to_string(::geteuid()), gid = std::to_string(::getegid());
  if (::unshare(CLONE_NEWUSER) != 0) {
    if (::geteuid() == 0) return "";  // root of a container: it may do without
    return "user namespaces are not allowed here (" + std::string(std::strerror(errno)) +
           "): run once as root: sysctl -w user.max_user_namespaces=10000 "
           "kernel.unprivileged_userns_clone=1";
  }
  write_file("/proc/self/setgroups", "deny");
  if (!write_file("/proc/self/uid_map", "0 " + uid + " 1") ||
      !write_file("/proc/self/gid_map", "0 " + gid + " 1"))
    return "the user namespace takes no map of users: run the tests on a kernel that lets an "
           "ordinary user write /proc/self/uid_map";
  is_inside = true;
  return "";
}

/// Mounts of an earlier test of this process are not seen by the next one.
inline bool enter_mount_namespace() {
  static int base = -1;
  if (base >= 0) return ::setns(base, CLONE_NEWNS) == 0 && ::unshare(CLONE_NEWNS) == 0;
  if (::unshare(CLONE_NEWNS) != 0 ||
      ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    return false;
  base = ::open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
  return base >= 0 && ::unshare(CLONE_NEWNS) == 0;
}

}  // namespace detail

/// Puts this process into network and mount namespaces of its own, with /run empty (`ip netns`
/// needs it) and lo up. Empty if it worked, otherwise what to do about it.
inline std::string enter_namespace() {
  if (auto reason = detail::enter_user_namespace(); !reason.empty()) return reason;
  if (!detail::enter_mount_namespace() || ::unshare(CLONE_NEWNET) != 0 ||
      ::mount("none", "/run", "tmpfs", 0, nullptr) != 0)
    return "no network and mount namespace (" + std::string(std::strerror(errno)) +
           "): run the tests where `unshare -Urnm true` works";
  ::mkdir("/run/netns", 0755);
  if (std::system("ip link set lo up") != 0)
    return "lo cannot be set up: install the Debian package iproute2 (./dev setup)";
  if (::access("/dev/net/tun", W_OK) != 0)
    return "/dev/net/tun is not writable: run once as root: chmod 666 /dev/net/tun";
  return "";
}

/// A test that has the network to itself. Where that is not possible it fails, and says what to do.
class NamespaceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string reason = enter_namespace();
    ASSERT_TRUE(reason.empty()) << reason;
  }

  /// Runs a shell script that must succeed in every line.
  static void shell(const std::string& script) {
    ASSERT_EQ(std::system(("set -e\n" + script).c_str()), 0) << script;
  }

  /// What a command prints.
  static std::string output_of(const std::string& command) {
    std::string text;
    std::FILE* pipe = ::popen(command.c_str(), "r");
    std::array<char, 4096> buffer;
    while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe))
      text.append(buffer.data(), size);
    EXPECT_EQ(::pclose(pipe), 0) << command;
    return text;
  }
};

/// Sockets that are made while it lives are in the named namespace (`ip netns add NAME`).
class InNamespace {
 public:
  explicit InNamespace(const std::string& name) : home_(::open("/proc/self/ns/net", O_RDONLY)) {
    const int there = ::open(("/run/netns/" + name).c_str(), O_RDONLY);
    EXPECT_EQ(::setns(there, CLONE_NEWNET), 0) << name << ": " << std::strerror(errno);
    ::close(there);
  }
  InNamespace(const InNamespace&) = delete;
  InNamespace& operator=(const InNamespace&) = delete;
  ~InNamespace() {
    EXPECT_EQ(::setns(home_, CLONE_NEWNET), 0) << std::strerror(errno);
    ::close(home_);
  }

 private:
  int home_;
};

}  // namespace holdfast::test
