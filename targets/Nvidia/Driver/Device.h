//===- Device.h - a GPU and what it lends -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A chip with a context, and the things that are freed with their owners. What
// is freed must not be in use: owners wait for their streams first.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_DRIVER_DEVICE_H
#define TANDEM_TARGETS_NVIDIA_DRIVER_DEVICE_H

#include "tandem/targets/Nvidia/Architecture.h"
#include "tandem/targets/Nvidia/Driver/DriverApi.h"

#include <string>
#include <utility>

namespace tandem::nvidia::driver {

/// One of a machine's GPUs.
class Device {
public:
  /// The GPU of that number, from 0, among those of the architecture. Fails,
  /// with exit code 7, where there is none or the driver is older than
  /// `leastDriver`.
  Device(const Architecture &architecture, int32_t leastDriver,
         uint64_t number = 0);
  ~Device();
  Device(const Device &) = delete;

  /// Makes the context that of the calling thread, which every thread needs.
  void makeCurrent() const;

  const DriverApi &api() const { return driver; }
  DeviceNumber number() const { return device; }

  /// Fails, with exit code 7, because `bytes` for `purpose` are not to be had.
  [[noreturn]] void lackMemory(uint64_t bytes,
                               const std::string &purpose) const;

private:
  void choose(const Architecture &architecture, uint64_t number);

  DriverApi driver;
  DeviceNumber device = 0;
  Context context = nullptr;
};

/// A handle that is destroyed with its owner.
template <class Handle> class Owned {
public:
  using Destroy = Result (*)(Handle);

  Owned() = default;
  Owned(Handle handle, Destroy destroy) : handle(handle), destroy(destroy) {}
  Owned(Owned &&other) noexcept { *this = std::move(other); }
  Owned &operator=(Owned &&other) noexcept {
    std::swap(handle, other.handle);
    std::swap(destroy, other.destroy);
    return *this;
  }
  ~Owned() {
    if (handle) {
      destroy(handle);
    }
  }

  Handle get() const { return handle; }

private:
  Handle handle = {};
  Destroy destroy = nullptr;
};

using DeviceMemory = Owned<DevicePointer>;
using PinnedMemory = Owned<void *>;

/// Memory of the chip, not cleared; no bytes: no memory.
DeviceMemory allocate(const Device &device, uint64_t bytes,
                      const std::string &purpose);
/// Memory of the host that the chip copies from and to by itself.
PinnedMemory allocatePinned(const Device &device, uint64_t bytes,
                            const std::string &purpose);
Owned<Stream> makeStream(const Device &device);
/// An event, which takes times only where it is to.
Owned<Event> makeEvent(const Device &device, bool takesTime = false);

} // namespace tandem::nvidia::driver

#endif // TANDEM_TARGETS_NVIDIA_DRIVER_DEVICE_H
