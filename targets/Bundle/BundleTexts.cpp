//===- BundleTexts.cpp - texts that every bundle holds --------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Bundle/BundleTexts.h"

#include <algorithm>

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

#include "tandem/targets/Runtime/Json.h"

namespace tandem::bundle {

std::string provenanceText(const runtime::Manifest &manifest,
                           const Provenance &provenance) {
  runtime::Json sources = runtime::Json::array();
  for (const SourceFile &source : provenance.sources) {
    sources.push_back({{"name", source.name}, {"digest", source.digest}});
  }
  return runtime::writeJson({{"schema", "tandem-provenance/1.0"},
                             {"tool", manifest.createdBy.tool},
                             {"version", manifest.createdBy.version},
                             {"llvm", manifest.createdBy.llvm},
                             {"options", provenance.options},
                             {"fleet", provenance.fleet},
                             {"sources", sources}});
}

std::string readmeText(const runtime::Manifest &manifest) {
  // Commands that fit the capacity, however small it is.
  uint64_t capacity = manifest.capacity.tokens;
  uint64_t newTokens = std::clamp<uint64_t>(capacity / 2, 2, 16);
  uint64_t promptTokens = std::clamp<uint64_t>(capacity / 2, 1, 128);
  const char *weights = manifest.weights.seeded ? " --random-weights 1" : "";
  std::string text;
  llvm::raw_string_ostream out(text);
  out << "# " << manifest.name << ", compiled by Tandem "
      << manifest.createdBy.version << "\n\n"
      << "A folder that generates tokens on: ";
  llvm::ListSeparator comma;
  for (const runtime::PartRecord &part : manifest.parts) {
    out << comma << part.chip << " (" << llvm::join(part.phases, " and ")
        << ")";
  }
  out << ".\nA sequence holds " << capacity << " tokens ("
      << manifest.capacity.cause << ").\n\nIn this folder:\n\n"
      << "    tandem-runtime verify .      # digests, code, golden vectors\n"
      << "    tandem-runtime inspect .     # what is inside\n"
      << "    tandem-runtime run . --tokens 1,2 -n " << newTokens << weights
      << "\n"
      << "    tandem-runtime bench . --prompt " << promptTokens << " --new "
      << newTokens << weights << "\n"
      << "    sha256sum -c SHA256SUMS      # without Tandem\n\n"
      << "`manifest.json` lists every file with its size and digests; "
         "`parts/*/part.json` says how a part is called.\n"
      << "The format is described in docs/bundle.md of Tandem.\n";
  return text;
}

} // namespace tandem::bundle
