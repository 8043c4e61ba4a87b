"""The mutants, one file for each guard that they take out."""

from patches import caps, fence, lease, requests, settling, shard_batches, store_batches, take_over

ALL = tuple(
    mutant for module in (fence, lease, store_batches, shard_batches, caps, take_over, requests, settling)
    for mutant in module.MUTANTS)
