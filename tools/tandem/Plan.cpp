//===- Plan.cpp - why the phases run where they do -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "Plan.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

namespace tandem {

std::string planText(const runtime::Manifest &manifest, const Fleet &fleet) {
  llvm::json::Array placements;
  for (const runtime::PartRecord &part : manifest.parts) {
    for (const std::string &phase : part.phases) {
      placements.push_back(llvm::json::Object{
          {"phase", phase},
          {"part", part.id},
          {"chip", part.chip},
          {"reason", fleet.chips.size() == 1
                         ? "the only chip of fleet '" + fleet.name + "'"
                         : "named on the command line, or the first chip of "
                           "fleet '" +
                               fleet.name + "'"}});
    }
  }
  llvm::json::Value plan =
      llvm::json::Object{{"schema", "tandem-plan/1.0"},
                         {"fleet", fleet.name},
                         {"placements", std::move(placements)}};
  return llvm::formatv("{0:2}\n", plan);
}

} // namespace tandem
