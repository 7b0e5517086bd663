//===- RenderVerb.cpp - prompts of conversations --------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/tools/tandem-runtime/Client.h"
#include "tandem/tools/tandem-runtime/TextInput.h"
#include "tandem/tools/tandem-runtime/Verbs.h"

namespace tandem::cli {

int renderVerb(const Arguments &arguments) {
  if (!arguments.has("--conversation")) {
    throw Failure(ExitCode::Usage, "'render' needs --conversation FILE.json");
  }
  bool isTemplate = arguments.bundle().ends_with(".jinja");
  if (!isTemplate && arguments.has("--date")) {
    throw Failure(ExitCode::Usage,
                  "option '--date' is for a template, not for a bundle");
  }
  std::string variables = readTextFile(arguments.text("--conversation"));
  if (!isTemplate) {
    Bundle bundle(arguments.bundle());
    check(tandem_chat_render(bundle.get(), variables.data(), variables.size(),
                             printText, nullptr));
    return 0;
  }
  std::string source = readTextFile(arguments.bundle());
  TandemRenderOptions options = {};
  options.size = sizeof(options);
  options.source = source.data();
  options.sourceBytes = source.size();
  options.variables = variables.data();
  options.variablesBytes = variables.size();
  options.date =
      arguments.has("--date") ? arguments.text("--date").c_str() : nullptr;
  check(tandem_template_render(&options, printText, nullptr));
  return 0;
}

} // namespace tandem::cli
