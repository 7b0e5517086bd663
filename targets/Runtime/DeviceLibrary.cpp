//===- DeviceLibrary.cpp - a part that a device library runs -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/DeviceLibrary.h"

#include <dlfcn.h>
#include <filesystem>

#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/PartDescription.h"

namespace tandem::runtime {

/// Largest text of kernels that is read.
static constexpr uint64_t maximumKernelBytes = uint64_t(256) << 20;

bool isEmulation(const std::string &variant) {
  return variant == emulateVariant || variant == emulateLateVariant;
}

void DeviceLibrary::CloseLibrary::operator()(void *handle) const {
  dlclose(handle);
}

/// Where the library that holds this function lies.
static std::filesystem::path ownFolder() {
  Dl_info info = {};
  dladdr(reinterpret_cast<const void *>(&ownFolder), &info);
  return std::filesystem::absolute(info.dli_fname ? info.dli_fname : ".")
      .parent_path();
}

DeviceLibrary::DeviceLibrary(const std::string &format,
                             const std::string &variant) {
  const char *verb = isEmulation(variant) ? "emulate" : "run";
  std::string name = "tandem-" + std::string(verb) + "-" + format + ".so";
  std::string path = (ownFolder() / name).string();
  library.reset(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL));
  if (!library) {
    throw Failure(ExitCode::Environment, "cannot " + std::string(verb) + " " +
                                             format + " kernels: " + dlerror());
  }
  auto query = reinterpret_cast<TandemDeviceQuery>(
      dlsym(library.get(), TANDEM_DEVICE_QUERY));
  device = query ? query(TANDEM_DEVICE_ABI_VERSION) : nullptr;
  if (!device) {
    throw Failure(ExitCode::Environment,
                  "'" + path + "' is of another version of Tandem");
  }
}

namespace {
/// The files of a part of launches, as a library takes them.
struct DeviceFiles {
  DeviceFiles(const BundleFolder &bundle, const PartRecord &record,
              const LaunchCode &code) {
    std::string folder = record.directory + "/";
    description = bundle.read(folder + "part.json", maximumPartBytes);
    kernels = bundle.read(folder + code.file, maximumKernelBytes);
    part.size = sizeof(part);
    part.description = description.data();
    part.descriptionBytes = description.size();
    part.kernels = kernels.data();
    part.kernelsBytes = kernels.size();
    if (code.binary) {
      binary = bundle.read(folder + *code.binary, maximumKernelBytes);
      part.binary = binary.data();
      part.binaryBytes = binary.size();
    }
  }

  std::string description, kernels, binary;
  TandemDevicePart part = {};
};

/// Takes what a library says of a failure.
struct DeviceError : TandemDeviceError {
  DeviceError() : TandemDeviceError{sizeof(TandemDeviceError), 0, {}} {}

  [[noreturn]] void raise(const std::string &where) const {
    auto kind = code ? static_cast<ExitCode>(code) : ExitCode::RuntimeFailure;
    throw Failure(kind, where + message);
  }
};
} // namespace

void checkLaunches(const BundleFolder &bundle, const PartRecord &record,
                   const LaunchCode &code) {
  DeviceLibrary library(code.format, "");
  DeviceFiles files(bundle, record, code);
  DeviceError error;
  if (library.functions().check(&files.part, &error)) {
    error.raise("part '" + record.id + "': ");
  }
}

DevicePart::DevicePart(const BundleFolder &bundle, const PartRecord &record,
                       const LaunchCode &code, const void *const *weights,
                       const std::string &variant)
    : library(code.format, variant) {
  DeviceFiles files(bundle, record, code);
  files.part.weights = weights;
  files.part.isLate = variant == emulateLateVariant;
  DeviceError error;
  opened = library.functions().open(&files.part, &error);
  if (!opened) {
    error.raise("part '" + record.id + "': ");
  }
}

DevicePart::~DevicePart() { library.functions().close(opened); }

std::string DevicePart::variantName() const {
  return library.functions().variant(opened);
}

void DevicePart::run(const std::string &phase, const TandemStep &step) const {
  DeviceError error;
  if (library.functions().step(opened, phase.c_str(), &step, &error)) {
    error.raise("");
  }
}

void DevicePart::slotWritten(const char *slot, const CacheRange &range) const {
  TandemSlotRange told = {sizeof(told),     slot,
                          range.firstLayer, range.layerCount,
                          range.firstToken, range.tokenCount};
  DeviceError error;
  if (library.functions().slotWritten(opened, &told, &error)) {
    error.raise("");
  }
}

void DevicePart::slotFreed(const char *slot) const {
  library.functions().slotFreed(opened, slot);
}

double DevicePart::seconds() const {
  return library.functions().seconds(opened);
}

} // namespace tandem::runtime
