//===- CompiledPart.cpp - a part compiled for a test ------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompiledPart.h"

#include "KernelLibrary.h"

#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/targets/X86/Emit/Object.h"

#include "mlir/Parser/Parser.h"
#include "llvm/Support/FileSystem.h"

#include <atomic>
#include <cmath>
#include <cstring>
#include <dlfcn.h>
#include <thread>

using namespace mlir;
using namespace tandem;
using namespace tandem::x86;

namespace tandem::x86 {
std::unique_ptr<Target> createTarget();
} // namespace tandem::x86

namespace {

struct MemorySink final : ArtifactSink {
  explicit MemorySink(std::map<std::string, std::string> &files)
      : files(files) {}
  LogicalResult addFile(StringRef path, StringRef contents) override {
    files[path.str()] = contents.str();
    return success();
  }
  std::map<std::string, std::string> &files;
};

} // namespace

static void *allocate(size_t bytes) {
  return std::aligned_alloc(64, (bytes + 63) / 64 * 64);
}

/// Values of a weight: small ones, a rotary table where the slot says so.
static std::vector<float> valuesOf(deploy::SlotAttr slot, unsigned seed) {
  ShapedType type = slot.getType();
  if (auto dense = dyn_cast<DenseFPElementsAttr>(slot.getSource())) {
    auto values = dense.getValues<float>();
    return {values.begin(), values.end()};
  }
  auto rotary = dyn_cast<deploy::RotaryAttr>(slot.getSource());
  if (!rotary) {
    return randomValues(type.getNumElements(), 0.3, seed);
  }
  std::vector<float> table;
  for (int64_t p = 0; p < type.getDimSize(0); ++p) {
    for (float f : rotary.getFrequencies().getValues<float>()) {
      table.push_back(rotary.getFunction() == "cos" ? std::cos(p * f)
                                                    : std::sin(p * f));
    }
  }
  return table;
}

CompiledPart::CompiledPart(const std::string &text, int64_t capacity)
    : capacity(capacity) {
  std::unique_ptr<Target> target = createTarget();
  DialectRegistry registry;
  registry.insert<deploy::DeployDialect, onnx::OnnxDialect,
                  transformer::TransformerDialect>();
  target->registerDialects(registry);
  context.appendDialectRegistry(registry);
  context.loadAllAvailableDialects();
  module = parseSourceString<ModuleOp>(text, &context);
  op = *module->getOps<deploy::PartOp>().begin();
  MemorySink sink(files);
  EmitOptions options;
  options.capacityTokens = capacity;
  options.keepIr = true;
  options.jobs = 2;
  if (failed(target->checkSupported(op))) {
    llvm::report_fatal_error("the part is not supported");
  }
  result = *target->emit(op, sink, options);
  packWeights(*target);
  load();
}

void CompiledPart::packWeights(const Target &target) {
  PackingPlan plan = target.planPacking(op);
  for (auto [index, weight] : llvm::enumerate(plan)) {
    deploy::SlotAttr slot = op.getSlot(index);
    int64_t same = weight.sameAs;
    // Equal sources have equal values.
    for (size_t i = 0; i < index && same < 0; ++i) {
      if (op.getSlot(i).getSource() == slot.getSource()) {
        same = i;
      }
    }
    sources.push_back(same >= 0 ? sources[same] : valuesOf(slot, index + 7));
    if (weight.sameAs >= 0) {
      packed.push_back(packed[weight.sameAs]);
      continue;
    }
    char *place = static_cast<char *>(allocate(weight.bytes));
    packed.push_back(place);
    int64_t written = 0;
    ArrayRef<char> payload(
        reinterpret_cast<const char *>(sources.back().data()),
        sources.back().size() * sizeof(float));
    target.pack(slot, weight, payload, [&](ArrayRef<char> piece) {
      std::memcpy(place + written, piece.data(), piece.size());
      written += piece.size();
    });
    if (written != weight.bytes) {
      llvm::report_fatal_error("packed size differs from the plan");
    }
  }
}

