// RUN: tandem-opt %s --verify-diagnostics --split-input-file
// Tests the constraints of launch plans; a plan is named by the operation and the
// label of the constraint it breaks.

// expected-error @below {{'nvidia.plan' op chip 'sm_90a' has 0 bytes of shared memory and 65536 registers, expected positive numbers}}
nvidia.plan @plan_c1_limits chip "sm_90a" shared_bytes 0 registers 65536 {
}

// -----

nvidia.plan @program_c1_rows chip "sm_90a" shared_bytes 232448 registers 65536 {
  // expected-error @below {{'nvidia.program' op is for 8 tokens, 16 rows and 8 selected tokens, expected 1 to 8 rows and selected tokens}}
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 16 selected 8 arena 1024 {
  }
}

// -----

nvidia.plan @program_c1_no_selected chip "sm_90a" shared_bytes 232448 registers 65536 {
  // expected-error @below {{'nvidia.program' op is for 8 tokens, 8 rows and 0 selected tokens, expected 1 to 8 rows and selected tokens}}
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 0 arena 1024 {
  }
}

// -----

nvidia.plan @program_c2_arena chip "sm_90a" shared_bytes 232448 registers 65536 {
  gpu.module @kernels {
    llvm.func @copy(%x: !llvm.ptr<1>, %y: !llvm.ptr<1>) attributes {nvvm.kernel, nvvm.maxntid = array<i32: 128, 1, 1>} {
      llvm.return
    }
  }
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    // expected-error @below {{'nvidia.buffer' op ends at byte 1040 of an arena of 1024 bytes}}
    %x = nvidia.buffer scratch at 16 bytes 1024
  }
}

// -----

nvidia.plan @program_c3_unwritten chip "sm_90a" shared_bytes 232448 registers 65536 {
  gpu.module @kernels {
    llvm.func @copy(%x: !llvm.ptr<1>, %y: !llvm.ptr<1>) attributes {nvvm.kernel, nvvm.maxntid = array<i32: 128, 1, 1>} {
      llvm.return
    }
  }
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    // expected-note @below {{buffer is named here}}
    %x = nvidia.buffer scratch at 0 bytes 256
    %y = nvidia.buffer logits at 0 bytes 256
    // expected-error @below {{'nvidia.launch' op reads scratch memory before a launch wrote it}}
    nvidia.launch @kernels::@copy grid [1, 1, 1] threads 128 shared 0 reads(%x) writes(%y)
  }
}

// -----

nvidia.plan @program_c4_still_read chip "sm_90a" shared_bytes 232448 registers 65536 {
  gpu.module @kernels {
    llvm.func @copy(%x: !llvm.ptr<1>, %y: !llvm.ptr<1>) attributes {nvvm.kernel, nvvm.maxntid = array<i32: 128, 1, 1>} {
      llvm.return
    }
  }
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    %w = nvidia.buffer weights of 0 at 0 bytes 256
    // expected-note @below {{buffer is named here}}
    %x = nvidia.buffer scratch at 0 bytes 256
    %z = nvidia.buffer scratch at 128 bytes 256
    %y = nvidia.buffer logits at 0 bytes 256
    nvidia.launch @kernels::@copy grid [1, 1, 1] threads 128 shared 0 reads(%w) writes(%x)
    // expected-error @below {{'nvidia.launch' op writes 256 bytes at byte 128 of the arena over 256 bytes at byte 0, which are still to be read}}
    nvidia.launch @kernels::@copy grid [1, 1, 1] threads 128 shared 0 reads(%w) writes(%z)
    nvidia.launch @kernels::@copy grid [1, 1, 1] threads 128 shared 0 reads(%x) writes(%y)
  }
}

// -----

