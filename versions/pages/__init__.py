"""Pages of the version table: matrix, releases, stacks, revisions, publishing."""
