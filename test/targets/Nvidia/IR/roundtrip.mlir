// RUN: tandem-opt %s | tandem-opt | FileCheck %s
// Tests that a plan prints as it is read.

// CHECK: nvidia.plan @accelerator chip "sm_90a" shared_bytes 232448 registers 65536 {
nvidia.plan @accelerator chip "sm_90a" shared_bytes 232448 registers 65536 {
  gpu.module @kernels {
    llvm.func @copy(%count: !llvm.ptr<1>, %x: !llvm.ptr<1>, %w: !llvm.ptr<1>, %y: !llvm.ptr<1>) attributes {nvvm.kernel, nvvm.maxntid = array<i32: 128, 1, 1>} {
      nvvm.griddepcontrol wait
      llvm.return
    }
    llvm.func @copy_boxes(%count: !llvm.ptr<1>, %x: !llvm.ptr {llvm.align = 64 : i64, llvm.byval = !llvm.array<128 x i8>, nvvm.grid_constant}, %y: !llvm.ptr<1>) attributes {nvvm.kernel, nvvm.maxntid = array<i32: 128, 1, 1>} {
      llvm.return
    }
  }
  // CHECK: nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    // CHECK: nvidia.buffer step at 0 bytes 4
    %count = nvidia.buffer step at 0 bytes 4
    // CHECK: nvidia.buffer weights of 3 at 0 bytes 1024
    %w = nvidia.buffer weights of 3 at 0 bytes 1024
    // CHECK: nvidia.buffer scratch at 256 bytes 256
    %x = nvidia.buffer scratch at 256 bytes 256
    %y = nvidia.buffer logits at 0 bytes 256
    // CHECK: nvidia.launch @kernels::@copy grid [4, 8, 1] threads 128 shared 0 reads(%{{.*}}, %{{.*}}, %{{.*}}) writes(%{{.*}})
    nvidia.launch @kernels::@copy grid [4, 8, 1] threads 128 shared 0 reads(%count, %w, %w) writes(%x)
    // CHECK: nvidia.launch @kernels::@copy grid [4, 8, 1] threads 128 shared 0 reads({{.*}}) writes(%{{.*}}) programmatic
    nvidia.launch @kernels::@copy grid [4, 8, 1] threads 128 shared 0 reads(%count, %x, %w) writes(%y) programmatic
    // CHECK: %[[M:.*]] = nvidia.tensor_map %{{.*}} rows 2 columns 64 row_bytes 128 box [64, 64]
    %m = nvidia.tensor_map %x rows 2 columns 64 row_bytes 128 box [64, 64]
    // CHECK: reads(%{{.*}}, %[[M]]) writes
    nvidia.launch @kernels::@copy_boxes grid [1, 1, 1] threads 128 shared 0 reads(%count, %m) writes(%y)
  }
}