nvidia.plan @program_c4_while_read chip "sm_90a" shared_bytes 232448 registers 65536 {
  gpu.module @kernels {
    llvm.func @copy(%x: !llvm.ptr<1>, %y: !llvm.ptr<1>) attributes {nvvm.kernel, nvvm.maxntid = array<i32: 128, 1, 1>} {
      llvm.return
    }
  }
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    %w = nvidia.buffer weights of 0 at 0 bytes 256
    // expected-note @below {{buffer is named here}}
    %x = nvidia.buffer scratch at 0 bytes 256
    %z = nvidia.buffer scratch at 240 bytes 256
    nvidia.launch @kernels::@copy grid [1, 1, 1] threads 128 shared 0 reads(%w) writes(%x)
    // expected-error @below {{'nvidia.launch' op writes 256 bytes at byte 240 of the arena over 256 bytes at byte 0, which are still to be read}}
    nvidia.launch @kernels::@copy grid [1, 1, 1] threads 128 shared 0 reads(%x) writes(%z)
  }
}

// -----

nvidia.plan @program_places_may_be_used_again chip "sm_90a" shared_bytes 232448 registers 65536 {
  gpu.module @kernels {
    llvm.func @copy(%x: !llvm.ptr<1>, %y: !llvm.ptr<1>) attributes {nvvm.kernel, nvvm.maxntid = array<i32: 128, 1, 1>} {
      llvm.return
    }
  }
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    %w = nvidia.buffer weights of 0 at 0 bytes 256
    %x = nvidia.buffer scratch at 0 bytes 256
    %z = nvidia.buffer scratch at 0 bytes 512
    %y = nvidia.buffer logits at 0 bytes 256
    nvidia.launch @kernels::@copy grid [1, 1, 1] threads 128 shared 0 reads(%w) writes(%x)
    nvidia.launch @kernels::@copy grid [1, 1, 1] threads 128 shared 0 reads(%x) writes(%y)
    nvidia.launch @kernels::@copy grid [1, 1, 1] threads 128 shared 0 reads(%w) writes(%z)
    nvidia.launch @kernels::@copy grid [1, 1, 1] threads 128 shared 0 reads(%z) writes(%y)
  }
}

// -----

nvidia.plan @buffer_c1_alignment chip "sm_90a" shared_bytes 232448 registers 65536 {
  gpu.module @kernels {
    llvm.func @copy(%x: !llvm.ptr<1>, %y: !llvm.ptr<1>) attributes {nvvm.kernel, nvvm.maxntid = array<i32: 128, 1, 1>} {
      llvm.return
    }
  }
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    // expected-error @below {{'nvidia.buffer' op has 16 bytes at byte 8, expected some at a multiple of 16}}
    %x = nvidia.buffer step at 8 bytes 16
  }
}

// -----

nvidia.plan @buffer_c1_empty chip "sm_90a" shared_bytes 232448 registers 65536 {
  gpu.module @kernels {
    llvm.func @copy(%x: !llvm.ptr<1>, %y: !llvm.ptr<1>) attributes {nvvm.kernel, nvvm.maxntid = array<i32: 128, 1, 1>} {
      llvm.return
    }
  }
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    // expected-error @below {{'nvidia.buffer' op has 0 bytes at byte 0, expected some at a multiple of 16}}
    %x = nvidia.buffer step at 0 bytes 0
  }
}

// -----

nvidia.plan @buffer_c2_no_entry chip "sm_90a" shared_bytes 232448 registers 65536 {
  gpu.module @kernels {
    llvm.func @copy(%x: !llvm.ptr<1>, %y: !llvm.ptr<1>) attributes {nvvm.kernel, nvvm.maxntid = array<i32: 128, 1, 1>} {
      llvm.return
    }
  }
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    // expected-error @below {{'nvidia.buffer' op of weights needs the number of an entry}}
    %x = nvidia.buffer weights at 0 bytes 16
  }
}

// -----

nvidia.plan @buffer_c2_entry chip "sm_90a" shared_bytes 232448 registers 65536 {
  gpu.module @kernels {
    llvm.func @copy(%x: !llvm.ptr<1>, %y: !llvm.ptr<1>) attributes {nvvm.kernel, nvvm.maxntid = array<i32: 128, 1, 1>} {
      llvm.return
    }
  }
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    // expected-error @below {{'nvidia.buffer' op has an entry, which weights have only}}
    %x = nvidia.buffer cache of 3 at 0 bytes 16
  }
}

