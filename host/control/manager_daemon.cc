// SPDX-License-Identifier: Apache-2.0
#include "control/manager_daemon.h"

#include "ike/credentials.h"

namespace holdfast::control {

void ManagerDaemon::load_connection(ConnectionConfig config) {
  manager_.load_connection(std::move(config));
}

Status ManagerDaemon::unload_connection(const std::string& name) {
  return manager_.unload_connection(name);
}

const ike::Manager::Connections& ManagerDaemon::connections() const {
  return std::as_const(manager_).connections();
}

void ManagerDaemon::load_pool(PoolConfig pool) { manager_.load_pool(std::move(pool)); }

Status ManagerDaemon::unload_pool(const std::string& name) { return manager_.unload_pool(name); }

std::vector<ike::Manager::PoolState> ManagerDaemon::pools() const { return manager_.pools(); }

void ManagerDaemon::load_shared(SharedSecret secret) {
  manager_.credentials().add_shared(std::move(secret));
}

void ManagerDaemon::unload_shared(const std::string& id) {
  manager_.credentials().remove_shared(id);
}

std::vector<std::string> ManagerDaemon::shared_ids() const {
  return manager_.credentials().shared_ids();
}

Status ManagerDaemon::load_certificate(ByteView data) {
  return manager_.credentials().add_certificate(data);
}

Status ManagerDaemon::load_authority(ByteView data) {
  return manager_.credentials().add_authority(data);
}

Status ManagerDaemon::unload_authority(ByteView data) {
  return manager_.credentials().remove_authority(data);
}

Status ManagerDaemon::load_crl(ByteView data) { return manager_.credentials().add_crl(data); }

Result<std::string> ManagerDaemon::load_key(ByteView data) {
  return manager_.credentials().add_key(data);
}

Status ManagerDaemon::unload_key(const std::string& id) {
  return manager_.credentials().remove_key(id);
}

std::vector<std::string> ManagerDaemon::key_ids() const { return manager_.credentials().key_ids(); }

void ManagerDaemon::clear_credentials() { manager_.credentials().clear(); }

std::vector<Daemon::ListedCertificate> ManagerDaemon::certificates() const {
  const ike::Credentials& credentials = manager_.credentials();
  std::vector<ListedCertificate> listed;
  for (const Certificate& certificate : credentials.certificates())
    listed.push_back({certificate.der(), certificate.subject_text(), false,
                      credentials.find_key(certificate) != nullptr});
  for (const Certificate& certificate : credentials.authorities())
    listed.push_back({certificate.der(), certificate.subject_text(), true,
                      credentials.find_key(certificate) != nullptr});
  return listed;
}

void ManagerDaemon::initiate(const std::string& child, const std::string& ike, Done done) {
  manager_.initiate(child, ike, std::move(done));
}

ike::Manager::Matched ManagerDaemon::terminate(const ike::SaFilter& filter) {
  return manager_.terminate(filter);
}

unsigned ManagerDaemon::rekey(const ike::SaFilter& filter) { return manager_.rekey(filter); }

std::vector<ike::IkeSnapshot> ManagerDaemon::list(const ike::SaFilter& filter) const {
  return manager_.list(filter);
}

std::size_t ManagerDaemon::num_half_open() const { return manager_.num_half_open(); }

ike::ManagerCounters ManagerDaemon::counters() const { return manager_.counters(); }

}  // namespace holdfast::control
