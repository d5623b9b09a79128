"""The console: what operators see and do of work over many certificates."""
