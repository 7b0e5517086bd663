//===- Assembler.cpp - machine code by ptxas -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emit/Assembler.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdlib>
#include <memory>

using namespace tandem;
using namespace tandem::nvidia;
using llvm::StringRef;

/// Where pip puts the programs of nvidia-cuda-nvcc below an environment.
static std::string findInEnvironment(StringRef environment) {
  std::error_code error;
  std::string libraries = (environment + "/lib").str();
  for (llvm::sys::fs::directory_iterator python(libraries, error), end;
       python != end && !error; python.increment(error)) {
    std::string packages = python->path() + "/site-packages/nvidia";
    std::error_code none;
    for (llvm::sys::fs::directory_iterator package(packages, none);
         package != end && !none; package.increment(none)) {
      std::string program = package->path() + "/bin/ptxas";
      if (llvm::sys::fs::can_execute(program)) {
        return program;
      }
    }
  }
  return {};
}

std::string tandem::nvidia::findAssembler() {
  if (auto program = llvm::sys::findProgramByName("ptxas")) {
    return *program;
  }
  if (const char *home = std::getenv("CUDA_HOME")) {
    std::string program = std::string(home) + "/bin/ptxas";
    if (llvm::sys::fs::can_execute(program)) {
      return program;
    }
  }
  const char *environment = std::getenv("VIRTUAL_ENV");
  return environment ? findInEnvironment(environment) : std::string();
}

static llvm::Error makeError(const llvm::Twine &message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message);
}

namespace {

/// A temporary file that is removed with this.
class ScratchFile {
public:
  static llvm::Expected<ScratchFile> create(StringRef suffix) {
    llvm::SmallString<128> path;
    if (std::error_code error =
            llvm::sys::fs::createTemporaryFile("tandem", suffix, path)) {
      return makeError("cannot make a temporary file: " + error.message());
    }
    return ScratchFile(path.str().str());
  }

  const std::string &path() const { return name; }
  std::string read() const {
    auto buffer = llvm::MemoryBuffer::getFile(name);
    return buffer ? (*buffer)->getBuffer().str() : std::string();
  }

private:
  explicit ScratchFile(std::string path)
      : name(std::move(path)),
        remover(std::make_unique<llvm::FileRemover>(name)) {}

  std::string name;
  std::unique_ptr<llvm::FileRemover> remover; ///< not copied when this moves
};

} // namespace

/// The number before `words` in a line, "40 registers".
static uint64_t numberBefore(StringRef line, StringRef words) {
  StringRef text = line.take_front(line.find(words)).rtrim();
  uint64_t number = 0;
  text.substr(text.find_last_not_of("0123456789") + 1).getAsInteger(10, number);
  return number;
}

/// Reads what `ptxas -v` prints of each kernel.
static std::vector<runtime::AssembledKernel> parseReport(StringRef report) {
  std::vector<runtime::AssembledKernel> kernels;
  for (StringRef line : llvm::split(report, '\n')) {
    if (line.contains("Compiling entry function '")) {
      kernels.push_back({line.split('\'').second.split('\'').first.str()});
    } else if (kernels.empty()) {
      continue;
    } else if (line.contains("bytes spill stores")) {
      kernels.back().spilledBytes = numberBefore(line, "bytes spill stores");
    } else if (line.contains("Used ") && line.contains(" registers")) {
      kernels.back().registers = numberBefore(line, "registers");
    }
  }
  return kernels;
}

llvm::Expected<Assembled>
tandem::nvidia::assemble(const std::string &assembler, StringRef ptx,
                         const Architecture &architecture) {
  auto text = ScratchFile::create("ptx");
  auto binary = ScratchFile::create("cubin");
  auto report = ScratchFile::create("txt");
  for (auto *file : {&text, &binary, &report}) {
    if (!*file) {
      return file->takeError();
    }
  }
  std::error_code error;
  llvm::raw_fd_ostream stream(text->path(), error);
  stream << ptx;
  stream.close();
  if (error || stream.has_error()) {
    return makeError("cannot write '" + text->path() + "'");
  }
  StringRef arguments[] = {
      assembler,         "-v",         "-O3", "-arch",
      architecture.name, text->path(), "-o",  binary->path()};
  std::optional<StringRef> streams[] = {StringRef(), StringRef(report->path()),
                                        StringRef(report->path())};
  int code =
      llvm::sys::ExecuteAndWait(assembler, arguments, std::nullopt, streams);
  if (code != 0) {
    return makeError("'" + assembler + "' ended with code " +
                     llvm::Twine(code) + ": " + report->read());
  }
  return Assembled{binary->read(), parseReport(report->read())};
}
