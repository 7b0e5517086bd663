//===- PrefillServer.cpp - the process that runs prefill ------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Handoff/PrefillServer.h"

#include <algorithm>
#include <unistd.h>

#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/Handoff/Handshake.h"

namespace tandem::runtime {
namespace {

[[noreturn]] void refuse(const std::string &what) {
  throw Failure(ExitCode::RuntimeFailure, "the peer sent " + what);
}

/// One peer's memory and steps.
class PrefillServer {
public:
  PrefillServer(const BundleFolder &bundle, const PartRecord &record,
                const HandoffRecord &handoff, const LoadOptions &load,
                const TandemThreads *threads, PeerOptions options)
      : manifest(bundle.manifest()),
        runner(bundle, record, load.cpu, {load.randomWeights, threads}),
        conversion(bundle, handoff), partId(record.id),
        channel(std::move(options), "the process that decodes") {}

  void run() {
    shakeHands(channel, manifest, partId);
    try {
      while (serve(channel.receive())) {
      }
    } catch (const Failure &failure) {
      tell(failure);
      throw;
    }
  }

private:
  void tell(const Failure &failure) {
    try {
      channel.send(Failed{failure.what()});
    } catch (const Failure &) {
      // Nobody is there to be told.
    }
  }

  /// False when the peer leaves.
  bool serve(Frame frame) {
    switch (frame.kind) {
    case MessageKind::Lend:
      borrow(frame.as<Lend>(), frame.descriptor);
      return true;
    case MessageKind::Leave:
      return false;
    default:
      prefill(frame.as<Prefill>());
      return true;
    }
  }

  void borrow(const Lend &lend, int descriptor) {
    if (lend.lease != memory.size() || lend.lease > maximumLeases) {
      refuse("a 'lend' whose lease is " + std::to_string(lend.lease) +
             ", expected " + std::to_string(memory.size()));
    }
    uint64_t rows = std::max(runner.maxTokens(), runner.maxRows());
    uint64_t expected = lend.lease == 0
                            ? rows * manifest.model.vocabulary * sizeof(float)
                            : runner.slotBytes();
    if (lend.bytes != expected) {
      refuse("a 'lend' whose bytes are " + std::to_string(lend.bytes) +
             ", expected " + std::to_string(expected));
    }
    if (descriptor < 0) {
      refuse("a 'lend' without memory");
    }
    try {
      memory.push_back(Mapping::borrowed(descriptor, expected));
    } catch (...) {
      close(descriptor);
      throw;
    }
    close(descriptor);
  }

  /// Checks a step as a stranger's and lists its rows.
  std::vector<RunnerRow> rowsOf(const Prefill &step) const {
    size_t rows = step.counts.size();
    if (rows == 0 || rows > runner.maxRows() || step.leases.size() != rows ||
        step.starts.size() != rows || step.tokens.size() > runner.maxTokens()) {
      refuse("a 'prefill' of " + std::to_string(rows) + " rows and " +
             std::to_string(step.tokens.size()) + " tokens, expected 1 to " +
             std::to_string(runner.maxRows()) + " rows and at most " +
             std::to_string(runner.maxTokens()) + " tokens");
    }
    std::vector<RunnerRow> result;
    std::span<const int32_t> rest = step.tokens;
    for (size_t i = 0; i < rows; ++i) {
      int64_t lease = step.leases[i], start = step.starts[i],
              count = step.counts[i];
      auto bad = [&](const char *field, int64_t value) {
        refuse("a 'prefill' whose row " + std::to_string(i) + " has " + field +
               " " + std::to_string(value));
      };
      if (lease < 1 || static_cast<size_t>(lease) >= memory.size() ||
          std::count(step.leases.begin(), step.leases.begin() + i, lease)) {
        bad("lease", lease);
      }
      if (count < 1 || static_cast<size_t>(count) > rest.size()) {
        bad("token count", count);
      }
      if (start < 0 ||
          start > static_cast<int64_t>(manifest.capacity.tokens) - count) {
        bad("first token", start);
      }
      result.push_back({memory[lease].data(), rest.first(count),
                        static_cast<uint64_t>(start)});
      rest = rest.subspan(count);
    }
    if (!rest.empty()) {
      refuse("a 'prefill' with " + std::to_string(rest.size()) +
             " tokens too many");
    }
    for (int32_t token : step.tokens) {
      if (token < 0 ||
          static_cast<uint64_t>(token) >= manifest.model.vocabulary) {
        refuse("a 'prefill' with the token " + std::to_string(token));
      }
    }
    return result;
  }

  void prefill(const Prefill &step) {
    std::vector<RunnerRow> rows = rowsOf(step);
    LogitsOf logitsOf =
        step.everyLogits ? LogitsOf::EveryToken : LogitsOf::LastToken;
    auto *logits = reinterpret_cast<float *>(memory[0].data());
    std::exception_ptr failure; // none may pass the part's code
    auto layerDone = [&](uint64_t layer) {
      for (size_t i = 0; i < rows.size() && !failure; ++i) {
        try {
          sendLayer(step.step, i, rows[i], layer);
        } catch (...) {
          failure = std::current_exception();
        }
      }
    };
    channel.setBusy(true);
    runner.run({Phase::Prefill, rows, logitsOf, logits, layerDone});
    channel.setBusy(false);
    if (failure) {
      std::rethrow_exception(failure);
    }
    uint64_t logitRows = step.everyLogits ? step.tokens.size() : rows.size();
    channel.send(
        Done{step.step, logitRows,
             checksumOf(logits, logitRows * manifest.model.vocabulary)});
  }

  void sendLayer(uint64_t step, uint64_t row, const RunnerRow &work,
                 uint64_t layer) {
    CacheRange range{layer, 1, work.start, work.tokens.size()};
    channel.send(Layer{step, row, layer, range.firstToken, range.tokenCount,
                       conversion.bytesOf(range),
                       conversion.checksum(range, work.slot)});
  }

  static constexpr uint64_t maximumLeases = 1 << 16;

  const Manifest &manifest;
  PartRunner runner;
  HandoffLibrary conversion;
  std::string partId;
  std::vector<Mapping> memory; ///< by lease; 0: logits
  Channel channel;
};

} // namespace

void servePrefill(BundleFolder &bundle, const LoadOptions &load,
                  PeerOptions options) {
  checkSeed(bundle.manifest(), load);
  ThreadPool pool(load.threads ? load.threads : allowedCpuCount());
  bundle.checkFiles(pool, load.readsAll);
  PhaseParts parts = findPhaseParts(bundle.manifest());
  const HandoffRecord &handoff =
      findHandoff(bundle.manifest(), parts.prefill.id, parts.decode.id);
  PrefillServer(bundle, parts.prefill, handoff, load,
                load.pool ? load.pool : pool.table(), std::move(options))
      .run();
}

} // namespace tandem::runtime
