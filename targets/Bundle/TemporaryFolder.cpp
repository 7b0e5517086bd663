//===- TemporaryFolder.cpp - a folder that does not outlive its process ---===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Bundle/TemporaryFolder.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Signals.h"

#include "tandem/targets/Bundle/BundleError.h"

namespace tandem::bundle {

// The name of the folder, for signal handlers; guarded by `isActive`.
static char folderName[4096];
static char doomedName[4096 + 8];
static std::atomic<bool> isActive{false};
static const int watchedSignals[] = {SIGINT, SIGTERM, SIGHUP};
static struct sigaction previousActions[std::size(watchedSignals)];

static void removeTree(int parent, const char *name);

/// Removes the entries that one pass over the open folder finds; false if there
/// were none. Removing can hide others from the pass, so it is repeated.
static bool removeEntries(int folder) {
  alignas(dirent64) char buffer[4096];
  bool found = false;
  lseek(folder, 0, SEEK_SET);
  long got;
  while ((got = syscall(SYS_getdents64, folder, buffer, sizeof(buffer))) > 0) {
    for (long at = 0; at < got;) {
      auto *entry = reinterpret_cast<dirent64 *>(buffer + at);
      at += entry->d_reclen;
      if (std::strcmp(entry->d_name, ".") == 0 ||
          std::strcmp(entry->d_name, "..") == 0) {
        continue;
      }
      found = true;
      if (unlinkat(folder, entry->d_name, 0) != 0) {
        removeTree(folder, entry->d_name);
      }
    }
  }
  return found;
}

/// Removes the folder `name` in `parent` and all in it, with calls that are
/// allowed in a signal handler.
static void removeTree(int parent, const char *name) {
  int fd =
      openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) {
    return;
  }
  for (int pass = 0; pass < 100 && removeEntries(fd); ++pass) {
  }
  close(fd);
  unlinkat(parent, name, AT_REMOVEDIR);
}

void removeTemporaryFolder() {
  if (!isActive.exchange(false)) {
    return;
  }
  // Renamed first: other threads can then create no new files in it.
  const char *name = folderName;
  if (rename(folderName, doomedName) == 0) {
    name = doomedName;
  }
  removeTree(AT_FDCWD, name);
  for (size_t i = 0; i < std::size(watchedSignals); ++i) {
    sigaction(watchedSignals[i], &previousActions[i], nullptr);
  }
}

static void onSignal(int) {
  static const char message[] = "\nerror: interrupted; nothing was written\n";
  if (write(STDERR_FILENO, message, sizeof(message) - 1) < 0) {
    // Nobody reads; the folder goes away all the same.
  }
  removeTemporaryFolder();
  _exit(static_cast<int>(runtime::ExitCode::Interrupted));
}

static void onCrash(void *) { removeTemporaryFolder(); }

static void watch() {
  static bool isRegistered = false;
  if (!isRegistered) {
    isRegistered = true;
    std::atexit(removeTemporaryFolder);
    llvm::sys::AddSignalHandler(onCrash, nullptr);
  }
  struct sigaction action = {};
  action.sa_handler = onSignal;
  sigfillset(&action.sa_mask);
  for (size_t i = 0; i < std::size(watchedSignals); ++i) {
    sigaction(watchedSignals[i], &action, &previousActions[i]);
  }
}

llvm::Expected<std::string> createTemporaryFolder(const std::string &place) {
  if (isActive) {
    return makeError(runtime::ExitCode::InternalError,
                     "two bundles are written at once");
  }
  llvm::SmallString<256> name(llvm::sys::path::parent_path(place));
  llvm::sys::path::append(name,
                          "." + llvm::sys::path::filename(place) + ".tmp-" +
                              llvm::Twine(llvm::sys::Process::getProcessId()));
  if (name.size() >= sizeof(folderName)) {
    return makeError(runtime::ExitCode::Usage,
                     "the name of the output is too long");
  }
  removeTree(AT_FDCWD, name.c_str()); // of a killed process with our number
  if (mkdir(name.c_str(), 0755) != 0) {
    return makeSystemError("create '" + name + "'");
  }
  chmod(name.c_str(), 0755);
  std::strcpy(folderName, name.c_str());
  std::strcat(std::strcpy(doomedName, name.c_str()), "-gone");
  watch();
  isActive = true;
  return std::string(name);
}

} // namespace tandem::bundle