// -----

nvidia.plan @launch_c1_kernel chip "sm_90a" shared_bytes 232448 registers 65536 {
  gpu.module @kernels {
    llvm.func @copy(%x: !llvm.ptr<1>, %y: !llvm.ptr<1>) attributes {nvvm.kernel, nvvm.maxntid = array<i32: 128, 1, 1>} {
      llvm.return
    }
  }
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    %x = nvidia.buffer step at 0 bytes 256
    %y = nvidia.buffer logits at 0 bytes 256
    // expected-error @below {{'nvidia.launch' op runs @kernels::@paste, which is no kernel of the plan}}
    nvidia.launch @kernels::@paste grid [1, 1, 1] threads 128 shared 0 reads(%x) writes(%y)
  }
}

// -----

nvidia.plan @launch_c1_buffers chip "sm_90a" shared_bytes 232448 registers 65536 {
  gpu.module @kernels {
    llvm.func @copy(%x: !llvm.ptr<1>, %y: !llvm.ptr<1>) attributes {nvvm.kernel, nvvm.maxntid = array<i32: 128, 1, 1>} {
      llvm.return
    }
  }
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    %x = nvidia.buffer step at 0 bytes 256
    %y = nvidia.buffer logits at 0 bytes 256
    // expected-error @below {{'nvidia.launch' op passes 3 buffers to kernel 'copy', which takes 2}}
    nvidia.launch @kernels::@copy grid [1, 1, 1] threads 128 shared 0 reads(%x, %x) writes(%y)
  }
}

// -----

nvidia.plan @launch_c2_grid chip "sm_90a" shared_bytes 232448 registers 65536 {
  gpu.module @kernels {
    llvm.func @copy(%x: !llvm.ptr<1>, %y: !llvm.ptr<1>) attributes {nvvm.kernel, nvvm.maxntid = array<i32: 128, 1, 1>} {
      llvm.return
    }
  }
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    %x = nvidia.buffer step at 0 bytes 256
    %y = nvidia.buffer logits at 0 bytes 256
    // expected-error @below {{'nvidia.launch' op grid is [1, 65536, 1], expected three sizes from 1 to [2147483647, 65535, 65535]}}
    nvidia.launch @kernels::@copy grid [1, 65536, 1] threads 128 shared 0 reads(%x) writes(%y)
  }
}

// -----

nvidia.plan @launch_c2_empty chip "sm_90a" shared_bytes 232448 registers 65536 {
  gpu.module @kernels {
    llvm.func @copy(%x: !llvm.ptr<1>, %y: !llvm.ptr<1>) attributes {nvvm.kernel, nvvm.maxntid = array<i32: 128, 1, 1>} {
      llvm.return
    }
  }
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    %x = nvidia.buffer step at 0 bytes 256
    %y = nvidia.buffer logits at 0 bytes 256
    // expected-error @below {{'nvidia.launch' op grid is [0, 1, 1], expected three sizes from 1 to [2147483647, 65535, 65535]}}
    nvidia.launch @kernels::@copy grid [0, 1, 1] threads 128 shared 0 reads(%x) writes(%y)
  }
}

// -----

nvidia.plan @launch_c3_threads chip "sm_90a" shared_bytes 232448 registers 65536 {
  gpu.module @kernels {
    llvm.func @copy(%x: !llvm.ptr<1>, %y: !llvm.ptr<1>) attributes {nvvm.kernel, nvvm.maxntid = array<i32: 128, 1, 1>} {
      llvm.return
    }
  }
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    %x = nvidia.buffer step at 0 bytes 256
    %y = nvidia.buffer logits at 0 bytes 256
    // expected-error @below {{'nvidia.launch' op has 256 threads in a block, kernel 'copy' is made for 128, of at most 1024}}
    nvidia.launch @kernels::@copy grid [1, 1, 1] threads 256 shared 0 reads(%x) writes(%y)
  }
}

// -----

