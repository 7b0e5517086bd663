//===- Commands.h - the verbs of tandem -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A verb is a function from its request to an exit code. Verbs that run bundles
// belong to tandem-runtime; tandem hands them over unchanged.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TOOLS_TANDEM_COMMANDS_H
#define TANDEM_TOOLS_TANDEM_COMMANDS_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tandem/targets/Runtime/Failure.h"

namespace tandem {

using runtime::ExitCode;

/// What `compile` and `check` are asked for.
struct CompileRequest {
  std::string model;                    ///< file or folder
  std::string fleet = "local";          ///< built-in name or file
  std::string prefillChip;              ///< chip of the fleet, or empty
  std::string decodeChip;               ///< chip of the fleet, or empty
  std::string workload;                 ///< --workload, or empty
  std::string slo;                      ///< --slo, or empty
  std::string activations = "file";     ///< exact, int8 or file
  bool showsRemarks = false;            ///< print what passes decided, and why
  std::string output;                   ///< bundle to write
  std::string precision = "file";       ///< of stored matrices: file or bf16
  std::optional<int64_t> maxContext;    ///< tokens a cache slot holds
  std::vector<std::string> allowedDirs; ///< further folders of external data
  std::string stopAfter;                ///< stage, or empty
  std::string startFrom;                ///< stage, or empty
  std::string saveStages;               ///< folder, or empty
  std::string until;        ///< node whose value to return, or empty
  bool listsValues = false; ///< print the nodes for `until` only
  unsigned jobs = 0;        ///< threads; 0: all
  bool hasWeights = true;   ///< false: describe weights, read none
  bool vhlo = false;        ///< StableHLO programs also in their versioned form
};

/// Compiles a model into a bundle.
ExitCode runCompile(const CompileRequest &request);

/// Says whether a model can be compiled, naming every gap at once.
ExitCode runCheck(const CompileRequest &request);

/// Lists targets and built-in fleets, or one target.
ExitCode runTargets(const std::string &name);

/// `fleet init [FILE]`: writes a fleet of this machine, to standard output
/// without a file. `fleet check FILE`: reads one and shows it.
ExitCode runFleet(const std::vector<std::string> &arguments);

/// Replaces this process by tandem-runtime with the same arguments; returns
/// only where that failed.
ExitCode runRuntime(char **arguments);

/// A module of the Python package that does a verb.
struct PythonModule {
  const char *name; ///< "tandem.divergence"
  const char *need; ///< which Python it needs, in words
};

/// Replaces this process by a module with the arguments after the verb; returns
/// only where that failed.
ExitCode runPython(const PythonModule &module, int count, char **arguments);

} // namespace tandem

#endif // TANDEM_TOOLS_TANDEM_COMMANDS_H
