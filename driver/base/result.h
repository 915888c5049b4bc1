// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>

namespace holdfast {

/// What kind of wrong a peer, a file or a card did. A caller's fault is not here: it stops the
/// program (see HOLDFAST_CHECK).
enum class ErrorCode : std::uint8_t {
  kTruncated,    ///< Fewer bytes than the format needs.
  kBadFormat,    ///< The bytes or the text are not of the format.
  kBadValue,     ///< Well-formed, but the value is not allowed here.
  kNotFound,     ///< A file, device, SA or name does not exist.
  kInUse,        ///< Index, SPI or resource already taken.
  kUnsupported,  ///< Known, but this card or build cannot do it.
  kRefused,      ///< The card refused a command.
  kTimeout,      ///< No answer within the time allowed.
  kIo,           ///< The operating system failed.
  kFull,         ///< No space left in a ring or table.
};

/// One sentence that a person can act on, and where it happened.
struct Error {
  ErrorCode code;
  std::string place;     ///< File and line, register, field; empty if there is none.
  std::string sentence;  ///< Without the place, without a final newline.

  std::string text() const { return place.empty() ? sentence : place + ": " + sentence; }
};

template <typename T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

inline tl::unexpected<Error> fail(ErrorCode code, std::string place, std::string sentence) {
  return tl::unexpected<Error>(Error{code, std::move(place), std::move(sentence)});
}

/// Ends the program, in every build, because its caller broke a contract.
[[noreturn]] void contract_broken(const char* condition, const char* file, int line);

}  // namespace holdfast

#define HOLDFAST_CHECK(condition) \
  ((condition) ? void() : ::holdfast::contract_broken(#condition, __FILE__, __LINE__))
