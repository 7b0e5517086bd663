//===- StreamFunctions.cpp - streams, events, copies and graphs -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Functions.h"

#include <cstdio>
#include <cstring>

namespace tandem::standin {

/// Puts a copy off. Pinned memory alone is copied beside other work: any other
/// would make the driver wait, which nobody here means to.
static Result copy(const char *function, const void *pinned,
                   DevicePointer address, size_t bytes, Stream stream,
                   bool isToDevice) {
  Call call(function);
  if (!call) {
    return call.entered;
  }
  if (of(stream)->isCapturing) {
    return Result::captureUnsupported;
  }
  if (!call.state.memory.isPinned(pinned, bytes)) {
    std::fprintf(stderr, "stand-in driver: %s of memory that is not pinned\n",
                 function);
    return Result::invalidValue;
  }
  auto work = [=, &state = call.state]() -> Result {
    if (!state.memory.usable().find(address, bytes)) {
      std::fprintf(stderr, "stand-in driver: %s: %s\n", function,
                   state.memory.usable().describe(address).c_str());
      return state.remember(Result::launchFailed);
    }
    auto *device = reinterpret_cast<char *>(address);
    auto *host = static_cast<char *>(const_cast<void *>(pinned));
    std::memcpy(isToDevice ? device : host, isToDevice ? host : device, bytes);
    state.log(isToDevice ? "did: copy to device" : "did: copy to host");
    return Result::success;
  };
  of(stream)->push(work);
  return Result::success;
}

Result cuMemcpyHtoDAsync_v2(DevicePointer to, const void *from, size_t bytes,
                            Stream stream) {
  return copy("cuMemcpyHtoDAsync", from, to, bytes, stream, true);
}

Result cuMemcpyDtoHAsync_v2(void *to, DevicePointer from, size_t bytes,
                            Stream stream) {
  return copy("cuMemcpyDtoHAsync", to, from, bytes, stream, false);
}

Result cuStreamCreate(Stream *stream, uint32_t) {
  Call call("cuStreamCreate");
  return give(stream, std::make_unique<StreamState>(), call.state.streams);
}

Result cuStreamDestroy_v2(Stream stream) {
  Call call("cuStreamDestroy");
  call.state.finishAll();
  return take(stream, call.state.streams);
}

Result cuStreamSynchronize(Stream stream) {
  Call call("cuStreamSynchronize");
  return call ? call.state.remember(of(stream)->finish()) : call.entered;
}

Result cuStreamWaitEvent(Stream stream, Event event, uint32_t) {
  Call call("cuStreamWaitEvent");
  // Waits for what the event stands for now, not for what it is recorded to
  // stand for later.
  of(stream)->push([now = *of(event)]() mutable { return now.wait(); });
  return call.entered;
}

Result cuEventCreate(Event *event, uint32_t flags) {
  Call call("cuEventCreate");
  auto made = std::make_unique<EventState>();
  made->takesTime = !(flags & eventWithoutTime);
  return give(event, std::move(made), call.state.events);
}

Result cuEventDestroy_v2(Event event) {
  Call call("cuEventDestroy");
  call.state.finishAll(); // work that is put off may know it
  return take(event, call.state.events);
}

Result cuEventRecord(Event event, Stream stream) {
  Call call("cuEventRecord");
  EventState *state = of(event);
  state->stream = of(stream);
  state->isDone = false;
  of(stream)->push([state] {
    state->isDone = true;
    state->time = std::chrono::steady_clock::now();
    return Result::success;
  });
  state->position = of(stream)->position();
  return call.entered;
}

Result cuEventSynchronize(Event event) {
  Call call("cuEventSynchronize");
  return call ? call.state.remember(of(event)->wait()) : call.entered;
}

Result cuEventElapsedTime(float *milliseconds, Event begin, Event end) {
  Call call("cuEventElapsedTime");
  if (!of(begin)->takesTime || !of(end)->takesTime || !of(begin)->isDone ||
      !of(end)->isDone) {
    return Result::invalidHandle;
  }
  *milliseconds =
      std::chrono::duration<float, std::milli>(of(end)->time - of(begin)->time)
          .count();
  return call.entered;
}

Result cuStreamBeginCapture_v2(Stream stream, int32_t) {
  Call call("cuStreamBeginCapture");
  of(stream)->isCapturing = true;
  return call.entered;
}

Result cuStreamEndCapture(Stream stream, Graph *graph) {
  Call call("cuStreamEndCapture");
  of(stream)->isCapturing = false;
  return give(graph,
              std::make_unique<Recording>(
                  std::exchange(of(stream)->recording, Recording())),
              call.state.graphs);
}

Result cuGraphInstantiateWithFlags(ExecutableGraph *executable, Graph graph,
                                   unsigned long long) {
  Call call("cuGraphInstantiate");
  auto *recording = reinterpret_cast<Recording *>(graph);
  return give(executable, std::make_unique<Recording>(*recording),
              call.state.executables);
}

Result cuGraphLaunch(ExecutableGraph executable, Stream stream) {
  Call call("cuGraphLaunch");
  for (const Work &work : *reinterpret_cast<Recording *>(executable)) {
    of(stream)->push(work);
  }
  return call.entered;
}

Result cuGraphDestroy(Graph graph) {
  Call call("cuGraphDestroy");
  return take(graph, call.state.graphs);
}

Result cuGraphExecDestroy(ExecutableGraph executable) {
  Call call("cuGraphExecDestroy");
  return take(executable, call.state.executables);
}

} // namespace tandem::standin
