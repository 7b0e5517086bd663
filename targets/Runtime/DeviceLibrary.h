//===- DeviceLibrary.h - a part that a device library runs -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_DEVICELIBRARY_H
#define TANDEM_TARGETS_RUNTIME_DEVICELIBRARY_H

#include <memory>
#include <string>

#include "tandem/targets/Runtime/BundleFolder.h"
#include "tandem/targets/Runtime/DeviceAbi.h"
#include "tandem/targets/Runtime/LaunchCode.h"

namespace tandem::runtime {

/// Names of variants that run launches on this CPU, slowly, by an emulator of
/// the chip: asynchronous copies as soon, or as late, as a program allows.
inline constexpr const char *emulateVariant = "emulate";
inline constexpr const char *emulateLateVariant = "emulate-late";

/// Whether a variant is one of the two.
bool isEmulation(const std::string &variant);

/// A part of launches, opened in the emulator of their format:
/// tandem-emulate-<format>.so beside the runtime library.
class DeviceLibrary {
public:
  DeviceLibrary(const BundleFolder &bundle, const PartRecord &record,
                const LaunchCode &code, const std::string &variant);
  ~DeviceLibrary();
  DeviceLibrary(const DeviceLibrary &) = delete;

  /// Runs a step of a phase; fails with what the library says.
  void run(const std::string &phase, const TandemStep &step) const;

private:
  struct CloseLibrary {
    void operator()(void *handle) const;
  };
  std::unique_ptr<void, CloseLibrary> library;
  const TandemDevice *device = nullptr;
  void *opened = nullptr;
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_DEVICELIBRARY_H
