//===- Digest.cpp - BLAKE3 and SHA-256 of byte streams --------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "tandem/targets/Runtime/Digest.h"

#include <algorithm>

// The one-call interface of libcrypto would link the whole provider machinery;
// these three functions link 30 KB and use the CPU's SHA instructions.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include "llvm-c/blake3.h"

namespace tandem::runtime {

std::string toHex(const unsigned char *bytes, size_t count) {
  static const char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * count);
  for (size_t i = 0; i < count; ++i) {
    text += digits[bytes[i] >> 4];
    text += digits[bytes[i] & 15];
  }
  return text;
}

struct Blake3::State {
  llvm_blake3_hasher hasher;
};

Blake3::Blake3() : state(std::make_unique<State>()) {
  llvm_blake3_hasher_init(&state->hasher);
}
Blake3::~Blake3() = default;
Blake3::Blake3(Blake3 &&) noexcept = default;

void Blake3::update(const void *data, size_t bytes) {
  llvm_blake3_hasher_update(&state->hasher, data, bytes);
}

std::string Blake3::finish() const {
  unsigned char digest[LLVM_BLAKE3_OUT_LEN];
  llvm_blake3_hasher_finalize(&state->hasher, digest, sizeof(digest));
  return toHex(digest, sizeof(digest));
}

std::string Blake3::of(std::string_view text) {
  Blake3 hasher;
  hasher.update(text.data(), text.size());
  return hasher.finish();
}

struct Sha256::State {
  SHA256_CTX context;
};

Sha256::Sha256() : state(std::make_unique<State>()) {
  SHA256_Init(&state->context);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256 &&) noexcept = default;

void Sha256::update(const void *data, size_t bytes) {
  SHA256_Update(&state->context, data, bytes);
}

std::string Sha256::finish() const {
  SHA256_CTX copy = state->context;
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256_Final(digest, &copy);
  return toHex(digest, sizeof(digest));
}

std::string Sha256::of(std::string_view text) {
  Sha256 hasher;
  hasher.update(text.data(), text.size());
  return hasher.finish();
}

bool isHexDigest(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

} // namespace tandem::runtime
