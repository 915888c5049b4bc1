// SPDX-License-Identifier: Apache-2.0
#include "model/esp_model.h"

#include "model/encap.h"

namespace holdfast::model {
namespace {

/// The 12 address bytes of the packet that came, and the EtherType of the packet that leaves.
std::vector<std::uint8_t> ethernet_for(Bytes packet, const Ingress& ingress, bool is_ipv6) {
  if (!ingress.has_ethernet) return {};
  std::vector<std::uint8_t> header(packet.begin(), packet.begin() + kEthernetBytes);
  store(header, 12, 2, is_ipv6 ? kEtherTypeIpv6 : kEtherTypeIpv4);
  return header;
}

Arrival arrival_of(const EspHeaders& headers) {
  const IpHeader& outer = headers.frame.ip;
  return {.from = {.own = {outer.destination, headers.destination_port},
                   .peer = {outer.source, headers.source_port},
                   .encap = headers.encap},
          .bytes = outer.total_bytes};
}

}  // namespace

Processed EspModel::process(Direction direction, Bytes packet, const Ingress& ingress) {
  return finish(take_ticket(direction, packet, ingress), packet);
}

Ticket EspModel::take_ticket(Direction direction, Bytes packet, const Ingress& ingress) {
  Ticket ticket;
  ticket.direction = direction;
  ticket.ingress = ingress;
  if (ingress.reason != DropReason::kNone)
    ticket.rows.reason = ingress.reason;  // step 1
  else if (!ingress.is_enabled)
    ticket.rows.reason = DropReason::kDisabled;  // step 2
  else if (direction == Direction::kInbound)
    take_inbound(ticket, packet);
  else
    take_outbound(ticket, packet);
  return ticket;
}

void EspModel::take_inbound(Ticket& ticket, Bytes packet) {
  ticket.headers = parse_esp(packet, ticket.ingress);  // steps 3 to 10
  ticket.rows.reason = ticket.headers.reason;
  if (ticket.rows.reason == DropReason::kNone)
    ticket.rows = table_.find_inbound(ticket.headers.spi, ticket.headers.sequence_low);  // step 11
}

void EspModel::take_outbound(Ticket& ticket, Bytes packet) {
  ticket.frame = parse_frame(packet, ticket.ingress);  // steps 3 and 4
  ticket.rows.reason = ticket.frame.reason;
  if (ticket.rows.reason != DropReason::kNone) return;
  const IpHeader& inner = ticket.frame.ip;
  if (inner.total_bytes > kMaxInnerBytes) {  // step 5
    ticket.rows.reason = DropReason::kTooLong;
    return;
  }
  ticket.rows = table_.take_outbound(ticket.ingress.sa_index, inner);  // steps 6 to 9
  if (ticket.rows.reason != DropReason::kNone) return;
  const bool is_ipv4_outside = !ticket.rows.path.binding.own.address.is_ipv6;
  if (is_ipv4_outside && !outer_df(*ticket.rows.config, inner))
    ticket.identification = identification_++;
}

Processed EspModel::finish(const Ticket& ticket, Bytes packet) {
  Processed result;
  result.reason = ticket.rows.reason;
  result.sa_index = ticket.rows.sa_index;
  if (result.reason != DropReason::kNone) return result;
  result.generation = ticket.rows.path.generation;
  result.has_ticket = true;
  if (ticket.direction == Direction::kInbound)
    finish_inbound(ticket, packet, result);
  else
    finish_outbound(ticket, packet, result);
  if (result.reason != DropReason::kNone) result.bytes.clear();
  return result;
}

void EspModel::finish_inbound(const Ticket& ticket, Bytes packet, Processed& result) {
  const SaConfig& config = *ticket.rows.config;
  Plaintext plaintext =
      decrypt(packet, ticket.ingress, ticket.headers, config, ticket.rows.sequence, gcm_);
  result.reason = plaintext.reason;  // steps 12 and 13
  if (result.reason != DropReason::kNone) return;
  // Steps 15 to 19 look only at the packet, so they may be done before steps 14 and 20, which
  // change the tables; the reason of step 14 goes first all the same.
  const Ecn outer_ecn = ticket.headers.frame.ip.ecn();
  const Inner inner = check_inner(plaintext.bytes, config, outer_ecn);
  result.reason = table_.commit_inbound(ticket.rows, inner.reason == DropReason::kNone,
                                        inner.ip.total_bytes, arrival_of(ticket.headers));
  if (result.reason == DropReason::kNone) result.reason = inner.reason;
  if (result.reason != DropReason::kNone) return;
  const MutableBytes packet_inside(plaintext.bytes.data(), inner.ip.total_bytes);
  if (config.has_ecn) {
    const Ecn ecn = decap_ecn(outer_ecn, inner.ip.ecn());
    if (ecn != inner.ip.ecn()) set_ecn(packet_inside, ecn);
  }
  result.bytes = ethernet_for(packet, ticket.ingress, inner.ip.is_ipv6);
  result.bytes.insert(result.bytes.end(), packet_inside.begin(), packet_inside.end());
}

void EspModel::finish_outbound(const Ticket& ticket, Bytes packet, Processed& result) {
  const IpHeader& inner = ticket.frame.ip;
  if (ticket.ingress.is_given_up) {  // step 10
    result.reason = DropReason::kSource;
    return;
  }
  if (packet.size() < ticket.frame.ip_offset + inner.total_bytes) {
    result.reason = DropReason::kTruncated;
    return;
  }
  const Binding& binding = ticket.rows.path.binding;
  const std::vector<std::uint8_t> sent =
      encapsulate(packet.subspan(ticket.frame.ip_offset, inner.total_bytes), inner,
                  *ticket.rows.config, binding, ticket.rows.sequence, ticket.identification, gcm_);
  result.bytes = ethernet_for(packet, ticket.ingress, binding.own.address.is_ipv6);
  result.bytes.insert(result.bytes.end(), sent.begin(), sent.end());
}

}  // namespace holdfast::model
