"""A laboratory for KVM's sorted memslot array, kernels 5.7 to 5.16."""

from memslot_lab import engine

__all__ = ["engine"]
__version__ = "0.1.0"