nvidia.plan @launch_c4_not_what_it_needs chip "sm_90a" shared_bytes 232448 registers 65536 {
  gpu.module @kernels {
    llvm.func @copy(%x: !llvm.ptr<1>, %y: !llvm.ptr<1>) attributes {nvvm.kernel, nvvm.maxntid = array<i32: 128, 1, 1>, nvidia.shared_bytes = 101392 : i64} {
      llvm.return
    }
  }
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    %x = nvidia.buffer step at 0 bytes 256
    %y = nvidia.buffer logits at 0 bytes 256
    // expected-error @below {{'nvidia.launch' op asks for 1024 bytes of shared memory, kernel 'copy' needs 101392, sm_90a has 232448}}
    nvidia.launch @kernels::@copy grid [1, 1, 1] threads 128 shared 1024 reads(%x) writes(%y)
  }
}

// -----

nvidia.plan @launch_c4_more_than_the_chip_has chip "sm_120a" shared_bytes 101376 registers 65536 {
  gpu.module @kernels {
    llvm.func @copy(%x: !llvm.ptr<1>, %y: !llvm.ptr<1>) attributes {nvvm.kernel, nvvm.maxntid = array<i32: 128, 1, 1>, nvidia.shared_bytes = 101392 : i64} {
      llvm.return
    }
  }
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    %x = nvidia.buffer step at 0 bytes 256
    %y = nvidia.buffer logits at 0 bytes 256
    // expected-error @below {{'nvidia.launch' op asks for 101392 bytes of shared memory, kernel 'copy' needs 101392, sm_120a has 101376}}
    nvidia.launch @kernels::@copy grid [1, 1, 1] threads 128 shared 101392 reads(%x) writes(%y)
  }
}

// -----

nvidia.plan @launch_shared_memory_that_there_is chip "sm_90a" shared_bytes 232448 registers 65536 {
  gpu.module @kernels {
    llvm.func @copy(%x: !llvm.ptr<1>, %y: !llvm.ptr<1>) attributes {nvvm.kernel, nvvm.maxntid = array<i32: 128, 1, 1>, nvidia.shared_bytes = 101392 : i64} {
      llvm.return
    }
  }
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    %x = nvidia.buffer step at 0 bytes 256
    %y = nvidia.buffer logits at 0 bytes 256
    nvidia.launch @kernels::@copy grid [1, 1, 1] threads 128 shared 101392 reads(%x) writes(%y)
  }
}

// -----

nvidia.plan @launch_c5_registers chip "sm_90a" shared_bytes 232448 registers 65536 {
  gpu.module @kernels {
    llvm.func @product(%x: !llvm.ptr<1>, %y: !llvm.ptr<1>) attributes {nvvm.kernel, nvvm.maxntid = array<i32: 512, 1, 1>} {
      nvvm.setmaxregister decrease 40
      nvvm.setmaxregister increase 240
      llvm.return
    }
  }
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    %x = nvidia.buffer step at 0 bytes 256
    %y = nvidia.buffer logits at 0 bytes 256
    // expected-error @below {{'nvidia.launch' op takes 97280 registers by nvvm.setmaxregister, sm_90a has 65536}}
    nvidia.launch @kernels::@product grid [1, 1, 1] threads 512 shared 0 reads(%x) writes(%y)
  }
}

// -----

nvidia.plan @launch_registers_that_there_are chip "sm_90a" shared_bytes 232448 registers 65536 {
  gpu.module @kernels {
    llvm.func @product(%x: !llvm.ptr<1>, %y: !llvm.ptr<1>) attributes {nvvm.kernel, nvvm.maxntid = array<i32: 512, 1, 1>} {
      nvvm.setmaxregister decrease 40
      nvvm.setmaxregister increase 152
      llvm.return
    }
  }
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    %x = nvidia.buffer step at 0 bytes 256
    %y = nvidia.buffer logits at 0 bytes 256
    nvidia.launch @kernels::@product grid [1, 1, 1] threads 512 shared 0 reads(%x) writes(%y)
  }
}

