//===- tandem-runtime.h - the runtime for other programs --------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The stable C interface of libtandem-runtime.so. Structs start with their own
// size, which the caller sets; new members come at the end, and 0 in one that
// an older caller does not have means what it meant before. Functions that can
// fail return null or an error that the caller frees. A bundle is used by one
// thread at a time; several bundles are independent.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_RUNTIME_H
#define TANDEM_RUNTIME_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TANDEM_RUNTIME_API __attribute__((visibility("default")))

/// Raised when a struct or function changes meaning.
#define TANDEM_RUNTIME_ABI_VERSION 1

struct TandemThreads;                         ///< see PartAbi.h
typedef struct TandemError TandemError;       ///< why a call failed
typedef struct TandemBundle TandemBundle;     ///< an opened bundle
typedef struct TandemSequence TandemSequence; ///< a sequence with its cache

/// The version of the library, "0.1.0".
TANDEM_RUNTIME_API const char *tandem_runtime_version(void);

/// The code of an error, as the programs' exit codes: 2 usage, 3 input
/// rejected, 4 unsupported, 6 verification failed, 7 environment, 8 runtime
/// failure, 130 interrupted.
TANDEM_RUNTIME_API int32_t tandem_error_code(const TandemError *error);
/// The message of an error; lives as long as the error.
TANDEM_RUNTIME_API const char *tandem_error_message(const TandemError *error);
/// Frees an error; null is allowed.
TANDEM_RUNTIME_API void tandem_error_free(TandemError *error);

/// Gets pieces of a text.
typedef void (*TandemTextCallback)(void *context, const char *text,
                                   uint64_t bytes);

/// Opens the bundle at `path`: manifest.json and SHA256SUMS are checked.
TANDEM_RUNTIME_API TandemError *tandem_bundle_open(const char *path,
                                                   TandemBundle **bundle);
/// Frees a bundle after its sequences; null is allowed.
TANDEM_RUNTIME_API void tandem_bundle_free(TandemBundle *bundle);

/// How to load or verify a bundle.
typedef struct TandemLoadOptions {
  uint64_t size; ///< sizeof(TandemLoadOptions)
  /// Variant to use; null or "": the best for this CPU. "emulate" and
  /// "emulate-late" run kernels of another chip on this CPU, slowly.
  const char *cpu;
  uint32_t threads; ///< 0: as many as the process may use
  /// 1: load only the part that decodes; the caches of prompts come by
  /// tandem_sequence_import, or prompts run at that part.
  uint32_t decodeOnly;
  const struct TandemThreads *pool; ///< the caller's threads, or null
  /// 1: read every byte. 0: weights whose digest was right before and whose
  /// file has not changed since are not read again; all else is.
  uint32_t verifiesAll;
  uint64_t weightSeed; ///< of the weights that the next member asks for
  /// 1: make weights for a bundle that was compiled without (docs/bundle.md);
  /// needed for such a bundle, refused for others.
  uint32_t makesWeights;
} TandemLoadOptions;

/// Checks the digest of every file, then loads the code and maps the weights.
/// `options` may be null.
TANDEM_RUNTIME_API TandemError *
tandem_bundle_load(TandemBundle *bundle, const TandemLoadOptions *options);

/// The process that does the other phase of a sequence.
typedef struct TandemPeer {
  uint64_t size;    ///< sizeof(TandemPeer)
  int32_t socket;   ///< a connected Unix stream socket; the call closes it
  uint32_t leaseMs; ///< silence after which it counts as dead; 0: 10000
  /// Set to 1 by anyone to stop waiting for it, as interrupted; may be null.
  const volatile int32_t *cancel;
  /// Called on another thread when it dies while a step for it is running; may
  /// be null.
  void (*onLost)(void *context);
  void *context; ///< first argument of onLost and onDamage
  /// Called with what is wrong where a step is asked for a second time because
  /// its cache or logits arrived damaged; may be null. A step that is damaged
  /// twice fails.
  void (*onDamage)(void *context, const char *message);
} TandemPeer;

/// As tandem_bundle_load for the part that decodes; prefill runs in the process
/// at the other end, which calls tandem_bundle_serve_prefill for the same
/// bundle. Digests are compared before anything else; the cache passes through
/// shared memory without a name. A peer that dies, is silent or sends what it
/// should not makes the call that needs it fail with code 8.
TANDEM_RUNTIME_API TandemError *
tandem_bundle_load_decode(TandemBundle *bundle,
                          const TandemLoadOptions *options,
                          const TandemPeer *peer);

