// SPDX-License-Identifier: Apache-2.0
#include "control/vici_server.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace holdfast::control {
namespace {

constexpr std::uint64_t kSocketKey = 0, kWakeKey = 1;
constexpr int kEventsAStep = 64;

void add_to(int epoll, int fd, std::uint64_t key) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = key;
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

}  // namespace

ViciServer::ViciServer(ViciSocket socket, const Limits& limits, int epoll, int wake)
    : socket_(std::move(socket)), limits_(limits), epoll_(epoll), wake_(wake) {
  add_to(epoll_, wake_, kWakeKey);
}

ViciServer::~ViciServer() {
  clients_.clear();
  ::close(wake_);
  ::close(epoll_);
}

Result<std::unique_ptr<ViciServer>> ViciServer::open(const std::string& path,
                                                     const Limits& limits) {
  auto socket = ViciSocket::listen(path);
  if (!socket) return tl::unexpected(socket.error());
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) return fail(ErrorCode::kIo, path, std::strerror(errno));
  const int wake = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake < 0) {
    auto error = fail(ErrorCode::kIo, path, std::strerror(errno));
    ::close(epoll);
    return error;
  }
  return std::unique_ptr<ViciServer>(new ViciServer(std::move(*socket), limits, epoll, wake));
}

void ViciServer::serve(ViciHandler& handler) {
  HOLDFAST_CHECK(handler_ == nullptr);
  handler_ = &handler;
  add_to(epoll_, socket_.fd(), kSocketKey);
}

void ViciServer::step() {
  HOLDFAST_CHECK(!is_stepping_);
  is_stepping_ = true;
  std::array<epoll_event, kEventsAStep> ready;
  const int count = ::epoll_wait(epoll_, ready.data(), kEventsAStep, 0);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = ready[static_cast<std::size_t>(i)];
    if (event.data.u64 == kSocketKey) {
      accept_all();
    } else if (event.data.u64 == kWakeKey) {
      is_awake_ = false;
      std::uint64_t ignored;
      [[maybe_unused]] const ssize_t size = ::read(wake_, &ignored, sizeof ignored);
    } else {
      serve_client(ClientId{event.data.u64}, event.events);
    }
  }
  sweep();
  is_stepping_ = false;
}

void ViciServer::accept_all() {
  for (int fd = socket_.accept(); fd >= 0; fd = socket_.accept()) {
    if (clients_.size() >= limits_.max_clients) {
      ++counters_.refused_clients;
      ::close(fd);
      continue;
    }
    const ClientId id{next_id_++};
    auto client = std::make_unique<ViciConnection>(fd);
    client->watched = EPOLLIN;
    add_to(epoll_, fd, static_cast<std::uint64_t>(id));
    clients_.emplace(id, std::move(client));
    ++counters_.clients;
  }
}

void ViciServer::serve_client(ClientId id, std::uint32_t ready) {
  const auto found = clients_.find(id);
  if (found == clients_.end()) return;
  ViciConnection& client = *found->second;
  if (ready & EPOLLIN) client.read();
  if (ready & EPOLLOUT) client.flush();
  take_packets(id, client);
  // Closed in both directions: nobody reads what is still to come.
  if (ready & (EPOLLHUP | EPOLLERR)) client.set_broken();
}

void ViciServer::take_packets(ClientId id, ViciConnection& client) {
  while (!client.is_busy && client.waiting() <= limits_.event_queue_bytes) {
    const auto packet = client.next();
    if (!packet) return;
    take_packet(id, client, *packet);
  }
}

