"""What will be done to the cluster: drawn from a seed, before anything runs. Pure."""
