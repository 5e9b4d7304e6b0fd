"""The same job in other kernels, one module a version, each with the smallest diff to `memslot_lab.engine`."""