/// Loads the part that runs prefill and serves the process at the other end
/// until it leaves.
TANDEM_RUNTIME_API TandemError *
tandem_bundle_serve_prefill(TandemBundle *bundle,
                            const TandemLoadOptions *options,
                            const TandemPeer *peer);

/// Facts of a bundle. Texts and lists live as long as the bundle.
typedef struct TandemBundleInfo {
  uint64_t size; ///< sizeof(TandemBundleInfo)
  const char *name;
  uint64_t vocabulary;
  uint64_t capacity;         ///< tokens of a sequence
  const char *capacityCause; ///< what decided it
  // The following are 0 or null until the bundle is loaded.
  const char *variant; ///< of the code, for example "v3"
  uint64_t maxTokens;  ///< most tokens of one step
  uint64_t maxRows;    ///< most rows of one step
  const int32_t *stopTokens;
  uint64_t stopTokenCount;
  uint64_t isSplit; ///< 1: prefill and decode are two parts
} TandemBundleInfo;

/// Fills `info`, whose `size` the caller has set.
TANDEM_RUNTIME_API TandemError *tandem_bundle_info(const TandemBundle *bundle,
                                                   TandemBundleInfo *info);

/// Reports what is in the bundle, as a page or as JSON.
TANDEM_RUNTIME_API TandemError *tandem_bundle_inspect(TandemBundle *bundle,
                                                      int32_t asJson,
                                                      TandemTextCallback write,
                                                      void *context);

/// Checks all digests, the code and the golden vectors, and reports what was
/// established, as a page or as JSON.
TANDEM_RUNTIME_API TandemError *
tandem_bundle_verify(TandemBundle *bundle, const TandemLoadOptions *options,
                     int32_t asJson, TandemTextCallback write, void *context);

/// Makes an empty sequence of a loaded bundle.
TANDEM_RUNTIME_API TandemError *
tandem_sequence_create(TandemBundle *bundle, TandemSequence **sequence);
/// Frees a sequence; null is allowed. Its cache slot is used again.
TANDEM_RUNTIME_API void tandem_sequence_free(TandemSequence *sequence);
/// Tokens in the sequence.
TANDEM_RUNTIME_API uint64_t
tandem_sequence_length(const TandemSequence *sequence);
/// Forgets the tokens from `length` on.
TANDEM_RUNTIME_API void tandem_sequence_truncate(TandemSequence *sequence,
                                                 uint64_t length);

/// Cache that somebody else's prefill has made.
typedef struct TandemCachePiece {
  uint64_t size;        ///< sizeof(TandemCachePiece)
  const char *producer; ///< id of the part that made it
  const void *slot;     ///< a whole slot in that part's layout, of which only
                        ///< the layers and tokens below are read
  uint64_t slotBytes;   ///< its bytes, as manifest.contract.layouts has them
  uint64_t firstToken;  ///< tokens that the sequence has
  uint64_t tokenCount;  ///< tokens to append
  uint64_t firstLayer;  ///< layers come in order
  uint64_t layerCount;
} TandemCachePiece;

/// Appends tokens to a sequence of a bundle loaded with decodeOnly by their
/// cache, converted by the bundle's code: all layers at once or, while prefill
/// goes on, some at a time. The sequence is longer when the last layer is in.
TANDEM_RUNTIME_API TandemError *
tandem_sequence_import(TandemSequence *sequence, const TandemCachePiece *piece);

/// New tokens of one sequence.
typedef struct TandemRow {
  TandemSequence *sequence;
  const int32_t *tokens;
  uint64_t tokenCount;
} TandemRow;

/// Runs one step. `*logits` gets fp32 [rows, vocabulary], the last token of
/// each row or, with `everyToken`, all tokens row after row; valid until the
/// next step of the bundle.
TANDEM_RUNTIME_API TandemError *
tandem_step(TandemBundle *bundle, const TandemRow *rows, uint64_t rowCount,
            int32_t everyToken, const float **logits, uint64_t *logitRowCount);

/// How to draw tokens; as the members of TandemGenerateOptions.
typedef struct TandemSampling {
  uint64_t size; ///< sizeof(TandemSampling)
  double temperature;
  double topP;
  uint64_t topK;
  uint64_t seed;
} TandemSampling;

typedef struct TandemSampler TandemSampler; ///< chooses one token after another

