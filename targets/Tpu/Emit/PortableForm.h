//===- PortableForm.h - programs in StableHLO's versioned form --*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_TPU_EMIT_PORTABLEFORM_H
#define TANDEM_TARGETS_TPU_EMIT_PORTABLEFORM_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace tandem::tpu {

/// Why programs cannot be brought into VHLO here, in words; empty where they
/// can. It takes a Python with jaxlib: $TANDEM_PYTHON, or python3 in PATH.
std::string whyNoPortableForm();

/// The VHLO of each text: bytecode of version 0.9.0, which every reader of
/// StableHLO since then understands.
llvm::Expected<std::vector<std::string>>
makePortable(llvm::ArrayRef<std::string> texts);

} // namespace tandem::tpu

#endif // TANDEM_TARGETS_TPU_EMIT_PORTABLEFORM_H
