//===- PartDescription.cpp - part.json and golden.json --------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/PartDescription.h"

#include "tandem/targets/Runtime/ManifestRecords.h"
#include "tandem/targets/Runtime/PartAbi.h"

namespace tandem::runtime {

template <class Visitor> void describe(Visitor &visit, ArenaSize &record) {
  visit("fixed_bytes", record.fixedBytes, "for any step");
  visit("bytes_per_token", record.bytesPerToken, "for each token of the step");
  visit("bytes_per_row", record.bytesPerRow, "for each row of the step");
}

template <class Visitor> void describe(Visitor &visit, SeededValues &record) {
  visit("first", record.first, "the least");
  visit("step", record.step, "from one to the next");
  visit("bits", record.bits, "2^bits of them, all equally likely");
}

template <class Visitor> void describe(Visitor &visit, SeededLoop &record) {
  visit("count", record.count, "turns");
  visit("bits", record.bits, "from a place to the next");
  visit("row", record.row, "rows of the source from an element to the next");
  visit("column", record.column, "columns of it");
}

template <class Visitor> void describe(Visitor &visit, SeededField &record) {
  visit("tensor", record.tensor,
        "what the numbers depend on beside the seed and the index");
  visit("type", record.type, "of a place: f32, f16, bf16, u8 or u4");
  visit("values", record.values, "which numbers there may be");
  visit("rows", record.rows, "of the source; places beyond stay zero");
  visit("columns", record.columns, "of the source; the same");
  visit("row_elements", record.rowElements,
        "index of an element: row * row_elements + column");
  visit("offset", record.offset, "bits from the tensor's start");
  visit("loops", record.loops, "over all places, outermost first");
}

template <class Visitor> void describe(Visitor &visit, WeightRecord &record) {
  visit("file", record.file, "path in the bundle");
  visit("offset", record.offset, "first byte, a multiple of 64");
  visit("bytes", record.bytes, "size of the packed tensor");
  visit("layout", record.layout,
        "how the elements lie: dense (as in the file), rows, panels16");
  visit("shape", record.shape, "logical shape before packing");
  visit("type", record.type, "element type");
  visit("source", record.source, "name of the tensor in the model");
  visit("seeded", record.seeded,
        "how to make it of a seed, where the file is not there");
}

template <class Visitor> void describe(Visitor &visit, TextProgram &record) {
  visit("name", record.name, "phase, tokens and, where all are kept, 'all'");
  visit("phase", record.phase, "the entry it is for");
  visit("file", record.file, "text in the part's folder");
  visit("portable_file", record.portableFile,
        "the same in the format's versioned form");
  visit("rows", record.rows, "sequences of a step");
  visit("tokens", record.tokens, "new tokens of a row, padding included");
  visit("logits", record.logits, "of the 'last' real token of a row, or 'all'");
  visit("largest_start", record.largestStart,
        "precondition: a row holds at most so many tokens before the step, or "
        "the step would overwrite the cache at another place");
}

template <class Visitor> void describe(Visitor &visit, TextCache &record) {
  visit("name", record.name, "keys or values");
  visit("type", record.type, "element type");
  visit("shape", record.shape, "layers, heads, tokens, dim; row-major");
  visit("argument", record.argument, "its place among the arguments, from 0");
  visit("result", record.result, "the result that takes its place, from 0");
}

template <class Visitor> void describe(Visitor &visit, TextCode &record) {
  visit("format", record.format, "language of the text: stablehlo");
  visit("command", record.command,
        "program whose verbs run and verify execute such a bundle");
  visit("device", record.device, "generation of the chip, as the fleet has it");
  visit("arguments", record.arguments,
        "of every program, in order: tokens [rows * tokens], padded; counts "
        "[rows], real tokens of each row, from 1; starts [rows], tokens a row "
        "holds; keys; values; weights, each of the table");
  visit("results", record.results, "of every program, in order");
  visit("cache", record.cache, "the tensors of a cache slot");
  visit("programs", record.programs, "one for each phase, bucket and logits");
}

template <class Visitor> void describe(Visitor &visit, MatrixMap &record) {
  visit("rows", record.rows, "of the matrix");
  visit("columns", record.columns, "of the matrix, 16-bit elements");
  visit("row_bytes", record.rowBytes, "from a row to the next");
  visit("box_rows", record.boxRows, "that one copy moves");
  visit("box_columns", record.boxColumns, "that one copy moves");
}

template <class Visitor> void describe(Visitor &visit, LaunchBuffer &record) {
  visit("memory", record.memory,
        "weights (of an entry of the table), cache (of a layer's part of a "
        "block), scratch (of the arena), step, input (rows that the stage "
        "before made), logits, or tokens (with the largest logits)");
  visit("entry", record.entry, "of the table of weights");
  visit("offset", record.offset, "first byte, a multiple of 16");
  visit("bytes", record.bytes, "size");
  visit("map", record.map,
        "a matrix that kernels take as a tensor map, in place of the address; "
        "its 16-byte pieces are exchanged in 128 bytes");
}

template <class Visitor> void describe(Visitor &visit, KernelLaunch &record) {
  visit("kernel", record.kernel, "entry of the kernels' text");
  visit("grid", record.grid, "blocks of threads along x, y and z");
  visit("threads", record.threads, "of a block, along x");
  visit("shared_bytes", record.sharedBytes, "dynamic shared memory of a block");
  visit("reads", record.reads,
        "buffers of the program, by number: the first arguments");
  visit("writes", record.writes, "buffers, by number: the other arguments");
  visit("programmatic", record.programmatic,
        "whether it may start before the launch before has ended, which the "
        "kernel waits for");
}

template <class Visitor> void describe(Visitor &visit, StepValues &record) {
  visit("name", record.name,
        "token_count, selected_count, tokens, positions, token_rows, selected, "
        "lengths (with the new tokens), blocks (a list for each row)");
  visit("offset", record.offset, "first byte");
  visit("elements", record.elements, "i32 each");
}

template <class Visitor> void describe(Visitor &visit, LaunchProgram &record) {
  visit("name", record.name, "phase and tokens");
  visit("phase", record.phase, "the entry it is for");
  visit("tokens", record.tokens, "most new tokens of a step");
  visit("rows", record.rows, "most sequences of a step");
  visit("selected", record.selected, "most tokens whose logits it makes");
  visit("arena_bytes", record.arenaBytes, "scratch memory, shared by programs");
  visit("step_bytes", record.stepBytes, "size of the values of a step");
  visit("step", record.step, "where the values of a step lie");
  visit("buffers", record.buffers, "what launches read and write");
  visit("launches", record.launches, "in order");
}

template <class Visitor>
void describe(Visitor &visit, AssembledKernel &record) {
  visit("name", record.name, "entry");
  visit("registers", record.registers, "of a thread");
  visit("spilled_bytes", record.spilledBytes, "stored by a thread to memory");
}

template <class Visitor> void describe(Visitor &visit, LaunchedKernel &record) {
  visit("name", record.name, "entry of the kernels' text");
  visit("arguments", record.arguments,
        "addresses and tensor maps that it takes");
  visit("threads", record.threads, "of a block");
  visit("shared_bytes", record.sharedBytes, "dynamic shared memory of a block");
}

template <class Visitor> void describe(Visitor &visit, CacheBlocks &record) {
  visit("tokens", record.tokens, "in a block");
  visit("bytes", record.bytes,
        "of a block: for each layer keys [head][token], then values");
  visit("layers", record.layers, "in a block");
  visit("heads", record.heads, "of keys and values");
  visit("key_bytes", record.keyBytes, "of a head's key of a token");
  visit("value_bytes", record.valueBytes, "of a head's value of a token");
}

template <class Visitor> void describe(Visitor &visit, LaunchCode &record) {
  visit("format", record.format, "language of the kernels: ptx");
  visit("device", record.device, "architecture that they are for");
  visit(
      "least_driver", record.leastDriver,
      "version of the chip's driver, MAJOR.MINOR, that takes them; later ones "
      "do too");
  visit("chip_number", record.chipNumber,
        "which of the machine's chips of that architecture, from 0");
  visit("file", record.file, "kernels, text in the part's folder");
  visit("binary", record.binary, "the same text as machine code");
  visit("why_no_binary", record.whyNoBinary, "where there is none");
  visit("assembled", record.assembled, "what the assembler says of them");
  visit("kernels", record.kernels, "what launches have to agree with");
  visit("cache", record.cache, "blocks of the cache");
  visit("programs", record.programs, "one for each phase and bucket of tokens");
}

template <class Visitor>
void describe(Visitor &visit, PartDescription &record) {
  visit("schema", record.schema, "tandem-part/<major>.<minor>");
  visit("abi_version", record.abiVersion, "TANDEM_PART_ABI_VERSION");
  visit("entries", record.entries, "names of the entries, in order");
  visit("max_tokens", record.maxTokens, "most tokens of a step");
  visit("max_rows", record.maxRows, "most rows of a step");
  visit("vocabulary", record.vocabulary,
        "width of what a step returns: the logits, or, in a stage before the "
        "last, what the next one takes");
  visit("arena", record.arena, "scratch memory of a step");
  visit("slot_bytes", record.slotBytes, "a cache slot of the full capacity");
  visit("variants", record.variants,
        "code for sets of features, best last; none where there is text or "
        "launches");
  visit("text", record.text, "programs that another compiler reads");
  visit("launches", record.launches, "kernels and programs that launch them");
  visit("weights", record.weights, "the weight table, in order");
}

template <class Visitor> void describe(Visitor &visit, GoldenVectors &record) {
  visit("schema", record.schema, "tandem-golden/<major>.<minor>");
  visit("source", record.source, "what computed the logits");
  visit("prompt", record.prompt, "ids of the prompt");
  visit("decode", record.decode, "ids fed one by one after the prompt");
  visit("logits", record.logits,
        "files of fp32: last logits after the prompt and after each id");
  visit("bound", record.bound, "largest |a-b| / (1+|b|) that passes");
}

[[noreturn]] static void reject(const std::string &where,
                                const std::string &what) {
  throw Failure(ExitCode::InputRejected, where + " " + what);
}

static void requireSchema(const std::string &found, const std::string &prefix,
                          const std::string &where) {
  if (found.rfind(prefix, 0) != 0) {
    reject(where, "has schema '" + found + "', expected '" + prefix + "x'");
  }
}

uint64_t PartDescription::arenaBytes() const {
  unsigned __int128 bytes = arena.fixedBytes;
  bytes += static_cast<unsigned __int128>(arena.bytesPerToken) * maxTokens;
  bytes += static_cast<unsigned __int128>(arena.bytesPerRow) * maxRows;
  return bytes > INT64_MAX ? INT64_MAX : static_cast<uint64_t>(bytes);
}

static void checkVariants(const PartDescription &part,
                          const std::string &name) {
  int kinds = !part.variants.empty() + part.text.has_value() +
              part.launches.has_value();
  if (kinds != 1) {
    reject(name, kinds == 0 ? "has no variants"
                            : "has code of several kinds, expected variants, "
                              "text or launches");
  }
  for (const Variant &variant : part.variants) {
    if (!whyNotBundlePath(variant.file).empty()) {
      reject(name, "variant '" + variant.name + "' has a bad file name '" +
                       variant.file + "'");
    }
  }
}

static void checkText(const TextCode &text, const std::string &name) {
  if (text.programs.empty()) {
    reject(name, "has text without programs");
  }
  for (const TextProgram &program : text.programs) {
    if (!whyNotBundlePath(program.file).empty()) {
      reject(name, "program '" + program.name + "' has a bad file name '" +
                       program.file + "'");
    }
  }
}

static void checkWeights(const PartDescription &part, const std::string &name) {
  for (const WeightRecord &weight : part.weights) {
    if (!whyNotBundlePath(weight.file).empty()) {
      reject(name, "weight '" + weight.source + "' has a bad file name '" +
                       weight.file + "'");
    }
    if (weight.offset % 64 != 0) {
      reject(name, "weight '" + weight.source + "' starts at byte " +
                       std::to_string(weight.offset) +
                       ", expected a multiple of 64");
    }
    if (weight.seeded) {
      for (const SeededField &field : *weight.seeded) {
        checkSeededField(field, weight.bytes, name);
      }
    }
  }
}

PartDescription parsePart(std::string_view text, const std::string &name) {
  PartDescription part;
  readValue(parseJson(text, name), part, name);
  requireSchema(part.schema, "tandem-part/1.", name);
  if (part.abiVersion != TANDEM_PART_ABI_VERSION) {
    reject(name, "was built for part interface " +
                     std::to_string(part.abiVersion) + ", this runtime has " +
                     std::to_string(TANDEM_PART_ABI_VERSION) +
                     "; compile the model again");
  }
  auto checkRange = [&](uint64_t value, uint64_t limit, const char *key) {
    if (value == 0 || value > limit) {
      reject(name, std::string("has ") + key + " " + std::to_string(value) +
                       ", expected 1 to " + std::to_string(limit));
    }
  };
  checkRange(part.maxTokens, 1 << 20, "max_tokens");
  checkRange(part.maxRows, 1 << 16, "max_rows");
  checkRange(part.vocabulary, INT32_MAX, "vocabulary");
  checkRange(part.slotBytes, uint64_t(1) << 46, "slot_bytes");
  checkRange(part.arenaBytes() + 1, uint64_t(1) << 46, "arena size");
  checkRange(part.entries.size(), 64, "number of entries");
  checkVariants(part, name);
  if (part.text) {
    checkText(*part.text, name);
  }
  if (part.launches) {
    checkLaunchCode(*part.launches, part.weights.size(), name);
  }
  checkWeights(part, name);
  return part;
}

std::string writeSeeded(std::vector<std::vector<SeededField>> fields) {
  return writeJson(writeValue(fields));
}

std::string writePart(const PartDescription &part) {
  PartDescription copy = part;
  return writeJson(writeValue(copy));
}

std::string partJsonSchema() {
  Json schema = schemaOf<PartDescription>();
  schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  schema["title"] = "part.json of a Tandem bundle";
  return writeJson(schema);
}

GoldenVectors parseGolden(std::string_view text, const std::string &name) {
  GoldenVectors golden;
  readValue(parseJson(text, name), golden, name);
  requireSchema(golden.schema, "tandem-golden/1.", name);
  if (golden.prompt.empty()) {
    reject(name, "has an empty prompt");
  }
  if (golden.logits.size() != golden.decode.size() + 1) {
    reject(name, "has " + std::to_string(golden.logits.size()) +
                     " files of logits, expected " +
                     std::to_string(golden.decode.size() + 1));
  }
  if (!(golden.bound > 0)) {
    reject(name, "needs a bound above 0");
  }
  return golden;
}

std::string writeGolden(const GoldenVectors &golden) {
  GoldenVectors copy = golden;
  return writeJson(writeValue(copy));
}

} // namespace tandem::runtime