/// Makes a sampler for callers with a loop of their own around tandem_step: it
/// chooses as tandem_generate does with the same numbers.
TANDEM_RUNTIME_API TandemError *
tandem_sampler_create(const TandemSampling *sampling, TandemSampler **sampler);
/// Frees a sampler; null is allowed.
TANDEM_RUNTIME_API void tandem_sampler_free(TandemSampler *sampler);
/// Chooses a token by a row of logits, `vocabulary` wide.
TANDEM_RUNTIME_API TandemError *tandem_sampler_choose(TandemSampler *sampler,
                                                      const float *logits,
                                                      uint64_t vocabulary,
                                                      int32_t *token);

/// What to generate, in tokens or in words: see the text functions below.
typedef struct TandemGenerateOptions {
  uint64_t size; ///< sizeof(TandemGenerateOptions)
  const int32_t *prompt;
  uint64_t promptCount;
  uint64_t newTokens;  ///< most tokens to generate
  int32_t ignoreStops; ///< 1: go on after a stop token
  int32_t everyLogits; ///< 1: onLogits also gets the prompt's rows
  /// Gets each token as it is chosen; may be null.
  void (*onToken)(void *context, int32_t token);
  /// Gets the rows of logits in order; may be null.
  void (*onLogits)(void *context, const float *logits, uint64_t rowCount);
  void *context; ///< first argument of both
  /// Set to 1 by anyone, a signal handler included, to end between two steps;
  /// may be null.
  const volatile int32_t *cancel;
  /// 0: the largest logit, of equal ones the first. Else logits are divided by
  /// it and a token is drawn by its probability.
  double temperature;
  double topP;   ///< draw from the likeliest that reach this sum; 0 or 1: all
  uint64_t topK; ///< draw from this many likeliest; 0: all
  uint64_t seed; ///< the same seed draws the same tokens
  /// Gets the text as it comes, UTF-8 in whole characters, without special
  /// tokens, the stop token and the stop text; may be null.
  void (*onText)(void *context, const char *text, uint64_t bytes);
  /// Texts that end the generation; what may begin one is held back.
  const char *const *stopTexts;
  uint64_t stopTextCount;
} TandemGenerateOptions;

/// Why a generation ended.
enum {
  TANDEM_END_LENGTH = 0,     ///< newTokens are there
  TANDEM_END_STOP_TOKEN = 1, ///< the last token is a stop token
  TANDEM_END_STOP_TEXT = 2   ///< a stop text was generated
};

/// What came of it.
typedef struct TandemGenerateResult {
  uint64_t size; ///< sizeof(TandemGenerateResult)
  uint64_t tokenCount;
  double firstTokenSeconds; ///< from the call to the first token
  double laterTokenSeconds; ///< from the first token to the last
  uint64_t convertedBytes;  ///< of cache, from one part's layout to another's
  uint32_t endedBy;         ///< TANDEM_END_...
  double deviceSeconds;     ///< that chips with a driver worked; 0: none did
} TandemGenerateResult;

/// Checks that prompt and new tokens fit this bundle, which need not be loaded.
TANDEM_RUNTIME_API TandemError *
tandem_generate_check(const TandemBundle *bundle,
                      const TandemGenerateOptions *options);

/// Generates after what `sequence` holds. Cancelled: an error with code 130,
/// the tokens so far having been told.
TANDEM_RUNTIME_API TandemError *
tandem_generate(TandemSequence *sequence, const TandemGenerateOptions *options,
                TandemGenerateResult *result);

// Text. The bundle's tokenizer and chat template are read when first needed,
// which needs no loaded bundle. A component that this library lacks is an error
// with code 4 that names it, a malformed file one with code 3.

/// Gets token ids, all in one call.
typedef void (*TandemTokensCallback)(void *context, const int32_t *tokens,
                                     uint64_t count);

/// A tokenizer; any number of threads may use it at a time.
typedef struct TandemTokenizer TandemTokenizer;

/// Takes the one of a bundle, which need not outlive it.
TANDEM_RUNTIME_API TandemError *
tandem_tokenizer_of_bundle(TandemBundle *bundle, TandemTokenizer **tokenizer);
/// Reads the text of a tokenizer.json.
TANDEM_RUNTIME_API TandemError *
tandem_tokenizer_parse(const char *json, uint64_t bytes,
                       TandemTokenizer **tokenizer);
/// Frees a tokenizer; null is allowed.
TANDEM_RUNTIME_API void tandem_tokenizer_free(TandemTokenizer *tokenizer);

