"""Where the parts are put together: settings, grants, entry points (one per process) and the `chopmark` command."""
