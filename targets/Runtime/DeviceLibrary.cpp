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
static constexpr size_t messageBytes = 4096;

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

DeviceLibrary::DeviceLibrary(const BundleFolder &bundle,
                             const PartRecord &record, const LaunchCode &code,
                             const std::string &variant) {
  std::string name = "tandem-emulate-" + code.format + ".so";
  std::string path = (ownFolder() / name).string();
  library.reset(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL));
  if (!library) {
    throw Failure(ExitCode::Environment,
                  "cannot emulate " + code.format + " kernels: " + dlerror());
  }
  auto query = reinterpret_cast<TandemDeviceQuery>(
      dlsym(library.get(), TANDEM_DEVICE_QUERY));
  device = query ? query(TANDEM_DEVICE_ABI_VERSION) : nullptr;
  if (!device) {
    throw Failure(ExitCode::Environment,
                  "'" + path + "' is of another version of Tandem");
  }
  std::string description =
      bundle.read(record.directory + "/part.json", maximumPartBytes);
  std::string kernels =
      bundle.read(record.directory + "/" + code.file, maximumKernelBytes);
  TandemDevicePart part = {};
  part.size = sizeof(part);
  part.description = description.data();
  part.descriptionBytes = description.size();
  part.kernels = kernels.data();
  part.kernelsBytes = kernels.size();
  part.isLate = variant == emulateLateVariant;
  char message[messageBytes] = {};
  opened = device->open(&part, message, sizeof(message));
  if (!opened) {
    throw Failure(ExitCode::InputRejected,
                  "part '" + record.id + "': " + message);
  }
}

DeviceLibrary::~DeviceLibrary() {
  if (opened) {
    device->close(opened);
  }
}

void DeviceLibrary::run(const std::string &phase,
                        const TandemStep &step) const {
  char message[messageBytes] = {};
  if (device->step(opened, phase.c_str(), &step, message, sizeof(message))) {
    throw Failure(ExitCode::RuntimeFailure, message);
  }
}

} // namespace tandem::runtime
