//===- CInterface.cpp - the runtime for other programs --------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <cstddef>

#include "tandem/targets/Runtime/Generation.h"
#include "tandem/targets/Runtime/Handles.h"
#include "tandem/targets/Runtime/Handoff/PrefillServer.h"
#include "tandem/targets/Runtime/Inspection.h"
#include "tandem/targets/Runtime/TextStream.h"
#include "tandem/targets/Runtime/Verification.h"

using namespace tandem::runtime;

// Bytes of the structs of the oldest callers, which later members follow.
static constexpr size_t leastLoadOptions =
    offsetof(TandemLoadOptions, verifiesAll);
static constexpr size_t leastGenerateOptions =
    offsetof(TandemGenerateOptions, temperature);
static constexpr size_t leastGenerateResult =
    offsetof(TandemGenerateResult, endedBy);

static LoadOptions toLoadOptions(const TandemLoadOptions *given) {
  LoadOptions result;
  if (given) {
    TandemLoadOptions options = readStruct(given, leastLoadOptions);
    result.cpu = options.cpu ? options.cpu : "";
    result.threads = options.threads;
    result.pool = options.pool;
    result.isDecodeOnly = options.decodeOnly;
    result.readsAll = options.verifiesAll;
    if (options.makesWeights) {
      result.randomWeights = options.weightSeed;
    }
  }
  return result;
}

const char *tandem_runtime_version(void) { return TANDEM_VERSION; }

int32_t tandem_error_code(const TandemError *error) {
  return static_cast<int32_t>(error->code);
}

const char *tandem_error_message(const TandemError *error) {
  return error->message.c_str();
}

void tandem_error_free(TandemError *error) { delete error; }

TandemError *tandem_bundle_open(const char *path, TandemBundle **bundle) {
  return guard([&] { *bundle = new TandemBundle(path); });
}

void tandem_bundle_free(TandemBundle *bundle) { delete bundle; }

TandemError *tandem_bundle_load(TandemBundle *bundle,
                                const TandemLoadOptions *options) {
  return guard([&] {
    if (bundle->engine) {
      throw Failure(ExitCode::Usage, "the bundle is loaded already");
    }
    bundle->engine =
        std::make_unique<Engine>(bundle->folder, toLoadOptions(options));
  });
}

static PeerOptions toPeerOptions(const TandemPeer *given) {
  TandemPeer peer = readStruct(given, offsetof(TandemPeer, onDamage));
  PeerOptions result;
  result.socket = std::make_unique<Socket>(peer.socket);
  result.leaseMs = peer.leaseMs ? peer.leaseMs : result.leaseMs;
  if (const volatile int32_t *cancel = peer.cancel) {
    result.isCancelled = [cancel] { return *cancel != 0; };
  }
  if (peer.onDamage) {
    result.onDamage = [damage = peer.onDamage,
                       context = peer.context](const std::string &message) {
      damage(context, message.c_str());
    };
  }
  if (peer.onLost) {
    result.onLost = [lost = peer.onLost, context = peer.context] {
      lost(context);
    };
  }
  return result;
}

TandemError *tandem_bundle_load_decode(TandemBundle *bundle,
                                       const TandemLoadOptions *options,
                                       const TandemPeer *peer) {
  return guard([&] {
    if (bundle->engine) {
      throw Failure(ExitCode::Usage, "the bundle is loaded already");
    }
    PeerOptions peerOptions = toPeerOptions(peer);
    LoadOptions loadOptions = toLoadOptions(options);
    loadOptions.peer = &peerOptions;
    bundle->engine = std::make_unique<Engine>(bundle->folder, loadOptions);
  });
}

TandemError *tandem_bundle_serve_prefill(TandemBundle *bundle,
                                         const TandemLoadOptions *options,
                                         const TandemPeer *peer) {
  return guard([&] {
    servePrefill(bundle->folder, toLoadOptions(options), toPeerOptions(peer));
  });
}

TandemError *tandem_bundle_info(const TandemBundle *bundle,
                                TandemBundleInfo *info) {
  return guard([&] {
    TandemBundleInfo facts = {};
    const Manifest &manifest = bundle->folder.manifest();
    facts.name = manifest.name.c_str();
    facts.vocabulary = manifest.model.vocabulary;
    facts.capacity = manifest.capacity.tokens;
    facts.capacityCause = manifest.capacity.cause.c_str();
    facts.isSplit = runsInTwoParts(manifest);
    if (const Engine *engine = bundle->engine.get()) {
      facts.variant = engine->variantName().c_str();
      facts.maxTokens = engine->maxTokens();
      facts.maxRows = engine->maxRows();
      facts.stopTokens = engine->stopTokens().data();
      facts.stopTokenCount = engine->stopTokens().size();
    }
    writeStruct(info, facts);
  });
}

TandemError *tandem_bundle_inspect(TandemBundle *bundle, int32_t asJson,
                                   TandemTextCallback write, void *context) {
  return guard([&] {
    std::string text =
        asJson ? inspectAsJson(bundle->folder) : inspectAsText(bundle->folder);
    write(context, text.data(), text.size());
  });
}

TandemError *tandem_bundle_verify(TandemBundle *bundle,
                                  const TandemLoadOptions *options,
                                  int32_t asJson, TandemTextCallback write,
                                  void *context) {
  return guard([&] {
    auto results = verifyBundle(bundle->folder, toLoadOptions(options));
    std::string text = asJson ? checksAsJson(results) : checksAsText(results);
    write(context, text.data(), text.size());
  });
}

TandemError *tandem_sequence_create(TandemBundle *bundle,
                                    TandemSequence **sequence) {
  return guard([&] { *sequence = new TandemSequence(*bundle); });
}

