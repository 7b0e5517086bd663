// RUN: tandem-opt %s --tandem-outline-parts --split-input-file --verify-diagnostics

// Tests that the pass names the stage that should have run.
// expected-error@+1 {{has no function @step with 'deploy.phases'; run tandem-split-phases first}}
module {
  func.func @main(%ids: tensor<?x?xi64>) -> tensor<?x?xi64> {
    return %ids : tensor<?x?xi64>
  }
}
