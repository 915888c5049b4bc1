// SPDX-License-Identifier: Apache-2.0
// Walking ones through the layouts that host and card share: what the driver's own functions put
// into memory and take out of it, against the named fields of dma_pkg's structs (dma_layout.sv).
#include "dma_layout_bench.h"

namespace holdfast::test {

// ------------------------------------------------------------------ fields and their ports

std::vector<Field> DmaLayout::completion_fields() {
  using T = Completion;
  auto& top = sim_.top();
  return {
      {"index", offsetof(T, index), sizeof T::index, 0, bytes_of(top.completion_index_i)},
      {"reason", offsetof(T, reason), sizeof T::reason, 6, bytes_of(top.completion_reason_i)},
      {"length", offsetof(T, length), sizeof T::length, 16, bytes_of(top.completion_length_i)},
      {"sa_index", offsetof(T, sa_index), sizeof T::sa_index, 16,
       bytes_of(top.completion_sa_index_i)},
      {"generation", offsetof(T, generation), sizeof T::generation, 32,
       bytes_of(top.completion_generation_i)},
      {"reserved", offsetof(T, reserved), sizeof T::reserved, 0,
       bytes_of(top.completion_reserved_i)},
      {"flags", offsetof(T, flags), sizeof T::flags, 0, bytes_of(top.completion_flags_i)},
  };
}

/// `detail` is set by errors alone.
std::vector<Field> DmaLayout::event_fields() {
  using T = Event;
  auto& top = sim_.top();
  return {
      {"sa_index", offsetof(T, sa_index), sizeof T::sa_index, 16, bytes_of(top.event_sa_index_i)},
      {"path_index", offsetof(T, path_index), sizeof T::path_index, 16,
       bytes_of(top.event_path_index_i)},
      {"generation", offsetof(T, generation), sizeof T::generation, 32,
       bytes_of(top.event_generation_i)},
      {"sequence", offsetof(T, sequence), sizeof T::sequence, 64, bytes_of(top.event_seq_i)},
      {"detail", offsetof(T, detail), sizeof T::detail, 0, bytes_of(top.event_detail_i)},
      {"own_port", offsetof(T, own_port), sizeof T::own_port, 16, bytes_of(top.event_own_port_i)},
      {"peer_port", offsetof(T, peer_port), sizeof T::peer_port, 16,
       bytes_of(top.event_peer_port_i)},
      {"kind", offsetof(T, kind), sizeof T::kind, 4, bytes_of(top.event_kind_i)},
      {"address_family", offsetof(T, address_family), sizeof T::address_family, 0,
       bytes_of(top.event_address_family_i)},
      {"flags", offsetof(T, flags), sizeof T::flags, 0, bytes_of(top.event_flags_i)},
      {"own_address", offsetof(T, own_address), sizeof T::own_address, 128,
       bytes_of(top.event_own_address_i)},
      {"peer_address", offsetof(T, peer_address), sizeof T::peer_address, 128,
       bytes_of(top.event_peer_address_i)},
  };
}

namespace {

/// Each byte of the struct is in one field, and its port has as many.
template <typename T>
void expect_whole(const std::vector<Field>& fields) {
  std::size_t end = 0;
  for (const Field& field : fields) {
    EXPECT_EQ(field.offset, end) << field.name;
    EXPECT_EQ(field.port.size(), field.num_bytes) << field.name;
    end += field.num_bytes;
  }
  EXPECT_EQ(end, sizeof(T));
}

/// Every bit of every field, from the named port to the struct's bytes.
template <typename T, typename Out>
void walk_struct(Vdma_layout_model& top, const std::vector<Field>& fields, const Out& out) {
  expect_whole<T>(fields);
  static_assert(sizeof(Out) == sizeof(T));
  for (const Field& field : fields) {
    for (unsigned bit = 0; bit < 8 * field.num_bytes; ++bit) {
      set_bit(fields, field, bit);
      top.eval();
      Image<T> image;
      std::memcpy(image.data(), &out, sizeof(T));
      EXPECT_EQ(image, image_of<T>(field, bit)) << field.name << " bit " << bit;
    }
  }
}

// ------------------------------------------------------------------ tests

TEST_F(DmaLayout, EachBitOfADescriptorArrivesInItsField) {
  walk(&Descriptor::buffer_iova);
  walk(&Descriptor::length);
  walk(&Descriptor::offset);
  walk(&Descriptor::sa_index);
  walk(&Descriptor::flags);
  EXPECT_EQ(num_bits_, 8 * sizeof(Descriptor)) << "a field is missing here";
}

TEST_F(DmaLayout, EachBitOfACompletionStructHasItsByte) {
  walk_struct<Completion>(sim_.top(), completion_fields(), sim_.top().completion_struct_o);
}

TEST_F(DmaLayout, EachBitOfAnEventStructHasItsByte) {
  walk_struct<Event>(sim_.top(), event_fields(), sim_.top().event_struct_o);
}

TEST_F(DmaLayout, EachBitOfAResultArrivesInTheDriversCompletion) {
  const auto fields = completion_fields();
  for (const Field& field : fields) {
    for (unsigned bit = 0; bit < field.num_card_bits; ++bit) {
      set_bit(fields, field, bit);
      auto expected = image_of<Completion>(field, bit, phase_of_completion() * kPhase);
      const auto index = static_cast<std::uint16_t>(num_completed_);
      std::memcpy(&expected.at(offsetof(Completion, index)), &index, sizeof index);
      EXPECT_EQ(complete(), expected) << field.name << " bit " << bit;
    }
  }
}

// All indices: each bit of them, and the phase of every pass over the ring.
TEST_F(DmaLayout, EveryIndexAndPhaseArrivesInTheDriversCompletion) {
  for (const Field& field : completion_fields()) std::fill(field.port.begin(), field.port.end(), 0);
  for (unsigned i = 0; i < (1u << 16) + 3; ++i) {
    Completion expected{};
    expected.index = static_cast<std::uint16_t>(i);
    expected.flags = phase_of_completion() * kPhase;
    ASSERT_EQ(complete(), std::bit_cast<Image<Completion>>(expected)) << i;
  }
}

TEST_F(DmaLayout, EachBitOfACardsEventArrivesInTheDriversEvent) {
  const auto fields = event_fields();
  for (const Field& field : fields) {
    for (unsigned bit = 0; bit < field.num_card_bits; ++bit) {
      set_bit(fields, field, bit);
      auto expected = image_of<Event>(field, bit, phase_of_event() * kPhase);
      // A roam alone says what its addresses are.
      if (field.offset == offsetof(Event, kind) && bit == 0)
        expected.at(offsetof(Event, address_family)) = 4;
      EXPECT_EQ(raise(false), expected) << field.name << " bit " << bit;
    }
  }
}

TEST_F(DmaLayout, EachBitOfTheErrorLatchArrivesInTheDriversEvent) {
  for (const Field& field : event_fields()) std::fill(field.port.begin(), field.port.end(), 0);
  for (unsigned bit = 0; bit < 32; ++bit) {
    sim_.top().event_detail_i = std::uint64_t{1} << bit;
    Event expected{};
    expected.kind = static_cast<std::uint8_t>(EventKind::kError);
    expected.detail = std::uint64_t{1} << bit;
    expected.flags = phase_of_event() * kPhase;
    EXPECT_EQ(raise(true), std::bit_cast<Image<Event>>(expected)) << "bit " << bit;
  }
}

}  // namespace
}  // namespace holdfast::test
