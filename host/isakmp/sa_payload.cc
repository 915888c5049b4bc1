// SPDX-License-Identifier: Apache-2.0
#include "isakmp/sa_payload.h"

#include <string>
#include <utility>

namespace holdfast::isakmp {
namespace {

// SA payload (RFC 2408, 3.4), then proposals, in them transforms, in them attributes:
// +---------------------------------------------------------------+
// |                             DOI                               |
// |             situation (RFC 2407, 4.2: 4 bytes)                |
// +---------------+---------------+-------------------------------+
// | 2, or 0: last |   reserved    |       proposal length         |
// +---------------+---------------+---------------+---------------+
// |   proposal #  |   protocol    |   SPI size    | num transforms|
// |                        SPI (variable)                         |
// +---------------+---------------+-------------------------------+
// | 3, or 0: last |   reserved    |       transform length        |
// +---------------+---------------+-------------------------------+
// |  transform #  | transform ID  |          reserved             |
// |                  attributes (variable)                        |
// +---------------------------------------------------------------+

/// The payloads in `bytes`, which all are of `type`, at least one.
Result<std::vector<Payload>> parse_row(PayloadType type, ByteView bytes, std::size_t max) {
  auto row = parse_payloads(type, bytes, Padding::kRefused, max);
  if (!row) return row;
  for (const Payload& payload : *row)
    if (payload.type != type)
      return fail(ErrorCode::kBadFormat, type == PayloadType::kProposal ? "SA payload" : "proposal",
                  "payload type " + std::to_string(static_cast<unsigned>(payload.type)) +
                      " has no place in it");
  return row;
}

Result<Transform> parse_transform(ByteView body) {
  WireReader reader(body);
  Transform transform;
  transform.number = reader.u8();
  transform.id = reader.u8();
  reader.u16();  // Reserved; RFC 2408, 5.6 does not ask to look at it.
  if (!reader.ok())
    return fail(ErrorCode::kTruncated, "transform",
                std::to_string(body.size()) + " bytes are fewer than 4");
  auto attributes = parse_attributes(reader.rest());
  if (!attributes) return tl::unexpected(attributes.error());
  transform.attributes = std::move(*attributes);
  return transform;
}

Status parse_transforms(ByteView bytes, std::size_t num_transforms, Proposal& proposal) {
  const auto row = parse_row(PayloadType::kTransform, bytes, kMaxTransforms);
  if (!row) return tl::unexpected(row.error());
  // RFC 2408, 3.5: "# of Transforms" says how many there are.
  if (row->size() != num_transforms)
    return fail(ErrorCode::kBadFormat, "proposal",
                "announces " + std::to_string(num_transforms) + " transforms and has " +
                    std::to_string(row->size()));
  for (const Payload& payload : *row) {
    auto transform = parse_transform(payload.body);
    if (!transform) return tl::unexpected(transform.error());
    proposal.transforms.push_back(std::move(*transform));
  }
  return {};
}

Result<Proposal> parse_proposal(ByteView body) {
  WireReader reader(body);
  Proposal proposal;
  proposal.number = reader.u8();
  proposal.protocol = Protocol{reader.u8()};
  const std::uint8_t spi_size = reader.u8(), num_transforms = reader.u8();
  const ByteView spi = reader.take(spi_size);
  if (!reader.ok())
    return fail(ErrorCode::kTruncated, "proposal", "ends inside its head or its SPI");
  if (!is_spi_size(proposal.protocol, spi_size))
    return fail(ErrorCode::kBadFormat, "proposal",
                "an SPI of " + std::to_string(spi_size) + " bytes does not fit protocol " +
                    std::to_string(static_cast<unsigned>(proposal.protocol)));
  proposal.spi.assign(spi.begin(), spi.end());
  const Status transforms = parse_transforms(reader.rest(), num_transforms, proposal);
  if (!transforms) return tl::unexpected(transforms.error());
  return proposal;
}

Bytes write_transform(const Transform& transform) {
  WireWriter writer;
  writer.u8(transform.number);
  writer.u8(transform.id);
  writer.u16(0);
  write_attributes(writer, transform.attributes);
  return writer.take();
}

Bytes write_proposal(const Proposal& proposal) {
  HOLDFAST_CHECK(is_spi_size(proposal.protocol, proposal.spi.size()) && proposal.spi.size() < 256);
  HOLDFAST_CHECK(!proposal.transforms.empty() && proposal.transforms.size() <= kMaxTransforms);
  PayloadWriter transforms;
  for (const Transform& transform : proposal.transforms)
    transforms.add(PayloadType::kTransform, write_transform(transform));
  WireWriter writer;
  writer.u8(proposal.number);
  writer.u8(static_cast<std::uint8_t>(proposal.protocol));
  writer.u8(static_cast<std::uint8_t>(proposal.spi.size()));
  writer.u8(static_cast<std::uint8_t>(proposal.transforms.size()));
  writer.append(proposal.spi);
  writer.append(transforms.view());
  return writer.take();
}

}  // namespace

bool is_spi_size(Protocol protocol, std::size_t size) {
  switch (protocol) {
    case Protocol::kIsakmp:
      return size <= 16;
    case Protocol::kAh:
    case Protocol::kEsp:
      return size == 4;
    case Protocol::kIpcomp:
      return size == 2 || size == 4;
  }
  return true;
}

Result<SaPayload> parse_sa(ByteView body) {
  WireReader reader(body);
  SaPayload sa;
  sa.doi = reader.u32();
  sa.situation = reader.u32();
  if (!reader.ok()) return fail(ErrorCode::kTruncated, "SA payload", "ends before its proposals");
  if (sa.doi != kDoiIpsec)
    return fail(ErrorCode::kUnsupported, "SA payload", "DOI " + std::to_string(sa.doi));
  // Secrecy and integrity labels (RFC 2407, 4.2.2 and 4.2.3) are not supported: they would follow
  // here and move what comes behind.
  if (sa.situation != kSituationIdentityOnly)
    return fail(ErrorCode::kUnsupported, "SA payload", "situation " + std::to_string(sa.situation));
  const auto row = parse_row(PayloadType::kProposal, reader.rest(), kMaxProposals);
  if (!row) return tl::unexpected(row.error());
  for (const Payload& payload : *row) {
    auto proposal = parse_proposal(payload.body);
    if (!proposal) return tl::unexpected(proposal.error());
    sa.proposals.push_back(std::move(*proposal));
  }
  return sa;
}

Bytes write_sa(const SaPayload& sa) {
  HOLDFAST_CHECK(!sa.proposals.empty() && sa.proposals.size() <= kMaxProposals);
  PayloadWriter proposals;
  for (const Proposal& proposal : sa.proposals)
    proposals.add(PayloadType::kProposal, write_proposal(proposal));
  WireWriter writer;
  writer.u32(sa.doi);
  writer.u32(sa.situation);
  writer.append(proposals.view());
  return writer.take();
}

}  // namespace holdfast::isakmp
