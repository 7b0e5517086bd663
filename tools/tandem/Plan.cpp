//===- Plan.cpp - why the phases run where they do -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "Plan.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

#include "tandem/targets/Fleets/FigureText.h"
#include "tandem/targets/Runtime/Json.h"

using tandem::runtime::Json;

namespace tandem {
namespace {

/// Six digits: more would show the order of additions, not the model.
double rounded(double value) {
  double result = 0;
  std::string text = llvm::formatv("{0}", llvm::format("%.6g", value));
  llvm::StringRef(text).getAsDouble(result);
  return result;
}

/// Writes candidates of one fleet.
class PlanWriter {
public:
  explicit PlanWriter(const Fleet &fleet) : fleet(fleet) {}

  Json write(const Candidate &candidate) const {
    Json object{{"prefill", nameOf(candidate.prefill)},
                {"decode", nameOf(candidate.decode)},
                {"split", candidate.isSplit()}};
    for (const Rejection &rejection : candidate.rejections) {
      object["rejections"].push_back(rejection.text);
    }
    if (!candidate.isRejectedFor(Obstacle::excluded) &&
        !candidate.isRejectedFor(Obstacle::noLink)) {
      object["terms"] = writeTerms(candidate);
    }
    return object;
  }

  Json writeFigures() const {
    Json chips = Json::object();
    for (const Chip &chip : fleet.chips) {
      for (const auto &[key, figure] : chip.figures) {
        chips[chip.name][key] =
            write(figure, deploy::lookupFigureKey(key)->dimension);
      }
    }
    return chips;
  }

  Json writeLinks() const {
    Json links = Json::array();
    for (const Link &link : fleet.links) {
      links.push_back(
          {{"between", {link.from, link.to}},
           {"bandwidth",
            write(link.bandwidth, deploy::Dimension::bytesPerSecond)},
           {"latency", write(link.latency, deploy::Dimension::seconds)}});
    }
    return links;
  }

private:
  static std::string nameOf(deploy::ChipInterface chip) {
    return chip.getChip().getName().str();
  }

  static Json write(const Figure &figure, deploy::Dimension dimension) {
    return {{"value", formatFigure(dimension, figure.value)},
            {"kind", stringifyFigureKind(figure.kind).str()},
            {"source", figure.source}};
  }

  /// The kind of the weakest figure behind a candidate's times.
  llvm::StringRef weakestKind(const Candidate &candidate) const {
    auto weakest = deploy::FigureKind::measured;
    auto consider = [&](const Figure &figure) {
      weakest = std::max(weakest, figure.kind);
    };
    std::string prefill = nameOf(candidate.prefill);
    std::string decode = nameOf(candidate.decode);
    for (const Chip &chip : fleet.chips) {
      if (chip.name == prefill || chip.name == decode) {
        for (const auto &[key, figure] : chip.figures) {
          consider(figure);
        }
      }
    }
    for (const Link &link : fleet.links) {
      if (std::minmax(link.from, link.to) == std::minmax(prefill, decode)) {
        consider(link.bandwidth);
        consider(link.latency);
      }
    }
    return stringifyFigureKind(weakest);
  }

  Json writeTerms(const Candidate &candidate) const {
    std::string kind = weakestKind(candidate).str();
    Json terms;
    auto add = [&](const std::string &name, double value) {
      terms[name] = {{"value", rounded(value)},
                     {"basis", "modelled"},
                     {"weakest_figure", kind}};
    };
    add("ttft_seconds", candidate.ttftSeconds);
    add("tpot_seconds", candidate.tpotSeconds);
    add("request_seconds", candidate.requestSeconds);
    add("queue_seconds", candidate.queueSeconds);
    addStep(add, "prefill", candidate.prefillStep);
    addStep(add, "decode", candidate.decodeStep);
    add("decode_sequences", candidate.sequences);
    add("prefill_chips", candidate.prefillCount);
    add("decode_chips", candidate.decodeCount);
    add("prefill_memory_bytes", candidate.prefillMemory.getBytes());
    add("decode_memory_bytes", candidate.decodeMemory.getBytes());
    if (candidate.isSplit()) {
      add("handoff_bytes", candidate.handOff.bytes);
      add("handoff_seconds", candidate.handOff.seconds);
      add("handoff_exposed_seconds", candidate.handOff.exposedSeconds);
    }
    if (candidate.usdPerMegatoken) {
      add("usd_per_million_tokens", *candidate.usdPerMegatoken);
    }
    if (candidate.joulesPerToken) {
      add("joules_per_token", *candidate.joulesPerToken);
    }
    return terms;
  }

  static void addStep(llvm::function_ref<void(const std::string &, double)> add,
                      const std::string &phase, const StepEstimate &step) {
    add(phase + "_step_seconds", step.seconds);
    add(phase + "_compute_seconds", step.total.computeSeconds);
    add(phase + "_memory_seconds", step.total.memorySeconds);
    add(phase + "_overhead_seconds", step.total.overheadSeconds);
    for (auto [kind, seconds] : step.byKind) {
      add(phase + "_" + toString(kind).str() + "_seconds", seconds);
    }
  }

  const Fleet &fleet;
};

} // namespace

std::string planText(const runtime::Manifest &manifest, const Fleet &fleet,
                     const PhasePlacement &placed) {
  const Placement &placement = placed.placement;
  const Candidate *chosen = placement.getChosen();
  PlanWriter writer(fleet);
  Json placements = Json::array();
  for (const runtime::PartRecord &part : manifest.parts) {
    for (const std::string &phase : part.phases) {
      placements.push_back(
          {{"phase", phase},
           {"part", part.id},
           {"chip", part.chip},
           {"count", !chosen              ? 1
                     : phase == "prefill" ? chosen->prefillCount
                                          : chosen->decodeCount}});
    }
  }
  Json alternatives = Json::array();
  for (const Candidate &candidate : placement.candidates) {
    if (&candidate != chosen) {
      Json alternative = writer.write(candidate);
      alternative["verdict"] = compareWithChosen(placement, candidate);
      alternatives.push_back(std::move(alternative));
    }
  }
  bool isPrice = placement.objective == Objective::price;
  Json plan = {{"schema", "tandem-plan/1.0"},
               {"fleet", fleet.name},
               {"workload", toString(placed.request.workload)},
               {"slo", toString(placed.request.slo)},
               {"objective",
                {{"name", isPrice ? "price" : "time"},
                 {"reason", chosen ? placement.objectiveReason
                                   : "none: stages were named, and pipelines "
                                     "are not estimated"}}},
               {"placements", std::move(placements)},
               {"alternatives", std::move(alternatives)},
               {"figures", writer.writeFigures()},
               {"links", writer.writeLinks()}};
  if (chosen) {
    plan["chosen"] = writer.write(*chosen);
  }
  return runtime::writeJson(plan);
}

} // namespace tandem
