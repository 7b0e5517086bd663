//===- Functions.h - definitions of the driver's functions -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Declares each function as the part run by the driver declares it, so that
// definitions which differ do not compile.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TEST_TARGETS_NVIDIA_STANDIN_FUNCTIONS_H
#define TANDEM_TEST_TARGETS_NVIDIA_STANDIN_FUNCTIONS_H

#include "DriverState.h"

#include "tandem/targets/Nvidia/Driver/DriverFunctions.h"

namespace tandem::standin {

using namespace nvidia::driver;

#define TANDEM_STANDIN_DECLARE(member, symbol, ...)                            \
  extern "C" __attribute__((visibility("default"))) Result symbol(__VA_ARGS__);
TANDEM_DRIVER_FUNCTIONS(TANDEM_STANDIN_DECLARE)
#undef TANDEM_STANDIN_DECLARE

extern thread_local bool hasContext;

/// The state, locked, and what entering the calling function gave.
struct Call {
  explicit Call(const char *function, bool needsContext = true)
      : lock(state.mutex), entered(state.enter(function, needsContext)) {}
  explicit operator bool() const { return entered == Result::success; }

  DriverState &state = DriverState::get();
  std::lock_guard<std::recursive_mutex> lock;
  Result entered;
};

inline StreamState *of(Stream stream) {
  return reinterpret_cast<StreamState *>(stream);
}
inline EventState *of(Event event) {
  return reinterpret_cast<EventState *>(event);
}

/// Gives an object to the state and its handle to the caller.
template <class Handle, class Object>
Result give(Handle *handle, std::unique_ptr<Object> object,
            std::map<Object *, std::unique_ptr<Object>> &owner) {
  *handle = reinterpret_cast<Handle>(object.get());
  Object *key = object.get();
  owner.emplace(key, std::move(object));
  return Result::success;
}

/// Frees the object of a handle.
template <class Handle, class Object>
Result take(Handle handle, std::map<Object *, std::unique_ptr<Object>> &owner) {
  return owner.erase(reinterpret_cast<Object *>(handle))
             ? Result::success
             : Result::invalidHandle;
}

} // namespace tandem::standin

#endif // TANDEM_TEST_TARGETS_NVIDIA_STANDIN_FUNCTIONS_H
