"""The one exception of this package."""


class TandemError(Exception):
    """What failed, in the words of the compiler or the runtime.

    `code` is the programs' exit code: 2 usage, 3 input rejected, 4 unsupported
    in the model, 5 infeasible, 6 verification failed, 7 environment, 8 runtime
    failure, 130 interrupted.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
