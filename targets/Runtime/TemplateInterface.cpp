//===- TemplateInterface.cpp - chat templates for other programs ----------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Handles.h"
#include "tandem/targets/Runtime/Template/ChatTemplate.h"

using namespace tandem::runtime;

static OrderedJson parseVariables(const char *text, uint64_t bytes) {
  OrderedJson variables = parseOrderedJson({text, bytes}, "the conversation");
  if (!variables.is_object()) {
    throw Failure(ExitCode::InputRejected,
                  "the conversation is no JSON object");
  }
  return variables;
}

static std::tm parseDate(const char *text) {
  std::tm date = {};
  const char *end = strptime(text, "%Y-%m-%d", &date); // also the weekday
  if (!end || *end != '\0') {
    throw Failure(ExitCode::Usage, std::string("the date is '") + text +
                                       "', expected one as 2024-07-26");
  }
  return date;
}

TandemError *tandem_template_render(const TandemRenderOptions *given,
                                    TandemTextCallback write, void *context) {
  return guard([&] {
    TandemRenderOptions options = readStruct(given);
    ChatTemplate parsed =
        ChatTemplate::parse({options.source, options.sourceBytes});
    OrderedJson values =
        parseVariables(options.variables, options.variablesBytes);
    std::string text = options.date
                           ? parsed.render(values, parseDate(options.date))
                           : parsed.render(values);
    write(context, text.data(), text.size());
  });
}
