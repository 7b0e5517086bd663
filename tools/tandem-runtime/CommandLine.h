//===- CommandLine.h - verbs and options of the program ---------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One table of verbs, each with its options, from which parsing, help and
// suggestions come. An option either takes a value or is a flag.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TOOLS_TANDEM_RUNTIME_COMMANDLINE_H
#define TANDEM_TOOLS_TANDEM_RUNTIME_COMMANDLINE_H

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/targets/Runtime/Failure.h"

namespace tandem::cli {

using runtime::ExitCode;
using runtime::Failure;

/// An option of a verb.
struct Option {
  const char *name;     ///< "--threads"
  const char *value;    ///< what the value is called, null for a flag
  const char *fallback; ///< value if not given; null: absent
  const char *meaning;  ///< one sentence
  bool repeats = false; ///< may be given several times
};

class Arguments;

/// A verb of the program.
struct Verb {
  const char *name;
  const char *meaning; ///< one sentence
  std::vector<Option> options;
  int (*run)(const Arguments &arguments);
};

/// What follows the verb on the command line, checked against its options.
class Arguments {
public:
  /// Fails with a usage error that suggests the nearest option.
  Arguments(const Verb &verb, const std::vector<std::string> &words);

  const std::string &bundle() const { return bundlePath; }
  bool has(const std::string &option) const { return values.count(option); }
  /// The value given or the fallback; the option must have either.
  const std::string &text(const std::string &option) const;
  /// All values given of an option that repeats.
  std::vector<std::string> texts(const std::string &option) const;
  /// The same as a whole number in a range.
  uint64_t number(const std::string &option, uint64_t least,
                  uint64_t most) const;
  /// The same as a number with a fraction, of any value.
  double real(const std::string &option) const;

private:
  std::string bundlePath;
  std::map<std::string, std::vector<std::string>> values;
};

/// Parses a decimal number that is no more than `most`; false if it is none.
bool parseNumber(std::string_view text, uint64_t most, uint64_t &number);

/// The nearest of `candidates` as ", did you mean 'x'?", or empty.
std::string suggest(const std::string &word,
                    const std::vector<std::string> &candidates);

/// Help of the program and of one verb.
std::string helpText(const std::vector<Verb> &verbs);
std::string helpText(const Verb &verb);

} // namespace tandem::cli

#endif // TANDEM_TOOLS_TANDEM_RUNTIME_COMMANDLINE_H