// -----

nvidia.plan @launch_c6_no_wait chip "sm_90a" shared_bytes 232448 registers 65536 {
  gpu.module @kernels {
    llvm.func @copy(%x: !llvm.ptr<1>, %y: !llvm.ptr<1>) attributes {nvvm.kernel, nvvm.maxntid = array<i32: 128, 1, 1>} {
      llvm.return
    }
  }
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    %x = nvidia.buffer step at 0 bytes 256
    %y = nvidia.buffer logits at 0 bytes 256
    // expected-error @below {{'nvidia.launch' op is programmatic, but kernel 'copy' never waits; expected nvvm.griddepcontrol wait}}
    nvidia.launch @kernels::@copy grid [1, 1, 1] threads 128 shared 0 reads(%x) writes(%y) programmatic
  }
}

// -----

nvidia.plan @launch_c6_constant_reads chip "sm_90a" shared_bytes 232448 registers 65536 {
  gpu.module @kernels {
    llvm.func @copy(%x: !llvm.ptr<1> {llvm.noalias}, %y: !llvm.ptr<1>) attributes {nvvm.kernel, nvvm.maxntid = array<i32: 128, 1, 1>} {
      nvvm.griddepcontrol wait
      llvm.return
    }
  }
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    %w = nvidia.buffer weights of 0 at 0 bytes 256
    %x = nvidia.buffer scratch at 0 bytes 256
    %y = nvidia.buffer logits at 0 bytes 256
    nvidia.launch @kernels::@copy grid [1, 1, 1] threads 128 shared 0 reads(%w) writes(%x) programmatic
    // expected-error @below {{'nvidia.launch' op is programmatic and reads scratch memory through argument 0 of kernel 'copy', whose noalias lets loads assume that nothing writes it}}
    nvidia.launch @kernels::@copy grid [1, 1, 1] threads 128 shared 0 reads(%x) writes(%y) programmatic
  }
}

// -----

nvidia.plan @launch_c6_constant_logits chip "sm_90a" shared_bytes 232448 registers 65536 {
  gpu.module @kernels {
    llvm.func @copy(%x: !llvm.ptr<1> {llvm.noalias}, %y: !llvm.ptr<1>) attributes {nvvm.kernel, nvvm.maxntid = array<i32: 128, 1, 1>} {
      nvvm.griddepcontrol wait
      llvm.return
    }
  }
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    %w = nvidia.buffer weights of 0 at 0 bytes 256
    %y = nvidia.buffer logits at 0 bytes 256
    %t = nvidia.buffer tokens at 0 bytes 32
    nvidia.launch @kernels::@copy grid [1, 1, 1] threads 128 shared 0 reads(%w) writes(%y)
    // expected-error @below {{'nvidia.launch' op is programmatic and reads logits memory through argument 0 of kernel 'copy', whose noalias lets loads assume that nothing writes it}}
    nvidia.launch @kernels::@copy grid [1, 1, 1] threads 128 shared 0 reads(%y) writes(%t) programmatic
  }
}

// -----

nvidia.plan @tensor_map_c1_of_a_map chip "sm_90a" shared_bytes 232448 registers 65536 {
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    %x = nvidia.buffer scratch at 0 bytes 1024
    %m = nvidia.tensor_map %x rows 8 columns 64 row_bytes 128 box [64, 64]
    // expected-error @below {{'nvidia.tensor_map' op maps 8 rows of 64 columns, expected some of a buffer}}
    %n = nvidia.tensor_map %m rows 8 columns 64 row_bytes 128 box [64, 64]
  }
}

// -----

nvidia.plan @tensor_map_c1_beyond chip "sm_90a" shared_bytes 232448 registers 65536 {
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    // expected-note @below {{buffer is named here}}
    %x = nvidia.buffer scratch at 0 bytes 1008
    // The last row may end before the next would begin.
    %m = nvidia.tensor_map %x rows 8 columns 56 row_bytes 128 box [64, 64]
    // expected-error @below {{'nvidia.tensor_map' op maps 8 rows, 128 bytes apart, of a buffer that has 7}}
    %n = nvidia.tensor_map %x rows 8 columns 57 row_bytes 128 box [64, 64]
  }
}

