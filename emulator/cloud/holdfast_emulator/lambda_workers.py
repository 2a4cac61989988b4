"""Node workers of functions end with the emulator, however it ends."""

_END_WITH_PARENT = """
{
  const parent = process.ppid;
  setInterval(() => { if (process.ppid !== parent) process.exit(1); }, 1000).unref();
}
"""


def install():
    """A worker that outlives a killed emulator would be an orphan on somebody's machine."""
    from ministack.core import lambda_runtime

    lambda_runtime._NODEJS_WORKER_SCRIPT = _END_WITH_PARENT + lambda_runtime._NODEJS_WORKER_SCRIPT
