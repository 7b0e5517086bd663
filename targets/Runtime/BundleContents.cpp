//===- BundleContents.cpp - digests of a bundle's files -------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The members of BundleFolder that read whole files.
//
//===----------------------------------------------------------------------===//

#include <algorithm>
#include <fcntl.h>

#include "tandem/targets/Runtime/Blake3Tree.h"
#include "tandem/targets/Runtime/BundleFolder.h"
#include "tandem/targets/Runtime/Digest.h"
#include "tandem/targets/Runtime/DigestMemory.h"
#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/FileDescriptor.h"
#include "tandem/targets/Runtime/ThreadPool.h"

namespace tandem::runtime {

static constexpr uint64_t readChunkBytes = 256 << 10;

[[noreturn]] static void damaged(const std::string &what) {
  throw Failure(ExitCode::VerificationFailed, what);
}

static std::string wrongSize(const FileRecord &file, uint64_t bytes) {
  return "'" + file.path + "' has " + std::to_string(bytes) +
         " bytes, manifest.json says " + std::to_string(file.bytes);
}

static std::string wrongDigest(const FileRecord &file) {
  return "'" + file.path + "' does not have the digest in manifest.json";
}

/// Big ones first, or one thread works alone at the end.
std::vector<const FileRecord *> BundleFolder::filesBySize() const {
  std::vector<const FileRecord *> order;
  for (const FileRecord &file : contents.files) {
    order.push_back(&file);
  }
  std::sort(order.begin(), order.end(), [](const auto *a, const auto *b) {
    return a->bytes != b->bytes ? a->bytes > b->bytes : a->path < b->path;
  });
  return order;
}

/// Runs `task(i)` for each i below `count` on all threads; the first in order
/// that throws makes the bundle damaged.
template <class Task>
static void forEachChecked(ThreadPool &pool, uint64_t count, Task &&task) {
  std::vector<std::string> problems(count);
  pool.forEach(count, [&](uint64_t i) {
    try {
      task(i);
    } catch (const std::exception &error) {
      problems[i] = error.what();
    }
  });
  for (const std::string &problem : problems) {
    if (!problem.empty()) {
      damaged(problem);
    }
  }
}

namespace {
/// A file whose pieces are being read.
struct FileBeingRead {
  const FileRecord *record;
  Blake3Tree tree;
};
/// One of them, the work of a task.
struct Piece {
  FileBeingRead *file;
  uint64_t number;
};
} // namespace

static void hashPiece(const std::string &path, const Piece &piece) {
  thread_local std::vector<char> buffer(Blake3Tree::pieceBytes);
  Blake3Tree &tree = piece.file->tree;
  FileDescriptor input = FileDescriptor::open(path, O_RDONLY);
  const FileRecord &record = *piece.file->record;
  uint64_t wanted = tree.bytesOf(piece.number);
  if (input.size() != record.bytes ||
      input.readAt(piece.number * Blake3Tree::pieceBytes, buffer.data(),
                   wanted) != wanted) {
    damaged(wrongSize(record, input.size()));
  }
  tree.hash(piece.number, buffer.data());
}

/// Checks files together, so that threads share even a single big one.
static void checkBlake3(const BundleFolder &bundle, ThreadPool &pool,
                        const std::vector<const FileRecord *> &records) {
  std::vector<FileBeingRead> files;
  files.reserve(records.size());
  std::vector<Piece> pieces;
  for (const FileRecord *record : records) {
    files.push_back({record, Blake3Tree(record->bytes)});
    for (uint64_t i = 0; i < files.back().tree.pieceCount(); ++i) {
      pieces.push_back({&files.back(), i});
    }
  }
  forEachChecked(pool, pieces.size(), [&](uint64_t i) {
    hashPiece(bundle.locate(pieces[i].file->record->path), pieces[i]);
  });
  for (const FileBeingRead &file : files) {
    if (file.tree.finish() != file.record->blake3) {
      damaged(wrongDigest(*file.record));
    }
  }
}

void BundleFolder::checkFiles(ThreadPool &pool, bool readsAll) {
  if (filesAreChecked) {
    return;
  }
  DigestMemory memory(root, manifestDigest);
  std::vector<FileStamp> known;
  std::vector<std::pair<std::string, FileStamp>> fresh; // of weights, by path
  std::vector<const FileRecord *> records;
  for (const FileRecord *record : filesBySize()) {
    FileStamp stamp = FileStamp::of(locate(record->path));
    if (stamp.bytes != record->bytes) {
      damaged(wrongSize(*record, stamp.bytes));
    }
    bool isWeight = std::any_of(
        contents.weights.files.begin(), contents.weights.files.end(),
        [&](const WeightFile &file) { return file.path == record->path; });
    if (isWeight && !readsAll && memory.knows(stamp)) {
      known.push_back(stamp);
      continue;
    }
    records.push_back(record);
    if (isWeight) {
      fresh.emplace_back(locate(record->path), stamp);
    }
  }
  checkBlake3(*this, pool, records);
  for (const auto &[path, before] : fresh) {
    if (FileStamp::of(path).text() == before.text()) { // while it was read
      known.push_back(before);
    }
  }
  if (!fresh.empty()) {
    memory.replace(known);
  }
  filesAreChecked = true;
}

static void checkSha256Of(const BundleFolder &bundle, const FileRecord &file) {
  FileDescriptor input =
      FileDescriptor::open(bundle.locate(file.path), O_RDONLY);
  Sha256 hasher;
  std::string buffer(std::min(file.bytes + 1, readChunkBytes), '\0');
  while (size_t got = input.read(buffer.data(), buffer.size())) {
    hasher.update(buffer.data(), got);
  }
  if (hasher.finish() != file.sha256) {
    damaged(wrongDigest(file));
  }
}

void BundleFolder::checkSha256(ThreadPool &pool) const {
  std::vector<const FileRecord *> order = filesBySize();
  forEachChecked(pool, order.size(),
                 [&](uint64_t i) { checkSha256Of(*this, *order[i]); });
}

} // namespace tandem::runtime
