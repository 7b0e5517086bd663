//===- PlaceModule.cpp - searches a placement for a program -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "tandem/passes/Place/PlaceModule.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace tandem {

/// An error unless `name` is empty or a chip of `fleet`.
static llvm::Error checkChip(deploy::FleetAttr fleet, StringRef option,
                             StringRef name) {
  if (name.empty() || fleet.getChip(name)) {
    return llvm::Error::success();
  }
  std::string names;
  llvm::ListSeparator comma;
  for (Attribute chip : fleet.getChips()) {
    names += StringRef(comma);
    names += cast<deploy::ChipInterface>(chip).getChip().getName();
  }
  return llvm::createStringError(
      llvm::formatv("{0} is '{1}', which fleet '{2}' does not have; expected "
                    "one of {3}",
                    option, name, fleet.getName(), names));
}

llvm::Expected<PlacementRequest>
makePlacementRequest(ModuleOp module, const PlacementOptions &options) {
  auto step = module.lookupSymbol<func::FuncOp>("step");
  auto fleet = module->getAttrOfType<deploy::FleetAttr>("deploy.fleet");
  if (!step || !step->hasAttrOfType<ArrayAttr>("deploy.phases") || !fleet) {
    return llvm::createStringError(
        "has no function @step with 'deploy.phases' or no 'deploy.fleet'; run "
        "tandem-split-phases first and name a fleet");
  }
  PlacementRequest request;
  request.capacityTokens = options.capacityTokens;
  request.prefillChip = options.prefillChip;
  request.decodeChip = options.decodeChip;
  request.workload = getDefaultWorkload(options.capacityTokens);
  for (auto [option, name] : {std::pair("--prefill", options.prefillChip),
                              std::pair("--decode", options.decodeChip)}) {
    if (llvm::Error error = checkChip(fleet, option, name)) {
      return std::move(error);
    }
  }
  if (!options.workload.empty()) {
    auto workload = parseWorkload(options.workload);
    if (!workload) {
      return workload.takeError();
    }
    request.workload = *workload;
  }
  if (!options.slo.empty()) {
    auto slo = parseSlo(options.slo);
    if (!slo) {
      return slo.takeError();
    }
    request.slo = *slo;
  }
  if (request.workload.getSlotTokens() > options.capacityTokens) {
    return llvm::createStringError(llvm::formatv(
        "--workload {0} needs a slot of {1} tokens, but a slot holds {2}; ask "
        "for in + out of at most {3}, or for a greater --max-context where the "
        "model allows it",
        toString(request.workload), request.workload.getSlotTokens(),
        options.capacityTokens, options.capacityTokens + 1));
  }
  return request;
}

Placement placeModule(ModuleOp module, const PlacementRequest &request) {
  StepWork work = countWork(module.lookupSymbol<func::FuncOp>("step"));
  return searchPlacement(
      work, module->getAttrOfType<deploy::FleetAttr>("deploy.fleet"), request);
}

bool hasStages(ModuleOp module) {
  auto step = module.lookupSymbol<func::FuncOp>("step");
  auto placement =
      step ? step->getAttrOfType<DictionaryAttr>("deploy.placement") : nullptr;
  return placement && llvm::any_of(placement, [](NamedAttribute phase) {
           return !isa<deploy::ChipAttr>(phase.getValue());
         });
}

} // namespace tandem
