//===- Candidate.cpp - one way to place the phases -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "tandem/passes/Place/Candidate.h"

#include "llvm/Support/FormatVariadic.h"

namespace tandem {

bool Candidate::isRejectedFor(Obstacle obstacle) const {
  return llvm::any_of(rejections, [&](const Rejection &rejection) {
    return rejection.obstacle == obstacle;
  });
}

std::string Candidate::getName() const {
  deploy::ChipInterface first = prefill, second = decode;
  if (!isSplit()) {
    return llvm::formatv("'{0}' alone", first.getChip().getName());
  }
  return llvm::formatv("'{0}' -> '{1}'", first.getChip().getName(),
                       second.getChip().getName());
}

double Candidate::getBand() const {
  return std::max(prefillStep.band, decodeStep.band);
}

static llvm::StringRef boundOf(const StepEstimate &step) {
  switch (step.total.getBound()) {
  case deploy::Bound::compute:
    return "compute";
  case deploy::Bound::memory:
    return "memory";
  case deploy::Bound::overhead:
    return "overhead";
  }
  llvm_unreachable("not a bound");
}

std::string Candidate::describe() const {
  std::string text =
      llvm::formatv("{0} to the first token (prefill {1}, bound by {2}",
                    formatSeconds(ttftSeconds),
                    formatSeconds(prefillStep.seconds), boundOf(prefillStep));
  if (queueSeconds > 0) {
    text += ", queue " + formatSeconds(queueSeconds);
  }
  if (isSplit()) {
    text += llvm::formatv(", hand-off of {0} in {1}, {2} of it exposed",
                          formatBytes(handOff.bytes),
                          formatSeconds(handOff.seconds),
                          formatSeconds(handOff.exposedSeconds));
  }
  text +=
      llvm::formatv("), {0} per token (bound by {1}, {2} at once)",
                    formatSeconds(tpotSeconds), boundOf(decodeStep), sequences);
  if (prefillCount + decodeCount > 2) {
    text += isSplit()
                ? llvm::formatv(", {0} + {1} chips", prefillCount, decodeCount)
                      .str()
                : llvm::formatv(", {0} chips", decodeCount).str();
  }
  if (usdPerMegatoken) {
    text += ", " + formatNumber(*usdPerMegatoken) + " USD per million tokens";
  }
  return text;
}

} // namespace tandem