// -----

nvidia.plan @tensor_map_c2_rows chip "sm_90a" shared_bytes 232448 registers 65536 {
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    %x = nvidia.buffer scratch at 0 bytes 1024
    // expected-error @below {{'nvidia.tensor_map' op has rows of 64 elements 120 bytes apart, expected a multiple of 16 from 128 to 2^40}}
    %m = nvidia.tensor_map %x rows 8 columns 64 row_bytes 120 box [64, 64]
  }
}

// -----

nvidia.plan @tensor_map_c3_box chip "sm_90a" shared_bytes 232448 registers 65536 {
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    %x = nvidia.buffer scratch at 0 bytes 1024
    // expected-error @below {{'nvidia.tensor_map' op copies a box of [257, 64], expected 1 to 256 rows of 64 columns}}
    %m = nvidia.tensor_map %x rows 8 columns 64 row_bytes 128 box [257, 64]
  }
}

// -----

nvidia.plan @launch_c1_map_for_address chip "sm_90a" shared_bytes 232448 registers 65536 {
  gpu.module @kernels {
    llvm.func @copy(%x: !llvm.ptr<1>, %y: !llvm.ptr<1>) attributes {nvvm.kernel, nvvm.maxntid = array<i32: 128, 1, 1>} {
      llvm.return
    }
  }
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    %w = nvidia.buffer weights of 0 at 0 bytes 1024
    %y = nvidia.buffer scratch at 0 bytes 1024
    %m = nvidia.tensor_map %w rows 8 columns 64 row_bytes 128 box [64, 64]
    // expected-error @below {{'nvidia.launch' op passes a tensor map as argument 0 of kernel 'copy', which takes an address}}
    nvidia.launch @kernels::@copy grid [1, 1, 1] threads 128 shared 0 reads(%m) writes(%y)
  }
}

// -----

nvidia.plan @launch_c1_address_for_map chip "sm_90a" shared_bytes 232448 registers 65536 {
  gpu.module @kernels {
    llvm.func @copy(%x: !llvm.ptr {llvm.align = 64 : i64, llvm.byval = !llvm.array<128 x i8>, nvvm.grid_constant}, %y: !llvm.ptr<1>) attributes {nvvm.kernel, nvvm.maxntid = array<i32: 128, 1, 1>} {
      llvm.return
    }
  }
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    %w = nvidia.buffer weights of 0 at 0 bytes 1024
    %y = nvidia.buffer scratch at 0 bytes 1024
    // expected-error @below {{'nvidia.launch' op passes an address as argument 0 of kernel 'copy', which takes a tensor map}}
    nvidia.launch @kernels::@copy grid [1, 1, 1] threads 128 shared 0 reads(%w) writes(%y)
  }
}

// -----

nvidia.plan @program_c3_unwritten_map chip "sm_90a" shared_bytes 232448 registers 65536 {
  gpu.module @kernels {
    llvm.func @copy(%x: !llvm.ptr {llvm.align = 64 : i64, llvm.byval = !llvm.array<128 x i8>, nvvm.grid_constant}, %y: !llvm.ptr<1>) attributes {nvvm.kernel, nvvm.maxntid = array<i32: 128, 1, 1>} {
      llvm.return
    }
  }
  nvidia.program @"prefill-8" phase "prefill" tokens 8 rows 8 selected 8 arena 1024 {
    // expected-note @below {{buffer is named here}}
    %x = nvidia.buffer scratch at 0 bytes 1024
    %y = nvidia.buffer logits at 0 bytes 1024
    %m = nvidia.tensor_map %x rows 8 columns 64 row_bytes 128 box [64, 64]
    // expected-error @below {{'nvidia.launch' op reads scratch memory before a launch wrote it}}
    nvidia.launch @kernels::@copy grid [1, 1, 1] threads 128 shared 0 reads(%m) writes(%y)
  }
}
