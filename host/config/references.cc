// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "config/raw_section.h"

namespace holdfast {
namespace {

/// What one section is made of, the first winning: itself, then what it refers to.
using Layers = std::vector<const RawSection*>;

constexpr std::size_t kMaxSteps = 10 * kMaxElements;

bool contains(const Layers& layers, const RawSection* section) {
  return std::find(layers.begin(), layers.end(), section) != layers.end();
}

class Resolver {
 public:
  explicit Resolver(const RawSection& root) : root_(root) {}

  Status fill(const Layers& layers, Section& out) {
    if (is_too_deep_ || ++depth_ > 2 * kMaxNesting)
      return fail(ErrorCode::kBadValue, out.place, "references nest too deep");
    const std::size_t num_ancestors = ancestors_.size();
    ancestors_.insert(ancestors_.end(), layers.begin(), layers.end());
    Status status;
    for (std::size_t i = 0; status && i < layers.size(); ++i) status = add_layer(layers, i, out);
    ancestors_.resize(num_ancestors);
    --depth_;
    return status;
  }

 private:
  Status count(const std::string& place) {
    if (++num_elements_ <= kMaxElements) return {};
    return fail(ErrorCode::kBadValue, place,
                "references make more than " + std::to_string(kMaxElements) + " settings");
  }

  /// The sections that `path` names, several where the ones above inherit; empty if there is none.
  Layers find_path(std::string_view path) {
    Layers found{&root_};
    while (true) {
      const std::size_t dot = path.find('.');
      const bool is_last = dot == std::string_view::npos;
      Layers next;
      for (const RawSection* section : found) {
        const RawSection* child = section->find(path.substr(0, dot));
        if (child && is_last) next.push_back(child);
        if (child && !is_last) append(child, next);
      }
      if (is_last) return next;
      found = std::move(next);
      path.remove_prefix(dot + 1);
    }
  }

  /// Appends `section` and all that it refers to, but for `excluded`. A reference that is being
  /// followed already would go round in a loop.
  void append(const RawSection* section, Layers& layers, const Layers& excluded = {}) {
    if (contains(layers, section) || contains(excluded, section)) return;
    layers.push_back(section);
    for (const RawSection::Reference& reference : section->references) {
      is_too_deep_ = is_too_deep_ || following_.size() >= kMaxNesting || ++num_steps_ > kMaxSteps;
      const auto last = following_.end();
      if (is_too_deep_ || std::find(following_.begin(), last, &reference) != last) continue;
      following_.push_back(&reference);
      for (const RawSection* target : find_path(reference.path)) append(target, layers, excluded);
      following_.pop_back();
    }
  }

  Status add_layer(const Layers& layers, std::size_t index, Section& out) {
    const RawSection& layer = *layers[index];
    for (const auto& [kind, at] : layer.order) {
      Status status = kind == 'v' ? add_value(layers, index, layer.values[at], out)
                                  : add_section(layers, index, *layer.sections[at], out);
      if (!status) return status;
    }
    return {};
  }

  Status add_value(const Layers& layers, std::size_t index, const RawSection::Value& value,
                   Section& out) {
    for (std::size_t i = 0; i < index; ++i)
      for (const RawSection::Value& earlier : layers[i]->values)
        if (earlier.name == value.name) return {};
    if (!value.text) return {};
    out.add(value.name, *value.text, value.place);
    return count(value.place);
  }

  Status add_section(const Layers& layers, std::size_t index, const RawSection& section,
                     Section& out) {
    for (std::size_t i = 0; i < index; ++i)
      if (layers[i]->find(section.name)) return {};
    Layers inner;
    for (std::size_t i = index; i < layers.size(); ++i)
      if (const RawSection* child = layers[i]->find(section.name)) append(child, inner, ancestors_);
    Section& added = out.add_section(section.name, section.place);
    if (Status status = count(section.place); !status) return status;
    return fill(inner, added);
  }

  const RawSection& root_;
  Layers ancestors_;  ///< Layers of the sections that enclose the one being filled.
  std::vector<const RawSection::Reference*> following_;
  bool is_too_deep_ = false;
  std::size_t depth_ = 0, num_elements_ = 0, num_steps_ = 0;
};

}  // namespace

Result<Section> resolve_references(const RawSection& root) {
  Section out;
  out.place = root.place;
  if (Status status = Resolver(root).fill({&root}, out); !status)
    return tl::unexpected(status.error());
  return out;
}

}  // namespace holdfast
