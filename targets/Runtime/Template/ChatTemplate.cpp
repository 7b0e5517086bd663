//===- ChatTemplate.cpp - conversations as prompts ------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Template/ChatTemplate.h"

#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/Template/Evaluator.h"
#include "tandem/targets/Runtime/Template/Parser.h"
#include "tandem/targets/Runtime/Template/Unicode.h"

namespace tandem::runtime {

struct ChatTemplate::Syntax {
  jinja::Body body;
};

static void require(bool holds, const std::string &what) {
  if (!holds) {
    throw Failure(ExitCode::InputRejected, what);
  }
}

ChatTemplate ChatTemplate::parse(std::string_view source) {
  require(source.size() <= maximumTemplateBytes,
          "the chat template is larger than 1 MiB");
  require(findBadByte(source) == source.size(),
          "the chat template is not UTF-8");
  ChatTemplate result;
  result.syntax =
      std::make_shared<const Syntax>(Syntax{jinja::Parser(source).parse()});
  return result;
}

static jinja::Value toValue(jinja::Rendering &rendering,
                            const OrderedJson &json) {
  jinja::Nesting level(rendering);
  using Type = OrderedJson::value_t;
  switch (json.type()) {
  case Type::boolean:
    return json.get<bool>();
  case Type::number_integer:
    return json.get<int64_t>();
  case Type::number_unsigned:
    require(json.get<uint64_t>() <= INT64_MAX,
            "the conversation has a number beyond 64 bits");
    return json.get<int64_t>();
  case Type::number_float:
    return json.get<double>();
  case Type::string: {
    // Not counted: the bounds are for what the template makes.
    const auto &bytes = json.get_ref<const std::string &>();
    require(findBadByte(bytes) == bytes.size(),
            "the conversation has a text that is not UTF-8");
    return std::make_shared<const jinja::Text>(
        jinja::Text{bytes, jinja::isAscii(bytes), /*isMarkup=*/false});
  }
  case Type::array: {
    std::vector<jinja::Value> items;
    for (const OrderedJson &item : json) {
      items.push_back(toValue(rendering, item));
    }
    return rendering.list(std::move(items));
  }
  case Type::object: {
    std::vector<std::pair<jinja::Value, jinja::Value>> entries;
    for (const auto &[key, item] : json.items()) {
      entries.emplace_back(toValue(rendering, OrderedJson(key)),
                           toValue(rendering, item));
    }
    return rendering.mapping(std::move(entries));
  }
  default:
    return {};
  }
}

std::string ChatTemplate::render(const OrderedJson &variables,
                                 const std::tm &now) const {
  require(variables.is_object(),
          "the variables of a chat template must be an object");
  jinja::Rendering rendering(now);
  jinja::Value values = toValue(rendering, variables);
  jinja::Evaluator evaluator(rendering, *values.asMapping());
  return evaluator.render(syntax->body);
}

std::string ChatTemplate::render(const OrderedJson &variables) const {
  std::time_t seconds = std::time(nullptr);
  std::tm now = {};
  localtime_r(&seconds, &now);
  return render(variables, now);
}

} // namespace tandem::runtime
