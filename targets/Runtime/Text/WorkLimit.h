//===- WorkLimit.h - an end to work that a file asks for -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A regular expression can be cheap at every place of a text and still, over
// all places, take minutes. The limits of PCRE2 are for one match; this one is
// for one text.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEXT_WORKLIMIT_H
#define TANDEM_TARGETS_RUNTIME_TEXT_WORKLIMIT_H

#include <cstddef>
#include <cstdint>

namespace tandem::runtime {

/// The processor time that one text may take: a second, and far more for each
/// byte than any published tokenizer needs. Other load on the machine does not
/// count.
class WorkLimit {
public:
  explicit WorkLimit(size_t textBytes);

  /// Looks at the clock now and then; too late: exit code 3.
  void check();

private:
  static int64_t readClockNs();

  int64_t endNs;
  unsigned calls = 0;
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_TEXT_WORKLIMIT_H
