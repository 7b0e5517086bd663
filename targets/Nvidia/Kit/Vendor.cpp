//===- Vendor.cpp - products by cuBLASLt, to compare -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The types and numbers of cublasLt.h 13.0 that are used; the library is loaded
// where it is there, and what it makes lives as long as the program. A
// measurement of the kit alone: no part uses it.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kit/Chip.h"

#include <cstdio>
#include <dlfcn.h>

namespace tandem::nvidia::kit {
namespace {

constexpr int computeF32 = 68, f32 = 0,
              bf16 = 14; // cublasComputeType_t, cudaDataType
constexpr int transposeA = 3, operationT = 1; // CUBLASLT_MATMUL_DESC_TRANSA
constexpr int workspaceLimit = 1; // CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES

/// cublasLtMatmulHeuristicResult_t.
struct Heuristic {
  uint64_t algorithm[8];
  size_t workspaceBytes;
  int32_t state;
  float waves;
  int32_t reserved[4];
};

/// The functions, or null.
struct Library {
  using Handle = void *;
  int (*create)(Handle *) = nullptr;
  int (*descCreate)(Handle *, int, int) = nullptr;
  int (*descSet)(Handle, int, const void *, size_t) = nullptr;
  int (*layoutCreate)(Handle *, int, uint64_t, uint64_t, int64_t) = nullptr;
  int (*preferenceCreate)(Handle *) = nullptr;
  int (*preferenceSet)(Handle, int, const void *, size_t) = nullptr;
  int (*heuristic)(Handle, Handle, Handle, Handle, Handle, Handle, Handle, int,
                   Heuristic *, int *) = nullptr;
  int (*matmul)(Handle, Handle, const void *, DevicePointer, Handle,
                DevicePointer, Handle, const void *, DevicePointer, Handle,
                DevicePointer, Handle, const void *, DevicePointer, size_t,
                Stream) = nullptr;
  Handle handle = nullptr;

  Library() {
    void *library = nullptr;
    for (const char *name : {"libcublasLt.so.13", "libcublasLt.so.12"}) {
      library = library ? library : dlopen(name, RTLD_NOW | RTLD_LOCAL);
    }
    auto find = [&](auto &function, const char *name) {
      function = reinterpret_cast<std::decay_t<decltype(function)>>(
          library ? dlsym(library, name) : nullptr);
      return function != nullptr;
    };
    bool isWhole =
        find(create, "cublasLtCreate") &&
        find(descCreate, "cublasLtMatmulDescCreate") &&
        find(descSet, "cublasLtMatmulDescSetAttribute") &&
        find(layoutCreate, "cublasLtMatrixLayoutCreate") &&
        find(preferenceCreate, "cublasLtMatmulPreferenceCreate") &&
        find(preferenceSet, "cublasLtMatmulPreferenceSetAttribute") &&
        find(heuristic, "cublasLtMatmulAlgoGetHeuristic") &&
        find(matmul, "cublasLtMatmul");
    if (!isWhole || create(&handle) != 0) {
      handle = nullptr;
      std::printf("skip  cuBLASLt is not installed\n");
    }
  }
};

} // namespace

double measureVendor(const Device &device, Stream stream, uint64_t m,
                     uint64_t n, uint64_t k) {
  static Library library; // loaded once; the driver outlives it
  if (!library.handle) {
    return 0;
  }
  Library::Handle desc = nullptr, a = nullptr, b = nullptr, c = nullptr,
                  preference = nullptr;
  size_t workspaceBytes = size_t(64) << 20;
  Heuristic chosen = {};
  int found = 0;
  // It counts columns first: C^T [n][m] of rows of C is B A^T.
  bool isRefused =
      library.descCreate(&desc, computeF32, f32) ||
      library.descSet(desc, transposeA, &operationT, sizeof(operationT)) ||
      library.layoutCreate(&a, bf16, k, n, int64_t(k)) ||
      library.layoutCreate(&b, bf16, k, m, int64_t(k)) ||
      library.layoutCreate(&c, bf16, n, m, int64_t(n)) ||
      library.preferenceCreate(&preference) ||
      library.preferenceSet(preference, workspaceLimit, &workspaceBytes,
                            sizeof(workspaceBytes)) ||
      library.heuristic(library.handle, desc, a, b, c, c, preference, 1,
                        &chosen, &found) ||
      found == 0;
  if (isRefused) {
    std::printf("skip  cuBLASLt refuses %llux%llux%llu\n",
                (unsigned long long)m, (unsigned long long)n,
                (unsigned long long)k);
    return 0;
  }
  // Several matrices, one after the other: one alone would stay in the cache.
  uint64_t bytes = n * k * 2;
  uint64_t copies = std::max<uint64_t>(1, (uint64_t(512) << 20) / bytes);
  DeviceMemory weights =
      allocateFilled(device, stream, copies * bytes, "matrices");
  DeviceMemory x = allocateFilled(device, stream, m * k * 2, "inputs");
  DeviceMemory y = driver::allocate(device, m * n * 2, "results");
  DeviceMemory workspace =
      driver::allocate(device, workspaceBytes, "workspace");
  float one = 1, zero = 0;
  uint64_t turn = 0;
  auto launch = [&] {
    DevicePointer matrix = weights.get() + turn++ % copies * bytes;
    if (library.matmul(library.handle, desc, &one, matrix, a, x.get(), b, &zero,
                       y.get(), c, y.get(), c, chosen.algorithm,
                       workspace.get(), workspaceBytes, stream)) {
      throw runtime::Failure(runtime::ExitCode::RuntimeFailure,
                             "cuBLASLt failed to multiply");
    }
  };
  double first = measureSeconds(device, stream, 1, launch);
  return measureSeconds(device, stream, chooseRounds(first), launch);
}

} // namespace tandem::nvidia::kit
