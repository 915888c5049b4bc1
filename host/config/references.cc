// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "config/raw_section.h"

namespace holdfast {
namespace {

/// What one section is made of, the first winning: itself, then what it refers to.
using Layers = std::vector<const RawSection*>;

bool contains(const Layers& layers, const RawSection* section) {
  return std::find(layers.begin(), layers.end(), section) != layers.end();
}

class Resolver {
 public:
  explicit Resolver(const RawSection& root) : root_(root) {}

  Status fill(const Layers& layers, Section& out) {
    if (++depth_ > 2 * kMaxNesting)
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

  /// The section that `path` names, as it was written; nullptr if there is none.
  const RawSection* find_path(std::string_view path) const {
    const RawSection* found = &root_;
    while (found && !path.empty()) {
      const std::size_t dot = path.find('.');
      found = found->find(path.substr(0, dot));
      path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
    }
    return found;
  }

  /// Appends `section` and all that it refers to. What is there already, or what encloses the
  /// section being filled, would go round in a loop.
  void append(const RawSection* section, Layers& layers) const {
    if (contains(layers, section) || contains(ancestors_, section)) return;
    layers.push_back(section);
    for (const RawSection::Reference& reference : section->references)
      if (const RawSection* target = find_path(reference.path)) append(target, layers);
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
      if (const RawSection* child = layers[i]->find(section.name)) append(child, inner);
    Section& added = out.add_section(section.name, section.place);
    if (Status status = count(section.place); !status) return status;
    return fill(inner, added);
  }

  const RawSection& root_;
  Layers ancestors_;
  std::size_t depth_ = 0, num_elements_ = 0;
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
