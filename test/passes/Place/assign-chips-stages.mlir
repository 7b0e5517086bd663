// RUN: tandem-opt %s --tandem-assign-chips | FileCheck %s

// Tests that stages the user named stay as they are.
// CHECK-LABEL: func.func @step
// CHECK-SAME: deploy.placement = {decode = [#deploy.chip<"a", "toy">, #deploy.chip<"b", "toy">], prefill = [#deploy.chip<"a", "toy">, #deploy.chip<"b", "toy">]}
func.func @step(%rows: !transformer.rows) attributes {deploy.phases = ["prefill", "decode"], deploy.placement = {decode = [#deploy.chip<"a", "toy">, #deploy.chip<"b", "toy">], prefill = [#deploy.chip<"a", "toy">, #deploy.chip<"b", "toy">]}} {
  return
}
