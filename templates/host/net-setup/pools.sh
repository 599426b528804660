# The pools: they are used as the host has them.
