//===- HostFleet.h - a fleet of this machine -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_FLEETS_HOSTFLEET_H
#define TANDEM_TARGETS_FLEETS_HOSTFLEET_H

#include <string>

#include "llvm/Support/Error.h"

namespace tandem {

/// A commented fleet file with this machine's CPU as its one chip: memory and
/// its bandwidth measured now (a second), the rate of products assumed from
/// what the CPU says of itself. Fails where the system does not tell.
llvm::Expected<std::string> describeHost();

} // namespace tandem

#endif // TANDEM_TARGETS_FLEETS_HOSTFLEET_H
