#include "tandem/passes/Primitives/Frame.h"
llvm::ArrayRef<tandem::primitives::OperationRow>
tandem::primitives::getModelEvaluators() {
  return {};
}
llvm::ArrayRef<tandem::primitives::OperationRow>
tandem::primitives::getDeploymentEvaluators() {
  return {};
}