/// How to encode a text; flags of tandem_tokenizer_encode.
enum {
  TANDEM_ENCODE_ADD_SPECIALS = 1, ///< those that the tokenizer puts around it
  TANDEM_ENCODE_PLAIN = 2         ///< a special token's spelling is only text
};

/// Makes token ids of UTF-8 text.
TANDEM_RUNTIME_API TandemError *
tandem_tokenizer_encode(const TandemTokenizer *tokenizer, const char *text,
                        uint64_t bytes, uint32_t flags,
                        TandemTokensCallback write, void *context);
/// Makes text of token ids as they come: calls `write` for each token with the
/// characters that are complete with it, perhaps none, and then with the rest.
TANDEM_RUNTIME_API TandemError *
tandem_tokenizer_decode(const TandemTokenizer *tokenizer, const int32_t *tokens,
                        uint64_t count, int32_t skipSpecials,
                        TandemTextCallback write, void *context);

typedef struct TandemDetokenizer TandemDetokenizer; ///< text as tokens come

/// Makes a detokenizer that leaves special tokens out; it may outlive the
/// tokenizer.
TANDEM_RUNTIME_API TandemError *
tandem_detokenizer_create(const TandemTokenizer *tokenizer,
                          TandemDetokenizer **detokenizer);
/// Frees a detokenizer; null is allowed.
TANDEM_RUNTIME_API void tandem_detokenizer_free(TandemDetokenizer *detokenizer);
/// Adds a text, UTF-8, that ends what is written, before the text's first
/// token: the one of them that is complete first, and what may begin one is
/// held back.
TANDEM_RUNTIME_API TandemError *
tandem_detokenizer_stop_at(TandemDetokenizer *detokenizer, const char *text,
                           uint64_t bytes);
/// Adds a token and writes the characters that are complete with it, if any.
TANDEM_RUNTIME_API TandemError *
tandem_detokenizer_push(TandemDetokenizer *detokenizer, int32_t token,
                        TandemTextCallback write, void *context);
/// 1: a stop text has come; further tokens of this text write nothing.
TANDEM_RUNTIME_API int32_t
tandem_detokenizer_has_stopped(const TandemDetokenizer *detokenizer);
/// Writes what is left, if anything; the next token starts a new text, with the
/// same stop texts.
TANDEM_RUNTIME_API TandemError *
tandem_detokenizer_finish(TandemDetokenizer *detokenizer,
                          TandemTextCallback write, void *context);

/// Renders the bundle's chat template with `variables`, a JSON object: messages
/// ([{"role", "content"}]) and what else the template reads. bos_token and
/// eos_token come from the bundle and add_generation_prompt is true where the
/// object has none. Encode the text without TANDEM_ENCODE_ADD_SPECIALS.
TANDEM_RUNTIME_API TandemError *
tandem_chat_render(TandemBundle *bundle, const char *variables, uint64_t bytes,
                   TandemTextCallback write, void *context);

/// What to render.
typedef struct TandemRenderOptions {
  uint64_t size;         ///< sizeof(TandemRenderOptions)
  const char *source;    ///< the template, Jinja in UTF-8
  uint64_t sourceBytes;  ///< of it
  const char *variables; ///< a JSON object, as for tandem_chat_render
  uint64_t variablesBytes;
  const char *date; ///< "2024-07-26", what the template sees as now; null: now
} TandemRenderOptions;

/// Renders any chat template, with nothing but the variables that are given.
TANDEM_RUNTIME_API TandemError *
tandem_template_render(const TandemRenderOptions *options,
                       TandemTextCallback write, void *context);

/// A pass over memory that does nothing but read.
typedef struct TandemReading {
  uint64_t size; ///< sizeof(TandemReading)
  /// 0: the weights that a step reads whole, where they are mapped. 1: as many
  /// bytes, 512 MiB at most, of memory of our own in large pages.
  uint32_t ofMemory;
  uint64_t bytes; ///< read in the pass
  double seconds;
  uint64_t cacheBytesPerToken; ///< that a step reads beside the weights
} TandemReading;

/// Reads the weights of the loaded part that decodes, once and on its threads:
/// no decode step can be faster. Fills what follows `ofMemory`.
TANDEM_RUNTIME_API TandemError *
tandem_bundle_read_weights(TandemBundle *bundle, TandemReading *reading);

#ifdef __cplusplus
} // extern "C"
#endif

#endif // TANDEM_RUNTIME_H
