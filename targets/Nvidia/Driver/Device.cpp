//===- Device.cpp - a GPU and what it lends -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Driver/Device.h"

#include "tandem/targets/Runtime/Quantities.h"

namespace tandem::nvidia::driver {

using runtime::formatBytes;

Device::Device(const Architecture &architecture, int32_t leastDriver,
               uint64_t number)
    : driver(leastDriver) {
  choose(architecture, number);
  driver.require(driver.primaryContextRetain(&context, device),
                 "make a context");
  makeCurrent();
}

Device::~Device() { driver.primaryContextRelease(device); }

void Device::makeCurrent() const {
  driver.require(driver.contextSetCurrent(context), "enter its context");
}

static std::string capabilityText(int32_t major, int32_t minor) {
  return std::to_string(major) + "." + std::to_string(minor);
}

/// Code for an architecture whose name ends in a letter runs on no other.
void Device::choose(const Architecture &architecture, uint64_t number) {
  int32_t count = 0;
  uint64_t fitting = 0;
  driver.require(driver.deviceGetCount(&count), "count GPUs");
  std::string found;
  for (int32_t i = 0; i < count; ++i) {
    char name[128] = "";
    int32_t major = 0, minor = 0;
    driver.require(driver.deviceGet(&device, i), "open a GPU");
    driver.require(driver.deviceGetName(name, sizeof(name), device),
                   "name a GPU");
    for (auto [value, attribute] :
         {std::pair{&major, DeviceAttribute::computeCapabilityMajor},
          std::pair{&minor, DeviceAttribute::computeCapabilityMinor}}) {
      driver.require(driver.deviceGetAttribute(value, attribute, device),
                     "describe a GPU");
    }
    if (major == architecture.major && minor == architecture.minor) {
      if (fitting++ == number) {
        return;
      }
      continue;
    }
    found += (found.empty() ? "'" : ", '") + std::string(name) + "' with " +
             capabilityText(major, minor);
  }
  if (fitting > 0) {
    lack("this bundle is for GPU " + std::to_string(number) +
         " of compute capability " +
         capabilityText(architecture.major, architecture.minor) +
         ", counted from 0, and this machine has " + std::to_string(fitting) +
         "; change 'gpu' in the fleet's 'machine' and compile again");
  }
  lack("this bundle is for " + std::string(architecture.name) +
       ", compute capability " +
       capabilityText(architecture.major, architecture.minor) +
       ", and this machine has " + (found.empty() ? "no GPU" : found) +
       "; compile it for that, with --fleet");
}

void Device::lackMemory(uint64_t bytes, const std::string &purpose) const {
  size_t free = 0, total = 0;
  driver.memoryGetInfo(&free, &total);
  lack("the GPU has no " + formatBytes(bytes) + " for " + purpose + ": " +
       formatBytes(free) + " of " + formatBytes(total) +
       " are free; end what else uses it, or compile with a smaller "
       "--max-context or --precision");
}

/// What an allocation gave, or why it did not.
template <class Handle>
static Owned<Handle> own(const Device &device, Result result, Handle handle,
                         typename Owned<Handle>::Destroy destroy,
                         const char *what) {
  device.api().require(result, what);
  return {handle, destroy};
}

DeviceMemory allocate(const Device &device, uint64_t bytes,
                      const std::string &purpose) {
  if (bytes == 0) {
    return {};
  }
  DevicePointer address = 0;
  Result result = device.api().memoryAllocate(&address, bytes);
  if (result == Result::outOfMemory) {
    device.lackMemory(bytes, purpose);
  }
  return own(device, result, address, device.api().memoryFree,
             "allocate memory");
}

PinnedMemory allocatePinned(const Device &device, uint64_t bytes,
                            const std::string &purpose) {
  if (bytes == 0) {
    return {};
  }
  void *address = nullptr;
  Result result = device.api().memoryAllocateHost(&address, bytes);
  if (result == Result::outOfMemory) {
    lack("the driver pins no " + formatBytes(bytes) +
         " of this machine's memory for " + purpose);
  }
  return own(device, result, address, device.api().memoryFreeHost,
             "pin memory");
}

Owned<Stream> makeStream(const Device &device) {
  Stream stream = nullptr;
  Result result = device.api().streamCreate(&stream, streamWithoutDefault);
  return own(device, result, stream, device.api().streamDestroy,
             "make a stream");
}

Owned<Event> makeEvent(const Device &device, bool takesTime) {
  Event event = nullptr;
  Result result =
      device.api().eventCreate(&event, takesTime ? 0 : eventWithoutTime);
  return own(device, result, event, device.api().eventDestroy, "make an event");
}

} // namespace tandem::nvidia::driver
