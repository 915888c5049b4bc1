// SPDX-License-Identifier: Apache-2.0
#include "control/vici_message.h"

#include "base/wire.h"

namespace holdfast::control {
namespace {

std::string_view text_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

ByteView bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

bool has_name(PacketType type) {
  return type == PacketType::kRequest || type == PacketType::kRegister ||
         type == PacketType::kUnregister || type == PacketType::kEvent;
}

/// Reads one message. Keeps the sections that are open; each is the last of the one before it, so
/// none of them moves while it is open.
class Decoder {
 public:
  explicit Decoder(ByteView body) : reader_(body) { open_.push_back(&root_); }

  Result<Section> run() {
    while (reader_.left() > 0) {
      const auto element = static_cast<Element>(reader_.u8());
      const Status done = is_in_list_ ? list_element(element) : section_element(element);
      if (!done) return tl::unexpected(done.error());
      if (!reader_.ok()) return fail(ErrorCode::kTruncated, "", "a name or value is cut off");
    }
    if (is_in_list_) return fail(ErrorCode::kBadFormat, "", "a list does not end");
    return std::move(root_);
  }

 private:
  std::string name() { return std::string(text_of(reader_.take(reader_.u8()))); }
  std::string value() { return std::string(text_of(reader_.take(reader_.u16()))); }

  Status section_element(Element element) {
    switch (element) {
      case Element::kSectionStart:
        if (open_.size() > kMaxDepth)
          return fail(ErrorCode::kBadValue, "", "too many sections within each other");
        open_.push_back(&open_.back()->add_section(name()));
        return {};
      case Element::kSectionEnd:
        if (open_.size() == 1) return fail(ErrorCode::kBadFormat, "", "the end of no section");
        open_.pop_back();
        return {};
      case Element::kKeyValue: {
        std::string key = name();
        open_.back()->add(std::move(key), value());
        return {};
      }
      case Element::kListStart:
        list_name_ = name();
        items_.clear();
        is_in_list_ = true;
        return {};
      case Element::kListItem:
      case Element::kListEnd:
        return fail(ErrorCode::kBadFormat, "", "an item or end of no list");
    }
    return fail(ErrorCode::kBadFormat, "", "an element of unknown type");
  }

  Status list_element(Element element) {
    if (element == Element::kListItem) {
      items_.push_back(value());
    } else if (element == Element::kListEnd) {
      open_.back()->add_list(std::move(list_name_), std::move(items_));
      is_in_list_ = false;
    } else {
      return fail(ErrorCode::kBadFormat, "", "something else than items inside a list");
    }
    return {};
  }

  WireReader reader_;
  Section root_;
  std::vector<Section*> open_;
  bool is_in_list_ = false;
  std::string list_name_;
  std::vector<std::string> items_;
};

class Encoder {
 public:
  void contents(const Section& section) {
    for (const auto& [kind, index] : section.order) {
      if (kind == 'v') {
        element(Element::kKeyValue, section.values[index].name);
        value(section.values[index].value);
      } else if (kind == 'l') {
        list(section.lists[index]);
      } else {
        element(Element::kSectionStart, section.sections[index].name);
        contents(section.sections[index]);
        writer_.u8(static_cast<std::uint8_t>(Element::kSectionEnd));
      }
    }
  }

  Result<Bytes> take() {
    if (is_too_long_) return fail(ErrorCode::kBadValue, "", "a name or value is too long for vici");
    return writer_.take();
  }

 private:
  void element(Element type, std::string_view name) {
    writer_.u8(static_cast<std::uint8_t>(type));
    is_too_long_ = is_too_long_ || name.size() > kMaxNameBytes;
    writer_.u8(static_cast<std::uint8_t>(name.size()));
    writer_.append(bytes_of(name));
  }
  void value(std::string_view text) {
    is_too_long_ = is_too_long_ || text.size() > kMaxValueBytes;
    writer_.u16(static_cast<std::uint16_t>(text.size()));
    writer_.append(bytes_of(text));
  }
  void list(const Section::List& list) {
    element(Element::kListStart, list.name);
    for (const std::string& item : list.items) {
      writer_.u8(static_cast<std::uint8_t>(Element::kListItem));
      value(item);
    }
    writer_.u8(static_cast<std::uint8_t>(Element::kListEnd));
  }

  WireWriter writer_;
  bool is_too_long_ = false;
};

}  // namespace

Result<Section> decode_message(ByteView body) { return Decoder(body).run(); }

Result<Bytes> encode_message(const Section& message) {
  Encoder encoder;
  encoder.contents(message);
  return encoder.take();
}

Result<Packet> parse_packet(ByteView packet) {
  WireReader reader(packet);
  Packet parsed;
  const std::uint8_t type = reader.u8();
  if (type > static_cast<std::uint8_t>(PacketType::kEvent))
    return fail(ErrorCode::kBadFormat, "", "a packet of unknown type");
  parsed.type = static_cast<PacketType>(type);
  if (has_name(parsed.type)) parsed.name = text_of(reader.take(reader.u8()));
  parsed.body = reader.rest();
  if (!reader.ok()) return fail(ErrorCode::kTruncated, "", "the packet is shorter than its name");
  return parsed;
}

Result<Bytes> write_packet(PacketType type, std::string_view name, ByteView body) {
  const std::size_t name_bytes = has_name(type) ? 1 + name.size() : 0;
  const std::size_t size = 1 + name_bytes + body.size();
  if (name.size() > kMaxNameBytes || size > kMaxPacketBytes)
    return fail(ErrorCode::kBadValue, "", "a packet is too long for vici");
  WireWriter writer;
  writer.u32(static_cast<std::uint32_t>(size));
  writer.u8(static_cast<std::uint8_t>(type));
  if (has_name(type)) {
    writer.u8(static_cast<std::uint8_t>(name.size()));
    writer.append(bytes_of(name));
  }
  writer.append(body);
  return writer.take();
}

Section success() {
  Section answer;
  answer.add("success", "yes");
  return answer;
}

Section failure(std::string_view sentence) {
  Section answer;
  answer.add("success", "no");
  answer.add("errmsg", std::string(sentence.substr(0, kMaxValueBytes)));
  return answer;
}

}  // namespace holdfast::control