void tandem_sequence_free(TandemSequence *sequence) { delete sequence; }

uint64_t tandem_sequence_length(const TandemSequence *sequence) {
  return sequence->sequence.length();
}

void tandem_sequence_truncate(TandemSequence *sequence, uint64_t length) {
  sequence->sequence.truncate(length);
}

TandemError *tandem_sequence_import(TandemSequence *sequence,
                                    const TandemCachePiece *piece) {
  return guard([&] {
    requireSize(piece);
    if (!piece->producer || !piece->slot) {
      throw Failure(ExitCode::Usage, "the cache's producer or slot is null");
    }
    CachePiece request;
    request.producer = piece->producer;
    request.slot = static_cast<const char *>(piece->slot);
    request.slotBytes = piece->slotBytes;
    request.range = {piece->firstLayer, piece->layerCount, piece->firstToken,
                     piece->tokenCount};
    sequence->bundle.loaded().importCache(sequence->sequence, request);
  });
}

TandemError *tandem_step(TandemBundle *bundle, const TandemRow *rows,
                         uint64_t rowCount, int32_t everyToken,
                         const float **logits, uint64_t *logitRowCount) {
  return guard([&] {
    std::vector<StepRow> stepRows;
    for (uint64_t i = 0; i < rowCount; ++i) {
      stepRows.push_back(
          {&rows[i].sequence->sequence, {rows[i].tokens, rows[i].tokenCount}});
    }
    Engine &engine = bundle->loaded();
    auto values = engine.step(stepRows, everyToken ? LogitsOf::EveryToken
                                                   : LogitsOf::LastToken);
    *logits = values.data();
    *logitRowCount = values.size() / engine.vocabulary();
  });
}

TandemError *tandem_generate_check(const TandemBundle *bundle,
                                   const TandemGenerateOptions *options) {
  return guard([&] {
    TandemGenerateOptions given = readStruct(options, leastGenerateOptions);
    checkRequest(bundle->folder.manifest(), {given.prompt, given.promptCount},
                 given.newTokens);
    samplerOf(given);
  });
}

/// The text of a generation, or null where nobody asks for it.
static std::unique_ptr<TextStream>
makeTextStream(const TandemGenerateOptions &options, BundleText &text) {
  std::vector<std::string> stops(options.stopTexts,
                                 options.stopTexts + options.stopTextCount);
  if (!options.onText && stops.empty()) {
    return nullptr;
  }
  return std::make_unique<TextStream>(text.tokenizer(), std::move(stops));
}

static uint32_t toEnd(StopReason reason) {
  return reason == StopReason::StopToken   ? TANDEM_END_STOP_TOKEN
         : reason == StopReason::LastToken ? TANDEM_END_STOP_TEXT
                                           : TANDEM_END_LENGTH;
}

static GenerationRequest toRequest(const TandemGenerateOptions &options,
                                   const Engine &engine) {
  GenerationRequest request;
  request.prompt = {options.prompt, options.promptCount};
  request.newTokens = options.newTokens;
  if (!options.ignoreStops) {
    request.stopTokens = engine.stopTokens();
  }
  request.logitsOf =
      options.everyLogits ? LogitsOf::EveryToken : LogitsOf::LastToken;
  if (options.onToken) {
    request.onToken = [&](int32_t token) {
      options.onToken(options.context, token);
    };
  }
  if (options.onLogits) {
    request.onLogits = [&](std::span<const float> logits) {
      options.onLogits(options.context, logits.data(),
                       logits.size() / engine.vocabulary());
    };
  }
  if (options.cancel) {
    request.isCancelled = [&] { return *options.cancel != 0; };
  }
  return request;
}

TandemError *tandem_generate(TandemSequence *sequence,
                             const TandemGenerateOptions *given,
                             TandemGenerateResult *result) {
  return guard([&] {
    TandemGenerateOptions options = readStruct(given, leastGenerateOptions);
    requireSize(result, leastGenerateResult);
    Engine &engine = sequence->bundle.loaded();
    std::unique_ptr<Sampler> sampler = samplerOf(options);
    uint64_t before = engine.convertedBytes();
    double deviceBefore = engine.deviceSeconds();
    GenerationRequest request = toRequest(options, engine);
    auto text = makeTextStream(options, sequence->bundle.text);
    if (text) {
      request.isLast = [&](int32_t token) {
        giveText(text->push(token), options.onText, options.context);
        return text->hasStopped();
      };
    }
    Generation done = generate(engine, sequence->sequence, *sampler, request);
    if (text) {
      giveText(text->finish(), options.onText, options.context);
    }
    TandemGenerateResult facts = {};
    facts.tokenCount = done.tokens.size();
    facts.firstTokenSeconds = done.firstTokenSeconds;
    facts.laterTokenSeconds = done.laterTokenSeconds;
    facts.convertedBytes = engine.convertedBytes() - before;
    facts.endedBy = toEnd(done.reason);
    facts.deviceSeconds = engine.deviceSeconds() - deviceBefore;
    writeStruct(result, facts, leastGenerateResult);
    if (done.reason == StopReason::Cancelled) {
      throw Failure(ExitCode::Interrupted, "interrupted");
    }
  });
}

TandemError *tandem_bundle_read_weights(TandemBundle *bundle,
                                        TandemReading *reading) {
  return guard([&] {
    TandemReading facts = readStruct(reading);
    Engine &engine = bundle->loaded();
    Engine::Reading read =
        facts.ofMemory ? engine.readMemory() : engine.readWeights();
    facts.bytes = read.bytes;
    facts.seconds = read.seconds;
    facts.cacheBytesPerToken = engine.cacheBytesPerToken();
    writeStruct(reading, facts);
  });
}