void ViciServer::take_packet(ClientId id, ViciConnection& client, ByteView bytes) {
  const auto packet = parse_packet(bytes);
  if (!packet) return;  // ignored, as the daemon that swanctl comes with does
  const std::string name(packet->name);
  switch (packet->type) {
    case PacketType::kRequest:
      if (!handler_->has_command(name)) return reply(client, PacketType::kUnknownCommand);
      client.is_busy = true;
      return handler_->handle(id, name, packet->body);
    case PacketType::kRegister:
      if (!handler_->has_event(name)) return reply(client, PacketType::kUnknownEvent);
      client.events.insert(name);
      return reply(client, PacketType::kConfirm);
    case PacketType::kUnregister:
      return reply(
          client, client.events.erase(name) > 0 ? PacketType::kConfirm : PacketType::kUnknownEvent);
    case PacketType::kResponse:
    case PacketType::kUnknownCommand:
    case PacketType::kConfirm:
    case PacketType::kUnknownEvent:
    case PacketType::kEvent:
      return;
  }
}

void ViciServer::reply(ViciConnection& client, PacketType type) {
  if (!client.send(*write_packet(type, "", {}), limits_.answer_queue_bytes)) client.set_broken();
}

void ViciServer::send(ViciConnection& client, PacketType type, std::string_view name,
                      const Section& message) {
  const auto body = encode_message(message);
  auto packet = body ? write_packet(type, name, *body) : tl::unexpected(body.error());
  if (!packet && type == PacketType::kEvent) {
    ++counters_.dropped_events;
    return;
  }
  // An answer there must be: a client takes silence for work that goes on.
  if (!packet) packet = write_packet(type, name, *encode_message(failure(packet.error().sentence)));
  if (client.send(std::move(*packet), limits_.answer_queue_bytes) || client.is_broken()) return;
  ++counters_.dropped_clients;
  client.set_broken();
}

void ViciServer::respond(ClientId id, const Section& answer) {
  const auto found = clients_.find(id);
  if (found == clients_.end()) return;
  HOLDFAST_CHECK(found->second->is_busy);
  send(*found->second, PacketType::kResponse, "", answer);
  found->second->is_busy = false;
  wake();
}

void ViciServer::raise_to(ClientId id, std::string_view event, const Section& message) {
  const auto found = clients_.find(id);
  if (found == clients_.end() || !found->second->events.contains(event)) return;
  send(*found->second, PacketType::kEvent, event, message);
  wake();
}

void ViciServer::raise(std::string_view event, const Section& message) {
  if (!has_listener(event)) return;
  const auto body = encode_message(message);
  const auto packet =
      body ? write_packet(PacketType::kEvent, event, *body) : tl::unexpected(body.error());
  for (auto& [id, client] : clients_) {
    if (!client->events.contains(event)) continue;
    if (!packet || !client->send(*packet, limits_.event_queue_bytes)) ++counters_.dropped_events;
  }
  wake();
}

bool ViciServer::has_listener(std::string_view event) const {
  for (const auto& [id, client] : clients_)
    if (client->events.contains(event)) return true;
  return false;
}

void ViciServer::wake() {
  if (std::exchange(is_awake_, true)) return;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t size = ::write(wake_, &one, sizeof one);
}

void ViciServer::sweep() {
  for (auto& [id, client] : clients_) take_packets(id, *client);  // those that waited
  std::vector<ClientId> gone;
  for (auto& [id, client] : clients_) {
    const bool is_finished = client->is_at_end() && !client->is_busy && !client->wants_to_write();
    if (client->is_broken() || is_finished)
      gone.push_back(id);
    else
      watch(id, *client);
  }
  for (const ClientId id : gone) {
    clients_.erase(id);
    handler_->on_closed(id);
  }
}

void ViciServer::watch(ClientId id, ViciConnection& client) {
  const std::uint32_t wanted =
      (client.wants_to_read() ? EPOLLIN : 0u) | (client.wants_to_write() ? EPOLLOUT : 0u);
  if (wanted == client.watched) return;
  client.watched = wanted;
  epoll_event event{};
  event.events = wanted;
  event.data.u64 = static_cast<std::uint64_t>(id);
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, client.fd(), &event);
}

}  // namespace holdfast::control
