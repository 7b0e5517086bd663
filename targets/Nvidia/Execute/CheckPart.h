//===- CheckPart.h - does a part of launches hold together -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A driver takes what it is given, and says so late or not at all: so part.json
// is compared with the kernels and the machine code before one is asked. The
// rules are those of the plan's verifiers. Free of LLVM.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_EXECUTE_CHECKPART_H
#define TANDEM_TARGETS_NVIDIA_EXECUTE_CHECKPART_H

#include "tandem/targets/Runtime/DeviceAbi.h"
#include "tandem/targets/Runtime/PartDescription.h"

#include <string_view>

namespace tandem::nvidia {

/// Reads the part's description and checks it against its files. Fails with
/// exit code 6 and the field at fault.
runtime::PartDescription readCheckedPart(const TandemDevicePart &part);

/// What is wrong with machine code that should hold an entry for each kernel;
/// empty where nothing is. Sections must lie inside the file.
std::string whyNotMachineCode(std::string_view elf,
                              const runtime::LaunchCode &code);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_EXECUTE_CHECKPART_H