void CompiledPart::load() {
  for (const ArtifactVariant &variant : llvm::reverse(result.variants)) {
    if (!canRun(*findVariant(variant.name))) {
      continue;
    }
    SmallString<128> path;
    int file;
    llvm::sys::fs::createTemporaryFile("tandem-part", "so", file, path);
    llvm::raw_fd_ostream(file, /*shouldClose=*/true) << files[variant.file];
    void *handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    llvm::sys::fs::remove(path);
    auto query =
        reinterpret_cast<TandemPartQuery>(dlsym(handle, querySymbol.data()));
    loaded = query(TANDEM_PART_ABI_VERSION);
    return;
  }
}

std::vector<Numbers> CompiledPart::weights() const {
  std::vector<Numbers> numbers;
  for (const std::vector<float> &source : sources) {
    numbers.emplace_back(source.begin(), source.end());
  }
  return numbers;
}

void *CompiledPart::slot(int64_t index) {
  void *&place = slots[index];
  if (!place) {
    place = allocate(result.requirements.slotBytes);
    // Whatever a slot held before must not matter.
    std::memset(place, 0xff, result.requirements.slotBytes);
  }
  return place;
}

/// Runs tasks on as many threads as `pool` says, the last task first.
static void runParallel(void *pool, TandemTask task, void *taskContext,
                        uint64_t count) {
  std::atomic<uint64_t> next = 0;
  auto work = [&] {
    for (uint64_t i; (i = next++) < count;) {
      task(taskContext, count - 1 - i);
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < *static_cast<unsigned *>(pool); ++i) {
    threads.emplace_back(work);
  }
  work();
  for (std::thread &thread : threads) {
    thread.join();
  }
}

std::vector<char> CompiledPart::slotBytes(int64_t index) {
  const char *bytes = static_cast<const char *>(slot(index));
  return {bytes, bytes + result.requirements.slotBytes};
}

std::vector<float> CompiledPart::run(unsigned entry,
                                     const std::vector<RowStep> &rows, bool all,
                                     unsigned threads) {
  std::vector<int32_t> tokens, counts, starts;
  std::vector<void *> rowSlots;
  for (const RowStep &row : rows) {
    tokens.insert(tokens.end(), row.tokens.begin(), row.tokens.end());
    counts.push_back(row.tokens.size());
    starts.push_back(row.start);
    rowSlots.push_back(slot(row.slot));
  }
  const PartRequirements &needs = result.requirements;
  size_t arenaBytes = needs.arenaFixedBytes +
                      needs.arenaBytesPerToken * tokens.size() +
                      needs.arenaBytesPerRow * rows.size();
  // A guard behind the arena: the part stays within what it asked for.
  std::vector<char> guard(4096, char(0xa5));
  char *arena = static_cast<char *>(allocate(arenaBytes + guard.size()));
  std::memset(arena, 0xff, arenaBytes);
  std::memcpy(arena + arenaBytes, guard.data(), guard.size());
  std::vector<float> logits((all ? tokens.size() : rows.size()) * vocabulary,
                            NAN);
  TandemThreads table{sizeof(TandemThreads), &threads, runParallel};
  TandemStep step{sizeof(TandemStep),
                  packed.data(),
                  &table,
                  arena,
                  rowSlots.data(),
                  tokens.data(),
                  counts.data(),
                  starts.data(),
                  rows.size(),
                  tokens.size(),
                  static_cast<uint64_t>(capacity),
                  all,
                  logits.data(),
                  nullptr,
                  nullptr,
                  nullptr};
  layersDone.clear();
  auto layerDone = [&](uint64_t layer) {
    layersDone.emplace_back(layer, slotBytes(rows.front().slot));
  };
  step.layerDone = [](void *context, uint64_t layer) {
    (*static_cast<decltype(layerDone) *>(context))(layer);
  };
  step.layerContext = &layerDone;
  if (loaded->entries[entry](&step) != TANDEM_STEP_OK ||
      std::memcmp(arena + arenaBytes, guard.data(), guard.size()) != 0) {
    llvm::report_fatal_error("the step failed or left its arena");
  }
  std::free(arena);
  return logits;
}
