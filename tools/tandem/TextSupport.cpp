//===- TextSupport.cpp - whether a bundle will take words -----------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TextSupport.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include "Diagnostics.h"
#include "ModelConfig.h"
#include "tandem/targets/Runtime/Template/TemplateAssets.h"
#include "tandem/targets/Runtime/Text/Tokenizer.h"

namespace tandem {

/// Runs `read`, which throws a Failure, and keeps what is not supported.
template <class Read>
static ExitCode collectGap(std::vector<std::string> &gaps, Read &&read) {
  try {
    read();
  } catch (const runtime::Failure &failure) {
    if (failure.code != ExitCode::Unsupported) {
      return fail(failure.code, failure.what());
    }
    gaps.push_back(failure.what());
  }
  return ExitCode::Success;
}

ExitCode checkText(Frontend &frontend, std::vector<std::string> &gaps) {
  std::vector<std::string> names = findAssets(frontend.getFolder());
  runtime::ReadAsset read =
      [&](const std::string &name) -> std::optional<std::string> {
    if (!llvm::is_contained(names, name)) {
      return std::nullopt;
    }
    auto bytes = frontend.getWeights().file(name);
    if (!bytes) {
      throw runtime::Failure(ExitCode::InputRejected,
                             llvm::toString(bytes.takeError()));
    }
    return std::string(bytes->data(), bytes->size());
  };
  ExitCode code = collectGap(gaps, [&] {
    std::optional<std::string> tokenizer = read("tokenizer.json");
    if (!tokenizer) {
      throw runtime::Failure(ExitCode::Unsupported,
                             "there is no tokenizer.json");
    }
    runtime::Tokenizer::parse(*tokenizer);
  });
  if (code != ExitCode::Success) {
    return code;
  }
  return collectGap(gaps, [&] {
    if (auto source = runtime::findChatTemplate(read)) {
      runtime::ChatTemplate::parse(*source);
    }
  });
}

std::string describeText(const std::vector<std::string> &gaps) {
  return gaps.empty() ? "text: the runtime has all that tokenizer.json needs"
                      : "text: not all of it: " + llvm::join(gaps, "; ");
}

} // namespace tandem
