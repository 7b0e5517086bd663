//===- Digest.h - BLAKE3 and SHA-256 of byte streams ------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Both digests that a bundle carries, as lower-case hexadecimal text. BLAKE3 is
// LLVM's, SHA-256 is OpenSSL's, both linked statically and hidden.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_DIGEST_H
#define TANDEM_TARGETS_RUNTIME_DIGEST_H

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace tandem::runtime {

/// Computes the BLAKE3 digest of a stream.
class Blake3 {
public:
  Blake3();
  ~Blake3();
  Blake3(Blake3 &&) noexcept;

  void update(const void *data, size_t bytes);
  /// The digest of everything so far, 64 hexadecimal digits.
  std::string finish() const;

  /// The digest of `text` alone.
  static std::string of(std::string_view text);

private:
  struct State;
  std::unique_ptr<State> state;
};

/// Computes the SHA-256 digest of a stream.
class Sha256 {
public:
  Sha256();
  ~Sha256();
  Sha256(Sha256 &&) noexcept;

  void update(const void *data, size_t bytes);
  /// The digest of everything so far, 64 hexadecimal digits.
  std::string finish() const;

  /// The digest of `text` alone.
  static std::string of(std::string_view text);

private:
  struct State;
  std::unique_ptr<State> state;
};

/// Lower-case hexadecimal digits of `bytes`.
std::string toHex(const unsigned char *bytes, size_t count);

/// Whether `text` is 64 lower-case hexadecimal digits.
bool isHexDigest(std::string_view text);

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_DIGEST_H
