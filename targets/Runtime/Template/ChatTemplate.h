//===- ChatTemplate.h - conversations as prompts ----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A model's chat template makes the text that the model was trained on from a
// conversation. Templates are written in Jinja; this renders the part of it
// that published templates use, byte for byte as jinja2's immutable sandbox
// does with trim_blocks, lstrip_blocks, loop controls, a `generation` tag and
// `tojson` as json.dumps without ASCII escapes.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEMPLATE_CHATTEMPLATE_H
#define TANDEM_TARGETS_RUNTIME_TEMPLATE_CHATTEMPLATE_H

#include <ctime>
#include <memory>
#include <string>
#include <string_view>

#include "tandem/targets/Runtime/Json.h"

namespace tandem::runtime {

/// Largest template; published ones have at most 20 KB.
inline constexpr size_t maximumTemplateBytes = 1 << 20;

/// A template, parsed once and rendered many times, also by several threads.
class ChatTemplate {
public:
  /// Fails with InputRejected where `source` is malformed, with Unsupported
  /// where it is Jinja beyond the subset; both name the line.
  static ChatTemplate parse(std::string_view source);

  /// Renders with the members of the object `variables`, whose order prompts
  /// show: messages,
  /// add_generation_prompt, bos_token, eos_token, tools and what else the
  /// template asks for. `now` is what strftime_now sees. Fails as `parse`
  /// does, with InputRejected also where the template refuses the conversation
  /// or takes more than two seconds' work or 64 MiB of values.
  std::string render(const OrderedJson &variables, const std::tm &now) const;
  /// The same at this moment, in local time.
  std::string render(const OrderedJson &variables) const;

private:
  struct Syntax;
  std::shared_ptr<const Syntax> syntax;
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_TEMPLATE_CHATTEMPLATE_H
