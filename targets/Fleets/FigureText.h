//===- FigureText.h - figures as people write them -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Numbers with units: "819 GB/s", "4.6 PFLOP/s", "20 us", "1.2 USD/h", "82 %".
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_FLEETS_FIGURETEXT_H
#define TANDEM_TARGETS_FLEETS_FIGURETEXT_H

#include <string>

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include "tandem/dialects/Deploy/IR/Figures.h"

namespace tandem {

/// Reads `text` as `dimension`, in its base unit. Fails in words that complete
/// "'key' is ..." where the unit is missing or another, or the number is not
/// finite, not positive or beyond what there is.
llvm::Expected<double> parseFigure(deploy::Dimension dimension,
                                   llvm::StringRef text);

/// "819 GB/s": a value of `dimension` with a fitting unit, exact enough to be
/// read back as the same number to six digits.
std::string formatFigure(deploy::Dimension dimension, double value);

} // namespace tandem

#endif // TANDEM_TARGETS_FLEETS_FIGURETEXT_H
