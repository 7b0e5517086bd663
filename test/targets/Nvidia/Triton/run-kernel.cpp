//===- run-kernel.cpp - launch a kernel of a PTX file -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   run-kernel FILE.ptx GRIDX GRIDY THREADS SHARED eager|late ARGUMENT...
//
// Launches the only kernel of a file on the emulator with SHARED bytes of
// dynamic shared memory. An argument is `i32=5`, `in=FILE` or `out=FILE`: a
// buffer with a file's bytes, which `out` writes back. Parameters behind the
// arguments are pointers and get null.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emulator/Emulator.h"

#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdlib>
#include <deque>

using namespace llvm;
using namespace tandem::nvidia;

[[noreturn]] static void stop(const Twine &message) {
  errs() << "error: " << message << "\n";
  std::exit(1);
}

static void check(Error error) {
  if (error) {
    stop(toString(std::move(error)));
  }
}

static std::unique_ptr<WritableMemoryBuffer> readFile(StringRef path) {
  auto file = WritableMemoryBuffer::getFile(path);
  if (!file) {
    stop(path + ": " + file.getError().message());
  }
  return std::move(*file);
}

namespace {
/// Memory of a file, aligned as GPUs align buffers.
struct Buffer {
  Buffer(StringRef path, bool isOutput) : path(path), isOutput(isOutput) {
    auto file = readFile(path);
    size = file->getBufferSize();
    bytes = static_cast<char *>(std::aligned_alloc(256, alignTo(size, 256)));
    std::memcpy(bytes, file->getBufferStart(), size);
  }
  Buffer(const Buffer &) = delete;
  ~Buffer() { std::free(bytes); }

  std::string path;
  bool isOutput;
  size_t size;
  char *bytes;
};
} // namespace

int main(int argc, char **argv) {
  if (argc < 7) {
    stop("usage: run-kernel FILE.ptx GRIDX GRIDY THREADS SHARED eager|late "
         "ARGUMENT...");
  }
  auto text = readFile(argv[1]);
  auto program = ptx::Program::load(
      StringRef(text->getBufferStart(), text->getBufferSize()));
  check(program ? Error::success() : program.takeError());
  if (program->kernels().size() != 1) {
    stop("the file has other than one kernel");
  }
  const ptx::Kernel &kernel = program->kernels().front();
  ptx::Memory memory;
  std::deque<Buffer> buffers;
  std::vector<ptx::KernelArgument> arguments;
  for (StringRef argument : ArrayRef(argv, argc).drop_front(7)) {
    auto [kind, value] = argument.split('=');
    if (kind == "i32") {
      arguments.push_back(
          ptx::KernelArgument::of<int32_t>(std::atoi(value.str().c_str())));
      continue;
    }
    Buffer &buffer = buffers.emplace_back(value, kind == "out");
    check(memory.add(value, buffer.bytes, buffer.size,
                     buffer.isOutput ? ptx::Access::readWrite
                                     : ptx::Access::readOnly));
    arguments.push_back(ptx::KernelArgument::of(buffer.bytes));
  }
  while (arguments.size() < kernel.parameters.size()) {
    arguments.push_back(ptx::KernelArgument::of<void *>(nullptr));
  }
  ptx::LaunchShape shape;
  shape.grid = {uint32_t(std::atoi(argv[2])), uint32_t(std::atoi(argv[3]))};
  shape.block = {uint32_t(std::atoi(argv[4]))};
  shape.dynamicSharedBytes = std::atoi(argv[5]);
  ptx::LaunchOptions options;
  options.asynchrony = StringRef(argv[6]) == "late" ? ptx::Asynchrony::late
                                                    : ptx::Asynchrony::eager;
  check(program->launch(kernel.name, shape, arguments, memory, options));
  for (const Buffer &buffer : buffers) {
    if (buffer.isOutput) {
      std::error_code error;
      raw_fd_ostream(buffer.path, error)
          << StringRef(buffer.bytes, buffer.size);
    }
  }
  return 0;
}
