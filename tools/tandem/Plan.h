//===- Plan.h - why the phases run where they do -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TOOLS_TANDEM_PLAN_H
#define TANDEM_TOOLS_TANDEM_PLAN_H

#include <string>

#include "PhasePlacement.h"
#include "tandem/targets/Runtime/Manifest.h"

namespace tandem {

/// plan.json (docs/schema/plan.schema.json): each phase with its chip, the
/// modelled terms of the choice, every alternative and why it was not chosen,
/// and the figures that the model used.
std::string planText(const runtime::Manifest &manifest, const Fleet &fleet,
                     const PhasePlacement &placed);

} // namespace tandem

#endif // TANDEM_TOOLS_TANDEM_PLAN_H
