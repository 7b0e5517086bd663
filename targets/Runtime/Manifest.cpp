//===- Manifest.cpp - what a bundle says about itself ---------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Manifest.h"

#include <algorithm>
#include <map>

#include "tandem/targets/Runtime/Digest.h"
#include "tandem/targets/Runtime/ManifestRecords.h"

namespace tandem::runtime {

[[noreturn]] static void reject(const std::string &what) {
  throw Failure(ExitCode::InputRejected, "manifest.json: " + what);
}

const FileRecord *Manifest::findFile(std::string_view path) const {
  auto found = std::lower_bound(
      files.begin(), files.end(), path,
      [](const FileRecord &file, std::string_view p) { return file.path < p; });
  return found != files.end() && found->path == path ? &*found : nullptr;
}

const WeightFile *Manifest::findSeeded(std::string_view path) const {
  if (!weights.seeded) {
    return nullptr;
  }
  auto found =
      std::find_if(weights.seeded->begin(), weights.seeded->end(),
                   [&](const WeightFile &file) { return file.path == path; });
  return found != weights.seeded->end() ? &*found : nullptr;
}

std::string whyNotBundlePath(std::string_view path) {
  if (path.empty() || path.size() > 1024) {
    return "is empty or longer than 1024 bytes";
  }
  if (std::any_of(path.begin(), path.end(), [](unsigned char c) {
        return c < 0x20 || c == 0x7f || c == '\\' || c == ':';
      })) {
    return "has a control character, backslash or colon";
  }
  for (size_t start = 0; start <= path.size();) {
    size_t end = std::min(path.find('/', start), path.size());
    std::string_view name = path.substr(start, end - start);
    if (name.empty() || name == "." || name == "..") {
      return "is absolute or has an empty, '.' or '..' component";
    }
    start = end + 1;
  }
  return "";
}

static void checkFiles(const Manifest &manifest) {
  const FileRecord *previous = nullptr;
  for (const FileRecord &file : manifest.files) {
    if (std::string why = whyNotBundlePath(file.path); !why.empty()) {
      reject("file '" + file.path + "' " + why);
    }
    if (file.path == "manifest.json" || file.path == "SHA256SUMS") {
      reject("'" + file.path + "' may not be listed in itself");
    }
    if (!isHexDigest(file.blake3) || !isHexDigest(file.sha256)) {
      reject("file '" + file.path + "' has a digest that is not 64 hex digits");
    }
    if (previous && previous->path >= file.path) {
      reject("files are not sorted by path, or twice there: '" +
             previous->path + "', '" + file.path + "'");
    }
    previous = &file;
  }
}

static void checkParts(const Manifest &manifest) {
  if (manifest.parts.empty()) {
    reject("has no parts");
  }
  for (const PartRecord &part : manifest.parts) {
    if (!manifest.findFile(part.directory + "/part.json")) {
      reject("part '" + part.id + "' has no file '" + part.directory +
             "/part.json'");
    }
    if (part.mesh.size() != 2 || part.mesh[0] == 0 || part.mesh[1] == 0) {
      reject("part '" + part.id + "' needs a mesh of two positive sizes");
    }
    if (part.phases.empty()) {
      reject("part '" + part.id + "' has no phases");
    }
  }
}

static void checkHandoffs(const Manifest &manifest) {
  auto isPart = [&](const std::string &id) {
    return std::any_of(manifest.parts.begin(), manifest.parts.end(),
                       [&](const PartRecord &part) { return part.id == id; });
  };
  for (const HandoffRecord &handoff : manifest.handoffs) {
    for (const std::string &id : {handoff.producer, handoff.consumer}) {
      if (!isPart(id)) {
        reject("a hand-off names part '" + id + "', which is not there");
      }
    }
    if (handoff.variants.empty()) {
      reject("the hand-off from '" + handoff.producer + "' to '" +
             handoff.consumer + "' has no variants");
    }
    for (const Variant &variant : handoff.variants) {
      if (!manifest.findFile(variant.file)) {
        reject("the hand-off from '" + handoff.producer + "' to '" +
               handoff.consumer + "' has no file '" + variant.file + "'");
      }
    }
  }
}

static void checkSizes(const Manifest &manifest) {
  constexpr uint64_t limit = INT32_MAX;
  if (manifest.capacity.tokens == 0 || manifest.capacity.tokens > limit) {
    reject("capacity is " + std::to_string(manifest.capacity.tokens) +
           " tokens, expected 1 to 2147483647");
  }
  if (manifest.contract.capacity != manifest.capacity.tokens) {
    reject("capacity is " + std::to_string(manifest.capacity.tokens) +
           " tokens, its contract says " +
           std::to_string(manifest.contract.capacity));
  }
  if (uint64_t bound = manifest.model.idBound(); bound == 0 || bound > limit) {
    reject("token_ids is " + std::to_string(bound) + ", expected 1 to " +
           std::to_string(limit));
  }
  if (manifest.model.vocabulary == 0 || manifest.model.vocabulary > limit) {
    reject("vocabulary is " + std::to_string(manifest.model.vocabulary) +
           ", expected 1 to 2147483647");
  }
}

static void checkReferences(const Manifest &manifest) {
  for (const WeightFile &weights : manifest.weights.files) {
    const FileRecord *file = manifest.findFile(weights.path);
    if (!file || file->bytes != weights.bytes) {
      reject("weight file '" + weights.path +
             "' is not in the list of files with the same size");
    }
  }
  if (manifest.weights.seeded) {
    for (const WeightFile &weights : *manifest.weights.seeded) {
      if (std::string why = whyNotBundlePath(weights.path); !why.empty()) {
        reject("seeded weight file '" + weights.path + "' " + why);
      }
      if (manifest.findFile(weights.path) || weights.bytes == 0) {
        reject("seeded weight file '" + weights.path +
               "' is in the list of files, or empty");
      }
    }
  }
  if (manifest.golden && !manifest.findFile(manifest.golden->file)) {
    reject("golden file '" + manifest.golden->file +
           "' is not in the list of files");
  }
}

static void checkSchema(const Json &json) {
  std::string expected(manifestSchema);
  expected.resize(expected.find('.') + 1);
  auto schema = json.is_object() ? json.find("schema") : json.end();
  if (schema == json.end() || !schema->is_string() ||
      schema->get<std::string>().rfind("tandem-bundle/", 0) != 0) {
    reject("is no manifest of a Tandem bundle: lacks \"schema\": \"" +
           std::string(manifestSchema) + "\"");
  }
  std::string found = schema->get<std::string>();
  if (found.rfind(expected, 0) != 0) {
    reject("has schema '" + found + "', this program reads '" + expected +
           "x'; compile the model again or use the runtime of that version");
  }
}

Manifest parseManifest(std::string_view text) {
  Json json = parseJson(text, "manifest.json");
  checkSchema(json);
  Manifest manifest;
  readValue(json, manifest, "manifest.json");
  checkFiles(manifest);
  checkParts(manifest);
  checkHandoffs(manifest);
  checkSizes(manifest);
  checkReferences(manifest);
  return manifest;
}

std::string writeManifest(const Manifest &manifest) {
  Manifest copy = manifest;
  return writeJson(writeValue(copy));
}

std::string manifestJsonSchema() {
  Json schema = schemaOf<Manifest>();
  schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  schema["title"] = "manifest.json of a Tandem bundle";
  return writeJson(schema);
}

std::string contractDigest(const CacheContract &contract) {
  CacheContract copy = contract;
  Json json = writeValue(copy);
  json.erase("digest");
  return "blake3:" + Blake3::of(writeJson(json));
}

std::string weightSetDigest(const Manifest &manifest) {
  std::vector<std::string> lines;
  for (const WeightFile &weights : manifest.weights.files) {
    if (const FileRecord *file = manifest.findFile(weights.path)) {
      lines.push_back(file->blake3 + "  " + file->path + "\n");
    }
  }
  if (manifest.weights.seeded) {
    for (const WeightFile &weights : *manifest.weights.seeded) {
      lines.push_back("seeded  " + weights.path + "\n");
    }
  }
  std::sort(lines.begin(), lines.end());
  Blake3 hasher;
  for (const std::string &line : lines) {
    hasher.update(line.data(), line.size());
  }
  return "blake3:" + hasher.finish();
}

std::string sha256Sums(const Manifest &manifest,
                       std::string_view manifestText) {
  std::map<std::string, std::string> digests;
  for (const FileRecord &file : manifest.files) {
    digests[file.path] = file.sha256;
  }
  digests["manifest.json"] = Sha256::of(manifestText);
  std::string text;
  for (const auto &[path, digest] : digests) {
    text += digest + "  " + path + "\n";
  }
  return text;
}

} // namespace tandem::runtime
