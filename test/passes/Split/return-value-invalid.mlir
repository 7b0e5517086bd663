// RUN: tandem-opt %s --tandem-return-value="node=gone" --split-input-file --verify-diagnostics

// Tests that a node without a value is refused.
// expected-error@+1 {{has no value of rows at node 'gone'; expected the name of a node whose value is left}}
func.func @step(%tokens: tensor<?xi32>) -> tensor<?xi32> {
  return %tokens : tensor<?xi32>
}

// -----

// Tests that a program before split is refused.
// expected-error@+1 {{has no function @step; run stage split first}}
module {
}
