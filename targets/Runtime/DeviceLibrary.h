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
#include "tandem/targets/Runtime/StepRunner.h"

namespace tandem::runtime {

/// Names of variants that run launches on this CPU, slowly, by an emulator of
/// the chip: asynchronous copies as soon, or as late, as a program allows.
inline constexpr const char *emulateVariant = "emulate";
inline constexpr const char *emulateLateVariant = "emulate-late";

/// Whether a variant is one of the two.
bool isEmulation(const std::string &variant);

/// The library that runs kernels of a format: tandem-run-<format>.so beside the
/// runtime library, or tandem-emulate-<format>.so.
class DeviceLibrary {
public:
  DeviceLibrary(const std::string &format, const std::string &variant);

  const TandemDevice &functions() const { return *device; }

private:
  struct CloseLibrary {
    void operator()(void *handle) const;
  };
  std::unique_ptr<void, CloseLibrary> library;
  const TandemDevice *device = nullptr;
};

/// Fails where part.json, kernels and machine code of a part of launches do not
/// fit together; needs no chip.
void checkLaunches(const BundleFolder &bundle, const PartRecord &record,
                   const LaunchCode &code);

/// A part of launches, opened in the library of its format.
class DevicePart {
public:
  /// `weights` is the table, in memory as long as this is.
  DevicePart(const BundleFolder &bundle, const PartRecord &record,
             const LaunchCode &code, const void *const *weights,
             const std::string &variant);
  ~DevicePart();
  DevicePart(const DevicePart &) = delete;

  /// What runs it.
  std::string variantName() const;
  /// Runs a step of a phase; fails with what the library says.
  void run(const std::string &phase, const TandemStep &step) const;
  /// See DeviceAbi.h.
  void slotWritten(const char *slot, const CacheRange &range) const;
  void slotFreed(const char *slot) const;
  double seconds() const;

private:
  DeviceLibrary library;
  void *opened = nullptr;
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_DEVICELIBRARY_H
