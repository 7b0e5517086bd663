// RUN: tandem-opt %s --verify-diagnostics --split-input-file
// Tests the constraints of parts and weights; a symbol is named by the operation
// and the label of the constraint it breaks.

// expected-error @below {{'deploy.part' op has no function for phase "decode"}}
deploy.part @part_c1_no_function phases ["prefill", "decode"] on <"cpu", "toy"> mesh [1, 1] stage 0 weights [] {
  func.func @prefill() { return }
}

// -----

// expected-error @below {{'deploy.part' op has mesh [1, 0] and stage 0, expected positive sizes and a stage of at least 0}}
deploy.part @part_c2_empty_mesh phases ["prefill"] on <"cpu", "toy"> mesh [1, 0] stage 0 weights [] {
  func.func @prefill() { return }
}

// -----

// expected-error @below {{'deploy.part' op weight 0 is "model.onnx", expected '#deploy.slot'}}
deploy.part @part_c3_weight_by_name phases ["prefill"] on <"cpu", "toy"> mesh [1, 1] stage 0 weights ["model.onnx"] {
  func.func @prefill() { return }
}

// -----

func.func @weight_c1_stride(%weights: !deploy.weights, %layer: index) {
  // expected-error @below {{'deploy.weight' op has a layer or a stride alone, or a stride below 1; expected 'base + layer * stride'}}
  %0 = deploy.weight %weights[3 + %layer * 0] : tensor<64xf32>
  return
}

// -----

deploy.part @weight_c2_entries phases ["prefill"] on <"cpu", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<vector, dense<1.0> : tensor<64xf32>>] {
  func.func @prefill(%weights: !deploy.weights) {
    // expected-error @below {{'deploy.weight' op names entry 7, but the part has 1 weights}}
    %0 = deploy.weight %weights[7] : tensor<64xf32>
    return
  }
}

// -----

deploy.part @weight_c2_type phases ["prefill"] on <"cpu", "toy"> mesh [1, 1] stage 0 weights [#deploy.slot<vector, dense<1.0> : tensor<64xf32>>] {
  func.func @prefill(%weights: !deploy.weights) {
    // expected-error @below {{'deploy.weight' op has type 'tensor<32xf32>', but entry 0 is 'tensor<64xf32>'}}
    %0 = deploy.weight %weights[0] : tensor<32xf32>
    return
  }
}

// -----

func.func @transfer_c1_stage(%x: tensor<?x8xf32>) {
  // expected-error @below {{'deploy.transfer' op has stage -1, expected at least 0}}
  %0 = deploy.transfer %x to <"b", "toy"> stage -1 : tensor<?x8xf32>
  return
}

// -----

func.func @transfer_c2_together(%x: tensor<?x8xf32>) {
  %0 = deploy.transfer %x to <"b", "toy"> stage 1 : tensor<?x8xf32>
  // expected-error @below {{'deploy.transfer' op goes to #deploy.chip<"b", "toy"> stage 2, but the transfer before it to #deploy.chip<"b", "toy"> stage 1}}
  %1 = deploy.transfer %x to <"b", "toy"> stage 2 : tensor<?x8xf32>
  return
}
